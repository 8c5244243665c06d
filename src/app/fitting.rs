//! Cursors and scroll positions after the size changed.

use super::list::Step;
use super::{App, Screen};

impl App {
    /// Keeps every cursor visible after the size changed.
    pub(in crate::app) fn fit(&mut self) {
        let height = self.size.list_height();
        let grid_size = self.grid_size();
        for screen in self.screens.iter_mut() {
            match screen {
                Screen::Tables(screen) => {
                    let len = screen.picker.found().len();
                    screen.picker.list.clamp(len, height);
                }
                Screen::Environments(screen) => {
                    let len = screen.picker.found().len();
                    screen.picker.list.clamp(len, height);
                }
                Screen::Grid(grid) => {
                    let len = grid.len();
                    grid.list.clamp(len, grid_size.list_height());
                    grid.go_to_column(grid.active, grid_size.width);
                }
                Screen::SignIn(_)
                | Screen::Record(_)
                | Screen::Review(_)
                | Screen::Doctor(_)
                | Screen::Log(_)
                | Screen::Viewer(_) => {}
            }
        }
        self.fit_record();
        self.fit_preview();
        self.step_json(Step::Rows(0));
        self.fit_conflict();
        self.fit_reading();
        self.fit_whole();
        self.step_doctor(Step::Rows(0));
        self.step_log(Step::Rows(0));
        self.review_changed();
    }
}
