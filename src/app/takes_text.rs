//! Whether somebody types text or gives commands.

use super::App;
use super::overlay::Overlay;
use super::overlay::prompt::{Confirm, confirm};
use super::overlay::tags::FIELDS;
use super::screen::Screen;

impl App {
    /// Whether characters that come now are text rather than commands.
    pub fn takes_text(&self) -> bool {
        if self.size.is_too_small() || self.leaving {
            return false;
        }
        match self.overlays.last() {
            Some(
                Overlay::Help(_)
                | Overlay::Palette(_)
                | Overlay::Columns(_)
                | Overlay::Editor(_)
                | Overlay::Find(_)
                | Overlay::Lookup(_)
                | Overlay::Address(_)
                | Overlay::GoTo(_)
                | Overlay::SaveFile(_)
                | Overlay::Hits(_)
                | Overlay::Views(_)
                | Overlay::Keys(_)
                | Overlay::KeyTester(_),
            ) => true,
            Some(Overlay::Draft(draft)) => draft.takes_text(),
            Some(Overlay::ChoicesMenu(menu)) => menu.menu.find().is_some(),
            Some(Overlay::Choosing(choosing)) => choosing.menu.find().is_some(),
            Some(Overlay::Tags(form)) => form.line(FIELDS[form.at]).is_some(),
            Some(Overlay::File(file)) => file.asking.is_some(),
            Some(Overlay::ColumnPicker(picker)) => picker.typing,
            Some(Overlay::Prompt(prompt)) => matches!(confirm(self, &prompt.question), Confirm::Text(_)),
            Some(
                Overlay::Prefix(_)
                | Overlay::Print
                | Overlay::ColumnMenu(_)
                | Overlay::ChoiceMenu(_)
                | Overlay::Details(_)
                | Overlay::Conflict(_)
                | Overlay::Gone(_)
                | Overlay::Duplicates(_)
                | Overlay::Link(_)
                | Overlay::Whole(_)
                | Overlay::Offer(_)
                | Overlay::Reading(_),
            ) => false,
            None => match self.screen() {
                Screen::Environments(screen) => screen.typing,
                Screen::Tables(screen) => screen.typing,
                Screen::SignIn(screen) => screen.field.is_some(),
                Screen::Grid(grid) => grid.filter.as_ref().is_some_and(|filter| filter.typing),
                Screen::Log(log) => log.typing,
                Screen::Record(_) | Screen::Review(_) | Screen::Doctor(_) | Screen::Viewer(_) => false,
            },
        }
    }
}
