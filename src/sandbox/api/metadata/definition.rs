//! What the definitions of tables, columns, relationships and the rest have in common: a type, properties, and
//! definitions that belong to them.

use super::json::Json;

/// One definition.
pub(super) trait Definition {
    /// The name of its type, without the namespace.
    fn kind(&self) -> &'static str;

    /// Name of the property at a place. What the base type has comes first.
    fn name(&self, place: usize) -> Option<&'static str>;

    /// Writes the value of the property at a place.
    fn write(&self, place: usize, out: &mut Json);

    /// What stands behind a navigation property; none of other names.
    fn related(&self, nav: &str) -> Option<Related<'_>>;

    /// The place of a property.
    fn place(&self, name: &str) -> Option<usize> {
        (0..).map_while(|place| self.name(place)).position(|known| known == name)
    }
}

/// The definitions behind a navigation property.
pub(super) enum Related<'a> {
    One(Option<Box<dyn Definition + 'a>>),
    Many(Vec<Box<dyn Definition + 'a>>),
}

pub(super) fn boxed<'a, T: Definition + 'a>(
    items: impl IntoIterator<Item = T>,
) -> Vec<Box<dyn Definition + 'a>> {
    items.into_iter().map(|item| Box::new(item) as Box<dyn Definition + 'a>).collect()
}

/// The type that a request declares: what `$select`, `$filter` and `$expand` may name.
#[derive(Debug, Clone)]
pub(super) struct Type {
    pub(super) name: &'static str,
    /// Properties, in the order of their places.
    pub(super) names: Vec<&'static str>,
    pub(super) navigation: &'static [&'static str],
    /// Whether other types derive from it, so that each definition says which one it is.
    pub(super) base: bool,
}

impl Type {
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| *known == name)
    }
}
