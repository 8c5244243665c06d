//! What can be done here and now, by priority: the last row of the screen.

use super::command::copy::CopyCommand;
use super::command::global::Global;
use super::command::{self, Availability, Command, CommandSpec};
use super::notice::Notice;
use super::overlay::Overlay;
use super::overlay::editor::Typed;
use super::overlay::help::Page;
use super::overlay::prompt;
use super::tickets::Slot;
use super::{App, Screen};

/// A key and what it does, in a word or two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// As help spells it: `Enter`, `g c`.
    pub keys: String,
    /// `open`
    pub text: String,
}

impl Hint {
    fn new(keys: impl Into<String>, text: impl Into<String>) -> Self {
        Self { keys: keys.into(), text: text.into() }
    }
}

impl App {
    /// The hints, most important first. Who takes the keys decides.
    pub fn hints(&self) -> Vec<Hint> {
        match self.overlays.last() {
            Some(overlay) => overlay_hints(self, overlay),
            None => match self.field_hints() {
                Some(hints) => hints,
                None => self.screen_hints(),
            },
        }
    }

    /// Help first, the way out of a failure, the screen's first action, what waits, the next step of Esc, the others.
    fn screen_hints(&self) -> Vec<Hint> {
        let available = |spec: &&CommandSpec| (spec.enabled)(self) == Availability::Yes;
        let scopes = self.screen().scopes();
        let commands = command::of(scopes)
            .filter(|spec| !spec.hint.is_empty() && !self.keymap().is_hidden(scopes, spec));
        let (help, commands): (Vec<&CommandSpec>, Vec<&CommandSpec>) =
            commands.filter(available).partition(|spec| spec.command == Command::Global(Global::Help));
        let hint = |spec: &CommandSpec| Hint::new(self.keymap().keys_text(spec), spec.hint);
        let key = |command| self.keymap().text_of(Command::Global(command));
        let mut hints: Vec<Hint> = help.into_iter().map(hint).collect();
        if let Some(failure) = self.failure_of_screen() {
            if failure.next.contains("g u ") {
                hints.push(Hint::new(key(Global::SignInAgain), "sign in again"));
            }
            hints.push(Hint::new(key(Global::Refresh), "try again"));
        }
        hints.extend(commands.first().copied().map(hint));
        if matches!(self.screen(), Screen::Environments(_))
            && self.places.value().is_none()
            && !self.is_waiting()
        {
            hints.push(Hint::new(key(Global::SignInAgain), "sign in"));
        }
        if self.is_waiting() {
            hints.push(Hint::new(key(Global::Cancel), "stop"));
        }
        if self.is_trouble_shown() {
            hints.push(Hint::new(key(Global::Raw), "as sent"));
        }
        let unsent = self.pending.unsent();
        if unsent > 0 && !matches!(self.screen(), Screen::Review(_)) {
            hints.push(Hint::new(key(Global::Review), format!("review {unsent}")));
        }
        hints.extend(self.back_hint().map(|text| Hint::new(key(Global::Back), text)));
        hints.extend(commands.into_iter().skip(1).map(hint));
        if self.shown_problem().is_some() && !matches!(self.screen(), Screen::SignIn(_) | Screen::Doctor(_)) {
            let report = self.keymap().text_of(Command::Copy(CopyCommand::Report));
            hints.push(Hint::new(report, "copy report"));
        }
        hints
    }

    /// The person waits for an answer, more than for the next page.
    fn is_waiting(&self) -> bool {
        match self.screen() {
            _ if self.tickets.is_busy(Slot::Find) || self.tickets.is_busy(Slot::Marked) => true,
            Screen::SignIn(_) => self.tickets.is_busy(Slot::Session),
            Screen::Environments(_) => self.tickets.is_busy(Slot::Session) || self.places.is_pending(),
            Screen::Tables(_) => self.tables.is_pending(),
            Screen::Grid(grid) => grid.to_end || grid.search.is_some() || grid.rows.is_pending(),
            Screen::Record(record) => record.is_reading(),
            Screen::Doctor(doctor) => doctor.report.is_pending(),
            Screen::Review(_) | Screen::Log(_) | Screen::Viewer(_) => false,
        }
    }

    /// What Esc would do next.
    fn back_hint(&self) -> Option<String> {
        if let Some(Notice::Problem(problem)) = &self.notice
            && self.failure_of_screen() != Some(problem)
        {
            return Some("dismiss".into());
        }
        if let Some(step) = self.pane_step() {
            return Some(step.into());
        }
        match self.screen() {
            Screen::Tables(tables) if !tables.picker.line.is_empty() => Some("clear text".into()),
            Screen::Environments(screen) if !screen.picker.line.is_empty() => Some("clear text".into()),
            Screen::Log(log) if !log.filter.is_empty() => Some("clear text".into()),
            Screen::Grid(grid) if grid.marks.is_range() => grid.marks.clear_hint(),
            Screen::Grid(grid) if grid.filter.is_some() => Some("clear filter".into()),
            Screen::Grid(grid) if !grid.marks.is_empty() => grid.marks.clear_hint(),
            Screen::Grid(grid) if !grid.chips.is_empty() => Some("drop filter".into()),
            _ if self.screens.is_first() => None,
            _ => Some("back".into()),
        }
    }

    /// The hints of a text field of the screen that has the keys.
    fn field_hints(&self) -> Option<Vec<Hint>> {
        match self.screen() {
            Screen::Tables(tables) if tables.typing => {
                let tab = match tables.picker.found().is_empty() {
                    false => Some("to the list"),
                    true => tables.closest().map(|_| "accept closest"),
                };
                let enter = (!tables.picker.found().is_empty()).then(|| Hint::new("Enter", "rows"));
                let hints = [enter, tab.map(|tab| Hint::new("Tab", tab))].into_iter().flatten();
                Some(hints.chain([Hint::new("Esc", "leave the text"), Hint::new("F1", "keys")]).collect())
            }
            Screen::SignIn(sign_in) if sign_in.field.is_some() => {
                Some(vec![Hint::new("Enter", "use it"), Hint::new("Esc", "leave the text")])
            }
            Screen::Log(log) if log.typing => Some(vec![
                Hint::new("Enter", "to the list"),
                Hint::new("Esc", "leave the text"),
                Hint::new("F1", "keys"),
            ]),
            Screen::Environments(screen) if screen.typing => Some(vec![
                Hint::new("Enter", "open"),
                Hint::new("Tab", "to the list"),
                Hint::new("Esc", "leave the text"),
                Hint::new("F1", "keys"),
            ]),
            Screen::Grid(grid) if grid.filter.as_ref().is_some_and(|filter| filter.typing) => Some(vec![
                Hint::new("Enter", "ask the server"),
                Hint::new("Tab", "to the rows"),
                Hint::new("Esc", "leave the text"),
                Hint::new("F1", "keys"),
            ]),
            _ => None,
        }
    }
}

fn overlay_hints(app: &App, overlay: &Overlay) -> Vec<Hint> {
    match overlay {
        Overlay::Prefix(key) => {
            vec![Hint::new(format!("{key} .."), "one of these keys"), Hint::new("Esc", "close")]
        }
        Overlay::Print => {
            let keys = app.keymap().text_of(Command::Copy(CopyCommand::Print));
            vec![Hint::new(format!("{keys} .."), "one of these keys"), Hint::new("Esc", "close")]
        }
        Overlay::Help(help) => {
            let mut hints = vec![Hint::new("type", "to search")];
            if help.page != Page::Concepts {
                hints.push(Hint::new("Enter", "run"));
            }
            hints.extend([Hint::new("Tab", help.page.next().title()), Hint::new("Esc", "close")]);
            hints
        }
        Overlay::Palette(_) => vec![
            Hint::new("Enter", "run"),
            Hint::new("Esc", "close"),
            Hint::new("Tab", "complete"),
            Hint::new("Up", "older"),
            Hint::new("Down", "move"),
        ],
        Overlay::ColumnMenu(_) => menu_hints("changes that column", "close"),
        Overlay::ChoiceMenu(_) => menu_hints("sets and closes", "keep"),
        Overlay::ChoicesMenu(menu) if menu.menu.find().is_some_and(|find| !find.is_empty()) => {
            vec![Hint::new("Enter", "take"), Hint::new("Esc", "keep"), Hint::new("; ,", "between several")]
        }
        Overlay::ChoicesMenu(_) => vec![
            Hint::new("letter", "picks"),
            Hint::new("Enter", "stage"),
            Hint::new("Esc", "keep"),
            Hint::new("Space", "pick"),
            Hint::new("/", "find or type"),
        ],
        Overlay::Editor(editor) => {
            let mut hints = match editor.typed {
                Typed::Line(_) => vec![Hint::new("Enter", "stage"), Hint::new("Esc", "drop")],
                Typed::Lines(_) => vec![
                    Hint::new("Ctrl-D", "stage"),
                    Hint::new("Esc", "drop"),
                    Hint::new("Enter", "new line"),
                ],
            };
            hints.extend([
                Hint::new("Tab", "and next"),
                Hint::new("Ctrl-O", "your editor"),
                Hint::new("Ctrl-U", "clear"),
                Hint::new("Ctrl-R", "as it was"),
            ]);
            hints
        }
        Overlay::Lookup(lookup) => {
            let mut hints = vec![Hint::new("Enter", "stage"), Hint::new("Esc", "keep")];
            if lookup.kinds.len() > 1 {
                hints.push(Hint::new("Tab", "kind"));
            }
            if lookup.can_be_empty() {
                hints.push(Hint::new("Ctrl-X", "set empty"));
            }
            hints.push(Hint::new("Up Down", "move"));
            hints
        }
        Overlay::File(file) if file.asking.is_some() => {
            vec![Hint::new("Enter", "stage"), Hint::new("Esc", "back")]
        }
        Overlay::File(file) => {
            let (full, free) = (file.is_full(), file.column.updatable && app.read_only().is_none());
            let save = full.then(|| Hint::new("s", "save as"));
            let put = free.then(|| Hint::new("p", "put a file"));
            let remove = (full && free).then(|| Hint::new("X", "remove"));
            let hints = [save, Some(Hint::new("Esc", "close")), put, remove];
            hints.into_iter().flatten().collect()
        }
        Overlay::Find(_) => vec![Hint::new("Enter", "stay here"), Hint::new("Esc", "back to where it began")],
        Overlay::Prompt(prompt) => {
            let keys = prompt::keys(app, &prompt.question);
            keys.into_iter().map(|(key, means)| Hint::new(key, means)).collect()
        }
        Overlay::GoTo(_) | Overlay::Offer(_) => vec![Hint::new("Enter", "go"), Hint::new("Esc", "close")],
        Overlay::Hits(_) => {
            vec![Hint::new("Enter", "open"), Hint::new("Esc", "close"), Hint::new("Up Down", "move")]
        }
        Overlay::Address(_) => vec![Hint::new("Enter", "open"), Hint::new("Esc", "close")],
        Overlay::Tags(_) => vec![
            Hint::new("Enter", "write the profile"),
            Hint::new("Esc", "drop"),
            Hint::new("Up Down", "move"),
            Hint::new("Left Right", "change"),
        ],
        Overlay::Details(_) => {
            vec![Hint::new("Enter", "open"), Hint::new("Esc", "close"), Hint::new("y", "copy")]
        }
        Overlay::Draft(draft) if draft.activity().is_some() => vec![
            Hint::new("Enter", "open it, this is kept"),
            Hint::new("Ctrl-D", "stage"),
            Hint::new("Esc", "cancel"),
            Hint::new("Tab", "next"),
        ],
        Overlay::Draft(_) => vec![
            Hint::new("Ctrl-D", "stage"),
            Hint::new("Esc", "cancel"),
            Hint::new("Tab", "next field"),
            Hint::new("Shift-Tab", "back"),
        ],
        Overlay::Conflict(panel) => {
            let esc = Hint::new("Esc", "keep pending");
            match panel.compared {
                None => vec![Hint::new("Enter", "compare"), esc],
                Some(_) => vec![
                    Hint::new("m", "mine"),
                    Hint::new("t", "theirs"),
                    Hint::new("s", "send again"),
                    esc,
                    Hint::new("e", "edit"),
                    Hint::new("M T", "all"),
                    Hint::new("j k", "move"),
                ],
            }
        }
        Overlay::Gone(_) => {
            let keys =
                [("y", "copy your values"), ("R", "re-create it"), ("D", "drop"), ("Esc", "keep pending")];
            keys.map(|(key, means)| Hint::new(key, means)).into()
        }
        Overlay::Duplicates(panel) => {
            let open = (!panel.hits().is_empty()).then(|| Hint::new("Enter", "open"));
            let keys = [("m", "make it all the same"), ("Esc", "keep pending"), ("f", "search")];
            open.into_iter().chain(keys.map(|(key, means)| Hint::new(key, means))).collect()
        }
        Overlay::Choosing(choosing) => menu_hints(choosing.letter_does(), "close"),
        Overlay::SaveFile(_) if app.tickets.is_busy(Slot::SavedFile) => vec![Hint::new("Ctrl-C", "stop")],
        Overlay::SaveFile(_) => {
            vec![Hint::new("Enter", "save"), Hint::new("Esc", "close"), Hint::new("Ctrl-U", "clear")]
        }
        Overlay::Reading(_) => {
            vec![Hint::new("Esc", "close"), Hint::new("j k", "scroll"), Hint::new("y", "copy")]
        }
        Overlay::Link(link) => {
            let tab = if link.picture { "as text" } else { "as QR code" };
            let tab = (!app.start.ascii).then(|| Hint::new("Tab", tab)); // ASCII has no blocks to draw a code with
            let hints = [Some(Hint::new("Esc", "close")), tab].into_iter().flatten();
            hints.chain([Hint::new("y", "copy"), Hint::new("P", "plain text")]).collect()
        }
        Overlay::Whole(_) => {
            vec![Hint::new("Esc", "close"), Hint::new("j k", "scroll"), Hint::new("y", "copy")]
        }
        Overlay::Keys(_) => {
            vec![Hint::new("Enter", "jump"), Hint::new("Esc", "close"), Hint::new("Up Down", "move")]
        }
        Overlay::KeyTester(_) => vec![Hint::new("q", "leave"), Hint::new("Esc Esc", "leave")],
        Overlay::ColumnPicker(picker) if picker.typing => {
            vec![Hint::new("Enter", "to the list"), Hint::new("Esc", "clear")]
        }
        Overlay::ColumnPicker(picker) if picker.prefixed => {
            vec![Hint::new("z n", "logical names"), Hint::new("Esc", "back")]
        }
        Overlay::ColumnPicker(picker) => vec![
            Hint::new("Space", "show"),
            Hint::new("Esc", if picker.line.is_empty() { "keep" } else { "clear filter" }),
            Hint::new("J K", "move"),
            Hint::new("u", "undo"),
            Hint::new("< >", "width"),
            Hint::new("!", "freeze to here"),
            Hint::new("s S", "sort"),
            Hint::new("/", "filter"),
            Hint::new("_", "fit"),
            Hint::new("z n", "names"),
        ],
        Overlay::Views(_) => vec![
            Hint::new("Enter", "open"),
            Hint::new("Esc", "close"),
            Hint::new("Up Down", "move"),
            Hint::new("type", "to filter"),
        ],
        Overlay::Columns(_) => {
            vec![Hint::new("Enter", "jump"), Hint::new("Esc", "close"), Hint::new("Up Down", "move")]
        }
    }
}

fn menu_hints(letter: &str, esc: &str) -> Vec<Hint> {
    vec![
        Hint::new("letter", letter),
        Hint::new("Esc", esc),
        Hint::new("j k Enter", "move, take"),
        Hint::new("/", "find"),
    ]
}
