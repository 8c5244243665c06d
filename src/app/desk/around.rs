//! What is looked at before something is done with a row: its open activities, its place in a queue.

use super::closing::{NONE_OPEN, OPEN_FIRST};
use super::{CASE, subject};
use crate::app::App;
use crate::app::effect::{Effect, Request};
use crate::app::field::choice::Pick;
use crate::app::notice::Notice;
use crate::app::overlay::draft::{Field, Recipe, Value};
use crate::app::pending::{OperationKind, Staged, Target};
use crate::app::problem::Problem;
use crate::app::tickets::Slot;
use crate::dataverse::around::{Around, OpenActivity, Queued};
use crate::dataverse::{Action, Change, Error, Operation};

/// What is done once it is known what hangs on a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// The form of a resolution tells of open activities.
    Resolve(Target),
    Pick(Target),
    Release(Target),
}

impl Intent {
    fn target(&self) -> &Target {
        match self {
            Self::Resolve(target) | Self::Pick(target) | Self::Release(target) => target,
        }
    }
}

impl App {
    /// Looks at what hangs on a row; what was meant is done when the answer is here.
    pub(super) fn look_around(&mut self, intent: Intent) -> Vec<Effect> {
        let id = intent.target().id;
        self.intent = Some(intent);
        vec![Effect::Run(self.tickets.issue(Slot::Around), Request::Around(id))]
    }

    /// What hangs on the row is known.
    pub(in crate::app) fn looked_around(&mut self, result: Result<Around, Error>) {
        let Some(intent) = self.intent.take() else { return };
        match (result, intent) {
            (Ok(around), Intent::Resolve(target)) => self.tell_open(&target, &around.open),
            (Ok(around), Intent::Pick(target)) => self.stage_pick(target, around.queued),
            (Ok(around), Intent::Release(target)) => self.stage_release(target, around.queued),
            // The form says already that activities may stand in the way.
            (Err(_), Intent::Resolve(_)) => {}
            (Err(error), _) => {
                let problem = Problem::of("Cannot read its place in a queue", &error);
                self.notice = Some(Notice::Problem(problem));
            }
        }
    }

    fn tell_open(&mut self, target: &Target, open: &[OpenActivity]) {
        let Some(draft) = self.draft_mut() else { return };
        let is_it = matches!(draft.recipe, Recipe::Resolve { .. })
            && draft.about.first().is_some_and(|about| about.key() == target.key());
        if !is_it {
            return;
        }
        if let Recipe::Resolve { open: known, .. } = &mut draft.recipe {
            *known = open.to_vec();
        }
        let is_first = |field: &Field| field.column.as_str() == OPEN_FIRST;
        let asked = draft.fields.iter().position(is_first);
        if let (Some(place), true) = (asked, open.is_empty()) {
            draft.fields.remove(place);
        }
        if !open.is_empty() && asked.is_none() {
            let pick = |text: &str, first: bool| Pick {
                staged: Staged { change: Change::YesNo(first), text: text.to_owned() },
                detail: String::new(),
            };
            let options = vec![pick("Cancel them first", true), pick("Leave them to the server", false)];
            draft.fields.push(Field {
                table: CASE.into(),
                column: OPEN_FIRST.into(),
                label: "Open activities".to_owned(),
                required: false,
                value: Value::Pick { options, at: Some(1) },
            });
        }
        draft.effects.truncate(1);
        draft.effects.extend(match open {
            [] => vec![NONE_OPEN.to_owned()],
            open => {
                let (count, them) = match open.len() {
                    1 => ("1 open activity".to_owned(), "it"),
                    count => (format!("{count} open activities"), "them"),
                };
                vec![format!("{count} may be cancelled or block this. Tab leads to {them}:")]
            }
        });
        draft.fit();
    }

    fn stage_pick(&mut self, target: Target, queued: Option<Queued>) {
        let me = self.session.identity().and_then(|identity| identity.user_id.clone());
        match (queued, me) {
            (None, _) => self.say(format!("{} is in no queue.  x q puts it into one", target.name)),
            (_, None) => self.say("Who you are is not known here."),
            (Some(Queued { worker: Some(worker), queue, .. }), _) => {
                self.say(format!("{worker} works on {} in {queue}.", target.name));
            }
            (Some(queued), Some(me)) => {
                let action = Action::pick_from_queue(queued.item, *me, subject(&target));
                let title = format!("pick {} from {}", target.name, queued.queue);
                let operation =
                    self.operation(OperationKind::Act, Some(target), title, Operation::Act(action));
                self.stage_operations(vec![operation]);
            }
        }
    }

    fn stage_release(&mut self, target: Target, queued: Option<Queued>) {
        match queued {
            None => self.say(format!("{} is in no queue.", target.name)),
            Some(Queued { worker: None, queue, .. }) => {
                self.say(format!("Nobody works on {} in {queue}.", target.name));
            }
            Some(queued) => {
                let action = Action::release_to_queue(queued.item, subject(&target));
                let title = format!("release {} to {}", target.name, queued.queue);
                let operation =
                    self.operation(OperationKind::Act, Some(target), title, Operation::Act(action));
                self.stage_operations(vec![operation]);
            }
        }
    }

    /// The one row that a look around is for.
    pub(super) fn only_one(&self, about: Vec<Target>) -> Result<Target, String> {
        match <[Target; 1]>::try_from(about) {
            Ok([one]) => Ok(one),
            Err(_) => Err("One row at a time: its place in a queue is read first.".to_owned()),
        }
    }
}
