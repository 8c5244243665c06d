//! One of several things that were read is chosen from a menu: a file to be saved, a workflow to be run.

use super::Overlay;
use super::menu::{Answer, Menu};
use super::save_file::SaveFile;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::exchanges::size;
use crate::app::file_name::harmless;
use crate::app::key::Input;
use crate::app::pending::Target;
use crate::dataverse::timeline::Attachment;
use crate::dataverse::workflows::Workflow;

/// The things, and what the chosen one is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Choosing {
    /// What is asked.
    pub title: String,
    /// The things, as the menu lists them.
    pub menu: Menu,
    among: Among,
}

#[derive(Debug, Clone, PartialEq)]
enum Among {
    Files(Vec<Attachment>),
    /// `about`: the rows that one is to be run on.
    Workflows {
        workflows: Vec<Workflow>,
        about: Vec<Target>,
    },
}

impl Choosing {
    /// Which of several attachments is to be saved.
    pub fn file(files: Vec<Attachment>) -> Self {
        let told = |file: &Attachment| (harmless(&file.name), file.size.map(size).unwrap_or_default());
        let menu = Menu::new(files.iter().map(told));
        Self { title: "Save which attachment".to_owned(), menu, among: Among::Files(files) }
    }

    /// Which workflow is to be run on rows that are called so.
    pub fn workflow(workflows: Vec<Workflow>, about: Vec<Target>, on: &str) -> Self {
        let told = |workflow: &Workflow| {
            let what = workflow.description.lines().next().unwrap_or_default().trim();
            let detail = match (workflow.real_time, what) {
                (true, "") => "at once".to_owned(),
                (true, what) => format!("at once: {what}"),
                (false, "") => "in the background".to_owned(), // as most are
                (false, what) => what.to_owned(),
            };
            (workflow.name.clone(), detail)
        };
        let menu = Menu::new(workflows.iter().map(told));
        Self {
            title: format!("Run which workflow on {on}"),
            menu,
            among: Among::Workflows { workflows, about },
        }
    }

    /// What a letter does with the thing behind it.
    pub fn letter_does(&self) -> &'static str {
        match self.among {
            Among::Files(_) => "saves that one",
            Among::Workflows { .. } => "stages that one",
        }
    }
}

impl App {
    pub(super) fn choosing_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Choosing(choosing)) = self.overlays.last_mut() else { return vec![] };
        match choosing.menu.input(input) {
            Answer::Picked(index) => {
                if let Some(Overlay::Choosing(choosing)) = self.overlays.pop() {
                    self.chosen_of(choosing.among, index);
                }
            }
            Answer::Closed => drop(self.overlays.pop()),
            Answer::Stays => {}
            Answer::Unknown(key) => self.say(format!("`{key}` is none of these.  Esc closes")),
        }
        vec![]
    }

    fn chosen_of(&mut self, among: Among, index: usize) {
        match among {
            Among::Files(files) => {
                let form = files.get(index).map(SaveFile::of_attachment);
                self.overlays.extend(form.map(|form| Overlay::SaveFile(Box::new(form))));
            }
            Among::Workflows { workflows, about } => {
                if let Some(workflow) = workflows.get(index) {
                    self.stage_workflow(about, workflow);
                }
            }
        }
    }
}
