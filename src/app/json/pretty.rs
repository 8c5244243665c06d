//! JSON with line ends and indentation between its parts; the parts themselves stay as they came.

use super::{Document, Folds, Shape, Spot};

/// Cells a level is indented by; deeper levels than this are not indented further.
const INDENT: usize = 2;
const DEEPEST: usize = 60;

/// A line in parts: `"name"`, `value or bracket`, `,`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawLine<'a> {
    /// The name with its quotes.
    pub name: Option<&'a str>,
    /// A scalar, an empty container, or a bracket.
    pub value: &'a str,
    /// A comma follows.
    pub comma: bool,
    /// How many containers are around it.
    pub depth: usize,
}

impl Document {
    /// A line as it came. A container that is closed by hand has only its opening bracket here.
    pub fn raw_line(&self, spot: Spot, folded: bool) -> RawLine<'_> {
        let holds = self.children(spot.node) > 0;
        let json = self.value(spot.node);
        let value = match (holds, spot.closes) {
            (false, _) => json.clone(),
            (true, false) => json.start..json.start + 1,
            (true, true) => json.end - 1..json.end,
        };
        let name = if spot.closes { None } else { self.key_json(spot.node) };
        let ends = !holds || spot.closes || folded;
        let is_last = self
            .around(spot.node)
            .is_none_or(|at| self.index.containers[at].end as usize == self.end(spot.node));
        RawLine { name, value: self.slice(value), comma: ends && !is_last, depth: self.depth(spot.node) }
    }

    /// Gives every line of the text with its indentation, and without its end. Iterative, one line at a time.
    ///
    /// # Errors
    ///
    /// What `line` says.
    pub fn pretty<E>(&self, mut line: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let folds = Folds::default();
        let shape = Shape { folds: &folds, raw: true, nulls: true };
        let mut spot = self.first(shape);
        let mut text = String::new();
        while let Some(at) = spot {
            let RawLine { name, value, comma, depth } = self.raw_line(at, false);
            text.clear();
            text.extend(std::iter::repeat_n(' ', INDENT * depth.min(DEEPEST)));
            if let Some(name) = name {
                text.push_str(name);
                text.push_str(": ");
            }
            text.push_str(value);
            if comma {
                text.push(',');
            }
            line(&text)?;
            spot = self.next(shape, at);
        }
        Ok(())
    }
}
