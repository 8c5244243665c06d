//! The rows that a new store starts with: believable, of every kind that a screen must show, and the same for the
//! same seed. It knows the tables' columns by name; it must not know who will ask for the rows.

mod attachments;
mod cases;
mod customers;
mod insert;
mod inspections;
mod organization;
mod random;
mod sdk;
mod security;
mod settings;
mod shown;
mod timeline;
mod views;
mod words;
mod workflows;
mod zones;

use rusqlite::Transaction;
use rusqlite::types::Value;
use uuid::Uuid;

use super::RowCounts;
use super::users::User;
pub(crate) use cases::ticket;
use insert::{Cells, Reference, blob, number, text};
pub(crate) use random::{Random, named_id};
pub(crate) use security::administrators;
pub(crate) use workflows::escalating;

/// 2026-11-22T18:00:00Z: nothing is younger than this.
const END: i64 = 1_795_370_400;
/// Rows reach back three years.
const SPAN: i64 = 3 * 365 * 86_400;

/// What the rows are made from.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) seed: u64,
    pub(crate) rows: RowCounts,
    pub(crate) users: &'a [User],
    pub(crate) organization: Uuid,
    pub(crate) organization_name: &'a str,
}

/// The root business unit, which `WhoAmI` names.
pub(crate) fn root_business_unit(organization: Uuid) -> Uuid {
    named_id(&format!("businessunit {organization}"))
}

/// Fills a new store.
pub(crate) fn fill(transaction: &Transaction<'_>, plan: &Plan<'_>) -> rusqlite::Result<()> {
    let mut stamps = Stamps { version: 80_640_000 };
    let office = organization::fill(transaction, plan, &mut stamps)?;
    security::fill(transaction, plan, &office, &mut stamps)?;
    let customers = customers::fill(transaction, plan, &office, &mut stamps)?;
    inspections::fill(transaction, plan, &office, &customers, &mut stamps)?;
    cases::fill(transaction, plan, &office, &customers, &mut stamps)?;
    let mut maker = Maker {
        office: &office,
        organization: Reference { id: plan.organization, name: plan.organization_name.to_owned() },
        random: Random::new(plan.seed, "settings"),
        stamps: &mut stamps,
    };
    settings::fill(transaction, plan.organization_name, &mut maker)?;
    views::fill(transaction, &mut maker)?;
    sdk::fill(transaction, plan.seed, &mut stamps)?;
    attachments::fill(transaction, plan.seed, &mut stamps)?;
    workflows::fill(transaction, plan.seed, &office, &mut stamps)?;
    transaction.execute("UPDATE counter SET value = ?1 WHERE name = 'version'", [stamps.version])?;
    transaction.execute("UPDATE counter SET value = ?1 WHERE name = 'case'", [plan.rows.incident])?;
    Ok(())
}

/// Says how far a long fill is: who asks for a million rows waits for a minute.
fn told(what: &str, made: usize, of: usize) {
    const STEP: usize = 100_000;
    if made.is_multiple_of(STEP) {
        tracing::info!("made {made} of {of} {what}");
    }
}

/// Hands out row versions.
#[derive(Debug)]
struct Stamps {
    version: i64,
}

impl Stamps {
    fn next(&mut self, random: &mut Random) -> Value {
        self.version += random.between(1, 9);
        number(self.version)
    }
}

/// Who and what every row can refer to.
#[derive(Debug)]
struct Office {
    unit: Reference,
    users: Vec<Reference>,
    teams: Vec<Reference>,
    queues: Vec<Reference>,
    currencies: Vec<Reference>,
    subjects: Vec<Reference>,
    products: Vec<Reference>,
}

impl Office {
    /// Some user, the first ones (who sign in) more often.
    fn user(&self, random: &mut Random) -> &Reference {
        let limit = if random.chance(60) { self.users.len().min(3) } else { self.users.len() };
        &self.users[random.below(limit)]
    }
}

/// Makes what describes the organization and how it is shown.
struct Maker<'a> {
    office: &'a Office,
    organization: Reference,
    random: Random,
    stamps: &'a mut Stamps,
}

impl Maker<'_> {
    fn in_organization(&self, cells: &mut Cells) {
        cells.extend([
            ("organizationid", self.organization.id()),
            ("organizationid__name", self.organization.name()),
        ]);
    }

    /// Made when the environment was set up, by whom it was set up.
    fn shipped(&mut self, cells: &mut Cells) {
        let author = self.office.users[0].clone();
        self.stamped(cells, &author);
    }

    fn stamped(&mut self, cells: &mut Cells, author: &Reference) {
        let created = END - SPAN - 86_400;
        cells.extend([
            ("createdon", number(created)),
            ("createdby", author.id()),
            ("createdby__name", author.name()),
            ("modifiedon", number(created)),
            ("modifiedby", author.id()),
            ("modifiedby__name", author.name()),
            ("versionnumber", self.stamps.next(&mut self.random)),
        ]);
    }
}

/// The columns of who made and owns a row, and its version.
fn stamped(
    cells: &mut Cells,
    random: &mut Random,
    office: &Office,
    stamps: &mut Stamps,
    created: i64,
    modified: i64,
) {
    let author = office.user(random);
    let editor = office.user(random);
    owned(cells, random, office);
    cells.extend([
        ("createdon", number(created)),
        ("createdby", author.id()),
        ("createdby__name", author.name()),
        ("modifiedon", number(modified)),
        ("modifiedby", editor.id()),
        ("modifiedby__name", editor.name()),
        ("versionnumber", stamps.next(random)),
    ]);
}

fn owned(cells: &mut Cells, random: &mut Random, office: &Office) {
    let team = random.chance(8).then(|| &office.teams[random.below(office.teams.len())]);
    let user = office.user(random);
    let owner = team.unwrap_or(user);
    let none = |is: bool, value: Value| insert::maybe(is, value);
    cells.extend([
        ("ownerid", owner.id()),
        ("ownerid__name", owner.name()),
        ("ownerid__type", text(if team.is_some() { "team" } else { "systemuser" })),
        ("owninguser", none(team.is_none(), owner.id())),
        ("owninguser__name", none(team.is_none(), owner.name())),
        ("owningteam", none(team.is_some(), owner.id())),
        ("owningteam__name", none(team.is_some(), owner.name())),
        ("owningbusinessunit", office.unit.id()),
        ("owningbusinessunit__name", office.unit.name()),
    ]);
}

/// The currency of a row and its rate, in units of `10^-12`.
fn currency(cells: &mut Cells, office: &Office, index: usize) {
    let currency = &office.currencies[index];
    cells.extend([
        ("transactioncurrencyid", blob(currency.id)),
        ("transactioncurrencyid__name", currency.name()),
        ("exchangerate", number(organization::RATES[index])),
    ]);
}

/// A moment of the three years, more of them lately.
fn moment(random: &mut Random) -> i64 {
    let share = random.between(0, 1000);
    END - SPAN * share * share / 1_000_000 - random.between(0, 86_400)
}

/// A moment between `from` and the end.
fn after(random: &mut Random, from: i64) -> i64 {
    let limit = (END - from).clamp(1, 90 * 86_400);
    from + random.between(0, limit)
}
