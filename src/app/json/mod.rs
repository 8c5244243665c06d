//! A JSON text as a list of nodes: what a folding view needs, made in one pass without recursion.
//!
//! Must not know: the screen it is shown on, the table the row belongs to. Values are slices of the text as it came,
//! so numbers keep every digit and keys their order.

mod scan;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::dataverse::Row;

const FORMATTED: &str = "OData.Community.Display.V1.FormattedValue";
const LOOKUP_TABLE: &str = "Microsoft.Dynamics.CRM.lookuplogicalname";
const NAVIGATION: &str = "Microsoft.Dynamics.CRM.associatednavigationproperty";

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Object,
    Array,
    Text,
    Number,
    YesNo,
    Null,
}

/// One value with its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// How many containers are around it.
    pub depth: usize,
    /// Members of an object, elements of an array.
    pub children: usize,
    /// Index of the container it is in.
    parent: Option<usize>,
    /// Index behind its last descendant.
    end: usize,
    /// Its name with quotes, inside an object.
    key: Option<Range<usize>>,
    /// Place among its siblings.
    place: usize,
    value: Range<usize>,
    /// It says something about a sibling and is told beside that.
    annotates: bool,
}

/// A row's JSON, ready to be folded, searched and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    row: Row,
    nodes: Vec<Node>,
    notes: HashMap<usize, String>,
}

impl Document {
    /// Reads a row.
    pub fn new(row: Row) -> Self {
        let nodes = scan::nodes(row.json());
        let mut document = Self { row, nodes, notes: HashMap::new() };
        document.annotate();
        document
    }

    /// Every node in the order of the text; the first one is the row itself.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The name of a member, unescaped.
    pub fn key(&self, index: usize) -> Option<Cow<'_, str>> {
        let range = self.nodes.get(index)?.key.clone()?;
        Some(plain(&self.row.json()[range]))
    }

    /// The text of a value as it came; containers with everything in them.
    pub fn json(&self, index: usize) -> &str {
        self.nodes.get(index).map_or("", |node| &self.row.json()[node.value.clone()])
    }

    /// A scalar as people read it: text without quotes unless it could be taken for something else.
    pub fn shown(&self, index: usize) -> Cow<'_, str> {
        let json = self.json(index);
        if !json.starts_with('"') {
            return Cow::Borrowed(json);
        }
        let text = plain(json);
        let other = matches!(&*text, "" | "null" | "true" | "false" | "{" | "[")
            || text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
                && text.parse::<f64>().is_ok();
        if other { Cow::Borrowed(json) } else { text }
    }

    /// What the server says beside a value: its label, the table that a lookup points to.
    pub fn note(&self, index: usize) -> Option<&str> {
        self.notes.get(&index).map(String::as_str)
    }

    /// Where a node is: `.customerid_account.name`, `.items[3]`.
    pub fn path(&self, index: usize) -> String {
        let mut steps = Vec::new();
        let mut at = Some(index);
        while let Some(index) = at {
            let Some(node) = self.nodes.get(index) else { break };
            if node.parent.is_some() {
                steps.push(match self.key(index) {
                    Some(key) if is_word(&key) => format!(".{key}"),
                    Some(key) => format!("[{key:?}]"),
                    None => format!("[{}]", node.place),
                });
            }
            at = node.parent;
        }
        steps.reverse();
        if steps.is_empty() { ".".to_owned() } else { steps.concat() }
    }

    /// The container around a node.
    pub fn parent(&self, index: usize) -> Option<usize> {
        self.nodes.get(index)?.parent
    }

    /// The nodes that are shown, in order.
    pub fn visible(&self, folded: &BTreeSet<usize>, raw: bool, nulls: bool) -> Vec<usize> {
        let mut visible = Vec::new();
        let mut index = 0;
        while let Some(node) = self.nodes.get(index) {
            if node.annotates && !raw || node.kind == Kind::Null && !nulls {
                index = node.end;
                continue;
            }
            visible.push(index);
            index = if folded.contains(&index) { node.end } else { index + 1 };
        }
        visible
    }

    /// How many members the row has, annotations of its members not counted.
    pub fn members(&self) -> usize {
        self.nodes.iter().filter(|node| node.depth == 1 && !node.annotates).count()
    }

    /// How many nodes are null.
    pub fn nulls(&self) -> usize {
        self.nodes.iter().filter(|node| node.kind == Kind::Null).count()
    }

    /// The containers in the row.
    pub fn containers(&self) -> impl Iterator<Item = usize> {
        let nodes = self.nodes.iter().enumerate().skip(1);
        nodes.filter(|(_, node)| node.children > 0).map(|(index, _)| index)
    }

    /// Whether a name, a value or a note has this text, in either case. `needle` is in lower case.
    pub fn matches(&self, index: usize, needle: &str) -> bool {
        let has = |text: &str| text.to_lowercase().contains(needle);
        let scalar =
            self.nodes.get(index).is_some_and(|node| !matches!(node.kind, Kind::Object | Kind::Array));
        self.key(index).is_some_and(|key| has(&key))
            || scalar && has(&self.shown(index))
            || self.note(index).is_some_and(has)
    }

    /// Tells labels and lookups beside their values instead of on lines of their own.
    fn annotate(&mut self) {
        let mut properties: HashMap<(usize, String), usize> = HashMap::new();
        let mut annotations = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let (Some(parent), Some(key)) = (node.parent, self.key(index)) else { continue };
            match key.split_once('@') {
                Some((property, annotation @ (FORMATTED | LOOKUP_TABLE | NAVIGATION))) => {
                    annotations.push((index, parent, property.to_owned(), annotation.to_owned()));
                }
                _ => drop(properties.insert((parent, key.into_owned()), index)),
            }
        }
        let mut tables = Vec::new();
        for (index, parent, property, annotation) in annotations {
            let Some(of) = properties.get(&(parent, property)).copied() else { continue };
            let text = plain(self.json(index)).into_owned();
            match annotation.as_str() {
                FORMATTED if text != self.shown(of) => drop(self.notes.insert(of, text)),
                LOOKUP_TABLE => tables.push((of, text)),
                _ => {}
            }
            self.nodes[index].annotates = true;
        }
        for (of, table) in tables {
            let note = self.notes.entry(of).or_default();
            note.push_str(if note.is_empty() { "-> " } else { " -> " });
            note.push_str(&table);
        }
    }
}

/// The text of a JSON string; anything else as it is. A lone surrogate becomes U+FFFD.
fn plain(json: &str) -> Cow<'_, str> {
    let Some(inner) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Cow::Borrowed(json);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    crate::dataverse::value::Cell { json, formatted: None, table: None, navigation: None }
        .raw_text()
        .map_or(Cow::Borrowed(inner), |text| Cow::Owned(text.into_owned()))
}

fn is_word(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = r#"{"@odata.etag":"W/\"1\"","prioritycode@OData.Community.Display.V1.FormattedValue":"High",
        "prioritycode":1,"_customerid_value@OData.Community.Display.V1.FormattedValue":"Fourth Coffee",
        "_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account","_customerid_value":"9c2b",
        "amount":922337203685477.5800,"none":null,"account":{"name":"x","tags":["a",{"b":"2"}],"deep":{}},"last":true}"#;

    fn document(json: &str) -> Document {
        Document::new(Row::from_json(json.to_owned()).unwrap())
    }

    fn lines(document: &Document, visible: &[usize]) -> Vec<String> {
        let line = |index: &usize| {
            let node = &document.nodes()[*index];
            let value = match node.kind {
                Kind::Object => "{}".into(),
                Kind::Array => "[]".into(),
                _ => document.shown(*index),
            };
            let key = document.key(*index).unwrap_or_default();
            format!("{}{key}={value}|{}", " ".repeat(node.depth), document.note(*index).unwrap_or_default())
        };
        visible.iter().map(line).collect()
    }

    #[test]
    fn labels_and_lookups_stand_beside_their_values_in_the_order_of_the_server() {
        let document = document(CASE);
        let visible = document.visible(&BTreeSet::new(), false, true);
        assert_eq!(
            lines(&document, &visible),
            [
                "={}|",
                " @odata.etag=W/\"1\"|",
                " prioritycode=1|High",
                " _customerid_value=9c2b|Fourth Coffee -> account",
                " amount=922337203685477.5800|",
                " none=null|",
                " account={}|",
                "  name=x|",
                "  tags=[]|",
                "   =a|",
                "   ={}|",
                "    b=\"2\"|",
                "  deep={}|",
                " last=true|",
            ]
        );
        assert_eq!(document.visible(&BTreeSet::new(), true, true).len(), visible.len() + 3);
        assert_eq!(document.visible(&BTreeSet::new(), false, false).len(), visible.len() - 1);
    }

    #[test]
    fn a_folded_container_hides_what_is_in_it() {
        let document = document(CASE);
        let account = document.containers().next().unwrap();
        assert_eq!(document.visible(&BTreeSet::from([account]), false, true).len(), 8);
        assert_eq!(document.visible(&BTreeSet::from([0]), false, true), [0]);
    }

    #[test]
    fn a_path_names_every_step() {
        let document = document(CASE);
        let paths: Vec<String> = (0..document.nodes().len()).map(|index| document.path(index)).collect();
        for path in [".", ".account.tags[1].b", ".amount", "[\"@odata.etag\"]"] {
            assert!(paths.iter().any(|known| known == path), "{path} in {paths:?}");
        }
    }

    #[test]
    fn deep_nesting_does_not_overflow() {
        let deep = 100_000;
        let document = document(&format!("{{\"a\":{}{}}}", "[".repeat(deep), "]".repeat(deep)));
        assert_eq!(document.nodes().len(), deep + 2 - 1);
        let last = document.nodes().len() - 1;
        assert_eq!(document.path(last).len(), 2 + 3 * (deep - 1));
        assert_eq!(document.visible(&BTreeSet::from([1]), false, true), [0, 1]);
    }

    #[test]
    fn braces_and_quotes_inside_text_are_text() {
        let document = document(r#"{"a":"{\"b\":[1,2]}","c":"\\","d":"]"}"#);
        assert_eq!(document.nodes().len(), 4);
        assert_eq!(document.shown(1), r#"{"b":[1,2]}"#);
        assert_eq!(document.shown(2), "\\");
    }

    #[test]
    fn a_search_looks_at_names_values_and_labels() {
        let document = document(CASE);
        let found =
            |needle: &str| (0..document.nodes().len()).filter(|i| document.matches(*i, needle)).count();
        assert_eq!(found("fourth"), 2);
        assert_eq!(found("922337"), 1);
        assert_eq!(found("nothing here"), 0);
    }
}
