//! Notes, tasks and phone calls on a row, and the child of a case.

use super::{named, new_row};
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::finding::Hit;
use crate::app::line::Line;
use crate::app::lines::Lines;
use crate::app::overlay::draft::{Draft, Field, Given, Is, Recipe, Value};
use crate::app::pending::{Target, capital};

/// What is made on a row.
pub(super) struct Activity {
    table: &'static str,
    word: &'static str,
    /// The lookup to the row.
    link: &'static str,
    /// Column, label, whether it is required, what is typed.
    fields: &'static [(&'static str, &'static str, bool, Typed)],
}

#[derive(Clone, Copy)]
enum Typed {
    Line,
    Lines,
    /// The path of a file.
    File,
}

impl Typed {
    fn empty(self) -> Value {
        match self {
            Self::Line => Value::Line(Line::default()),
            Self::Lines => Value::Lines(Lines::new("")),
            Self::File => Value::File { line: Line::default(), read: None },
        }
    }
}

pub(super) const NOTE: Activity = Activity {
    table: "annotation",
    word: "note",
    link: "objectid",
    fields: &[
        ("notetext", "Text", true, Typed::Lines),
        ("subject", "Title", false, Typed::Line),
        ("documentbody", "Attachment", false, Typed::File),
    ],
};

pub(super) const TASK: Activity = Activity {
    table: "task",
    word: "task",
    link: "regardingobjectid",
    fields: &[
        ("subject", "Subject", true, Typed::Line),
        ("scheduledend", "Due", false, Typed::Line),
        ("description", "Description", false, Typed::Lines),
    ],
};

pub(super) const PHONE_CALL: Activity = Activity {
    table: "phonecall",
    word: "phone call",
    link: "regardingobjectid",
    fields: &[
        ("subject", "Subject", true, Typed::Line),
        ("phonenumber", "Phone number", false, Typed::Line),
        ("description", "Description", false, Typed::Lines),
    ],
};

impl App {
    pub(super) fn draft_activity(
        &mut self,
        about: Vec<Target>,
        activity: &Activity,
    ) -> Result<Vec<Effect>, String> {
        let table = self.table_named(activity.table);
        let table = table.ok_or_else(|| format!("There is no table of {}s here.", activity.word))?;
        let field = |(column, label, required, typed): &(&'static str, &'static str, bool, Typed)| Field {
            table: table.name.clone(),
            column: (*column).into(),
            label: (*label).to_owned(),
            required: *required,
            value: typed.empty(),
        };
        let fields = activity.fields.iter().map(field).collect();
        let title = format!("{} on {}", capital(activity.word), named(&about));
        let (link, word) = (Some(activity.link.into()), activity.word.to_owned());
        let recipe = Recipe::Create { table, link, given: vec![], word };
        Ok(self.open_draft(Draft::new(recipe, about, title, fields)))
    }

    /// A case below a case: of the same customer.
    pub(super) fn draft_child(&mut self, about: Vec<Target>) -> Result<Vec<Effect>, String> {
        let schema = self.schema_of(&about)?;
        let [parent] = about.as_slice() else { return Err("One row at a time can get a child.".to_owned()) };
        if schema.table.name.as_str() != super::CASE {
            return Err(format!("{} has no children.", schema.table.display_name));
        }
        let customer = self.hit_of(parent, "customerid");
        let customer = customer.ok_or("Its customer is not known here.  1 opens the row, where it is")?;
        let Target { table, id, name, .. } = parent.clone();
        let itself = Hit { table, id, name, detail: String::new() };
        let given = |column: &str, label: &str, hit: Hit| Given {
            column: column.into(),
            label: label.to_owned(),
            is: Is::Row(Box::new(hit)),
        };
        let given = vec![given("parentcaseid", "Parent", itself), given("customerid", "Customer", customer)];
        let named = |name: &str| new_row::field_named(&schema, name);
        let title = named("title").map(|field| Field { required: true, ..field });
        let fields = [title, named("prioritycode"), named("description")].into_iter().flatten().collect();
        let frame = format!("Child of {}", parent.name);
        let (table, word) = (schema.table.clone(), "child case".to_owned());
        let recipe = Recipe::Create { table, link: None, given, word };
        Ok(self.open_draft(Draft::new(recipe, about.clone(), frame, fields)))
    }

    /// The row that a lookup points to, as far as it was read.
    pub(super) fn hit_of(&self, target: &Target, column: &str) -> Option<Hit> {
        let cell = target.row.cell(&format!("_{column}_value"))?;
        let id = cell.raw_text()?.parse().ok()?;
        let table = self.table_named(cell.table.as_deref()?)?;
        let name = cell.text().map(std::borrow::Cow::into_owned).unwrap_or_default();
        Some(Hit { table, id, name, detail: String::new() })
    }
}
