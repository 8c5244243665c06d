//! Jump to a name in a JSON text.

use super::Overlay;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::json::Document;
use crate::app::key::{Input, Key};
use crate::app::picker::Picker;

/// Rows of the list.
pub const HEIGHT: usize = 8;
/// Names to choose from: the first ones of a text, more are too many to look through.
const MOST: usize = 5_000;
/// A name or path is cut to so many characters.
const LONGEST: usize = 200;

/// The names to choose from, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyJump {
    /// What matches, by name and path.
    pub picker: Picker,
    /// The text has more names than there are to choose from.
    pub is_cut: bool,
    nodes: Vec<usize>,
}

impl KeyJump {
    /// A choice among the names of a text; annotations that are told beside their values are none.
    pub fn new(document: &Document, raw: bool) -> Self {
        let named = (0..document.len()).filter(|index| raw || !document.annotates(*index));
        let named = named.filter(|index| document.key_json(*index).is_some());
        let mut nodes: Vec<usize> = named.take(MOST + 1).collect();
        let is_cut = nodes.len() > MOST;
        nodes.truncate(MOST);
        let texts = |index: &usize| {
            let key = document.key(*index).unwrap_or_default();
            vec![key.chars().take(LONGEST).collect(), document.path_end(*index, LONGEST)]
        };
        Self { picker: Picker::new(nodes.iter().map(texts).collect()), is_cut, nodes }
    }
}

impl App {
    pub(super) fn key_jump_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Keys(jump)) = self.overlays.last_mut() else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => {
                self.overlays.pop();
            }
            Input::Key(Key::Enter | Key::Tab) => {
                let node = jump.picker.current().and_then(|entry| jump.nodes.get(entry).copied());
                let is_cut = jump.is_cut;
                self.overlays.pop();
                match node {
                    Some(node) => self.go_to_node(node),
                    None if is_cut => self.say(format!("None of the first {MOST} names. / finds any text.")),
                    None => self.say("No name is like that."),
                }
            }
            input => {
                if !jump.picker.update(input, HEIGHT) {
                    self.say_unbound(input);
                }
            }
        }
        vec![]
    }
}
