//! Which workflow is to be run.

use super::Overlay;
use super::menu::{Answer, Menu};
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::key::Input;
use crate::app::pending::Target;
use crate::dataverse::workflows::Workflow;

/// The workflows to choose from, and the rows that one is to be run on.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowMenu {
    /// Them, as the menu lists them.
    pub menu: Menu,
    /// The rows in words.
    pub on: String,
    workflows: Vec<Workflow>,
    about: Vec<Target>,
}

impl WorkflowMenu {
    /// A choice of these for rows that are called so.
    pub fn new(workflows: Vec<Workflow>, about: Vec<Target>, on: String) -> Self {
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
        Self { menu: Menu::new(workflows.iter().map(told)), on, workflows, about }
    }
}

impl App {
    pub(super) fn workflows_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Workflows(choice)) = self.overlays.last_mut() else { return vec![] };
        match choice.menu.input(input) {
            Answer::Picked(index) => {
                let picked = choice.workflows.get(index).cloned();
                let about = std::mem::take(&mut choice.about);
                self.overlays.pop();
                if let Some(workflow) = picked {
                    self.stage_workflow(about, &workflow);
                }
            }
            Answer::Closed => drop(self.overlays.pop()),
            Answer::Stays => {}
            Answer::Unknown(key) => self.say(format!("`{key}` is none of these.  Esc closes")),
        }
        vec![]
    }
}
