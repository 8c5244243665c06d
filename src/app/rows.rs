//! The rows of one query: where each page begins, and the bytes of those pages that are held.
//!
//! A table can have more rows than memory: only a window of pages is held. A page that was let go keeps its place
//! and its link, and is read again when the cursor comes back to it.

mod seen;

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::ops::RangeFrom;

use self::seen::Seen;
use crate::dataverse::{ColumnName, NextLink, Page, Query, Row, RowId, Total};

/// Rows that are held at most.
const HELD_ROWS: usize = 20_000;
/// Bytes of pages that are held at most.
const HELD_BYTES: usize = 32 << 20;
/// Rows of a page when all are read: as many as the server gives at once.
const LARGE_ROWS: usize = 5_000;
/// Bytes of such a page, by what the rows so far took: the page of the cursor and its neighbours are always held.
const LARGE_BYTES: usize = HELD_BYTES / 5;

/// What has been read of a query, from its first row on.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    query: Query,
    primary_id: ColumnName,
    pages: Vec<Place>,
    /// The pages that are held, and what they come to.
    held: BTreeSet<usize>,
    held_rows: usize,
    held_bytes: usize,
    next: Option<NextLink>,
    /// The link to the next page leads to one that was read already.
    goes_round: bool,
    /// Fingerprints of the links that were followed.
    followed: BTreeSet<u64>,
    total: Option<Total>,
    /// The keys that were read, and how often one came again.
    keys: Seen,
    repeated: usize,
    /// Rows of which a newer version is known than that of their page, by their place.
    newer: BTreeMap<usize, Row>,
}

/// A page's place among the rows.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    /// How it is read; none is the first page.
    link: Option<NextLink>,
    /// How many rows were asked for; none is what the query says.
    size: Option<u32>,
    first: usize,
    rows: usize,
    page: Option<Page>,
}

impl Rows {
    /// What the first page says.
    pub fn new(query: Query, primary_id: ColumnName, page: Page) -> Self {
        let mut rows = Self {
            query,
            primary_id,
            pages: vec![],
            held: BTreeSet::new(),
            held_rows: 0,
            held_bytes: 0,
            next: None,
            goes_round: false,
            followed: BTreeSet::new(),
            total: page.total(),
            keys: Seen::default(),
            repeated: 0,
            newer: BTreeMap::new(),
        };
        rows.append(page);
        rows
    }

    /// The query whose rows these are.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Rows from the first to the last one that was read, held or not.
    pub fn len(&self) -> usize {
        self.pages.last().map_or(0, |place| place.first + place.rows)
    }

    /// No row was read.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows that are in memory.
    pub fn held(&self) -> usize {
        self.held_rows
    }

    /// How many rows the server counts. When the end was reached, that is how many there are.
    pub fn total(&self) -> Option<Total> {
        match self.next {
            None => Some(Total { rows: self.len() as u64, capped: false }),
            Some(_) => self.total.map(|total| match total.rows < self.len() as u64 {
                true => Total { rows: self.len() as u64, capped: true },
                false => total,
            }),
        }
    }

    /// Where the rows behind the last one are; none when the end was reached, or cannot be.
    pub fn next(&self) -> Option<&NextLink> {
        self.next.as_ref().filter(|_| !self.goes_round)
    }

    /// The server's links lead in a circle: there is no way to the end.
    pub fn goes_round(&self) -> bool {
        self.goes_round
    }

    /// How many rows came more than once: the server moved them to a later page meanwhile.
    pub fn repeated(&self) -> usize {
        self.repeated
    }

    /// Adds the page behind the last one, which was asked for with the size that the query says.
    pub fn append(&mut self, page: Page) {
        self.append_sized(page, None);
    }

    /// The same for a page of which so many rows were asked for.
    pub fn append_sized(&mut self, page: Page, size: Option<u32>) {
        let link = self.next.take();
        self.followed.extend(link.as_ref().map(fingerprint));
        self.next = page.next_link().cloned();
        self.goes_round = self.next.as_ref().is_some_and(|next| self.followed.contains(&fingerprint(next)));
        self.note_keys(&page);
        self.pages.push(Place { link, size, first: self.len(), rows: page.len(), page: None });
        self.hold(self.pages.len() - 1, page);
    }

    fn hold(&mut self, number: usize, page: Page) {
        self.let_go(number);
        self.held.insert(number);
        self.held_rows += page.len();
        self.held_bytes += page.bytes_len();
        self.pages[number].page = Some(page);
    }

    fn let_go(&mut self, number: usize) {
        if let Some(page) = self.pages[number].page.take() {
            self.held.remove(&number);
            self.held_rows -= page.len();
            self.held_bytes -= page.bytes_len();
        }
    }

    /// The row at `index`; none when its page is not held.
    pub fn row(&self, index: usize) -> Option<Row> {
        if let Some(newer) = self.newer.get(&index) {
            return Some(newer.clone());
        }
        let place = &self.pages[self.page_of(index)?];
        place.page.as_ref()?.row(index - place.first)
    }

    /// Every row that is held, with its place.
    pub fn held_rows(&self) -> impl Iterator<Item = (usize, Row)> + '_ {
        self.held_from(0..)
    }

    /// The same from some row on.
    pub fn held_from(&self, from: RangeFrom<usize>) -> impl Iterator<Item = (usize, Row)> + '_ {
        let page = self.page_of(from.start).unwrap_or(self.pages.len());
        self.held.range(page..).filter_map(|number| self.pages.get(*number)).flat_map(move |place| {
            let rows = place.page.iter().flat_map(Page::rows).enumerate();
            rows.skip(from.start.saturating_sub(place.first)).map(|(index, row)| {
                let index = place.first + index;
                (index, self.newer.get(&index).cloned().unwrap_or(row))
            })
        })
    }

    /// The place of a row that is held.
    pub fn find(&self, id: RowId, primary_id: &ColumnName) -> Option<usize> {
        self.held_rows().find(|(_, row)| row.id(primary_id) == Some(id)).map(|(index, _)| index)
    }

    /// Puts a newer version over a row.
    pub fn replace(&mut self, index: usize, row: Row) {
        self.newer.insert(index, row);
    }

    /// The first page that is not held among those of some rows.
    pub fn missing(&self, indices: impl IntoIterator<Item = usize>) -> Option<usize> {
        indices.into_iter().filter_map(|index| self.page_of(index)).find(|page| !self.is_held(*page))
    }

    /// How a page is read: by its link, the first one by the query itself.
    pub fn link(&self, page: usize) -> Option<&NextLink> {
        self.pages.get(page).and_then(|place| place.link.as_ref())
    }

    /// The query by which a page is read again: its rows join the others only when as many are asked for.
    pub fn query_of(&self, page: usize) -> Query {
        sized(&self.query, self.pages.get(page).and_then(|place| place.size))
    }

    /// How many rows to ask for at a time when all are read, at most so many; none when that cannot be chosen.
    pub fn large_page(&self, most: usize) -> Option<u32> {
        self.next().filter(|next| next.is_behind_a_row())?;
        let row = (self.held_bytes / self.held_rows.max(1)).max(1);
        u32::try_from((LARGE_BYTES / row).min(LARGE_ROWS).min(most)).ok().filter(|rows| *rows > 0)
    }

    /// Takes a page that was read again.
    ///
    /// When rows came or went meanwhile, the pages behind it no longer join: they are forgotten and read anew.
    pub fn put_back(&mut self, number: usize, page: Page) {
        let Some(place) = self.pages.get_mut(number) else { return };
        let joins = page.len() == place.rows;
        let read = place.first..place.first + place.rows.max(page.len());
        self.newer.retain(|index, _| !read.contains(index));
        place.rows = page.len();
        let follower = self.pages.get(number + 1).map_or(self.next.as_ref(), |place| place.link.as_ref());
        if !joins || follower != page.next_link() {
            for gone in self.held.split_off(&(number + 1)) {
                self.let_go(gone);
            }
            self.pages.truncate(number + 1);
            self.next = page.next_link().cloned();
            self.followed =
                self.pages.iter().filter_map(|place| place.link.as_ref()).map(fingerprint).collect();
            self.goes_round =
                self.next.as_ref().is_some_and(|next| self.followed.contains(&fingerprint(next)));
            self.forget_keys(number, &page);
            self.newer.retain(|index, _| *index < read.start);
        }
        self.hold(number, page);
    }

    /// Lets go of the pages farthest from a row until what is held is within the limits.
    pub fn trim(&mut self, around: usize) {
        self.trim_to(around, HELD_ROWS, HELD_BYTES);
    }

    /// Lets go of all pages but that of a row and its neighbours.
    pub fn keep_near(&mut self, row: usize) {
        self.trim_to(row, 0, 0);
    }

    /// Bytes of the pages that are held.
    pub fn bytes(&self) -> usize {
        self.held_bytes
    }

    fn trim_to(&mut self, around: usize, most_rows: usize, most_bytes: usize) {
        let here = self.page_of(around).unwrap_or_default();
        while self.held_rows > most_rows || self.held_bytes > most_bytes {
            let ends = [self.held.first(), self.held.last()].into_iter().flatten();
            let Some(far) = ends.max_by_key(|number| number.abs_diff(here)).copied() else { return };
            if far.abs_diff(here) <= 1 {
                return; // the page of the row and its neighbours stay: they are on the screen
            }
            self.let_go(far);
            let gone = self.pages[far].first..self.pages[far].first + self.pages[far].rows;
            self.newer.retain(|index, _| !gone.contains(index));
        }
    }

    fn note_keys(&mut self, page: &Page) {
        for key in page.rows().filter_map(|row| row.id(&self.primary_id)) {
            if !self.keys.insert(&key) {
                self.repeated += 1;
            }
        }
    }

    /// Rows that were read will be read again: their keys are new then. Keys of pages that are not held are lost.
    fn forget_keys(&mut self, number: usize, page: &Page) {
        (self.keys, self.repeated) = (Seen::default(), 0);
        let pages: Vec<Page> = self.pages[..number].iter().filter_map(|place| place.page.clone()).collect();
        pages.iter().chain([page]).for_each(|page| self.note_keys(page));
    }

    fn is_held(&self, page: usize) -> bool {
        self.pages.get(page).is_some_and(|place| place.page.is_some())
    }

    fn page_of(&self, index: usize) -> Option<usize> {
        let page = self.pages.partition_point(|place| place.first + place.rows <= index);
        (page < self.pages.len()).then_some(page)
    }
}

/// The query with pages of another size.
pub fn sized(query: &Query, size: Option<u32>) -> Query {
    match size {
        Some(size) => query.clone().page_size(size),
        None => query.clone(),
    }
}

fn fingerprint(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn page(rows: std::ops::Range<usize>, next: Option<&str>) -> Page {
        let rows: Vec<String> = rows.map(|n| format!("{{\"n\":{n}}}")).collect();
        let next = next.map_or_else(String::new, |next| format!(",\"@odata.nextLink\":\"{next}\""));
        Page::decode(Bytes::from(format!("{{\"value\":[{}]{next}}}", rows.join(",")))).unwrap()
    }

    /// Pages of ten rows.
    fn rows(pages: usize) -> Rows {
        let link = |n: usize| format!("p{n}");
        let mut rows = Rows::new(Query::new("things"), "id".into(), page(0..10, Some(&link(1))));
        for n in 1..pages {
            rows.append(page(n * 10..n * 10 + 10, Some(&link(n + 1))));
        }
        rows
    }

    fn n(rows: &Rows, index: usize) -> Option<String> {
        rows.row(index).map(|row| row.cell("n").unwrap().json.to_owned())
    }

    #[test]
    fn pages_far_from_the_cursor_are_let_go_and_keep_their_place() {
        let mut rows = rows(10);
        rows.trim_to(95, 30, usize::MAX);
        assert_eq!((rows.len(), rows.held()), (100, 30));
        assert_eq!(n(&rows, 0), None);
        assert_eq!(n(&rows, 99).as_deref(), Some("99"));
        assert_eq!(rows.missing(0..5), Some(0));
        assert_eq!(rows.missing(25..28), Some(2));
        assert_eq!(rows.link(0), None);
        assert_eq!(rows.link(2).unwrap().as_str(), "p2");
        rows.put_back(2, page(20..30, Some("p3")));
        assert_eq!(n(&rows, 25).as_deref(), Some("25"));
        assert_eq!(rows.len(), 100);
    }

    /// What the counters should say, counted by hand.
    fn counted(rows: &Rows) -> (usize, usize, Vec<usize>) {
        let held: Vec<usize> = (0..rows.pages.len()).filter(|page| rows.is_held(*page)).collect();
        let pages = || rows.pages.iter().filter_map(|place| place.page.as_ref());
        (pages().map(Page::len).sum(), pages().map(Page::bytes_len).sum(), held)
    }

    #[test]
    fn what_is_held_is_counted_as_pages_come_go_come_back_and_are_forgotten() {
        let mut rows = rows(10);
        let agree = |rows: &Rows| {
            let held: Vec<usize> = rows.held.iter().copied().collect();
            assert_eq!((rows.held(), rows.bytes(), held), counted(rows));
        };
        agree(&rows);
        rows.trim_to(45, 40, usize::MAX);
        agree(&rows);
        assert_eq!(rows.held.iter().copied().collect::<Vec<_>>(), [2, 3, 4, 5]);
        rows.put_back(3, page(30..40, Some("p4")));
        agree(&rows);
        rows.put_back(0, page(0..10, Some("p1")));
        agree(&rows);
        assert_eq!(rows.held_rows().map(|(index, _)| index).collect::<Vec<_>>()[8..12], [8, 9, 20, 21]);
        assert_eq!(rows.held_from(35..).map(|(index, _)| index).next(), Some(35));
        rows.put_back(4, page(41..44, Some("other")));
        agree(&rows);
        assert_eq!(rows.held.iter().copied().collect::<Vec<_>>(), [0, 2, 3, 4]);
    }

    #[test]
    fn a_page_is_read_again_with_the_size_it_was_read_with() {
        let mut rows = Rows::new(Query::new("things").page_size(10), "id".into(), page(0..10, Some("p1")));
        rows.append_sized(page(10..60, Some("p2")), Some(50));
        rows.append(page(60..70, None));
        let asked = |page: usize| rows.query_of(page).prefer().unwrap();
        assert_eq!([asked(0), asked(1), asked(2)], [10, 50, 10].map(|n| format!("odata.maxpagesize={n}")));
    }

    #[test]
    fn a_large_page_has_as_many_rows_as_their_bytes_allow_and_only_behind_a_row() {
        let link = "o/p?$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253Cid%2520last%253D%25221%2522%22";
        let large = |bytes: usize, next: &str| {
            let row = format!("{{\"n\":\"{}\"}}", "x".repeat(bytes));
            let body = format!("{{\"value\":[{row}],\"@odata.nextLink\":\"{next}\"}}");
            let page = Page::decode(Bytes::from(body)).unwrap();
            Rows::new(Query::new("things"), "id".into(), page)
        };
        assert_eq!(large(10, link).large_page(usize::MAX), Some(5_000));
        assert_eq!(large(10, link).large_page(1_000), Some(1_000));
        let rows = large(67_000, link).large_page(usize::MAX).unwrap();
        assert!((98..=100).contains(&rows), "{rows}");
        assert_eq!(large(10, "o/p?$skip=250").large_page(usize::MAX), None);
    }

    #[test]
    fn the_pages_around_the_cursor_stay_even_when_they_are_too_large() {
        let mut rows = rows(5);
        rows.trim_to(25, 1, 1);
        assert_eq!(rows.held(), 30);
    }

    #[test]
    fn a_page_that_changed_meanwhile_cuts_off_what_no_longer_joins() {
        let mut rows = rows(5);
        rows.trim_to(45, 20, usize::MAX);
        rows.put_back(1, page(11..21, Some("other")));
        assert_eq!(rows.len(), 20);
        assert_eq!(rows.next().unwrap().as_str(), "other");
    }

    #[test]
    fn a_newer_version_of_a_row_hides_the_one_of_its_page() {
        let mut rows = rows(2);
        rows.replace(12, Row::from_json(r#"{"n":"new"}"#).unwrap());
        assert_eq!(n(&rows, 12).as_deref(), Some("\"new\""));
        assert!(rows.held_rows().any(|(index, row)| index == 12 && row.json().contains("new")));
    }

    #[test]
    fn a_link_to_itself_and_a_circle_of_links_end_the_way() {
        let mut rows = rows(2);
        assert!(rows.next().is_some() && !rows.goes_round());
        rows.append(page(20..30, Some("p2")));
        assert!(rows.next().is_none() && rows.goes_round());
        assert_eq!(rows.total(), None, "that is not the end");
        let mut rows = self::rows(4);
        rows.append(page(40..50, Some("p1")));
        assert!(rows.goes_round());
    }

    #[test]
    fn an_empty_page_with_a_link_is_not_the_end() {
        let mut rows = rows(1);
        rows.append(page(10..10, Some("p2")));
        assert_eq!((rows.len(), rows.next().map(NextLink::as_str)), (10, Some("p2")));
        rows.append(page(10..12, None));
        assert_eq!((rows.len(), n(&rows, 11).as_deref()), (12, Some("11")));
    }

    #[test]
    fn rows_that_come_again_are_counted_by_their_key() {
        let keyed = |ids: &[u8], next: Option<&str>| {
            let row = |id: &u8| format!("{{\"id\":\"00000000-0000-4000-8000-0000000000{id:02x}\"}}");
            let rows: Vec<String> = ids.iter().map(row).collect();
            let next = next.map_or_else(String::new, |next| format!(",\"@odata.nextLink\":\"{next}\""));
            Page::decode(Bytes::from(format!("{{\"value\":[{}]{next}}}", rows.join(",")))).unwrap()
        };
        let mut rows = Rows::new(Query::new("things"), "id".into(), keyed(&[1, 2, 3], Some("p1")));
        assert_eq!(rows.repeated(), 0);
        rows.append(keyed(&[3, 4, 1], Some("p2")));
        assert_eq!((rows.repeated(), rows.len()), (2, 6));
        rows.put_back(0, keyed(&[1, 2, 3], Some("p1")));
        assert_eq!(rows.repeated(), 2, "a page that is read again is no repetition");
        rows.put_back(0, keyed(&[1, 2], Some("other")));
        rows.append(keyed(&[3, 4], None));
        assert_eq!((rows.repeated(), rows.len()), (0, 4));
    }

    #[test]
    fn at_the_end_the_rows_read_are_the_total() {
        let mut rows = rows(1);
        assert_eq!(rows.total(), None);
        rows.append(page(10..13, None));
        assert_eq!(rows.total(), Some(Total { rows: 13, capped: false }));
    }
}
