//! Commands of every screen.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::key::Key;
use crate::app::session::{Session, Writes};
use crate::app::{App, Screen};

/// Commands of every screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Global {
    Help,
    Palette,
    Back,
    Close,
    Quit,
    ReviewAndQuit,
    Cancel,
    Refresh,
    Reload,
    GoTables,
    GoDoctor,
    GoLog,
    Raw,
    GoEnvironments,
    GoRecord,
    Find,
    SignInAgain,
    Unlock,
    Lock,
    Review,
    SavePending,
    LoadPending,
    Undo,
    TakeBack,
    Restore,
    Redo,
    Strip,
    Redraw,
    Suspend,
}

const fn spec(command: Global, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Global(command), name, title, Scope::Global)
}

fn signed_in(app: &App) -> Availability {
    match app.session.identity() {
        Some(_) => Availability::Yes,
        None if app.session == Session::Connecting => Availability::No("Still connecting.".into()),
        None => Availability::No("Sign in first.".into()),
    }
}

fn refused(app: &App) -> Availability {
    match app.is_trouble_shown() {
        true => Availability::Yes,
        false => Availability::No("Nothing was refused here.".into()),
    }
}

/// From the doctor the way leads to the sign-in that is under way as well.
fn can_sign_in(app: &App) -> Availability {
    match app.screen() {
        Screen::Environments(_) | Screen::Doctor(_) => Availability::Yes,
        _ => signed_in(app),
    }
}

/// Where a session can be unlocked: it is closed, and not for good.
fn closed(app: &App) -> Availability {
    match app.session.identity().map(|identity| &identity.writes) {
        None => Availability::No("Sign in first.".into()),
        Some(Writes::Closed(_)) => Availability::Yes,
        Some(Writes::Open | Writes::Unlocked(..)) => Availability::No("Writes are possible already.".into()),
        Some(Writes::Locked(reason)) => {
            Availability::No(format!("{reason} Nothing unlocks that from inside."))
        }
    }
}

fn writable(app: &App) -> Availability {
    match app.session.identity() {
        None => Availability::No("Sign in first.".into()),
        Some(identity) => match identity.read_only() {
            Some(_) => Availability::No("It is read-only already.".into()),
            None => Availability::Yes,
        },
    }
}

/// Something can be staged.
fn editable(app: &App) -> Availability {
    match (signed_in(app), app.read_only()) {
        (Availability::Yes, Some(reason)) => Availability::No(reason),
        (other, _) => other,
    }
}

fn deleted(app: &App) -> Availability {
    match app.nothing_deleted() {
        None => Availability::Yes,
        Some(reason) => Availability::No(reason.into()),
    }
}

fn pending(app: &App) -> Availability {
    match app.pending.is_empty() {
        false => Availability::Yes,
        true => Availability::No("Nothing pending. Edits you make wait here until you send them.".into()),
    }
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(Global::Review, "pending.review", "Review and send pending changes")
        .keys(&[&[Key::Char('w')], &[Key::Ctrl('s')], &[Key::Char('g'), Key::Char('p')]])
        .words("save commit submit")
        .enabled(pending),
    spec(Global::SavePending, "pending.save", "Write what is pending to a file, for later or somebody else")
        .words("save-pending export hand over")
        .enabled(pending),
    spec(Global::LoadPending, "pending.load", "Load pending changes from a file")
        .words("load-pending import")
        .enabled(editable),
    spec(Global::Undo, "pending.undo", "Undo the last staged edit").keys(&[&[Key::Char('u')]]),
    spec(Global::TakeBack, "pending.take-back", "Stage the values from before the last send")
        .keys(&[&[Key::Char('U')]])
        .words("undo revert restore sent inverse"),
    spec(Global::Restore, "restore", "Make a deleted record again, with its id")
        .words("re-create recreate undelete")
        .enabled(deleted),
    spec(Global::Redo, "pending.redo", "Stage the undone edit again").keys(&[&[Key::Ctrl('y')]]),
    spec(Global::Refresh, "refresh", "Read this screen's data again")
        .keys(&[&[Key::Char('r')], &[Key::Ctrl('r')], &[Key::F(5)]])
        .enabled(can_sign_in),
    spec(Global::Reload, "reload", "Read data and columns again")
        .keys(&[&[Key::Char('R')]])
        .words("metadata definitions")
        .enabled(can_sign_in),
    spec(Global::GoTables, "go.tables", "Go to the table list")
        .keys(&[&[Key::Char('g'), Key::Char('t')], &[Key::Char('g'), Key::Char('h')]])
        .enabled(signed_in),
    spec(Global::GoDoctor, "go.doctor", "Find out what stands in the way")
        .keys(&[&[Key::Char('g'), Key::Char('d')]])
        .words("doctor check diagnose token claims 401 network proxy"),
    spec(Global::GoLog, "go.log", "Look at the requests of this session")
        .keys(&[&[Key::Char('g'), Key::Char('l')]])
        .words("log network http traffic"),
    spec(Global::Raw, "raw", "Show what the server sent in place of an answer")
        .keys(&[&[Key::Ctrl('x')]])
        .words("body response error details")
        .enabled(refused),
    spec(Global::GoEnvironments, "go.environments", "Choose an environment")
        .keys(&[&[Key::Char('g'), Key::Char('e')]])
        .words("switch organization org"),
    spec(Global::GoRecord, "go.record", "Go to a row by id, ticket number, key or address")
        .keys(&[&[Key::Char('g'), Key::Char('i')]])
        .words("open guid url link case find")
        .enabled(signed_in),
    spec(Global::Find, "find", "Find rows of the usual tables by a text")
        .keys(&[&[Key::Char('g'), Key::Char('f')]])
        .words("search quick find everywhere")
        .enabled(signed_in),
    spec(Global::SignInAgain, "session.sign-in", "Sign in again; screens and pending changes stay")
        .keys(&[&[Key::Char('g'), Key::Char('u')]])
        .enabled(can_sign_in),
    spec(Global::Unlock, "rw", "Unlock writes for 15 minutes").words("write production").enabled(closed),
    spec(Global::Lock, "ro", "Make the session read-only").words("lock").enabled(writable),
    spec(Global::Back, "back", "One step back").keys(&[&[Key::Esc], &[Key::Ctrl('g')]]),
    spec(Global::Close, "close", "Close this screen; on the first one, quit").keys(&[&[Key::Char('q')]]),
    spec(Global::Cancel, "cancel", "Stop what is being read").keys(&[&[Key::Ctrl('c')]]),
    spec(Global::Quit, "quit", "Quit from anywhere").keys(&[&[Key::Char('Q')]]).words("q! quit! exit"),
    spec(Global::ReviewAndQuit, "wq", "Review what is pending; with nothing pending, quit").words("wq! x"),
    spec(Global::Strip, "strip", "The last requests below, on 40 rows or more")
        .keys(&[&[Key::Char('z'), Key::Char('l')]])
        .words("log tail height"),
    spec(Global::Redraw, "redraw", "Draw the screen anew").keys(&[&[Key::Ctrl('l')]]),
    spec(Global::Suspend, "suspend", "Back to the shell until `fg`").keys(&[&[Key::Ctrl('z')]]),
    spec(Global::Palette, "palette", "Find a command by name")
        .keys(&[&[Key::Char(':')], &[Key::Ctrl('p')]])
        .hint("commands"),
    spec(Global::Help, "help", "Keys of this screen").keys(&[&[Key::Char('?')], &[Key::F(1)]]).hint("keys"),
];
