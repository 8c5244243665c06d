//! What is done with rows beside changing their columns.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::desk::CASE;
use crate::app::key::Key;
use crate::app::screen::Screen;

/// Verbs on rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActCommand {
    Resolve,
    Cancel,
    Reactivate,
    Assign,
    AssignToMe,
    Note,
    Task,
    PhoneCall,
    ToQueue,
    Pick,
    Release,
    Child,
    Merge,
    FollowUp,
    Workflow,
    New,
    Duplicate,
    Delete,
}

const fn spec(command: ActCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Act(command), name, title, Scope::Act).enabled(on_a_row)
}

fn on_a_row(app: &App) -> Availability {
    let is_there = match app.screen() {
        Screen::Grid(grid) => !grid.is_empty(),
        Screen::Record(record) => record.row.value().is_some(),
        _ => false,
    };
    match is_there {
        true => Availability::Yes,
        false => Availability::No("There is no row here.".into()),
    }
}

fn on_a_case(app: &App) -> Availability {
    let table = match app.screen() {
        Screen::Grid(grid) => &grid.table,
        Screen::Record(record) => &record.table,
        _ => return Availability::No("Open a table first.".into()),
    };
    match table.name.as_str() == CASE {
        true => on_a_row(app),
        false => Availability::No(format!("{} are no cases.", table.collection_name)),
    }
}

fn at_a_table(app: &App) -> Availability {
    match app.screen() {
        Screen::Grid(_) | Screen::Record(_) => Availability::Yes,
        _ => Availability::No("Open a table first.".into()),
    }
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(ActCommand::Resolve, "act.resolve", "Resolve the case")
        .keys(&[&[Key::Char('x'), Key::Char('r')]])
        .words("close solve done")
        .enabled(on_a_case),
    spec(ActCommand::Cancel, "act.cancel", "Cancel the case, deactivate the row")
        .keys(&[&[Key::Char('x'), Key::Char('c')]])
        .words("close deactivate"),
    spec(ActCommand::Reactivate, "act.reactivate", "Reactivate")
        .keys(&[&[Key::Char('x'), Key::Char('o')]])
        .words("reopen open again"),
    spec(ActCommand::Assign, "act.assign", "Assign to a person or a team")
        .keys(&[&[Key::Char('x'), Key::Char('a')]])
        .words("owner give"),
    spec(ActCommand::AssignToMe, "act.assign-me", "Assign to me")
        .keys(&[&[Key::Char('x'), Key::Char('m')]])
        .words("owner take mine"),
    spec(ActCommand::Note, "act.note", "Add a note")
        .keys(&[&[Key::Char('x'), Key::Char('n')]])
        .words("comment annotation"),
    spec(ActCommand::Task, "act.task", "Add a task").keys(&[&[Key::Char('x'), Key::Char('t')]]).words("todo"),
    spec(ActCommand::PhoneCall, "act.phone-call", "Add a phone call")
        .keys(&[&[Key::Char('x'), Key::Char('p')]])
        .words("phone telephone"),
    spec(ActCommand::ToQueue, "act.to-queue", "Put into a queue")
        .keys(&[&[Key::Char('x'), Key::Char('q')]])
        .words("route queue"),
    spec(ActCommand::Pick, "act.pick", "Pick from its queue: work on it")
        .keys(&[&[Key::Char('x'), Key::Char('k')]])
        .words("take queue"),
    spec(ActCommand::Release, "act.release", "Release to its queue")
        .keys(&[&[Key::Char('x'), Key::Char('l')]])
        .words("give back queue"),
    spec(ActCommand::FollowUp, "act.follow-up", "Set the follow-up date")
        .keys(&[&[Key::Char('x'), Key::Char('f')]])
        .words("date later remind")
        .enabled(on_a_case),
    spec(ActCommand::Child, "act.child", "Add a child case")
        .keys(&[&[Key::Char('x'), Key::Char('v')]])
        .words("sub case")
        .enabled(on_a_case),
    spec(ActCommand::Merge, "act.merge", "Merge into another row")
        .keys(&[&[Key::Char('x'), Key::Char('g')]])
        .words("duplicate join"),
    spec(ActCommand::Workflow, "act.workflow", "Run a workflow")
        .keys(&[&[Key::Char('x'), Key::Char('w')]])
        .words("process automation on-demand execute"),
    spec(ActCommand::Delete, "row.delete", "Delete: staged, sent by w")
        .keys(&[&[Key::Char('D')]])
        .words("remove"),
    spec(ActCommand::New, "row.new", "New row")
        .keys(&[&[Key::Char('a')]])
        .words("create add insert")
        .enabled(at_a_table),
    spec(ActCommand::Duplicate, "row.duplicate", "New row like this one")
        .keys(&[&[Key::Char('A')]])
        .words("copy clone"),
];
