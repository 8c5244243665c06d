//! Running a workflow on rows: which ones there are is read first, one is chosen, and what is chosen is staged.

use super::{named, subject};
use crate::app::App;
use crate::app::effect::{Effect, Request};
use crate::app::notice::Notice;
use crate::app::overlay::Overlay;
use crate::app::overlay::choosing::Choosing;
use crate::app::pending::{OperationKind, PendingOperation, Target};
use crate::app::problem::Problem;
use crate::app::screen::Screen;
use crate::app::tickets::Slot;
use crate::dataverse::workflows::Workflow;
use crate::dataverse::{Action, Error, Operation};

/// What a workflow does is known to nobody here.
pub(in crate::app) const UP_TO_IT: &str = "What it does is up to the workflow. It cannot be taken back.";

impl App {
    /// Reads which workflows can be run on rows.
    pub(super) fn choose_workflow(&mut self, about: Vec<Target>) -> Result<Vec<Effect>, String> {
        let table = about.first().ok_or("There is no row here.")?.table.name.clone();
        self.to_run_on = about;
        Ok(vec![Effect::Run(self.tickets.issue(Slot::Workflows), Request::Workflows(table))])
    }

    /// The workflows came.
    pub(in crate::app) fn workflows_came(&mut self, result: Result<Vec<Workflow>, Error>) {
        let about = std::mem::take(&mut self.to_run_on);
        let Some(table) = about.first().map(|target| target.table.clone()) else { return };
        let rows = &table.collection_name;
        let here = match self.screen() {
            Screen::Grid(grid) => grid.table.name == table.name,
            Screen::Record(record) => record.table.name == table.name,
            _ => false,
        };
        match result {
            Err(error) => {
                let next = if error.is_forbidden() { "Esc dismiss" } else { "x w try again   Esc dismiss" };
                let what = format!("Cannot read the workflows of {rows}");
                self.notice = Some(Notice::Problem(Problem::of(&what, &error).next(next)));
            }
            Ok(workflows) if workflows.is_empty() => {
                self.say(format!("No workflow of {rows} can be run on demand."));
            }
            // A menu would come up where nobody expects it.
            Ok(_) if !here || !self.overlays.is_empty() => {
                self.say("No workflow was chosen: you have gone on meanwhile.");
            }
            Ok(workflows) => {
                let on = named(&about);
                let choosing = Choosing::workflow(workflows, about, &on);
                self.overlays.push(Overlay::Choosing(Box::new(choosing)));
            }
        }
    }

    /// Stages that a workflow is run on each of these rows.
    pub(in crate::app) fn stage_workflow(&mut self, about: Vec<Target>, workflow: &Workflow) {
        // Of one in the background the service answers that it has taken it on, not that it has run.
        let verb = if workflow.real_time { "run" } else { "start" };
        let mut operations = Vec::new();
        for target in about {
            let action = Action::execute_workflow(workflow.id, subject(&target));
            let title = format!("{verb} \"{}\" on {}", workflow.name, target.name);
            let operation = self.operation(OperationKind::Act, Some(target), title, Operation::Act(action));
            operations.push(PendingOperation { effects: vec![UP_TO_IT.to_owned()], ..operation });
        }
        self.stage_operations(operations);
    }
}
