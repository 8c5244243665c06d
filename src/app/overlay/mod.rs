//! What lies over a screen and takes its keys: prefix menus, help, the palette, prompts, editors.

pub mod address;
pub mod audit;
pub mod choice_menu;
pub mod choices_menu;
pub mod choosing;
pub mod column_menu;
pub mod column_picker;
pub mod columns;
pub mod concepts;
pub mod conflict;
pub mod details;
pub mod draft;
pub mod duplicates;
pub mod editor;
pub mod file;
pub mod find;
pub mod go_to;
pub mod gone;
pub mod help;
pub mod hits;
pub mod key_tester;
pub mod keys;
pub mod link;
pub mod lookup;
pub mod menu;
pub mod palette;
pub mod prefix;
pub mod print;
pub mod prompt;
pub mod reading;
pub mod save_file;
pub mod tags;
pub mod views;
pub mod whole;

use super::App;
use super::effect::Effect;
use super::key::{Input, Key};
use super::line::Line;
use choice_menu::ChoiceMenu;
use choices_menu::ChoicesMenu;
use choosing::Choosing;
use column_menu::ColumnMenu;
use column_picker::ColumnPicker;
use columns::ColumnJump;
use conflict::Conflict;
use details::Details;
use draft::Draft;
use duplicates::Duplicates;
use editor::Editor;
use file::FileBox;
use find::Find;
use go_to::Offer;
use gone::Gone;
use help::Help;
use hits::Hits;
use key_tester::KeyTester;
use keys::KeyJump;
use link::Link;
use lookup::Lookup;
use palette::Palette;
use prompt::Prompt;
use reading::Reading;
use save_file::SaveFile;
use tags::TagForm;
use views::ViewPicker;
use whole::Whole;

/// An overlay with its state.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// A prefix key was pressed: the menu of what may follow.
    Prefix(Key),
    /// What can be printed plainly: the letters of what can be copied.
    Print,
    /// The keys of the screen.
    Help(Help),
    /// Commands and tables by name.
    Palette(Palette),
    /// The grid's columns by name.
    Columns(ColumnJump),
    /// Which columns are shown, and how.
    ColumnPicker(Box<ColumnPicker>),
    /// The views of the grid's table.
    Views(Box<ViewPicker>),
    /// Which choice to change.
    ColumnMenu(Box<ColumnMenu>),
    /// The options of a choice.
    ChoiceMenu(Box<ChoiceMenu>),
    /// The options of a column that has several at once.
    ChoicesMenu(Box<ChoicesMenu>),
    /// A text, number or date being typed.
    Editor(Box<Editor>),
    /// The row that a lookup is to point to, being searched for.
    Lookup(Box<Lookup>),
    /// The file of a column.
    File(Box<FileBox>),
    /// What is searched for in a record.
    Find(Find),
    /// A question that must be answered.
    Prompt(Prompt),
    /// The address of an environment, being typed.
    Address(Line),
    /// What leads to a row, being typed.
    GoTo(Line),
    /// Somewhere to go to, offered.
    Offer(Box<Offer>),
    /// Rows that were found, to choose from.
    Hits(Box<Hits>),
    /// What a person says of an environment.
    Tags(Box<TagForm>),
    /// What an environment says of itself.
    Details(Box<Details>),
    /// What is made or done, being filled in.
    Draft(Box<Draft>),
    /// A row that somebody else has changed.
    Conflict(Box<Conflict>),
    /// A row with changes that is not there any more.
    Gone(Gone),
    /// The rows that a new one is too much like.
    Duplicates(Box<Duplicates>),
    /// Which of several files is to be saved, or which workflow is to be run.
    Choosing(Box<Choosing>),
    /// Where an attachment is to be saved, being typed.
    SaveFile(Box<SaveFile>),
    /// Text to be read.
    Reading(Box<Reading>),
    /// A link to be opened elsewhere.
    Link(Link),
    /// A whole value.
    Whole(Box<Whole>),
    /// The names of a JSON text.
    Keys(Box<KeyJump>),
    /// What each key arrives as.
    KeyTester(KeyTester),
}

impl Overlay {
    /// Nothing of the screen is seen.
    pub fn covers_screen(&self) -> bool {
        matches!(
            self,
            Self::Conflict(_)
                | Self::Help(_)
                | Self::Reading(_)
                | Self::Whole(_)
                | Self::KeyTester(_)
                | Self::ColumnPicker(_)
                | Self::Views(_)
        )
    }
}

impl App {
    /// Gives an input to the top overlay.
    pub(in crate::app) fn overlay_input(&mut self, input: Input) -> Vec<Effect> {
        match self.overlays.last() {
            Some(Overlay::Prefix(prefix)) => self.prefix_input(*prefix, input),
            Some(Overlay::Print) => self.print_input(&input),
            Some(Overlay::Help(_)) => self.help_input(&input),
            Some(Overlay::Palette(_)) => self.palette_input(&input),
            Some(Overlay::Columns(_)) => self.column_jump_input(&input),
            Some(Overlay::ColumnPicker(_)) => self.column_picker_input(&input),
            Some(Overlay::Views(_)) => self.view_picker_input(&input),
            Some(Overlay::ColumnMenu(_)) => self.column_menu_input(&input),
            Some(Overlay::ChoiceMenu(_)) => self.choice_menu_input(&input),
            Some(Overlay::ChoicesMenu(_)) => self.choices_menu_input(&input),
            Some(Overlay::Editor(_)) => self.editor_input(&input),
            Some(Overlay::Lookup(_)) => self.lookup_input(&input),
            Some(Overlay::File(_)) => self.file_input(&input),
            Some(Overlay::Find(_)) => self.find_input(&input),
            Some(Overlay::Prompt(_)) => self.prompt_input(&input),
            Some(Overlay::Address(_)) => self.address_input(&input),
            Some(Overlay::GoTo(_)) => self.go_to_input(&input),
            Some(Overlay::Offer(_)) => self.offer_input(&input),
            Some(Overlay::Hits(_)) => self.hits_input(&input),
            Some(Overlay::Tags(_)) => self.tags_input(&input),
            Some(Overlay::Details(_)) => self.details_input(&input),
            Some(Overlay::Draft(_)) => self.draft_input(&input),
            Some(Overlay::Conflict(_)) => self.conflict_input(&input),
            Some(Overlay::Gone(_)) => self.gone_input(&input),
            Some(Overlay::Duplicates(_)) => self.duplicates_input(&input),
            Some(Overlay::Choosing(_)) => self.choosing_input(&input),
            Some(Overlay::SaveFile(_)) => self.save_file_input(&input),
            Some(Overlay::Reading(_)) => self.reading_input(&input),
            Some(Overlay::Link(_)) => self.link_input(&input),
            Some(Overlay::Whole(_)) => self.whole_input(&input),
            Some(Overlay::Keys(_)) => self.key_jump_input(&input),
            Some(Overlay::KeyTester(_)) => self.key_tester_input(&input),
            None => vec![],
        }
    }

    /// Says that an overlay has no use for an input.
    pub(in crate::app) fn say_unbound(&mut self, input: &Input) {
        if let Input::Key(key) = input {
            self.say(format!("`{key}` does nothing here.  Esc closes"));
        }
    }
}
