//! Where the attachment of a note is to be saved: a path, with the attachment's name proposed.

use super::Overlay;
use crate::app::App;
use crate::app::effect::{Effect, Request};
use crate::app::exchanges::size;
use crate::app::file_name;
use crate::app::key::{Input, Key};
use crate::app::line::Line;
use crate::app::problem::Problem;
use crate::app::tickets::Slot;
use crate::dataverse::RowId;
use crate::dataverse::timeline::Attachment;

/// The form with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct SaveFile {
    /// The note that the file goes with.
    pub note: RowId,
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
    pub(in crate::app) fn new(note: RowId, file: &Attachment) -> Self {
        let name = file_name::harmless(&file.name);
        let line = Line::new(file_name::shown(&name));
        Self { note, name, size: file.size, line, problem: None }
    }

    /// `Save quote.pdf, 84 KB`
    pub fn title(&self) -> String {
        let told = self.size.map(|bytes| format!(", {}", size(bytes)));
        format!("Save {}{}", self.name, told.unwrap_or_default())
    }
}

impl App {
    pub(super) fn save_file_input(&mut self, input: &Input) -> Vec<Effect> {
        let busy = self.tickets.is_busy(Slot::Attachment);
        let Some(Overlay::SaveFile(form)) = self.overlays.last_mut() else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) if busy => return self.cancel(Slot::Attachment),
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
                let request = Request::SaveAttachment { note: form.note, path };
                self.notice = None;
                return vec![Effect::Run(self.tickets.issue(Slot::Attachment), request)];
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

    /// The attachment is here, or why not: then the form stays with what was typed.
    pub(in crate::app) fn attachment_saved(&mut self, result: Result<u64, Problem>) {
        let form = self.overlays.iter().position(|overlay| matches!(overlay, Overlay::SaveFile(_)));
        let Some(at) = form else { return };
        match (result, &mut self.overlays[at]) {
            (Ok(bytes), Overlay::SaveFile(form)) => {
                let path = file_name::shown(form.line.text().trim());
                let said = format!("Saved {}, {}, to {path}", form.name, size(bytes));
                self.overlays.remove(at);
                self.say(said);
            }
            (Err(problem), Overlay::SaveFile(form)) => form.problem = Some(problem),
            _ => {}
        }
    }
}
