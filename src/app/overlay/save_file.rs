//! Where a file of a note, a mail or a column is to be saved: a path, with the file's name proposed.

use super::Overlay;
use crate::app::App;
use crate::app::effect::{Effect, Request};
use crate::app::exchanges::size;
use crate::app::file_name;
use crate::app::key::{Input, Key};
use crate::app::line::Line;
use crate::app::problem::Problem;
use crate::app::tickets::Slot;
use crate::dataverse::StoredFile;
use crate::dataverse::timeline::Attachment;

/// The form with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct SaveFile {
    /// The file.
    pub file: StoredFile,
    /// What the file is called, made harmless.
    pub name: String,
    /// As the server told it in the list.
    pub size: Option<u64>,
    /// The path.
    pub line: Line,
    /// Why it was not saved.
    pub problem: Option<Problem>,
}

impl SaveFile {
    /// For a file with a name that is harmless already.
    pub(in crate::app) fn new(file: StoredFile, name: String, size: Option<u64>) -> Self {
        let line = Line::new(file_name::shown(&name));
        Self { file, name, size, line, problem: None }
    }

    /// For what goes with a note or a mail.
    pub(in crate::app) fn of_attachment(file: &Attachment) -> Self {
        Self::new(file.stored.clone(), file_name::harmless(&file.name), file.size)
    }

    /// `Save quote.pdf, 84 KB`
    pub fn title(&self) -> String {
        let told = self.size.map(|bytes| format!(", {}", size(bytes)));
        format!("Save {}{}", self.name, told.unwrap_or_default())
    }
}

impl App {
    pub(super) fn save_file_input(&mut self, input: &Input) -> Vec<Effect> {
        let busy = self.tickets.is_busy(Slot::SavedFile);
        let Some(Overlay::SaveFile(form)) = self.overlays.last_mut() else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) if busy => return self.cancel(Slot::SavedFile),
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => drop(self.overlays.pop()),
            Input::Key(Key::Backspace) if form.line.is_empty() && !busy => drop(self.overlays.pop()),
            _ if busy => self.say("It is being saved.  Ctrl-C stops"),
            Input::Key(Key::Enter) => {
                let path = form.line.text().trim().to_owned();
                if path.is_empty() {
                    let next = "Type a path. Esc closes.";
                    form.problem = Some(Problem::new("It was not saved: no path is given.").next(next));
                    return vec![];
                }
                form.problem = None;
                let request = Request::SaveFile(form.file.clone(), path);
                self.notice = None;
                return vec![Effect::Run(self.tickets.issue(Slot::SavedFile), request)];
            }
            input => {
                if form.line.update(input) {
                    form.problem = None;
                } else {
                    self.say_unbound(input);
                }
            }
        }
        vec![]
    }

    /// The file is here, or why not: then the form stays with what was typed.
    pub(in crate::app) fn file_saved(&mut self, result: Result<u64, Problem>) {
        let form = self.overlays.iter().position(|overlay| matches!(overlay, Overlay::SaveFile(_)));
        let Some(at) = form else { return };
        match (result, &mut self.overlays[at]) {
            (Ok(bytes), Overlay::SaveFile(form)) => {
                let path = file_name::shown(form.line.text().trim());
                let said = format!("Saved {}, {}, to {path}", form.name, size(bytes));
                self.overlays.remove(at);
                if matches!(self.overlays.last(), Some(Overlay::File(_))) {
                    self.overlays.pop(); // what could be done with it is done
                }
                self.say(said);
            }
            (Err(problem), Overlay::SaveFile(form)) => form.problem = Some(problem),
            _ => {}
        }
    }
}
