//! Commands of a JSON file by itself: those of every screen that need no server.

use super::global::Global;
use super::{Command, CommandSpec, Scope};
use crate::app::key::Key;

const fn spec(command: Global, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Global(command), name, title, Scope::Viewer)
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(Global::Back, "viewer.back", "One step back").keys(&[&[Key::Esc], &[Key::Ctrl('g')]]),
    spec(Global::Close, "viewer.close", "Leave the file").keys(&[&[Key::Char('q')]]).hint("quit"),
    spec(Global::Cancel, "viewer.cancel", "Stop what is being done").keys(&[&[Key::Ctrl('c')]]),
    spec(Global::Quit, "viewer.quit", "Quit from anywhere").keys(&[&[Key::Char('Q')]]),
    spec(Global::Redraw, "viewer.redraw", "Draw the screen anew").keys(&[&[Key::Ctrl('l')]]),
    spec(Global::Suspend, "viewer.suspend", "Back to the shell until `fg`").keys(&[&[Key::Ctrl('z')]]),
    spec(Global::Palette, "viewer.palette", "Find a command by name")
        .keys(&[&[Key::Char(':')], &[Key::Ctrl('p')]])
        .hint("commands"),
    spec(Global::Help, "viewer.help", "Keys of this screen")
        .keys(&[&[Key::Char('?')], &[Key::F(1)]])
        .hint("keys"),
];
