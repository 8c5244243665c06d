//! Sign-in: where to go, what to type there, and how it is going.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::qr::Code;
use super::{problem, text};
use crate::app::App;
use crate::app::screen::SignIn;
use crate::app::screen::sign_in::Field;
use crate::app::session::{Prompt, Session, Way};
use crate::tui::theme::Theme;

/// Lines from which on there is room for air between the paragraphs.
const ROOMY: u16 = 19;

/// Draws the screen.
pub(super) fn draw(
    app: &App,
    sign_in: &SignIn,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let mut page =
        Page { theme, area: indent(area, 1), buffer, y: 0, is_roomy: area.height >= ROOMY, focus: None };
    page.is_roomy.then(|| page.gap());
    page.line("Sign in to Dataverse", theme.bar);
    page.gap();
    if let Some(problem) = &sign_in.problem {
        let rest = page.rest(1);
        page.y += problem::draw(app, problem, theme, rest, page.buffer);
        page.gap();
    }
    if let Some(field) = &sign_in.field {
        draw_field(&mut page, field);
        return page.focus;
    }
    match &sign_in.prompt {
        Some(Prompt::DeviceCode { address, code, expires, may_open }) => {
            let left = expires.as_second() - app.now.as_second();
            let picture = *may_open && !app.start.ascii;
            device_code(&mut page, area, address, code, (*may_open, picture), left);
        }
        Some(prompt @ Prompt::Browser { address }) => {
            let port = prompt.way_back().filter(|_| app.start.remote);
            browser(&mut page, address, port);
        }
        None if sign_in.problem.is_some() => {}
        None => {
            let said = match (&app.session, sign_in.way) {
                (Session::Connecting, _) => match &app.start.environment {
                    Some(environment) => format!("Connecting to {environment} ..."),
                    None => "Looking for a kept sign-in ...".into(),
                },
                (_, Way::DeviceCode) => "Asking for a code ...".into(),
                (_, Way::Browser) => "Waiting for the browser ...".into(),
                (_, Way::Application) => "Signing in as the application ...".into(),
                (_, Way::AzureCli) => "Asking the Azure CLI for a token ...".into(),
                (_, Way::Token) => "Trying the token ...".into(),
            };
            page.line(&said, Style::new());
            page.line("Ctrl-C stops", theme.dim);
        }
    }
    page.focus
}

/// What the person gives is counted, never shown.
fn draw_field(page: &mut Page<'_>, field: &Field) {
    let theme = page.theme;
    let (asked, note) = match field {
        Field::Address(_) => (
            "Paste the address that the browser ended at",
            "It begins with http://localhost and shows an error page there. It is used once, by this sign-in alone.",
        ),
        Field::Token(_) => (
            "Paste an access token for this environment",
            "It is kept until it runs out, and cannot be renewed: no refresh token comes with it.",
        ),
    };
    page.line(asked, Style::new());
    page.gap();
    page.focus_here(3);
    let given = match field.text().count() {
        0 => "nothing yet".to_owned(),
        1 => "1 character".to_owned(),
        count => format!("{count} characters"),
    };
    page.indented(&format!("[{given}]"), theme.key, 3);
    page.gap();
    page.line(note, theme.dim);
}

fn device_code(
    page: &mut Page<'_>,
    whole: Rect,
    address: &str,
    code: &str,
    (may_open, picture): (bool, bool),
    left: i64,
) {
    let theme = page.theme;
    if let Some(qr) = Code::new(address).filter(|_| page.is_roomy && picture) {
        let (width, height) = qr.size();
        if width + 44 <= whole.width && height <= whole.height {
            let x = whole.right() - width;
            qr.draw(Rect { x, width, ..whole }, theme.code, page.buffer);
            let note = Rect { x: x + 1, y: whole.y + height, width: width - 1, height: 1 };
            if note.y < whole.bottom() {
                text::line("The address only, not the code.", theme.dim, note, page.buffer);
            }
            page.area.width = whole.width - width - 2;
        }
    }
    page.line("1 On any device open", Style::new());
    page.indented(address, theme.key, 3);
    if !may_open {
        page.indented("No sign-in host that is known. Open it only if you trust it.", theme.problem, 3);
    }
    page.gap();
    page.line("2 Enter this code", Style::new());
    page.gap();
    page.focus_here(3);
    page.indented(&spaced(code), theme.key, 3);
    page.indented(&format!("({code})"), theme.dim, 3);
    page.gap();
    page.line("3 Come back: this screen goes on by itself.", Style::new());
    page.gap();
    match left {
        1.. => {
            let left = format!("Waiting for you ...  expires in {}:{:02}", left / 60, left % 60);
            page.indented(&left, theme.bar, 2);
        }
        _ => page.indented("The code has expired. n gets a new one", theme.problem, 2),
    }
    page.gap();
    page.line("Only enter a code that you asked for here.", theme.dim);
    page.line("Other ways:  b browser       a Azure CLI", theme.dim);
    page.line("             s application   t token", theme.dim);
}

fn browser(page: &mut Page<'_>, address: &str, tunnel: Option<u16>) {
    let theme = page.theme;
    if let Some(port) = tunnel {
        page.line("0 On the machine with the browser, first run", Style::new());
        page.indented(&format!("ssh -L {port}:localhost:{port} this-host"), theme.key, 3);
        page.gap();
    }
    let where_to = match tunnel {
        Some(_) => "1 Open the address below there, and sign in.",
        None => "1 Sign in where the browser opened.",
    };
    page.line(where_to, Style::new());
    page.gap();
    page.line("2 Come back: this screen goes on by itself.", Style::new());
    page.gap();
    page.indented("Waiting for you ...", theme.bar, 2);
    page.gap();
    let elsewhere = match tunnel {
        Some(_) => "No tunnel? Open this address anywhere, and p pastes the one that it ends at:",
        None => "Browser elsewhere? Open this address there, and p pastes the one it ends at:",
    };
    page.line(elsewhere, theme.dim);
    page.focus_here(0);
    let room = page.rest(0);
    let lines = text::wrap(address, usize::from(room.width));
    let shown = usize::from(room.height);
    if lines.len() > shown {
        page.line("The address is too long for this screen. P shows all of it.", theme.dim);
        return;
    }
    for line in lines {
        page.line(&line, theme.key);
    }
}

/// A code as people read it aloud: letters apart, in groups of three or four.
fn spaced(code: &str) -> String {
    let letters: Vec<char> = code.chars().filter(|c| *c != '-').collect();
    let size = if letters.len().is_multiple_of(3) { 3 } else { 4 };
    let groups =
        letters.chunks(size).map(|group| group.iter().map(char::to_string).collect::<Vec<_>>().join(" "));
    groups.collect::<Vec<_>>().join("  ")
}

fn indent(area: Rect, cells: u16) -> Rect {
    let cells = cells.min(area.width);
    Rect { x: area.x + cells, width: area.width - cells, ..area }
}

/// Lines written one below the other.
struct Page<'a> {
    theme: &'a Theme,
    area: Rect,
    buffer: &'a mut Buffer,
    y: u16,
    is_roomy: bool,
    focus: Option<Position>,
}

impl Page<'_> {
    /// An empty line where there is room for one.
    fn gap(&mut self) {
        self.y += u16::from(self.is_roomy);
    }

    /// What is left of the page, with a margin at the left.
    fn rest(&self, margin: u16) -> Rect {
        let used = self.y.min(self.area.height);
        let rest = Rect { y: self.area.y + used, height: self.area.height - used, ..self.area };
        indent(rest, margin)
    }

    fn line(&mut self, line: &str, style: Style) {
        self.indented(line, style, 0);
    }

    /// Text with a margin, wrapped: a cut address leads nowhere.
    fn indented(&mut self, line: &str, style: Style, margin: u16) {
        let rest = self.rest(margin);
        // Spaces between the letters of a code count.
        let lines = if line.width() <= usize::from(rest.width) {
            vec![line.to_owned()]
        } else {
            text::wrap(line, usize::from(rest.width))
        };
        for line in lines {
            let rest = self.rest(margin);
            if !rest.is_empty() {
                text::line(&line, style, Rect { height: 1, ..rest }, self.buffer);
            }
            self.y += 1;
        }
    }

    fn focus_here(&mut self, margin: u16) {
        let rest = self.rest(margin);
        self.focus = (!rest.is_empty()).then_some(Position { x: rest.x, y: rest.y });
    }
}
