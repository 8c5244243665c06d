//! Which of several attachments is to be saved.

use super::Overlay;
use super::menu::{Answer, Menu};
use super::save_file::SaveFile;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::exchanges::size;
use crate::app::file_name::harmless;
use crate::app::key::Input;
use crate::dataverse::timeline::Attachment;

/// The attachments to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct AttachmentMenu {
    /// Them, as the menu lists them.
    pub menu: Menu,
    files: Vec<Attachment>,
}

impl AttachmentMenu {
    /// A choice of these.
    pub fn new(files: Vec<Attachment>) -> Self {
        let told = |file: &Attachment| (harmless(&file.name), file.size.map(size).unwrap_or_default());
        Self { menu: Menu::new(files.iter().map(told)), files }
    }
}

impl App {
    pub(super) fn attachments_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Attachments(choice)) = self.overlays.last_mut() else { return vec![] };
        match choice.menu.input(input) {
            Answer::Picked(index) => {
                let form = choice.files.get(index).map(SaveFile::of_attachment);
                self.overlays.pop();
                self.overlays.extend(form.map(|form| Overlay::SaveFile(Box::new(form))));
            }
            Answer::Closed => drop(self.overlays.pop()),
            Answer::Stays => {}
            Answer::Unknown(key) => self.say(format!("`{key}` is none of these.  Esc closes")),
        }
        vec![]
    }
}
