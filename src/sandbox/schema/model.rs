use super::{Change, Declaration, ManyToMany, Schema, SharedChoice};

/// Definitions before they hang together: what changes are made on.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    declared: Vec<&'static Declaration>,
    pub(crate) many_to_many: Vec<ManyToMany>,
    pub(crate) choices: Vec<SharedChoice>,
    pub(crate) history: Vec<Change>,
}

impl Model {
    pub(crate) fn of(schema: &Schema) -> Model {
        Model {
            declared: schema.tables.iter().map(|table| table.declared).collect(),
            many_to_many: schema.many_to_many.clone(),
            choices: schema.choices.clone(),
            history: schema.history.clone(),
        }
    }

    pub(crate) fn finish(self) -> Schema {
        let mut schema = Schema::new(self.declared.into_iter(), self.many_to_many, self.choices);
        schema.history = self.history;
        schema
    }

    pub(crate) fn tables(&self) -> impl Iterator<Item = &'static Declaration> {
        self.declared.iter().copied()
    }

    pub(crate) fn table(&self, name: &str) -> Option<&'static Declaration> {
        self.tables().find(|declared| declared.schema.eq_ignore_ascii_case(name))
    }

    /// Puts a table in, in the place of the one of the same name. Declarations live as long as the program: each
    /// change leaves one behind, a few kilobytes that nobody gives back.
    pub(crate) fn put(&mut self, declared: Declaration) {
        let name = declared.schema;
        self.take(name);
        self.declared.push(Box::leak(Box::new(declared)));
    }

    pub(crate) fn take(&mut self, name: &str) {
        self.declared.retain(|declared| !declared.schema.eq_ignore_ascii_case(name));
    }
}

/// Text for the rest of the program's life.
pub(crate) fn kept(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// A list for the rest of the program's life.
pub(crate) fn kept_list<T>(items: Vec<T>) -> &'static [T] {
    Box::leak(items.into_boxed_slice())
}
