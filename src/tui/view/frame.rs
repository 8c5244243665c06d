//! The frame of every screen: where am I, messages, hints.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};
use unicode_width::UnicodeWidthStr;

use super::{problem, text};
use crate::app::command::global::Global;
use crate::app::command::{self, Command};
use crate::app::hints::Hint;
use crate::app::layout::MINIMUM;
use crate::app::notice::Notice;
use crate::app::overlay::Overlay;
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
            let badge = identity.colour.as_deref().map_or(badge, |colour| theme.coloured(colour, badge));
            left.push(Span::styled(text::fit(&identity.badge, 20).into_owned(), badge));
            left.push(Span::raw("  "));
            match (identity.read_only(), identity.unlocked_until()) {
                (Some(_), _) => right.push(Span::styled("RO", theme.production)),
                (None, Some(until)) => {
                    let left = (until.as_second() - app.now.as_second()).max(0);
                    let text = format!("RW {}:{:02}", left / 60, left % 60);
                    right.push(Span::styled(text, theme.edited));
                }
                (None, None) => right.push(Span::styled("RW", theme.bar)),
            }
            if !app.pending.is_empty() {
                right.push(Span::styled(format!("  ~{} pending", app.pending.count()), theme.edited));
            } else {
                right.push(Span::raw(format!("  {}", text::fit(&identity.user, 24))));
            }
        }
        Session::SignedOut | Session::Connecting => {
            left.push(Span::styled(format!("dv {}", app.start.version), theme.bar));
            match app.screen() {
                Screen::Environments(_) => right.push(Span::raw("environments")),
                Screen::Tables(_) => left.push(Span::raw("   connecting ...")),
                Screen::Viewer(viewer) => {
                    left.push(Span::raw(format!("   {}", text::fit(&viewer.name, 50))));
                    right.push(Span::raw("a file, nothing is sent"));
                }
                _ => left.push(Span::raw("   not signed in")),
            }
            if let Some(environment) = &app.start.environment {
                right.push(Span::raw(text::fit(environment, 44).into_owned()));
            }
        }
    }
    let used: usize = left.iter().map(Span::width).sum();
    let leaf = app.crumb(app.screen()).width();
    let room = |right: &[Span<'_>]| {
        let right: usize = right.iter().map(Span::width).sum();
        usize::from(area.width).saturating_sub(used + right + 2)
    };
    // Who one is goes before where one is; whether writing is possible stays.
    if app.session.identity().is_some() && room(&right) < leaf {
        right.truncate(1);
    }
    let room = room(&right);
    let right = Line::from(right);
    if app.session.identity().is_some() {
        left.push(Span::styled(crumbs(app, room), theme.bar));
    }
    Line::from(left).render(area, buffer);
    let width = right.width().min(usize::from(area.width)) as u16;
    right.render(Rect { x: area.right() - width, width, ..area }, buffer);
}

/// The names of the screens from the first to the one that is seen; the middle goes first when room is short.
fn crumbs(app: &App, room: usize) -> String {
    let names: Vec<String> = app.screens.iter().map(|screen| app.crumb(screen)).collect();
    let whole = names.join(" > ");
    if whole.width() <= room || names.is_empty() {
        return text::fit(&whole, room).into_owned();
    }
    let leaf = names[names.len() - 1].as_str();
    let short = [names[0].as_str(), "...", leaf].join(" > ");
    // The leaf says where one is: the way there goes first.
    let shorter = [short, format!("... > {leaf}"), leaf.to_owned()];
    let fits = shorter.iter().find(|path| path.width() <= room).unwrap_or(&shorter[2]);
    text::fit(fits, room).into_owned()
}

/// Row 23: the newest message. A problem takes the lines it needs from the screen above.
pub fn message(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    // What is over the whole screen says nothing of what is below it.
    let is_covered = app.overlays.last().is_some_and(Overlay::covers_screen);
    let waits = || app.waiting.map(|wait| wait.short(app.now));
    let beside = || waits().or_else(|| app.upload_short()).or_else(|| app.reading_short());
    match &app.notice {
        Some(Notice::Info(info)) => say_beside(info, beside(), theme, inner, buffer),
        Some(Notice::Problem(_)) if is_covered => {}
        Some(Notice::Problem(failure)) if app.failure_of_screen() != Some(failure) => {
            let failure = &failure.to_dismiss();
            let lines = problem::height(app, failure, inner.width).clamp(1, area.y.max(1));
            let over = Rect { y: area.bottom() - lines, height: lines, ..area };
            Clear.render(over, buffer);
            problem::draw(app, failure, theme, Rect { x: inner.x, width: inner.width, ..over }, buffer);
        }
        // The body says it already.
        Some(Notice::Problem(_)) | None => {
            if let Some(wait) = &app.waiting {
                say(&wait.line(app.now), theme, inner, buffer);
            } else if let Some(saving) = app.saving_line() {
                say_beside(&saving, app.upload_short(), theme, inner, buffer);
            } else if let Some(found) = of_screen(app).filter(|_| !is_covered) {
                say_beside(&found, app.reading_short(), theme, inner, buffer);
            } else if let Some(reading) = app.reading_line() {
                say(&reading, theme, inner, buffer);
            }
        }
    }
}

/// What the screen itself has to say.
fn of_screen(app: &App) -> Option<String> {
    match app.screen() {
        Screen::Grid(grid) => grid.filter_message(app.asked_columns(grid).as_deref()),
        Screen::Doctor(doctor) => doctor.summary(),
        Screen::Log(_) => Some("Tokens and bodies are never kept here.".to_owned()),
        _ => None,
    }
}

/// A message, and at its right what is going on meanwhile, where there is room for it.
fn say_beside(message: &str, beside: Option<String>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = beside.as_ref().map_or(0, |beside| beside.width() as u16 + 2);
    match beside.filter(|_| area.width >= 2 * width) {
        Some(beside) => {
            text::line_right(&beside, theme.bar, area, buffer);
            say(message, theme, Rect { width: area.width - width, ..area }, buffer);
        }
        None => say(message, theme, area, buffer),
    }
}

/// A message that is too long loses whole parts.
fn say(message: &str, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    text::line(&text::whole_parts(message, usize::from(area.width)), theme.bar, area, buffer);
}

/// Its hint stands last, where it is looked for.
const HELP: Command = Command::Global(Global::Help);

/// Row 24: what can be done here, by priority. A hint is shown whole or not at all; help stands last.
pub fn hints(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = |hint: &Hint| hint.keys.width() + hint.text.width() + 3;
    let mut room = usize::from(area.width).saturating_sub(1);
    let mut shown: Vec<Hint> = Vec::new();
    for hint in app.hints() {
        if width(&hint) <= room + 2 {
            room = room.saturating_sub(width(&hint));
            shown.push(hint);
        }
    }
    let help = command::of(app.screen().scopes()).find(|spec| spec.command == HELP);
    let help = help.map(|spec| app.keymap().keys_text(spec));
    if let Some(help) = shown.iter().position(|hint| Some(&hint.keys) == help.as_ref()) {
        shown[help..].rotate_left(1);
    }
    let mut spans = vec![Span::raw(" ")];
    for hint in shown {
        spans.push(Span::styled(hint.keys, theme.key));
        spans.push(Span::raw(format!(" {}  ", hint.text)));
    }
    Line::from(spans).render(area, buffer);
}

/// What is shown instead of everything when the terminal is too small.
pub fn too_small(app: &App, area: Rect, buffer: &mut Buffer) {
    let next = match app.pending.unsent() {
        0 => "q quits".to_owned(),
        1 => "1 change is not sent".to_owned(),
        count => format!("{count} changes are not sent"),
    };
    let needs =
        format!("dv needs {}x{}; this is {}x{}.", MINIMUM.width, MINIMUM.height, area.width, area.height);
    let plain = ratatui::style::Style::new();
    if needs.width() + 1 + next.width() <= usize::from(area.width) {
        text::line(&format!("{needs} {next}"), plain, area, buffer);
    } else {
        text::line(&needs, plain, area, buffer);
        let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        text::line(&next, plain, below, buffer);
    }
}

impl App {
    /// What row 1 calls a screen.
    fn crumb(&self, screen: &Screen) -> String {
        match screen {
            Screen::SignIn(_) => "Sign in".into(),
            Screen::Environments(_) => "Environments".into(),
            Screen::Tables(_) => "Tables".into(),
            Screen::Grid(grid) => grid.table.collection_name.clone(),
            Screen::Record(record) => self.record_name(record),
            Screen::Review(_) => "Pending changes".into(),
            Screen::Doctor(_) => "Doctor".into(),
            Screen::Log(_) => "Request log".into(),
            Screen::Viewer(viewer) => viewer.name.clone(),
        }
    }
}
