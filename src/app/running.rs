//! From an input to what runs: the key in effect, the command, the screen that it is for.

use super::command::global::Global;
use super::command::list::ListCommand;
use super::command::{Availability, Command, CommandSpec};
use super::effect::{Effect, Request};
use super::key::{Input, Key};
use super::keymap::Meaning;
use super::line::Line;
use super::notice::Notice;
use super::overlay::Overlay;
use super::overlay::help::Help;
use super::overlay::palette::Palette;
use super::panes::Pane;
use super::tickets::Slot;
use super::{App, Screen};

impl App {
    pub(in crate::app) fn input(&mut self, input: Input) -> Vec<Effect> {
        if self.size.is_too_small() {
            return match input {
                // A question could not be seen here: what is pending keeps the program open.
                Input::Key(Key::Char('q' | 'Q') | Key::Ctrl('c')) if self.pending.unsent() == 0 => {
                    self.leave()
                }
                _ => vec![],
            };
        }
        if self.leaving {
            self.leaving_input(&input);
            return vec![];
        }
        if !self.overlays.is_empty() {
            return self.overlay_input(input);
        }
        if let Some(effects) = self.field_input(&input) {
            return effects;
        }
        let key = match input {
            Input::Key(key) => key,
            Input::Paste(text) => {
                self.pasted(&text);
                return vec![];
            }
        };
        match self.keymap().resolve(self.screen().scopes(), &[key]) {
            Meaning::Runs(spec) => self.run(spec),
            Meaning::Begins => {
                self.overlays.push(Overlay::Prefix(key));
                vec![]
            }
            Meaning::Nothing => {
                let help = self.keymap().text_of(Command::Global(Global::Help));
                self.say(format!("`{key}` does nothing here. {help} shows keys"));
                vec![]
            }
        }
    }

    /// Runs a command, or says why it cannot run now.
    pub(in crate::app) fn run(&mut self, spec: &CommandSpec) -> Vec<Effect> {
        if let Availability::No(reason) = (spec.enabled)(self) {
            self.say(reason);
            return vec![];
        }
        if let Some(Notice::Info(_)) = self.notice {
            self.notice = None;
        }
        match spec.command {
            Command::Global(command) => self.run_global(command),
            Command::List(command) => self.run_list(command),
            Command::SignIn(command) => self.run_sign_in(command),
            Command::Tables(command) => self.run_tables(command),
            Command::Grid(command) => self.run_grid(command),
            Command::Mark(command) => self.run_mark(command),
            Command::Pane(command) => self.run_pane(command),
            Command::History(command) => self.run_history(command),
            Command::Record(command) => self.run_record(command),
            Command::Related(command) => self.run_related(command),
            Command::Timeline(command) => self.run_timeline(command),
            Command::Review(command) => self.run_review(command),
            Command::Act(command) => self.run_act(command),
            Command::Environments(command) => self.run_environments(command),
            Command::Doctor(command) => self.run_doctor(command),
            Command::Log(command) => self.run_log(command),
            Command::Copy(command) => self.run_copy(command),
        }
    }

    pub(in crate::app) fn run_global(&mut self, command: Global) -> Vec<Effect> {
        match command {
            Global::Redraw => return vec![Effect::Redraw],
            Global::Strip => return self.toggle_strip(),
            Global::Suspend => return vec![Effect::Suspend],
            Global::Quit => return self.quit(),
            Global::ReviewAndQuit if self.pending.is_empty() => return self.quit(),
            Global::ReviewAndQuit => {
                return self.review();
            }
            Global::Close if self.screens.is_first() => return self.quit(),
            Global::Close => return self.leave_screen(),
            Global::Back => return self.back(),
            Global::GoTables => return self.go_tables(),
            Global::GoDoctor => return self.go_doctor(),
            Global::GoLog => return self.go_log(),
            Global::Raw => return vec![Effect::Run(self.tickets.issue(Slot::Refused), Request::Refused)],
            Global::GoEnvironments => return self.go_environments(),
            Global::GoRecord => self.overlays.push(Overlay::GoTo(Line::default())),
            Global::Find => self.overlays.push(Overlay::Palette(Palette::with_text(self, "find "))),
            Global::SavePending => {
                self.overlays.push(Overlay::Palette(Palette::with_text(self, "pending save ")));
            }
            Global::LoadPending => {
                self.overlays.push(Overlay::Palette(Palette::with_text(self, "pending load ")));
            }
            Global::SignInAgain => return self.sign_in_again(),
            Global::Unlock => return self.ask_to_unlock(),
            Global::Lock => return self.lock(),
            Global::Cancel => match self.tickets.newest() {
                Some(slot) => return self.cancel(slot),
                None => self.say(match self.pending.saving() {
                    Some(what) => {
                        format!("{what} cannot be stopped: the server may have it.")
                    }
                    None => "Nothing is being read.  Q quits.".to_owned(),
                }),
            },
            Global::Refresh => return self.refresh(),
            Global::Reload => return self.reload(),
            Global::Help => self.overlays.push(Overlay::Help(Help::new(self))),
            Global::Palette => self.overlays.push(Overlay::Palette(Palette::new(self))),
            Global::Review => return self.review(),
            Global::Undo => self.undo(),
            Global::TakeBack => self.take_back(),
            Global::Restore => return self.restore(),
            Global::Redo => self.redo(),
        }
        vec![]
    }

    pub(in crate::app) fn run_list(&mut self, command: ListCommand) -> Vec<Effect> {
        let (step, height, focus) = (command.step(), self.size.list_height(), self.focus());
        match self.screen_mut() {
            Screen::Tables(screen) => screen.picker.step(step, height),
            Screen::Environments(screen) => screen.picker.step(step, height),
            Screen::Grid(_) => match focus {
                Pane::List => self.step_table_list(step),
                Pane::Main => return self.step_grid(step),
                Pane::Detail => self.step_preview(step),
            },
            Screen::Record(record) => {
                record.form.sought = None;
                self.step_record(step);
            }
            Screen::Review(_) => self.step_review(step),
            Screen::Doctor(_) => self.step_doctor(step),
            Screen::Log(_) => self.step_log(step),
            Screen::Viewer(_) => self.step_json(step),
            Screen::SignIn(_) => {}
        }
        vec![]
    }

    /// One step back; on the first screen there is nowhere to go.
    pub(in crate::app) fn back(&mut self) -> Vec<Effect> {
        if let Some(Notice::Problem(problem)) = &self.notice {
            let is_told_by_screen = self.failure_of_screen() == Some(problem);
            self.notice = None;
            if !is_told_by_screen {
                return vec![];
            }
        }
        if let Some(effects) = self.stop_gathering() {
            return effects;
        }
        if self.tables_back() || self.environments_back() || self.log_back() || self.panes_back() {
            return vec![];
        }
        if let Some(effects) = self.grid_back() {
            return effects;
        }
        if self.screens.is_first() {
            let close = self.keymap().text_of(Command::Global(Global::Close));
            self.say(format!("{close} to quit"));
            return vec![];
        }
        self.leave_screen()
    }

    /// Leaves the screen that is seen, and what is being read for it.
    pub(in crate::app) fn leave_screen(&mut self) -> Vec<Effect> {
        let mut effects = self.stop_reading();
        self.screens.pop();
        effects.extend(self.read_grid());
        effects.extend(self.read_stale_timeline());
        effects
    }

    pub(in crate::app) fn go_tables(&mut self) -> Vec<Effect> {
        let effects = self.stop_reading();
        self.screens.pop_to_first();
        effects
    }
}
