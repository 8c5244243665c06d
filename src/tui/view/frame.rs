//! The frame of every screen: where am I, messages, hints.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::text;
use crate::app::command::{self, Availability, CommandSpec};
use crate::app::layout::MINIMUM;
use crate::app::notice::Notice;
use crate::app::session::Session;
use crate::app::{App, Screen};
use crate::tui::theme::Theme;

/// Row 1: environment, badge, breadcrumb; at the right what waits and whether writing is possible.
pub fn bar(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut right = Vec::new();
    let mut left = vec![Span::raw(" ")];
    match &app.session {
        Session::SignedIn(identity) => {
            left.push(Span::styled(text::fit(&identity.environment, 30).into_owned(), theme.bar));
            left.push(Span::raw(" "));
            let badge = if identity.production { theme.production } else { theme.badge };
            left.push(Span::styled(text::fit(&identity.badge, 14).into_owned(), badge));
            left.push(Span::raw("  "));
            if identity.read_only.is_some() {
                right.push(Span::styled("RO", theme.production));
            } else {
                right.push(Span::styled("RW", theme.bar));
            }
            if !app.pending.is_empty() {
                right.push(Span::styled(format!("  ~{} pending", app.pending.count()), theme.edited));
            } else {
                right.push(Span::raw(format!("  {}", text::fit(&identity.user, 24))));
            }
        }
        Session::SignedOut | Session::Connecting => {
            left.push(Span::styled(format!("dv {}", app.start.version), theme.bar));
            left.push(Span::raw("   not signed in"));
            if let Some(environment) = &app.start.environment {
                right.push(Span::raw(text::fit(environment, 44).into_owned()));
            }
        }
    }
    let right = Line::from(right);
    let room = usize::from(area.width).saturating_sub(right.width() + 2);
    let used: usize = left.iter().map(Span::width).sum();
    left.push(Span::styled(crumbs(app, room.saturating_sub(used)), theme.bar));
    Line::from(left).render(area, buffer);
    let width = right.width().min(usize::from(area.width)) as u16;
    right.render(Rect { x: area.right() - width, width, ..area }, buffer);
}

/// The names of the screens from the first to the one that is seen; the middle goes first when room is short.
fn crumbs(app: &App, room: usize) -> String {
    let names: Vec<String> = app.screens.iter().map(|screen| app.crumb(screen)).collect();
    let whole = names.join(" > ");
    if whole.width() <= room || names.len() < 3 {
        return text::fit(&whole, room).into_owned();
    }
    let short = [names[0].as_str(), "...", names[names.len() - 1].as_str()].join(" > ");
    text::fit(&short, room).into_owned()
}

/// Row 23: the newest message.
pub fn message(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    match &app.notice {
        Some(Notice::Info(info)) => text::line(info, theme.bar, area, buffer),
        Some(Notice::Problem(problem)) => {
            let why = if problem.why.is_empty() { "" } else { " " };
            text::line(&format!("! {}{why}{}", problem.what, problem.why), theme.problem, area, buffer);
        }
        None => {}
    }
}

/// Row 24: what can be done here, by priority. A hint is shown whole or not at all; `?` is the last to go.
pub fn hints(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let available = |spec: &&CommandSpec| (spec.enabled)(app) == Availability::Yes;
    let mut specs: Vec<&CommandSpec> =
        command::of(app.screen().scopes()).filter(|spec| !spec.hint.is_empty()).filter(available).collect();
    let help = specs.pop(); // the last one of the last scope
    let parts = |spec: &CommandSpec| (spec.keys_text(), spec.hint);
    let width = |spec: &CommandSpec| spec.keys_text().width() + 1 + spec.hint.width() + 2;
    let mut room = usize::from(area.width).saturating_sub(1 + help.map_or(0, width));
    let mut spans = vec![Span::raw(" ")];
    for spec in specs.into_iter().map(Some).chain([help]).flatten() {
        let last = help.is_some_and(|help| help.name == spec.name);
        if !last {
            if width(spec) > room {
                continue;
            }
            room -= width(spec);
        }
        let (keys, hint) = parts(spec);
        spans.push(Span::styled(keys, theme.key));
        spans.push(Span::raw(format!(" {hint}  ")));
    }
    Line::from(spans).render(area, buffer);
}

/// What is shown instead of everything when the terminal is too small.
pub fn too_small(area: Rect, buffer: &mut Buffer) {
    let text = format!(
        "dv needs {}x{}; this is {}x{}. q quits",
        MINIMUM.width, MINIMUM.height, area.width, area.height
    );
    text::line(&text, ratatui::style::Style::new(), area, buffer);
}

impl App {
    /// What row 1 calls a screen.
    fn crumb(&self, screen: &Screen) -> String {
        match screen {
            Screen::SignIn(_) => "Sign in".into(),
            Screen::Tables(_) => "Tables".into(),
            Screen::Grid(grid) => grid.table.collection_name.clone(),
            Screen::Record(record) => record.id.to_string(),
            Screen::Review(_) => "Pending changes".into(),
        }
    }
}
