//! What hangs together with a row: the rows it points to, those that point to it, those it is linked with.
//!
//! What is known to be empty is left out or comes last. That is decided when the list is made, never while somebody looks
//! at it, and only the lines on the screen are counted: a table may have hundreds of relationships.

use super::record::Tab;
use super::{Grid, Record};
use crate::app::command::related::RelatedCommand;
use crate::app::effect::{Effect, Request};
use crate::app::list::{List, Step};
use crate::app::load::Load;
use crate::app::notice::Notice;
use crate::app::pending::RowKey;
use crate::app::problem::Problem;
use crate::app::screen::grid::{Chip, Parent};
use crate::app::tickets::Slot;
use crate::app::{App, Screen};
use crate::dataverse::{
    self, ColumnName, Filter, RelatedCount, Relationship, RelationshipKind, Row, RowId, Table, TableName,
    TableSchema, Total, field,
};

/// Relationships that are counted at once.
const AT_ONCE: usize = 4;
/// Lookups that every table has, and that say little of a row.
const BOOKKEEPING: [&str; 9] = [
    "createdby",
    "createdonbehalfby",
    "modifiedby",
    "modifiedonbehalfby",
    "owningbusinessunit",
    "owningteam",
    "owninguser",
    "stageid",
    "transactioncurrencyid",
];
/// What people look for first.
const FIRST: [&str; 2] = ["activitypointer", "annotation"];

/// State of the tab.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RelatedTab {
    /// The lines in the order of the list, without those that are left out.
    pub lines: Load<Vec<RelatedLine>>,
    /// Cursor and scroll position among them.
    pub list: List,
    /// What is empty is listed too, as the last.
    pub all: bool,
    /// How many relationships there are, and in how many it is known how many rows there are.
    pub told: (usize, usize),
    /// Every relationship, those too that are left out.
    known: Vec<RelatedLine>,
    /// The person stopped the counting.
    stopped: bool,
}

/// A relationship of the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedLine {
    pub label: String,
    /// The table on the other side, in words.
    pub table_name: String,
    /// That table; nothing for a lookup that may point to several and does not point to a row.
    pub table: Option<Table>,
    pub relationship: Relationship,
    pub count: Count,
}

/// How many rows there are on the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    /// Not asked for, or the answer is not here yet.
    Unknown,
    Known(RelatedCount),
    /// The server does not tell, for this reason.
    Refused(String),
    /// The row came without this lookup.
    Unread,
}

impl Count {
    fn of_lookup(name: Option<String>) -> Self {
        let rows = u64::from(name.is_some());
        Self::Known(RelatedCount { total: Total { rows, capped: false }, first: name })
    }

    fn is_zero(&self) -> bool {
        matches!(self, Self::Known(count) if count.total.rows == 0)
    }
}

impl RelatedLine {
    /// `N:1`
    pub fn kind(&self) -> &'static str {
        match self.relationship.kind {
            RelationshipKind::ManyToOne(_) => "N:1",
            RelationshipKind::OneToMany { .. } => "1:N",
            RelationshipKind::ManyToMany { .. } => "N:N",
        }
    }

    /// What is to be known beside the count: the name of a single row, why nothing was told.
    pub fn note(&self) -> &str {
        match &self.count {
            Count::Known(count) if count.total.rows == 1 => count.first.as_deref().unwrap_or_default(),
            Count::Refused(why) => why,
            _ => "",
        }
    }

    /// It is known that there is no row.
    pub fn is_empty(&self) -> bool {
        self.count.is_zero()
    }

    /// Why the server does not tell how many rows there are.
    pub fn refused(&self) -> Option<&str> {
        match &self.count {
            Count::Refused(why) => Some(why),
            _ => None,
        }
    }

    /// How many rows there are, as far as that is known.
    pub fn rows(&self) -> u64 {
        match &self.count {
            Count::Known(count) => count.total.rows,
            _ => 0,
        }
    }

    /// The rows on the other side: their table, and the condition that they are. Nothing where that is not known.
    pub(in crate::app) fn rows_of(&self, record: &Record) -> Option<(Table, Filter)> {
        if self.relationship.lookup().is_some() {
            let (table, id) = pointed(record, self).ok()?;
            let condition = field(table.primary_id.as_str()).eq(id);
            return Some((table, condition));
        }
        Some((self.table.clone()?, self.relationship.condition(&record.table, record.id)?))
    }

    /// Where it stands in the list: what says most of the row first, what is empty last.
    fn rank(&self) -> (u8, usize, String) {
        let place = FIRST.iter().position(|first| *first == self.relationship.table.as_str());
        let is_system = self.table.as_ref().is_some_and(|table| table.is_system);
        let rank = match (&self.relationship.kind, &self.count) {
            (_, count) if count.is_zero() => 6,
            (_, Count::Refused(_) | Count::Unread) => 5,
            (RelationshipKind::ManyToOne(column), _) if BOOKKEEPING.contains(&column.as_str()) => 4,
            (RelationshipKind::ManyToOne(_), _) => 0,
            (_, Count::Known(_)) => 1,
            (_, Count::Unknown) => 2 + u8::from(is_system),
        };
        // Those are few, and not told anywhere else.
        let is_linked = matches!(self.relationship.kind, RelationshipKind::ManyToMany { .. });
        let place = place.unwrap_or(FIRST.len() + usize::from(!is_linked));
        (rank, place, self.label.to_lowercase())
    }
}

impl RelatedTab {
    /// The same list for another row.
    pub(super) fn emptied(&self) -> Self {
        Self { all: self.all, ..Self::default() }
    }

    /// What is under the cursor.
    pub fn current(&self) -> Option<&RelatedLine> {
        self.lines.value()?.get(self.list.cursor)
    }

    /// The lines whose relationship or table is called like this. `needle`: in small letters.
    pub(in crate::app) fn matches(&self, needle: &str) -> Vec<usize> {
        let is_match = |line: &RelatedLine| {
            [&line.label, &line.table_name].iter().any(|name| name.to_lowercase().contains(needle))
        };
        (0..).zip(self.lines()).filter(|(_, line)| is_match(line)).map(|(place, _)| place).collect()
    }

    fn lines(&self) -> &[RelatedLine] {
        self.lines.value().map_or(&[], Vec::as_slice)
    }

    /// Makes the list anew; the cursor stays on its relationship.
    fn arrange(&mut self, height: usize) {
        let under_cursor = self.current().map(|line| line.relationship.clone());
        let mut lines: Vec<RelatedLine> =
            self.known.iter().filter(|line| self.all || !line.count.is_zero()).cloned().collect();
        lines.sort_by_cached_key(RelatedLine::rank);
        let place = lines.iter().position(|line| Some(&line.relationship) == under_cursor.as_ref());
        let len = lines.len();
        self.lines = Load::Ready(lines);
        self.list.go_to(place.unwrap_or_default(), len, height);
        self.count_told();
    }

    /// Says in each line what is known of it now.
    fn renew(&mut self) {
        for line in self.lines.value_mut().into_iter().flatten() {
            let known = self.known.iter().find(|known| known.relationship == line.relationship);
            if let Some(known) = known {
                line.clone_from(known);
            }
        }
        self.count_told();
    }

    /// Counts are out of date.
    fn forget_counts(&mut self, is_forgotten: impl Fn(&Count) -> bool) {
        for line in &mut self.known {
            if !matches!(line.relationship.kind, RelationshipKind::ManyToOne(_)) && is_forgotten(&line.count)
            {
                line.count = Count::Unknown;
            }
        }
        self.renew();
    }

    fn count_told(&mut self) {
        let told = self.known.iter().filter(|line| line.count != Count::Unknown).count();
        self.told = (self.known.len(), told);
    }

    /// Takes how many rows a relationship has.
    fn take(&mut self, relationship: &Relationship, count: &Count) {
        for line in self.known.iter_mut().filter(|line| line.relationship == *relationship) {
            line.count = count.clone();
        }
        self.renew();
    }
}

/// The lines of a row: a lookup is one line, whatever it can point to.
fn lines(
    relationships: &[Relationship],
    schema: Option<&TableSchema>,
    tables: &[Table],
    row: Option<&Row>,
    old: &[RelatedLine],
) -> Vec<RelatedLine> {
    let table = |name: &TableName| tables.iter().find(|table| table.name == *name);
    let same = |one: &Relationship, other: &Relationship| one.table == other.table && one != other;
    let mut lines: Vec<RelatedLine> = Vec::new();
    for relationship in relationships {
        let other = table(&relationship.table);
        if let RelationshipKind::ManyToOne(column) = &relationship.kind {
            let target = other
                .map_or_else(|| relationship.table.as_str().to_owned(), |table| table.display_name.clone());
            let is_told = lines.iter_mut().find(
                |line| matches!(&line.relationship.kind, RelationshipKind::ManyToOne(own) if own == column),
            );
            if let Some(line) = is_told {
                if line.count.is_zero() {
                    line.table_name = format!("{}, {target}", line.table_name);
                    line.table = None;
                }
                continue;
            }
            let cell = row.and_then(|row| row.cell(&format!("_{column}_value")));
            let points = cell.as_ref().filter(|cell| cell.raw_text().is_some());
            let pointed = points.and_then(|cell| table(&TableName::new(cell.table.as_deref()?)));
            let count = match (row, &cell) {
                (None, _) => Count::Unknown,
                (Some(_), None) => Count::Unread,
                _ => Count::of_lookup(points.and_then(|cell| cell.text()).map(std::borrow::Cow::into_owned)),
            };
            let label = schema.and_then(|schema| schema.column(column.as_str()));
            lines.push(RelatedLine {
                label: label.map_or_else(|| column.to_string(), |column| column.display_name.clone()),
                table_name: pointed.map_or(target, |table| table.display_name.clone()),
                table: pointed.or(other).cloned(),
                relationship: relationship.clone(),
                count,
            });
            continue;
        }
        let Some(other) = other else { continue }; // its rows cannot be read
        let by = match &relationship.kind {
            RelationshipKind::OneToMany { column, .. } => column.as_str(),
            _ => &relationship.schema,
        };
        let is_one_of_several = relationships
            .iter()
            .any(|rival| same(rival, relationship) && !matches!(rival.kind, RelationshipKind::ManyToOne(_)));
        let label = match is_one_of_several {
            true => format!("{} ({by})", other.collection_name),
            false => other.collection_name.clone(),
        };
        let known = old.iter().find(|line| line.relationship == *relationship);
        lines.push(RelatedLine {
            label,
            table_name: other.display_name.clone(),
            table: Some(other.clone()),
            relationship: relationship.clone(),
            count: known.map_or(Count::Unknown, |line| line.count.clone()),
        });
    }
    lines
}

impl App {
    /// Shows the relationships of the record that is seen.
    pub(in crate::app) fn show_related(&mut self) -> Vec<Effect> {
        let Screen::Record(record) = self.screen_mut() else { return vec![] };
        if record.tab == Tab::Related {
            self.say("This is what is related. 1 shows the form");
            return vec![];
        }
        record.tab = Tab::Related;
        self.need_relationships()
    }

    /// Reads the relationships of the record that is seen, when that is what is seen of it, and counts anew.
    pub(in crate::app) fn read_related(&mut self) -> Vec<Effect> {
        let Screen::Record(record) = self.screens.top_mut() else { return vec![] };
        if record.tab != Tab::Related {
            return vec![];
        }
        record.related.forget_counts(|count| !count.is_zero());
        self.beside.forget();
        self.need_relationships()
    }

    fn need_relationships(&mut self) -> Vec<Effect> {
        let Screen::Record(record) = self.screens.top_mut() else { return vec![] };
        record.related.stopped = false;
        let table = record.table.name.clone();
        if self.relationships.contains_key(&table) {
            self.arrange_related();
            return vec![];
        }
        record.related.lines.start();
        vec![Effect::Run(self.tickets.issue(Slot::Relationships), Request::Relationships(table))]
    }

    /// Makes the list of the record that is seen anew: its row or its relationships have come.
    pub(in crate::app) fn arrange_related(&mut self) {
        self.renew_related();
        self.beside.look_again();
        let height = self.size.list_height();
        if let Screen::Record(record) = self.screens.top_mut()
            && record.tab == Tab::Related
            && self.relationships.contains_key(&record.table.name)
        {
            record.related.arrange(height);
        }
    }

    /// Says in each line of the record that is seen what is known now; the lines stay where they are.
    pub(in crate::app) fn renew_related(&mut self) {
        let Screen::Record(record) = self.screens.top_mut() else { return };
        let Some(relationships) = self.relationships.get(&record.table.name) else { return };
        if record.tab != Tab::Related {
            return;
        }
        let schema = self.schemas.get(&record.table.name).map(AsRef::as_ref);
        let tables = self.tables.value().map_or(&[][..], Vec::as_slice);
        let related = &mut record.related;
        related.known = lines(relationships, schema, tables, record.row.value(), &related.known);
        related.renew();
    }

    pub(in crate::app) fn relationships_came(
        &mut self,
        table: TableName,
        result: Result<Vec<Relationship>, dataverse::Error>,
    ) {
        match result {
            Ok(relationships) => {
                self.relationships.insert(table, relationships);
                self.arrange_related();
            }
            Err(error) => {
                let problem = Problem::of("The relationships could not be read", &error);
                if let Screen::Record(record) = self.screens.top_mut()
                    && record.table.name == table
                {
                    record.related.lines.finish(Err(problem.clone()));
                    self.notice = Some(Notice::Problem(problem));
                }
            }
        }
    }

    /// After each event: counts what is on the screen and is not counted yet.
    pub(in crate::app) fn count_related(&mut self) -> Vec<Effect> {
        let height = self.size.list_height();
        let Screen::Record(record) = self.screens.top() else { return vec![] };
        let related = &record.related;
        if record.tab != Tab::Related || related.stopped || self.tickets.is_busy(Slot::Counts) {
            return vec![];
        }
        let unknown = |line: &&RelatedLine| line.count == Count::Unknown;
        let seen = related.lines().iter().skip(related.list.top).take(height).filter(unknown);
        let wanted = seen.filter_map(|line| {
            let condition = line.relationship.condition(&record.table, record.id)?;
            Some((line.relationship.clone(), (line.table.clone()?, condition)))
        });
        let (relationships, conditions): (Vec<_>, Vec<_>) = wanted.take(AT_ONCE).unzip();
        if relationships.is_empty() {
            return vec![];
        }
        self.asked_counts = Some((record.key(), relationships));
        vec![Effect::Run(self.tickets.issue(Slot::Counts), Request::CountRelated(conditions))]
    }

    pub(in crate::app) fn related_counted(&mut self, counts: Vec<Result<RelatedCount, dataverse::Error>>) {
        let Some((key, relationships)) = self.asked_counts.take() else { return };
        let counts: Vec<Count> = counts
            .into_iter()
            .map(|count| match count {
                Ok(count) => Count::Known(count),
                Err(error) => Count::Refused(Problem::of("", &error).why),
            })
            .collect();
        for record in self.records(&key) {
            for (relationship, count) in relationships.iter().zip(&counts) {
                record.related.take(relationship, count);
            }
        }
    }

    /// Reading relationships or counting was called off.
    pub(in crate::app) fn related_stopped(&mut self) {
        self.asked_counts = None;
        if let Screen::Record(record) = self.screens.top_mut() {
            record.related.stopped = true;
            record.related.lines.cancel();
        }
    }

    /// Something was made, changed or deleted: what is on the other side of relationships is counted again.
    pub(in crate::app) fn related_is_stale(&mut self) {
        for screen in self.screens.iter_mut() {
            let Screen::Record(record) = screen else { continue };
            record.related.forget_counts(|_| true);
        }
        self.beside.forget();
        self.renew_related();
    }

    /// The number of rows in a relationship of the record that is seen is on its way.
    pub fn is_counted(&self, relationship: &Relationship) -> bool {
        let asked = self.asked_counts.as_ref().filter(|_| self.tickets.is_busy(Slot::Counts));
        asked.is_some_and(|(key, asked)| {
            asked.contains(relationship) && self.record().is_some_and(|record| record.is(key))
        })
    }

    /// Puts the cursor on a relationship.
    pub(in crate::app) fn go_to_relationship(&mut self, place: usize) {
        if let Screen::Record(record) = self.screen_mut() {
            record.related.list.cursor = place;
        }
        self.step_related(Step::Rows(0));
    }

    pub(in crate::app) fn step_related(&mut self, step: Step) {
        let height = self.size.list_height();
        let Screen::Record(record) = self.screen_mut() else { return };
        let len = record.related.lines().len();
        record.related.list.step(step, len, height);
    }

    /// What is under the cursor of the relationships that are seen.
    pub fn related(&self) -> Option<&RelatedLine> {
        self.record().filter(|record| record.tab == Tab::Related)?.related.current()
    }

    /// The lookup of the row itself that is under the cursor.
    pub(in crate::app) fn related_lookup(&self) -> Option<ColumnName> {
        self.related()?.relationship.lookup().cloned()
    }

    pub(in crate::app) fn run_related(&mut self, command: RelatedCommand) -> Vec<Effect> {
        match command {
            RelatedCommand::Open => self.told(Self::open_related),
            RelatedCommand::Add => self.told(Self::add_related),
            RelatedCommand::Attach => self.told(Self::attach),
            RelatedCommand::Detach => self.told(Self::detach),
            RelatedCommand::All => {
                let height = self.size.list_height();
                let Screen::Record(record) = self.screen_mut() else { return vec![] };
                record.related.all = !record.related.all;
                record.related.arrange(height);
                let said = match record.related.all {
                    true => "All relationships, the empty ones last.",
                    false => "Empty relationships are left out.",
                };
                self.say(said);
                vec![]
            }
        }
    }

    /// Does it, or says why it cannot be done.
    fn told(&mut self, what: fn(&mut Self) -> Result<Vec<Effect>, String>) -> Vec<Effect> {
        what(self).unwrap_or_else(|why| {
            self.say(why);
            vec![]
        })
    }

    /// Opens what is on the other side: the row that a lookup points to, or all the rows.
    fn open_related(&mut self) -> Result<Vec<Effect>, String> {
        let (Some(record), Some(line)) = (self.record(), self.related()) else { return Ok(vec![]) };
        if let RelationshipKind::ManyToOne(_) = &line.relationship.kind {
            let (table, id) = pointed(record, line)?;
            return Ok(self.open_record(table, id, Tab::Form));
        }
        let grid = self.related_rows(record, line).ok_or("The rows there cannot be read.")?;
        Ok(self.open_rows(grid))
    }

    /// The rows on the other side of a relationship, as a grid that shows no others.
    fn related_rows(&self, record: &Record, line: &RelatedLine) -> Option<Grid> {
        let filter = line.relationship.condition(&record.table, record.id)?;
        let name = self.record_name(record);
        let label = format!("{} {name}", record.table.display_name);
        let chip = Chip { told: format!("they belong to {label}"), label, searched: vec![], filter };
        let parent =
            Parent { chip, of: record.key(), name, relationship: line.relationship.clone(), stale: false };
        Some(Grid::related(line.table.clone()?, parent))
    }
}

/// The row that the lookup of a line points to.
fn pointed(record: &Record, line: &RelatedLine) -> Result<(Table, RowId), String> {
    let RelationshipKind::ManyToOne(column) = &line.relationship.kind else {
        return Err("That is no lookup.".to_owned());
    };
    let row = record.row.value().ok_or("The record is not here yet.")?;
    let cell = row.cell(&format!("_{column}_value"));
    let id = cell.and_then(|cell| cell.raw_text()?.parse::<RowId>().ok());
    let id = id.ok_or_else(|| format!("{} has no value in this row.", line.label))?;
    let table = line.table.clone();
    let table =
        table.ok_or_else(|| format!("{} points to a table that is not among those here.", line.label))?;
    Ok((table, id))
}

/// What is being counted: of which row, and which of its relationships.
pub(in crate::app) type AskedCounts = (RowKey, Vec<Relationship>);
