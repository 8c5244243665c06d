//! Page after page of a query.

use std::collections::HashSet;

use super::{Client, Error, NextLink, Page, Query};

/// All pages of a query, in order. Holds no page: memory does not grow, except by a number for each link.
#[derive(Debug)]
pub struct Pages {
    client: Client,
    query: Query,
    state: State,
    seen: HashSet<u64>,
}

#[derive(Debug)]
enum State {
    First,
    Link(NextLink),
    Done,
}

impl Pages {
    pub(super) fn new(client: Client, query: Query) -> Self {
        Self { client, query, state: State::First, seen: HashSet::new() }
    }

    /// The next page; `None` after the last. A page without rows is not the last when it has a link.
    ///
    /// # Errors
    ///
    /// As [`Client::next_page`], and [`Error::Answer`] when a link was followed before: the rows would go round
    /// for ever. After an error there are no more pages.
    ///
    /// # Cancellation
    ///
    /// Safe: the same page is read again by the next call.
    pub async fn next(&mut self) -> Result<Option<Page>, Error> {
        let result = match &self.state {
            State::Done => return Ok(None),
            State::First => self.client.page(&self.query).await,
            State::Link(link) => self.client.next_page(link, &self.query).await,
        };
        self.state = State::Done;
        let page = result?;
        if let Some(link) = page.next_link() {
            if !self.seen.insert(fingerprint(link)) {
                return Err(Error::answer("a link to a page that was read already"));
            }
            self.state = State::Link(link.clone());
        }
        Ok(Some(page))
    }
}

fn fingerprint(link: &NextLink) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    link.hash(&mut hasher);
    hasher.finish()
}
