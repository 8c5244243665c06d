//! What annotations say about their siblings: labels, and the tables that lookups point to.

use std::collections::HashMap;

use super::{Document, Kind, plain};

const FORMATTED: &str = "OData.Community.Display.V1.FormattedValue";
const LOOKUP_TABLE: &str = "Microsoft.Dynamics.CRM.lookuplogicalname";
const NAVIGATION: &str = "Microsoft.Dynamics.CRM.associatednavigationproperty";

/// Which nodes say something, and about which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Notes {
    /// The nodes that are told beside others, in order.
    hidden: Vec<u32>,
    /// Pairs of a node and what says something about it, in order.
    about: Vec<(u32, u32)>,
    /// How many of the hidden ones are members of the text itself.
    pub(super) of_root: usize,
}

impl Notes {
    /// Finds the property of each annotation that is known. Only objects that have one are looked at.
    pub(super) fn of(document: &Document) -> Self {
        let mut notes = Self::default();
        let candidates = document.index.annotated.iter().map(|index| *index as usize);
        let mut known: Vec<(usize, usize)> = candidates
            .filter(|index| document.kind(*index) == Kind::Text)
            .filter(|index| document.key(*index).is_some_and(|key| annotation(&key).is_some()))
            .filter_map(|index| Some((document.around(index)?, index)))
            .collect();
        known.sort_unstable();
        let mut known = known.as_slice();
        while let Some((object, _)) = known.first() {
            let count = known.iter().take_while(|(other, _)| other == object).count();
            notes.of_object(document, *object, &known[..count]);
            known = &known[count..];
        }
        notes.hidden.sort_unstable();
        notes.about.sort_unstable();
        notes
    }

    fn of_object(&mut self, document: &Document, object: usize, known: &[(usize, usize)]) {
        let container = document.index.containers[object];
        let mut properties: HashMap<String, usize> = HashMap::new();
        let mut index = container.node as usize + 1;
        while index < container.end as usize {
            if let Some(key) = document.key(index).filter(|key| annotation(key).is_none()) {
                properties.insert(key.into_owned(), index);
            }
            index = document.end(index);
        }
        for (_, index) in known {
            let key = document.key(*index).unwrap_or_default();
            let Some(of) = annotation(&key).and_then(|(property, _)| properties.get(property)) else {
                continue;
            };
            self.hidden.push(*index as u32);
            self.of_root += usize::from(container.node == 0);
            self.about.push((*of as u32, *index as u32));
        }
    }

    pub(super) fn hides(&self, index: usize) -> bool {
        self.hidden.binary_search(&(index as u32)).is_ok()
    }

    /// What is said about a node.
    pub(super) fn of_node(&self, document: &Document, index: usize) -> Option<String> {
        let first = self.about.partition_point(|(of, _)| (*of as usize) < index);
        let about = self.about[first..].iter().take_while(|(of, _)| *of as usize == index);
        let mut label = None;
        let mut table = None;
        for (_, note) in about {
            let key = document.key(*note as usize)?;
            let text = plain(document.json(*note as usize)).into_owned();
            match annotation(&key) {
                Some((_, FORMATTED)) if text != document.shown(index) => label = Some(text),
                Some((_, LOOKUP_TABLE)) => table = Some(text),
                _ => {}
            }
        }
        match (label, table) {
            (Some(label), Some(table)) => Some(format!("{label} -> {table}")),
            (Some(label), None) => Some(label),
            (None, Some(table)) => Some(format!("-> {table}")),
            (None, None) => None,
        }
    }

    pub(super) fn size(&self) -> usize {
        self.hidden.capacity() * size_of::<u32>() + self.about.capacity() * size_of::<(u32, u32)>()
    }
}

/// The property and the annotation in a name such as `prioritycode@OData.Community.Display.V1.FormattedValue`.
fn annotation(key: &str) -> Option<(&str, &str)> {
    key.split_once('@')
        .filter(|(property, _)| !property.is_empty())
        .filter(|(_, annotation)| matches!(*annotation, FORMATTED | LOOKUP_TABLE | NAVIGATION))
}
