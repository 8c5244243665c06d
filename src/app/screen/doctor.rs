//! The doctor: what stands between this machine and the rows, check by check. Works when nobody is signed in, too.

use crate::app::command::doctor::DoctorCommand;
use crate::app::effect::{Effect, Request};
use crate::app::examination::{Examination, Status};
use crate::app::list::{List, Step};
use crate::app::load::Load;
use crate::app::notice::Notice;
use crate::app::overlay::Overlay;
use crate::app::overlay::key_tester::KeyTester;
use crate::app::overlay::reading::Reading;
use crate::app::problem::Problem;
use crate::app::tickets::Slot;
use crate::app::{App, Screen};
use crate::dataverse::TableName;

/// State of the doctor.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Doctor {
    /// What was found; the report before stays while the checks run again.
    pub report: Load<Examination>,
    /// Cursor and scroll position among the lines.
    pub list: List,
    /// Tables to look for privileges on.
    tables: Vec<TableName>,
}

/// A line of the list, by place of the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoctorLine {
    /// The check.
    Check(usize),
    /// What to do about it.
    Fix(usize),
}

impl Doctor {
    /// The lines of the list.
    pub fn lines(&self) -> Vec<DoctorLine> {
        let Some(report) = self.report.value() else { return vec![] };
        let lines = report.checks.iter().enumerate().flat_map(|(index, check)| {
            let fix = check.status.is_trouble() && !check.next.is_empty();
            [Some(DoctorLine::Check(index)), fix.then_some(DoctorLine::Fix(index))]
        });
        lines.flatten().collect()
    }

    /// The place of the check under the cursor.
    pub fn current(&self) -> Option<usize> {
        match self.lines().get(self.list.cursor)? {
            DoctorLine::Check(index) | DoctorLine::Fix(index) => Some(*index),
        }
    }

    /// What the message line says of the whole.
    pub fn summary(&self) -> Option<String> {
        let report = self.report.value()?;
        let failed: Vec<&str> = report
            .checks
            .iter()
            .filter(|check| check.status == Status::Fail)
            .map(|check| check.title.as_str())
            .collect();
        Some(match failed.as_slice() {
            [] => report.verdict.clone(),
            failed => format!("{} failed: {}. Enter explains", failed.len(), failed.join(", ")),
        })
    }
}

impl App {
    /// Opens the doctor and lets it begin; the tables of the screens behind it are looked at, too.
    pub(in crate::app) fn go_doctor(&mut self) -> Vec<Effect> {
        if !matches!(self.screen(), Screen::Doctor(_)) {
            let mut tables: Vec<TableName> = Vec::new();
            for screen in self.screens.iter() {
                let table = match screen {
                    Screen::Grid(grid) => &grid.table.name,
                    Screen::Record(record) => &record.table.name,
                    _ => continue,
                };
                if !tables.contains(table) {
                    tables.push(table.clone());
                }
            }
            self.screens.push(Screen::Doctor(Box::new(Doctor { tables, ..Doctor::default() })));
        }
        self.examine()
    }

    /// Runs the checks.
    fn examine(&mut self) -> Vec<Effect> {
        let size = self.terminal();
        let Screen::Doctor(doctor) = self.screen_mut() else { return vec![] };
        doctor.report.start();
        let request = Request::Doctor(doctor.tables.clone(), size);
        vec![Effect::Run(self.tickets.issue(Slot::Doctor), request)]
    }

    /// Takes the report; the cursor goes to the first check that stands in the way.
    pub(in crate::app) fn examined(&mut self, result: Result<Examination, Problem>) {
        let report = match result {
            Ok(report) => report,
            Err(problem) => {
                self.examination_stopped();
                self.notice = Some(Notice::Problem(problem));
                return;
            }
        };
        let worst = [Status::Fail, Status::Warn]
            .into_iter()
            .find_map(|status| report.checks.iter().position(|check| check.status == status))
            .unwrap_or_default();
        let height = self.doctor_height();
        for screen in self.screens.iter_mut() {
            if let Screen::Doctor(doctor) = screen
                && doctor.report.is_pending()
            {
                let first = doctor.report.value().is_none();
                doctor.report.finish(Ok(report.clone()));
                let lines = doctor.lines();
                let at = lines.iter().position(|line| *line == DoctorLine::Check(worst)).unwrap_or_default();
                match first {
                    true => doctor.list.go_to(at, lines.len(), height),
                    false => doctor.list.clamp(lines.len(), height),
                }
            }
        }
    }

    /// The checks were called off.
    pub(in crate::app) fn examination_stopped(&mut self) {
        for screen in self.screens.iter_mut() {
            if let Screen::Doctor(doctor) = screen {
                doctor.report.cancel();
            }
        }
    }

    pub(in crate::app) fn step_doctor(&mut self, step: Step) {
        let height = self.doctor_height();
        if let Screen::Doctor(doctor) = self.screen_mut() {
            let len = doctor.lines().len();
            doctor.list.step(step, len, height);
        }
    }

    /// Rows of the list: one line on top of it counts the checks.
    fn doctor_height(&self) -> usize {
        self.size.list_height()
    }

    pub(in crate::app) fn run_doctor(&mut self, command: DoctorCommand) -> Vec<Effect> {
        let Screen::Doctor(doctor) = self.screen() else { return vec![] };
        match command {
            DoctorCommand::Again => return self.examine(),
            DoctorCommand::KeyTester => {
                self.overlays.push(Overlay::KeyTester(KeyTester::default()));
                return vec![];
            }
            _ => {}
        }
        let Some(report) = doctor.report.value() else { return vec![] };
        match command {
            DoctorCommand::Explain => {
                let Some(index) = doctor.current() else { return vec![] };
                let title = report.checks[index].title.clone();
                let reading = Reading::new(title, report.explanation(index));
                self.overlays.push(Overlay::Reading(Box::new(reading)));
            }
            DoctorCommand::Claims if report.facts.is_empty() => {
                self.say("There is no token whose claims can be read.");
            }
            DoctorCommand::Claims => {
                let widest = report.facts.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
                let lines = report.facts.iter().map(|(label, value)| format!("{label:<widest$}  {value}"));
                let reading = Reading::new("Token claims, never the token".to_owned(), lines.collect());
                self.overlays.push(Overlay::Reading(Box::new(reading.tight())));
            }
            DoctorCommand::Copy => {
                let text = report.plain();
                return self.copy(text);
            }
            DoctorCommand::Print => return vec![Effect::Print(report.plain())],
            DoctorCommand::Again | DoctorCommand::KeyTester => {}
        }
        vec![]
    }
}
