//! From JSON text to nodes, with a stack of its own: nesting of any depth is only a longer list.

use std::ops::Range;

use super::{Kind, Node};

/// The nodes of a text that is known to be JSON. What is not JSON ends the list early; it never panics.
pub(super) fn nodes(json: &str) -> Vec<Node> {
    let bytes = json.as_bytes();
    let mut nodes: Vec<Node> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut key: Option<Range<usize>> = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'}' | b']' => {
                at += 1;
                let end = nodes.len();
                if let Some(node) = open.pop().and_then(|index| nodes.get_mut(index)) {
                    node.end = end;
                    node.value.end = at;
                }
            }
            b'{' | b'[' => {
                let kind = if *byte == b'{' { Kind::Object } else { Kind::Array };
                let index = add(&mut nodes, &open, key.take(), kind, at..bytes.len());
                open.push(index);
                at += 1;
            }
            b'"' => {
                let end = string_end(bytes, at);
                let in_object = open
                    .last()
                    .is_some_and(|index| nodes.get(*index).is_some_and(|n| n.kind == Kind::Object));
                if in_object && key.is_none() {
                    key = Some(at..end);
                } else {
                    add(&mut nodes, &open, key.take(), Kind::Text, at..end);
                }
                at = end;
            }
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            first => {
                let rest = bytes.iter().skip(at);
                let length =
                    rest.take_while(|b| !matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'));
                let end = at + length.count();
                let kind = match first {
                    b'n' => Kind::Null,
                    b't' | b'f' => Kind::YesNo,
                    _ => Kind::Number,
                };
                add(&mut nodes, &open, key.take(), kind, at..end);
                at = end;
            }
        }
    }
    nodes
}

fn add(
    nodes: &mut Vec<Node>,
    open: &[usize],
    key: Option<Range<usize>>,
    kind: Kind,
    value: Range<usize>,
) -> usize {
    let index = nodes.len();
    let parent = open.last().copied();
    let mut place = 0;
    if let Some(parent) = parent.and_then(|parent| nodes.get_mut(parent)) {
        place = parent.children;
        parent.children += 1;
    }
    nodes.push(Node {
        kind,
        depth: open.len(),
        children: 0,
        parent,
        end: index + 1,
        key,
        place,
        value,
        annotates: false,
    });
    index
}

/// The place behind the closing quote of the string that begins at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
