//! Commands of one row: its form and its JSON.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::edit::EditCommand;
use crate::app::key::Key;
use crate::app::screen::record::Tab;

/// Commands of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordCommand {
    Form,
    Json,
    Related,
    Timeline,
    Find,
    NextMatch,
    PreviousMatch,
    NextRecord,
    PreviousRecord,
    Edit(EditCommand),
    /// Edit, or show all of a value that is cut.
    Open,
    HideEmpty,
    LogicalNames,
    AllColumns,
    Tree(JsonCommand),
}

/// Commands of the JSON tab alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonCommand {
    Close,
    Open,
    Toggle,
    CloseAll,
    OpenAll,
    Raw,
    HideNulls,
    NextSibling,
    PreviousSibling,
    /// To a name.
    Jump,
    /// All of a long value.
    Whole,
}

const fn spec(command: RecordCommand, name: &'static str, title: &'static str, scope: Scope) -> CommandSpec {
    CommandSpec::new(Command::Record(command), name, title, scope)
}

const fn tree(command: JsonCommand, name: &'static str, title: &'static str) -> CommandSpec {
    spec(RecordCommand::Tree(command), name, title, Scope::Tree)
}

fn with_row(app: &App) -> Availability {
    match app.record().and_then(|record| record.row.value()) {
        Some(_) => Availability::Yes,
        None => Availability::No("The record is not here yet.".into()),
    }
}

fn on_a_column(app: &App) -> Availability {
    match app.record().map(|record| record.tab) {
        Some(Tab::Timeline) => Availability::No("There is no column here.".into()),
        _ => with_row(app),
    }
}

fn from_rows(app: &App) -> Availability {
    match app.has_origin() {
        true => Availability::Yes,
        false => Availability::No("This record was not opened from rows.".into()),
    }
}

/// The table of these scopes.
pub const COMMANDS: &[CommandSpec] = &[
    spec(RecordCommand::Edit(EditCommand::Edit), "field.edit", "Edit the field", Scope::Form)
        .keys(&[&[Key::Char('e')]])
        .hint("edit")
        .enabled(with_row),
    spec(
        RecordCommand::Edit(EditCommand::OwnEditor),
        "field.edit-outside",
        "Edit the field in your own editor",
        Scope::Form,
    )
    .keys(&[&[Key::Char('E')]])
    .words("$EDITOR $VISUAL vim external")
    .enabled(with_row),
    spec(RecordCommand::Open, "field.open", "Edit the field, or show all of a long value", Scope::Form)
        .keys(&[&[Key::Enter]])
        .words("whole full read more")
        .enabled(with_row),
    tree(JsonCommand::Toggle, "json.fold", "Fold or unfold").keys(&[&[Key::Char(' ')]]).hint("fold"),
    tree(JsonCommand::Close, "json.close", "Fold, or go to what is around")
        .keys(&[&[Key::Char('h')], &[Key::Left]]),
    tree(JsonCommand::Open, "json.open", "Unfold, or go inside").keys(&[&[Key::Char('l')], &[Key::Right]]),
    spec(RecordCommand::Edit(EditCommand::Edit), "json.edit", "Edit the value", Scope::Json)
        .keys(&[&[Key::Char('e')]])
        .hint("edit")
        .enabled(with_row),
    spec(
        RecordCommand::Edit(EditCommand::OwnEditor),
        "json.edit-outside",
        "Edit the row as JSON in your own editor",
        Scope::Json,
    )
    .keys(&[&[Key::Char('E')]])
    .words("$EDITOR $VISUAL vim external")
    .enabled(with_row),
    tree(JsonCommand::Whole, "json.whole", "Show the whole value; fold what has members")
        .keys(&[&[Key::Enter]])
        .hint("all")
        .words("whole full read more"),
    spec(
        RecordCommand::Edit(EditCommand::Change),
        "record.change",
        "Change a choice by letters",
        Scope::Record,
    )
    .keys(&[&[Key::Char('c')]])
    .hint("change")
    .enabled(with_row),
    spec(RecordCommand::Edit(EditCommand::Clear), "record.clear", "Set the value to empty", Scope::Record)
        .keys(&[&[Key::Char('X')]])
        .hint("clear")
        .enabled(on_a_column),
    spec(RecordCommand::Find, "form.find", "Find by name or value", Scope::Form)
        .keys(&[&[Key::Char('/')]])
        .hint("find")
        .enabled(with_row),
    spec(RecordCommand::NextMatch, "form.next-match", "Next match", Scope::Form).keys(&[&[Key::Char('n')]]),
    spec(RecordCommand::PreviousMatch, "form.previous-match", "Previous match", Scope::Form)
        .keys(&[&[Key::Char('N')]]),
    spec(RecordCommand::Find, "json.find", "Find by name or value", Scope::Tree)
        .keys(&[&[Key::Char('/')]])
        .hint("find"),
    spec(RecordCommand::NextMatch, "json.next-match", "Next match", Scope::Tree).keys(&[&[Key::Char('n')]]),
    spec(RecordCommand::PreviousMatch, "json.previous-match", "Previous match", Scope::Tree)
        .keys(&[&[Key::Char('N')]]),
    tree(JsonCommand::Jump, "json.jump", "Jump to a name")
        .keys(&[&[Key::Char('@')]])
        .hint("name")
        .words("key property path go"),
    tree(JsonCommand::NextSibling, "json.next-sibling", "Next one beside this").keys(&[&[Key::Char(')')]]),
    tree(JsonCommand::PreviousSibling, "json.previous-sibling", "Previous one beside this")
        .keys(&[&[Key::Char('(')]]),
    spec(
        RecordCommand::Edit(EditCommand::Repeat),
        "record.repeat",
        "Repeat the last change here",
        Scope::Record,
    )
    .keys(&[&[Key::Char('.')]])
    .enabled(with_row),
    spec(RecordCommand::NextRecord, "record.next", "Next record of the rows, same field", Scope::Record)
        .keys(&[&[Key::Char('J')]])
        .hint("next")
        .enabled(from_rows),
    spec(
        RecordCommand::PreviousRecord,
        "record.previous",
        "Previous record of the rows, same field",
        Scope::Record,
    )
    .keys(&[&[Key::Char('K')]])
    .enabled(from_rows),
    spec(RecordCommand::Form, "record.form", "The row as a form", Scope::Record).keys(&[&[Key::Char('1')]]),
    spec(RecordCommand::Json, "record.json", "The row as JSON", Scope::Record).keys(&[&[Key::Char('2')]]),
    spec(RecordCommand::Related, "record.related", "What is related to it", Scope::Record)
        .keys(&[&[Key::Char('3')]])
        .words("relationships children parents links many"),
    spec(RecordCommand::Timeline, "record.timeline", "What happened: notes and activities", Scope::Record)
        .keys(&[&[Key::Char('4')]])
        .words("timeline history notes activities mails calls tasks"),
    spec(RecordCommand::HideEmpty, "form.hide-empty", "Hide or show empty fields", Scope::Form)
        .keys(&[&[Key::Char('z'), Key::Char('e')]]),
    spec(RecordCommand::LogicalNames, "form.logical-names", "Labels or logical names", Scope::Form)
        .keys(&[&[Key::Char('z'), Key::Char('n')]]),
    spec(RecordCommand::AllColumns, "form.all-columns", "Show all columns", Scope::Form)
        .keys(&[&[Key::Char('z'), Key::Char('a')]]),
    tree(JsonCommand::Raw, "json.raw", "Everything as it came, or annotations beside")
        .keys(&[&[Key::Char('z'), Key::Char('a')]]),
    tree(JsonCommand::HideNulls, "json.hide-nulls", "Hide or show nulls")
        .keys(&[&[Key::Char('z'), Key::Char('e')]]),
    tree(JsonCommand::CloseAll, "json.close-all", "Fold everything")
        .keys(&[&[Key::Char('z'), Key::Char('M')]]),
    tree(JsonCommand::OpenAll, "json.open-all", "Unfold everything")
        .keys(&[&[Key::Char('z'), Key::Char('R')]]),
];
