//! A form that is kept while the person sees to something that it tells of, and comes back with what was typed.

use super::around::Intent;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::overlay::Overlay;
use crate::app::overlay::draft::Draft;
use crate::app::pending::RowKey;
use crate::app::screen::record::Tab;

/// The form, and where it was opened.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::app) struct Parked {
    draft: Box<Draft>,
    /// The number of the view.
    view: u64,
    /// It was said that it would be lost.
    warned: bool,
}

impl App {
    /// Opens the open activity under the form's cursor; the form is there again when the person comes back.
    pub(super) fn visit_activity(&mut self) -> Vec<Effect> {
        let activity = self.draft_mut().and_then(|draft| draft.activity().cloned());
        let Some(activity) = activity else { return vec![] };
        let Some(table) = self.table_named(activity.table.as_str()) else {
            if let Some(draft) = self.draft_mut() {
                draft.problem = Some(format!("{} cannot be opened here.", activity.kind));
            }
            return vec![];
        };
        let Some(Overlay::Draft(mut draft)) = self.overlays.pop() else { return vec![] };
        (draft.problem, draft.is_waiting) = (None, false); // it is not staged behind the person's back
        self.parked = Some(Parked { draft, view: self.screens.top.number, warned: false });
        let effects = self.open_record(table, activity.id, Tab::Form);
        self.say("What you typed is kept.  Esc leads back to it");
        effects
    }

    /// After each event: back where a form was left, it is there again.
    pub(in crate::app) fn take_up_draft(&mut self) -> Vec<Effect> {
        let view = self.screens.top.number;
        if !self.overlays.is_empty() {
            return vec![];
        }
        match self.parked.take_if(|parked| parked.view == view) {
            Some(parked) => self.reopen(*parked.draft),
            None => vec![],
        }
    }

    /// Says once that leaving the program loses a form that was left; answers whether it did.
    pub(in crate::app) fn warns_of_parked(&mut self) -> bool {
        let Some(parked) = self.parked.as_mut().filter(|parked| !parked.warned) else { return false };
        parked.warned = true;
        let title = parked.draft.title.clone();
        self.say(format!("`{title}` is not staged and would be lost.  Esc leads back  Q quits"));
        true
    }

    /// The form that was left about this row.
    pub(super) fn parked_about(&mut self, key: &RowKey) -> Option<Draft> {
        let is_it = |parked: &mut Parked| parked.draft.about.first().is_some_and(|about| about.key() == *key);
        Some(*self.parked.take_if(is_it)?.draft)
    }

    /// Shows the form with what was typed. Its row is as it is known by now, and what hangs on it is read again.
    pub(super) fn reopen(&mut self, mut draft: Draft) -> Vec<Effect> {
        if let ([about], Ok((seen, _))) = (draft.about.as_mut_slice(), self.edit_target())
            && seen.key() == about.key()
        {
            *about = seen;
        }
        let about = draft.about.first().cloned();
        self.notice = None;
        let mut effects = self.open_draft(draft);
        effects.extend(about.into_iter().flat_map(|about| self.look_around(Intent::Resolve(about))));
        effects
    }
}
