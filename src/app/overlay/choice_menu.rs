//! The options of a choice, a status or a yes/no column.

use super::Overlay;
use super::menu::{Answer, Menu};
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::field::choice::Pick;
use crate::app::field::{self, status, yes_no};
use crate::app::key::Input;
use crate::app::pending::{Staged, Target};
use crate::dataverse::{Column, ColumnKind};

/// The menu of a column's options.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceMenu {
    /// The row.
    pub target: Target,
    /// The column.
    pub column: Column,
    /// The options as the menu lists them.
    pub menu: Menu,
    staged: Vec<Staged>,
}

/// What can be picked for a column of a row.
pub fn picks(target: &Target, column: &Column) -> Vec<Pick> {
    match &column.kind {
        ColumnKind::Choice { options } => field::choice::picks(options),
        ColumnKind::Status { options } => status::picks(&target.row, options),
        ColumnKind::YesNo { yes, no } => yes_no::picks(yes, no),
        _ => vec![],
    }
}

impl ChoiceMenu {
    /// The options, with the cursor on the one that holds: the staged one, otherwise the one that was read.
    pub fn new(target: Target, column: Column, now: Option<&Staged>) -> Self {
        let picks = picks(&target, &column);
        let menu = Menu::new(picks.iter().map(|pick| (pick.staged.text.clone(), pick.detail.clone())));
        let mut staged: Vec<Staged> = picks.into_iter().map(|pick| pick.staged).collect();
        let menu = match field::null(&column) {
            Ok(null) => {
                staged.push(null);
                menu.with('-', "(empty)")
            }
            Err(_) => menu,
        };
        let cell = target.row.cell(column.name.as_str());
        let is_now = |value: &Staged| match (now, &cell) {
            (Some(now), _) => now.change == value.change,
            (None, Some(cell)) => value.change.is_value(cell.json),
            (None, None) => false,
        };
        let at = staged.iter().position(is_now);
        Self { menu: menu.at(at), staged, target, column }
    }
}

impl App {
    pub(super) fn choice_menu_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::ChoiceMenu(menu)) = self.overlays.last_mut() else { return vec![] };
        match menu.menu.input(input) {
            Answer::Picked(index) => {
                let picked = menu.staged.get(index).cloned();
                let (target, column) = (menu.target.clone(), menu.column.clone());
                self.overlays.pop();
                if let Some(staged) = picked {
                    self.stage_meant(&target, &column, staged);
                }
            }
            Answer::Closed => drop(self.overlays.pop()),
            Answer::Stays => {}
            Answer::Unknown(key) => self.say(format!("`{key}` is none of these.  Esc keeps the value")),
        }
        vec![]
    }
}
