//! Questions in the message line whose answer cannot be taken back: send, or leave and lose.
//!
//! The confirming key is never the one that led here, and never Enter alone. What was typed before the question was
//! drawn is not an answer to it.

use super::Overlay;
use crate::app::App;
use crate::app::backup::without_backup;
use crate::app::edit::{short, short_pair};
use crate::app::effect::Effect;
use crate::app::journal::Keeping;
use crate::app::key::{Input, Key};
use crate::app::line::Line;
use crate::app::operate::headline;
use crate::app::pending::{Item, PendingRow, RowKey};
use crate::app::tier;
use crate::dataverse::guard::UNLOCKED;

/// A question with its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What is asked.
    pub question: Question,
    /// What is typed, where the answer is a text.
    pub typed: Line,
    drawn: bool,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Send the changes of one row. `meanwhile`: the row was changed elsewhere, but not in these columns.
    Save { row: RowKey, meanwhile: bool },
    /// Send what was reviewed; `together`: as one change set, all of it or nothing.
    Send { items: Vec<Item>, together: bool },
    /// Let writes pass for a while.
    Unlock,
    /// Forget the sign-ins to what is listed.
    SignOut,
    /// Read a large table to its last row.
    ReadAll,
    /// Leave although changes were not sent, or not answered yet.
    Quit,
}

/// What confirms a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirm {
    /// This key.
    Key(char),
    /// This text, and Enter.
    Text(String),
}

impl Prompt {
    /// A question that nobody has seen yet.
    pub fn new(question: Question) -> Self {
        Self { question, typed: Line::default(), drawn: false }
    }

    /// Nobody can have seen it.
    pub(in crate::app) fn is_unseen(&self) -> bool {
        !self.drawn
    }

    /// The question has been on the screen.
    pub(in crate::app) fn was_drawn(&mut self) {
        self.drawn = true;
    }

    /// What is asked has changed: it must be seen again.
    pub(in crate::app) fn is_news(&mut self) {
        self.drawn = false;
    }
}

/// What confirms a question here: more rows and production need more than a key.
pub fn confirm(app: &App, question: &Question) -> Confirm {
    let identity = app.session.identity();
    let production = identity.is_none_or(|identity| identity.production);
    let key = Confirm::Key(if production { 'Y' } else { 'y' });
    match question {
        Question::Quit | Question::SignOut | Question::ReadAll => Confirm::Key('y'),
        Question::Save { .. } => key,
        Question::Unlock => {
            Confirm::Text(identity.map_or_else(String::new, |identity| identity.alias.clone()))
        }
        Question::Send { items, .. } => tier::confirm(app, items),
    }
}

/// The question in words, without the keys.
pub fn text(app: &App, question: &Question) -> String {
    match question {
        Question::Save { row, meanwhile } => {
            let Some(row) = app.pending.row(&row.table, row.id) else { return String::new() };
            let meanwhile = if *meanwhile { "Changed meanwhile, but not your columns. " } else { "" };
            format!("{meanwhile}Save {}{}: {}?", row.target.name, place(app), changes(row))
        }
        Question::Send { items, together } => send_text(app, items, *together),
        Question::ReadAll => app.read_all_text(),
        Question::SignOut => {
            "Forget the sign-ins to all environments of this list, and to the list itself?".to_owned()
        }
        Question::Unlock => {
            let environment = app.session.identity().map_or("", |identity| &identity.environment);
            format!("Unlock writes to {environment}{} for {} minutes?", place(app), UNLOCKED.as_secs() / 60)
        }
        Question::Quit => {
            let unsent = match (app.pending.unsent(), is_kept(app)) {
                (1, true) => "Quit? 1 change is kept for next time.".to_owned(),
                (count, true) => format!("Quit? {count} changes are kept for next time."),
                (1, false) => "Quit? 1 change is not sent and will be lost.".to_owned(),
                (count, false) => format!("Quit? {count} changes are not sent and will be lost."),
            };
            match (app.pending.saving(), app.pending.unsent()) {
                (None, _) => unsent,
                (Some(saving), 0) => format!("Quit? {saving} is on its way."),
                (Some(saving), _) => format!("{unsent} {saving} is on its way."),
            }
        }
    }
}

/// Names the record and the change where there is one, and the counts where there are more.
fn send_text(app: &App, items: &[Item], together: bool) -> String {
    let for_good = tier::for_good(&app.pending, items);
    let backup = without_backup(app, items);
    if let [Item::Row(key)] = items {
        let row = app.pending.row(&key.table, key.id);
        return row.map_or_else(String::new, |row| {
            format!("Save {}{}: {}?", row.target.name, place(app), changes(row))
        });
    }
    if let [Item::Operation(id)] = items {
        let Some(operation) = app.pending.operation(*id) else { return String::new() };
        let values: Vec<String> = operation.values.iter().map(|(_, text)| short(text)).collect();
        let values = if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
        return format!("{}{}{values}?{for_good}{backup}", headline(operation), place(app));
    }
    let count = |item: &Item| match item {
        Item::Row(key) => app.pending.row(&key.table, key.id).map_or(0, |row| row.edits.len()),
        Item::Operation(_) => 1,
    };
    let count: usize = items.iter().map(count).sum();
    let environment = app.session.identity().map_or("", |identity| &identity.environment);
    let rows = tier::touched(&app.pending, items);
    let is_new = |item: &&Item| tier::is_new(&app.pending, item);
    let changed = items.iter().find(|item| !is_new(item));
    let named = match (rows, changed.or(items.first()).and_then(|item| name_of(app, item))) {
        (1, Some(name)) => name,
        _ => format!("{rows} records"),
    };
    // New rows are not among those counted where others are changed; those on the same row go without saying.
    let elsewhere = |item: &&Item| is_new(item) && rows == 1 && name_of(app, item).as_ref() != Some(&named);
    let more = match (changed, items.iter().filter(elsewhere).count()) {
        (None, _) | (_, 0) => String::new(),
        (_, 1) => " and 1 new one".to_owned(),
        (_, count) => format!(" and {count} new ones"),
    };
    let all = if together { ", all or nothing" } else { "" };
    format!("Send {count} changes on {named}{more} to {environment}{}{all}?{for_good}{backup}", place(app))
}

fn name_of(app: &App, item: &Item) -> Option<String> {
    match item {
        Item::Row(key) => app.pending.row(&key.table, key.id).map(|row| row.target.name.clone()),
        Item::Operation(id) => app.pending.operation(*id)?.about.as_ref().map(|target| target.name.clone()),
    }
}

/// The keys that answer, and what they mean. With [`Confirm::Text`] the text is typed before.
pub fn keys(app: &App, question: &Question) -> Vec<(String, String)> {
    let pair = |key: &str, means: &str| (key.to_owned(), means.to_owned());
    match (question, confirm(app, question)) {
        (Question::Quit, _) if app.pending.unsent() == 0 => {
            vec![pair("n", "stay"), pair("y", "quit when it is done")]
        }
        (Question::Quit, _) => {
            let quit = if app.pending.saving().is_some() { "quit when it is done" } else { "quit" };
            let mut keys = vec![pair("w", "review"), pair("y", quit), pair("n", "stay")];
            if is_kept(app) {
                keys.insert(2, pair("d", "discard and quit"));
            }
            keys
        }
        (Question::ReadAll, _) => vec![pair("y", "read them all"), pair("n", "stay here")],
        (Question::SignOut, _) => vec![pair("y", "sign out"), pair("Esc", "stay")],
        (Question::Save { .. }, Confirm::Key(key)) => {
            vec![pair(&key.to_string(), "yes"), pair("d", "diff"), pair("n", "no")]
        }
        (_, Confirm::Key(key)) => vec![pair(&key.to_string(), "yes"), pair("n", "no")],
        (Question::Unlock, Confirm::Text(_)) => vec![pair("Enter", "unlock"), pair("Esc", "no")],
        (_, Confirm::Text(_)) => vec![pair("Enter", "send"), pair("Esc", "no")],
    }
}

/// What waits is there again at the next start: it can be left behind, or dropped.
fn is_kept(app: &App) -> bool {
    app.keeping == Keeping::Kept && app.pending.unsent() > 0
}

/// Where, when that needs care.
fn place(app: &App) -> String {
    match app.session.identity() {
        Some(identity) if identity.production => format!(" in {}", identity.badge),
        _ => String::new(),
    }
}

/// `Priority Normal -> High, Title x -> y`
pub fn changes(row: &PendingRow) -> String {
    let changes: Vec<String> = row
        .edits
        .iter()
        .map(|edit| {
            let (old, new) = short_pair(&edit.old, &edit.new.text);
            format!("{} {old} -> {new}", edit.label)
        })
        .collect();
    changes.join(", ")
}

impl App {
    /// Asks something.
    pub(in crate::app) fn ask(&mut self, question: Question) {
        if let Question::Send { items, .. } = &question
            && let Some(reason) = self.too_many_deletes(items)
        {
            return self.say(reason);
        }
        self.notice = None;
        self.overlays.push(Overlay::Prompt(Prompt::new(question)));
    }

    pub(super) fn prompt_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Prompt(prompt)) = self.overlays.last() else { return vec![] };
        if !prompt.drawn {
            return vec![]; // typed before the question was there
        }
        let question = prompt.question.clone();
        let Input::Key(key) = input else { return vec![] };
        match (confirm(self, &question), key) {
            (_, Key::Esc | Key::Ctrl('g' | 'c')) => self.refused(),
            (Confirm::Key(confirming), Key::Char(c)) if *c == confirming => return self.confirmed(question),
            (Confirm::Key(_), Key::Char('n' | 'N' | 'q')) => self.refused(),
            (Confirm::Key(_), Key::Char('w')) if question == Question::Quit => {
                self.overlays.pop();
                return self.review();
            }
            (Confirm::Key(_), Key::Char('d')) if question == Question::Quit && is_kept(self) => {
                self.overlays.pop();
                return self.discard_and_leave();
            }
            (Confirm::Key(_), Key::Char('d')) if matches!(question, Question::Save { .. }) => {
                self.overlays.pop();
                self.show_review();
            }
            (Confirm::Key('Y'), Key::Char('y')) => {
                self.say("This is production: Y, the capital letter, confirms.")
            }
            (Confirm::Key(confirming), Key::Enter) => {
                self.say(format!("Enter does not confirm. {confirming} does, n does not."));
            }
            (Confirm::Key(confirming), key) => self.say(format!("`{key}` is no answer. {confirming} or n")),
            (Confirm::Text(text), key) => return self.prompt_typed(&text, *key, question),
        }
        vec![]
    }

    /// A key of an answer that is typed.
    fn prompt_typed(&mut self, expected: &str, key: Key, question: Question) -> Vec<Effect> {
        let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut() else { return vec![] };
        if key != Key::Enter {
            let number = question != Question::Unlock && expected.bytes().all(|b| b.is_ascii_digit());
            if let Key::Char(c) = key
                && number
                && !c.is_ascii_digit()
            {
                self.say(format!(
                    "`{c}` is no digit. Type {expected} to send, Esc to keep everything pending."
                ));
                return vec![];
            }
            if !prompt.typed.update(&Input::Key(key)) {
                self.say(format!("`{key}` does nothing here. Type {expected} and Enter, or Esc"));
            }
            return vec![];
        }
        if prompt.typed.text().trim() == expected {
            return self.confirmed(question);
        }
        let typed = prompt.typed.text().trim().to_owned();
        self.say(match typed.is_empty() {
            _ if question == Question::Unlock => {
                format!("`{typed}` is not `{expected}`: still read-only. Correct it, or Esc.")
            }
            true => format!("Type {expected} to send, Esc to keep everything pending."),
            false => format!("`{typed}` is not `{expected}`: nothing sent. Correct it, or Esc."),
        });
        vec![]
    }

    fn refused(&mut self) {
        let question = match self.overlays.pop() {
            Some(Overlay::Prompt(prompt)) => Some(prompt.question),
            _ => None,
        };
        self.notice = None;
        match question {
            Some(Question::Unlock) => return self.say("Still read-only."),
            Some(Question::ReadAll) => return,
            _ => {}
        }
        if self.pending.unsent() == 0 {
            return;
        }
        self.say(match self.pending.unsent() {
            1 => "Nothing sent. 1 change is pending.".to_owned(),
            count => format!("Nothing sent. {count} changes are pending."),
        });
    }

    fn confirmed(&mut self, question: Question) -> Vec<Effect> {
        self.overlays.pop();
        match question {
            Question::Save { row, .. } => self.send(&[Item::Row(row)], false),
            Question::Send { items, together } => self.send(&items, together),
            Question::Unlock => self.unlock(),
            Question::SignOut => self.sign_out(),
            Question::ReadAll => self.read_all_rows(),
            Question::Quit => self.leave(),
        }
    }
}
