//! The menu of `P`: what can be copied here, by the same letters, printed plainly instead.

use super::Overlay;
use crate::app::App;
use crate::app::command::copy::CopyCommand;
use crate::app::command::{self, Availability, Command, CommandSpec};
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};

/// The command that opens the menu; its key in there prints what was copied last.
const PRINT: Command = Command::Copy(CopyCommand::Print);

/// The letters, and what each copies. Nearer scopes hide farther ones; the last line is what was copied last.
pub fn entries(app: &App) -> Vec<(Key, &'static CommandSpec)> {
    let mut entries: Vec<(Key, &'static CommandSpec)> = Vec::new();
    let mut last = None;
    for spec in command::of(app.screen().scopes()) {
        let mut keys = app.keymap().sequences(spec).filter_map(|keys| keys.last().copied());
        let Some(key) = keys.next() else { continue };
        match spec.command {
            PRINT => last = Some((key, spec)),
            command if copies(command) && entries.iter().all(|(taken, _)| *taken != key) => {
                entries.push((key, spec));
            }
            _ => {}
        }
    }
    entries.retain(|(key, _)| last.is_none_or(|(taken, _)| taken != *key));
    entries.extend(last);
    entries
}

/// Whether any of the letters would copy something now.
pub fn has_something(app: &App) -> bool {
    let mut others = entries(app).into_iter().filter(|(_, spec)| spec.command != PRINT);
    others.any(|(_, spec)| (spec.enabled)(app) == Availability::Yes)
}

/// What a line of the menu says.
pub fn title(spec: &CommandSpec) -> String {
    match (spec.command, spec.title.strip_prefix("Copy ")) {
        (PRINT, _) => "Print what was copied last".to_owned(),
        (_, Some(copied)) => format!("Print {copied}"),
        (_, None) => spec.title.to_owned(),
    }
}

fn copies(command: Command) -> bool {
    match command {
        Command::Copy(command) => !matches!(command, CopyCommand::Print | CopyCommand::Browser),
        Command::Log(command) => command.copies(),
        _ => false,
    }
}

impl App {
    /// The keys that print what was copied last.
    pub(in crate::app) fn print_last_keys(&self) -> String {
        let keys = self.keymap().text_of(PRINT);
        let last = keys.split(' ').next_back().unwrap_or_default();
        format!("{keys} {last}")
    }

    pub(super) fn print_input(&mut self, input: &Input) -> Vec<Effect> {
        let Input::Key(key) = input else {
            self.say("Pasted text is not taken for keys.");
            return vec![];
        };
        if matches!(key, Key::Esc | Key::Ctrl('g') | Key::Backspace) {
            self.overlays.pop();
            return vec![];
        }
        let Some((_, spec)) = entries(self).into_iter().find(|(letter, _)| letter == key) else {
            self.say_unbound(input);
            return vec![];
        };
        self.overlays.pop();
        match spec.command {
            PRINT => self.print_last(),
            _ => self.print_instead(spec),
        }
    }

    fn print_last(&mut self) -> Vec<Effect> {
        match &self.copied {
            Some(copied) => vec![Effect::Print(copied.text.clone())],
            None => {
                self.say("Nothing was copied yet. y shows what can be.");
                vec![]
            }
        }
    }

    /// Runs a command that copies, and prints what it would have copied.
    fn print_instead(&mut self, spec: &CommandSpec) -> Vec<Effect> {
        let mut effects = self.run(spec);
        for effect in &mut effects {
            if let Effect::Copy(text) = effect {
                *effect = Effect::Print(std::mem::take(text));
                self.notice = None; // it told of the clipboard
            }
        }
        effects
    }

    /// Opens the menu.
    pub(in crate::app) fn begin_print(&mut self) {
        self.overlays.push(Overlay::Print);
    }
}
