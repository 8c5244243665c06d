//! The file or image of a column: saved, put, removed. What changes it is staged.

use super::Overlay;
use super::save_file::SaveFile;
use crate::app::App;
use crate::app::effect::{Effect, Request};
use crate::app::exchanges::size;
use crate::app::file_name::harmless_or;
use crate::app::key::{Input, Key};
use crate::app::line::Line;
use crate::app::pending::Target;
use crate::app::tickets::Slot;
use crate::dataverse::{Column, FileChange, FileColumn, LocalFile, Operation, StoredFile};

/// The overlay with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct FileBox {
    /// The row as it was read.
    pub target: Target,
    /// The column.
    pub column: Column,
    /// The same for the service.
    pub of: FileColumn,
    had: Option<String>,
    /// What the file that is there is called, where that was read.
    pub name: Option<String>,
    /// The path of a file to be put, while it is typed.
    pub asking: Option<Line>,
    /// A file that was named is looked at.
    pub is_looking: bool,
}

impl FileBox {
    /// For a column of a row; none where it holds something else.
    pub fn new(target: Target, column: Column) -> Option<Self> {
        let of = FileColumn::of(target.table.set.clone(), target.id, &column)?;
        let text = |name: &str| Some(target.row.cell(name)?.raw_text()?.into_owned());
        let had = text(&of.tells());
        let name = text(&of.names());
        Some(Self { target, column, of, had, name, asking: None, is_looking: false })
    }

    /// The column has a file, as far as the row was read.
    pub fn is_full(&self) -> bool {
        let value = || self.target.row.cell(self.column.name.as_str());
        self.had.is_some() || value().is_some_and(|value| value.json != "null")
    }

    /// What stands there now, in words.
    pub fn now(&self) -> String {
        match (&self.name, self.is_full(), self.of.image) {
            (Some(name), ..) => name.clone(),
            (None, true, true) => "an image".to_owned(),
            (None, true, false) => "a file".to_owned(),
            (None, false, _) => "nothing".to_owned(),
        }
    }

    /// How large a file may be, in words.
    pub fn limit(&self) -> String {
        self.column.most_bytes().map(|most| format!("at most {}", size(most))).unwrap_or_default()
    }

    fn proposed(&self) -> String {
        harmless_or(self.name.as_deref().unwrap_or_default(), self.column.name.as_str())
    }

    fn change(&self, file: Option<LocalFile>) -> FileChange {
        FileChange::new(&self.target.table, &self.target.row, self.of.clone(), file)
    }
}

impl App {
    /// Opens what can be done with the file in a column.
    pub(in crate::app) fn open_file(&mut self, target: Target, column: Column) {
        if let Some(file) = FileBox::new(target, column) {
            self.overlays.push(Overlay::File(Box::new(file)));
        }
    }

    /// What is staged for a column of files already, in words.
    pub fn staged_file(&self, file: &FileColumn) -> Option<&str> {
        let operations = self.pending.operations().iter();
        let of_it =
            |operation: &Operation| matches!(operation, Operation::File(change) if change.column == *file);
        operations.filter(|pending| of_it(&pending.operation)).map(|pending| pending.title.as_str()).next()
    }

    pub(super) fn file_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::File(file)) = self.overlays.last_mut() else { return vec![] };
        if file.is_looking && !matches!(input, Input::Key(Key::Esc | Key::Ctrl('g' | 'c'))) {
            return vec![];
        }
        match &mut file.asking {
            Some(_) => self.file_path_input(input),
            None => self.file_key(input),
        }
    }

    fn file_key(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::File(file)) = self.overlays.last() else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c') | Key::Char('q')) => {
                self.overlays.pop();
            }
            Input::Key(Key::Char('s')) if !file.is_full() => self.say("There is no file to save."),
            Input::Key(Key::Char('s')) => {
                let form =
                    SaveFile::new(StoredFile::Column(Box::new(file.of.clone())), file.proposed(), None);
                self.overlays.push(Overlay::SaveFile(Box::new(form)));
            }
            Input::Key(Key::Char('p')) => match self.may_change_file() {
                Ok(()) => self.ask_path(),
                Err(why) => self.say(why),
            },
            Input::Key(Key::Char('X')) => match self.may_change_file() {
                Ok(()) if file.is_full() => return self.stage_file(None),
                Ok(()) => self.say("There is no file to remove."),
                Err(why) => self.say(why),
            },
            input => self.say_unbound(input),
        }
        vec![]
    }

    fn ask_path(&mut self) {
        if let Some(Overlay::File(file)) = self.overlays.last_mut() {
            file.asking = Some(Line::default());
        }
    }

    fn file_path_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::File(file)) = self.overlays.last_mut() else { return vec![] };
        let Some(line) = &mut file.asking else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => {
                file.asking = None;
                if std::mem::take(&mut file.is_looking) && self.tickets.cancel(Slot::File) {
                    return vec![Effect::Cancel(Slot::File)];
                }
            }
            Input::Key(Key::Enter) => {
                let path = line.text().trim().to_owned();
                if path.is_empty() {
                    self.say("Type where the file is.  Esc leaves");
                    return vec![];
                }
                file.is_looking = true;
                let request = Request::LookAtFile(path);
                return vec![Effect::Run(self.tickets.issue(Slot::File), request)];
            }
            input => {
                line.update(input);
            }
        }
        vec![]
    }

    /// Whether the file of the column may be changed; why not.
    fn may_change_file(&self) -> Result<(), String> {
        let Some(Overlay::File(file)) = self.overlays.last() else { return Ok(()) };
        if let Some(reason) = self.read_only() {
            return Err(reason);
        }
        if !file.column.updatable {
            return Err(format!("{} is read-only.", file.column.display_name));
        }
        if file.target.row.etag().is_none() {
            let name = &file.target.name;
            return Err(format!("{name} came without its version, so it cannot be saved safely."));
        }
        let Target { table, id, name, row } = &file.target;
        if row.cell(&file.of.tells()).is_none() {
            return Err(format!(
                "{name} is not here as a whole.  Enter opens it, and there e changes its file"
            ));
        }
        if self.pending.row(&table.name, *id).is_some_and(crate::app::pending::PendingRow::is_sending) {
            return Err(format!("{name} is being saved. Wait for the answer."));
        }
        match self.staged_file(&file.of) {
            Some(title) => Err(format!("Staged already: {title}.  w reviews it")),
            None => Ok(()),
        }
    }

    /// A file that is to be put was looked at.
    pub(in crate::app) fn file_looked_at(&mut self, result: Result<LocalFile, String>) -> Vec<Effect> {
        let Some(Overlay::File(file)) = self.overlays.last_mut() else { return vec![] };
        if !std::mem::take(&mut file.is_looking) {
            return vec![];
        }
        let most = file.column.most_bytes();
        match result {
            Ok(local) if most.is_some_and(|most| local.size > most) => {
                let (name, has, limit) = (&local.name, size(local.size), file.limit());
                let said = format!("{name} has {has}; {} takes {limit}.", file.column.display_name);
                self.say(said);
                vec![]
            }
            Ok(local) => self.stage_file(Some(local)),
            Err(why) => {
                self.say(crate::app::pending::capital(&format!("{why}.")));
                vec![]
            }
        }
    }

    fn stage_file(&mut self, local: Option<LocalFile>) -> Vec<Effect> {
        let Some(Overlay::File(file)) = self.overlays.pop() else { return vec![] };
        let (label, row) = (&file.column.display_name, &file.target.name);
        let title = match &local {
            Some(local) => format!("put {} ({}) into {label} of {row}", local.name, size(local.size)),
            None => format!("remove {} from {label} of {row}", file.now()),
        };
        let values = local.iter().map(|local| ("File".to_owned(), local.path.clone())).collect();
        let effects = match (file.is_full(), &local) {
            (true, Some(_)) => vec![format!("In place of {}, which cannot be brought back.", file.now())],
            (true, None) => vec!["It cannot be brought back.".to_owned()],
            (false, _) => vec![],
        };
        let operation = Operation::File(file.change(local));
        self.stage_one(file.target, title, operation, values, effects);
        vec![]
    }

    /// How far the file is that goes to the server, in a few words for beside another message.
    pub fn upload_short(&self) -> Option<String> {
        self.uploading.map(|far| format!("{} of {} sent", size(far.done), size(far.size)))
    }
}
