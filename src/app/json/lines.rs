//! Which line follows which: the nodes that are shown, and in raw mode the closing brackets.
//!
//! Nothing is listed beforehand: a screen asks for as many lines as it has.

use std::cmp::Reverse;

use super::scan::NONE;
use super::{Document, Kind};

/// A line: a node, or the closing bracket of a container.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spot {
    /// The node.
    pub node: usize,
    /// It is the closing bracket.
    pub closes: bool,
}

impl Spot {
    /// The line of a node.
    pub fn of(node: usize) -> Self {
        Self { node, closes: false }
    }
}

/// Which containers are closed, a bit each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folds {
    bits: Vec<u64>,
    count: usize,
}

impl Folds {
    fn has(&self, container: usize) -> bool {
        self.bits.get(container / 64).is_some_and(|bits| bits >> (container % 64) & 1 == 1)
    }

    fn set(&mut self, container: usize, folded: bool) {
        if self.has(container) == folded {
            return;
        }
        if self.bits.len() <= container / 64 {
            self.bits.resize(container / 64 + 1, 0);
        }
        self.bits[container / 64] ^= 1 << (container % 64);
        if folded { self.count += 1 } else { self.count -= 1 }
    }

    /// Opens everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// How a text is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// What is closed.
    pub folds: &'a Folds,
    /// Everything as it came, brackets and all.
    pub raw: bool,
    /// Members that are null are shown. Raw shows them anyhow.
    pub nulls: bool,
}

impl Document {
    /// Whether a container is closed.
    pub fn is_folded(&self, folds: &Folds, index: usize) -> bool {
        folds.count > 0 && self.container(index).is_some_and(|at| folds.has(at))
    }

    /// Closes or opens a container.
    pub fn fold(&self, folds: &mut Folds, index: usize, folded: bool) {
        if let Some(at) = self.container(index) {
            folds.set(at, folded);
        }
    }

    /// Closes every container but the outermost ones.
    pub fn fold_all(&self, folds: &mut Folds) {
        for (at, container) in self.index.containers.iter().enumerate() {
            folds.set(at, container.depth > 0 || self.roots() > 1);
        }
    }

    /// Opens what is around a node.
    pub fn reveal(&self, folds: &mut Folds, index: usize) {
        let mut at = self.around(index);
        while let Some(container) = at {
            folds.set(container, false);
            at = self.outer(container);
        }
    }

    fn outer(&self, container: usize) -> Option<usize> {
        let parent = self.index.containers[container].parent;
        (parent != NONE).then_some(parent as usize)
    }

    fn is_hidden(&self, shape: Shape<'_>, index: usize) -> bool {
        !shape.raw && (self.annotates(index) || !shape.nulls && self.kind(index) == Kind::Null)
    }

    /// Whether a node is shown once what is around it is open.
    pub fn seen_unfolded(&self, shape: Shape<'_>, index: usize) -> bool {
        !self.is_hidden(shape, index)
    }

    /// The outermost closed container around a node.
    fn folded_around(&self, folds: &Folds, index: usize) -> Option<usize> {
        if folds.count == 0 {
            return None;
        }
        let (mut at, mut found) = (self.around(index), None);
        while let Some(container) = at {
            if folds.has(container) {
                found = Some(self.index.containers[container].node as usize);
            }
            at = self.outer(container);
        }
        found
    }

    /// The line that shows a node, or what is around it where it is not shown.
    pub fn seen(&self, shape: Shape<'_>, spot: Spot) -> Spot {
        let node = spot.node.min(self.len().saturating_sub(1));
        if let Some(folded) = self.folded_around(shape.folds, node) {
            return Spot::of(folded);
        }
        if self.is_hidden(shape, node) {
            return Spot::of(self.parent(node).unwrap_or_default());
        }
        let closes =
            spot.closes && shape.raw && self.children(node) > 0 && !self.is_folded(shape.folds, node);
        Spot { node, closes }
    }

    /// The line after a line.
    pub fn next(&self, shape: Shape<'_>, spot: Spot) -> Option<Spot> {
        let enters = !spot.closes && self.children(spot.node) > 0 && !self.is_folded(shape.folds, spot.node);
        let mut next = if enters { spot.node + 1 } else { self.end(spot.node) };
        if shape.raw && !enters {
            // The end of the last child is the end of what is around it.
            if let Some(around) = self.around(spot.node)
                && self.index.containers[around].end as usize == next
            {
                return Some(Spot { node: self.index.containers[around].node as usize, closes: true });
            }
        }
        while next < self.len() && self.is_hidden(shape, next) {
            next += 1;
        }
        (next < self.len()).then(|| Spot::of(next))
    }

    /// The line before a line.
    pub fn previous(&self, shape: Shape<'_>, spot: Spot) -> Option<Spot> {
        let mut node = match spot.closes {
            true => self.end(spot.node),
            false => spot.node,
        };
        if shape.raw {
            let around = if spot.closes { self.container(spot.node) } else { self.around(node) };
            return self.before_raw(shape, node, around);
        }
        loop {
            node = node.checked_sub(1)?;
            node = self.folded_around(shape.folds, node).unwrap_or(node);
            if !self.is_hidden(shape, node) {
                return Some(Spot::of(node));
            }
        }
    }

    /// The line before the node `node` of a container, in raw mode; the container's end counts as a node.
    fn before_raw(&self, shape: Shape<'_>, node: usize, around: Option<usize>) -> Option<Spot> {
        let first = around.map_or(0, |at| self.index.containers[at].node as usize + 1);
        if node <= first {
            return around.map(|at| Spot::of(self.index.containers[at].node as usize));
        }
        // The sibling that ends here: the outermost container below `around` that holds the node before.
        let mut at = self.before(node - 1);
        let mut sibling = None;
        while let Some(container) = at
            && at != around
        {
            if self.index.containers[container].end as usize == node {
                sibling = Some(container);
            }
            at = self.outer(container);
        }
        Some(match sibling {
            Some(at) => Spot { node: self.index.containers[at].node as usize, closes: !shape.folds.has(at) },
            None => Spot::of(node - 1),
        })
    }

    /// The first line.
    pub fn first(&self, shape: Shape<'_>) -> Option<Spot> {
        let first = (0..self.len()).find(|index| !self.is_hidden(shape, *index))?;
        Some(Spot::of(first))
    }

    /// The last line.
    pub fn last(&self, shape: Shape<'_>) -> Option<Spot> {
        if shape.raw {
            return self.before_raw(shape, self.len(), None).filter(|_| !self.is_empty());
        }
        self.previous(shape, Spot::of(self.len()))
    }

    /// Whether a line stands above another.
    pub fn is_above(&self, one: Spot, other: Spot) -> bool {
        let order = |spot: Spot| match spot.closes {
            // Of brackets that close at one place the innermost is the first.
            true => (self.end(spot.node), 0, Reverse(spot.node)),
            false => (spot.node, 1, Reverse(0)),
        };
        order(one) < order(other)
    }

    /// The next or the previous sibling.
    pub fn sibling(&self, shape: Shape<'_>, index: usize, forward: bool) -> Option<usize> {
        let around = self.around(index);
        let (first, end) = match around {
            Some(at) => (self.index.containers[at].node as usize + 1, self.index.containers[at].end as usize),
            None => (0, self.len()),
        };
        let mut at = index;
        loop {
            at = match forward {
                true => self.end(at),
                false if at <= first => return None,
                false => self.before_raw(Shape { raw: true, ..shape }, at, around)?.node,
            };
            if at >= end {
                return None;
            }
            if !self.is_hidden(shape, at) {
                return Some(at);
            }
        }
    }
}
