//! The organization itself: business units, users, teams, queues, currencies, subjects and products.

use rusqlite::Transaction;
use rusqlite::types::Value;
use uuid::Uuid;

use super::insert::{Cells, Insert, Reference, blob, maybe, number, text};
use super::random::{Random, named_id};
use super::words::{PRODUCTS, SUBJECTS};
use super::{END, Office, Plan, SPAN, Stamps, words};

/// US dollar, euro, pound: units of each for one dollar, in units of `10^-12`.
pub(super) const RATES: [i64; 3] = [1_000_000_000_000, 920_000_000_000, 780_000_000_000];
const CURRENCIES: [(&str, &str, &str); 3] =
    [("US Dollar", "USD", "$"), ("Euro", "EUR", "€"), ("Pound Sterling", "GBP", "£")];
/// Colleagues of the people who can sign in.
const COLLEAGUES: usize = 12;

pub(super) fn fill(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    stamps: &mut Stamps,
) -> rusqlite::Result<Office> {
    let mut maker = Maker {
        transaction,
        random: Random::new(plan.seed, "organization"),
        stamps,
        author: Reference { id: Uuid::nil(), name: String::new() },
        organization: Reference { id: plan.organization, name: plan.organization_name.to_owned() },
    };
    let unit = Reference {
        id: super::root_business_unit(plan.organization),
        name: plan.organization_name.to_owned(),
    };
    if let Some(first) = plan.users.iter().find(|user| user.in_environment) {
        maker.author = Reference { id: first.systemuserid, name: first.full_name.to_owned() };
    }
    let currencies = maker.currencies()?;
    maker.units(&unit)?;
    let users = maker.users(plan, &unit)?;
    let mut office = Office {
        unit,
        users,
        teams: Vec::new(),
        queues: Vec::new(),
        currencies,
        subjects: Vec::new(),
        products: Vec::new(),
    };
    office.teams = maker.teams(&office)?;
    maker.members(&office)?;
    office.queues = maker.queues(&office)?;
    office.subjects = maker.subjects()?;
    office.products = maker.products(&office)?;
    Ok(office)
}

struct Maker<'a> {
    transaction: &'a Transaction<'a>,
    random: Random,
    stamps: &'a mut Stamps,
    author: Reference,
    organization: Reference,
}

impl Maker<'_> {
    /// Made by the first user when the environment was set up.
    fn audit(&mut self, cells: &mut Cells) {
        let created = END - SPAN - 86_400;
        cells.extend([
            ("createdon", number(created)),
            ("createdby", self.author.id()),
            ("createdby__name", self.author.name()),
            ("modifiedon", number(created + self.random.between(0, SPAN))),
            ("modifiedby", self.author.id()),
            ("modifiedby__name", self.author.name()),
            ("versionnumber", self.stamps.next(&mut self.random)),
        ]);
    }

    fn in_organization(&self, cells: &mut Cells) {
        cells.extend([
            ("organizationid", self.organization.id()),
            ("organizationid__name", self.organization.name()),
        ]);
    }

    fn currencies(&mut self) -> rusqlite::Result<Vec<Reference>> {
        let mut table = Insert::into(self.transaction, "transactioncurrency");
        let mut made = Vec::new();
        for ((name, code, symbol), rate) in CURRENCIES.into_iter().zip(RATES) {
            let currency = Reference { id: named_id(&format!("currency {code}")), name: name.to_owned() };
            let mut cells: Cells = vec![
                ("transactioncurrencyid", currency.id()),
                ("currencyname", currency.name()),
                ("isocurrencycode", text(code)),
                ("currencysymbol", text(symbol)),
                ("currencyprecision", number(2)),
                ("exchangerate", number(rate)),
                ("statecode", number(0)),
                ("statuscode", number(1)),
            ];
            self.in_organization(&mut cells);
            self.audit(&mut cells);
            table.add(cells)?;
            made.push(currency);
        }
        Ok(made)
    }

    fn units(&mut self, root: &Reference) -> rusqlite::Result<()> {
        let mut table = Insert::into(self.transaction, "businessunit");
        let mut add = |maker: &mut Self, unit: &Reference, parent: Option<&Reference>| {
            let mut cells: Cells = vec![
                ("businessunitid", unit.id()),
                ("name", unit.name()),
                ("parentbusinessunitid", parent.map_or(Value::Null, Reference::id)),
                ("parentbusinessunitid__name", parent.map_or(Value::Null, Reference::name)),
            ];
            maker.audit(&mut cells);
            table.add(cells)
        };
        add(self, root, None)?;
        for name in ["Service Europe", "Service Americas"] {
            let unit = Reference { id: self.random.uuid(), name: name.to_owned() };
            add(self, &unit, Some(root))?;
        }
        Ok(())
    }

    fn users(&mut self, plan: &Plan<'_>, unit: &Reference) -> rusqlite::Result<Vec<Reference>> {
        let mut table = Insert::into(self.transaction, "systemuser");
        let mut made = Vec::new();
        for user in plan.users.iter().filter(|user| user.in_environment) {
            let (first, last) = user.full_name.split_once(' ').unwrap_or(("", user.full_name));
            let mut cells: Cells = vec![
                ("systemuserid", blob(user.systemuserid)),
                ("fullname", text(user.full_name)),
                ("firstname", text(first)),
                ("lastname", text(last)),
                ("domainname", text(user.upn)),
                ("internalemailaddress", text(user.upn)),
                ("azureactivedirectoryobjectid", blob(user.oid)),
                ("applicationid", user.application_id.map_or(Value::Null, blob)),
                ("isdisabled", number(user.disabled_in_environment)),
                ("islicensed", number(user.licensed)),
                ("accessmode", number(if user.application_id.is_some() { 4 } else { 0 })),
            ];
            self.in_unit(&mut cells, unit);
            table.add(cells)?;
            if !user.roles.is_empty() && !user.disabled_in_environment {
                made.push(Reference { id: user.systemuserid, name: user.full_name.to_owned() });
            }
        }
        for number_of in 0..COLLEAGUES {
            let first = self.random.pick(words::FIRST);
            let last = self.random.pick(words::LAST);
            let colleague = Reference { id: self.random.uuid(), name: format!("{first} {last}") };
            let address = format!("agent{number_of:02}@contoso.example");
            let mut cells: Cells = vec![
                ("systemuserid", colleague.id()),
                ("fullname", colleague.name()),
                ("firstname", text(first)),
                ("lastname", text(last)),
                ("domainname", text(address.clone())),
                ("internalemailaddress", text(address)),
                ("azureactivedirectoryobjectid", blob(self.random.uuid())),
                ("applicationid", Value::Null),
                ("isdisabled", number(0)),
                ("islicensed", number(1)),
                ("accessmode", number(0)),
            ];
            self.in_unit(&mut cells, unit);
            table.add(cells)?;
            made.push(colleague);
        }
        Ok(made)
    }

    fn in_unit(&mut self, cells: &mut Cells, unit: &Reference) {
        cells.extend([("businessunitid", unit.id()), ("businessunitid__name", unit.name())]);
        self.audit(cells);
    }

    fn teams(&mut self, office: &Office) -> rusqlite::Result<Vec<Reference>> {
        let mut table = Insert::into(self.transaction, "team");
        let mut made = Vec::new();
        let names = [office.unit.name.as_str(), "First Line", "Second Line", "Field Service"];
        for (index, name) in names.into_iter().enumerate() {
            let team = Reference { id: self.random.uuid(), name: name.to_owned() };
            let mut cells: Cells = vec![
                ("teamid", team.id()),
                ("name", team.name()),
                ("isdefault", number(index == 0)),
                ("administratorid", self.author.id()),
                ("administratorid__name", self.author.name()),
            ];
            self.in_unit(&mut cells, &office.unit);
            table.add(cells)?;
            made.push(team);
        }
        Ok(made)
    }

    /// Everybody is in the unit's own team, and each in one more or in none.
    fn members(&mut self, office: &Office) -> rusqlite::Result<()> {
        let mut table = Insert::into(self.transaction, "teammembership");
        for user in &office.users {
            let other = self.random.below(office.teams.len());
            let mut teams = vec![0, other];
            teams.dedup();
            for team in teams {
                table.add(vec![
                    ("teammembershipid", blob(self.random.uuid())),
                    ("teamid", office.teams[team].id()),
                    ("systemuserid", user.id()),
                    ("versionnumber", self.stamps.next(&mut self.random)),
                ])?;
            }
        }
        Ok(())
    }

    fn queues(&mut self, office: &Office) -> rusqlite::Result<Vec<Reference>> {
        let mut table = Insert::into(self.transaction, "queue");
        let mut made = Vec::new();
        for (name, private) in
            [("Support", 0), ("Escalations", 0), ("Returns", 0), ("Billing Questions", 0), ("<Anna Moss>", 1)]
        {
            let queue = Reference { id: self.random.uuid(), name: name.to_owned() };
            let owner = office.user(&mut self.random);
            let mut cells: Cells = vec![
                ("queueid", queue.id()),
                ("name", queue.name()),
                ("queueviewtype", number(private)),
                ("statecode", number(0)),
                ("statuscode", number(1)),
                ("ownerid", owner.id()),
                ("ownerid__name", owner.name()),
                ("ownerid__type", text("systemuser")),
                ("owninguser", owner.id()),
                ("owninguser__name", owner.name()),
                ("owningbusinessunit", office.unit.id()),
                ("owningbusinessunit__name", office.unit.name()),
            ];
            self.in_unit(&mut cells, &office.unit);
            table.add(cells)?;
            made.push(queue);
        }
        Ok(made)
    }

    fn subjects(&mut self) -> rusqlite::Result<Vec<Reference>> {
        let mut table = Insert::into(self.transaction, "subject");
        let mut made: Vec<Reference> = Vec::new();
        for (title, parent) in SUBJECTS {
            let subject = Reference { id: self.random.uuid(), name: (*title).to_owned() };
            let parent = parent.and_then(|name| made.iter().find(|made| made.name == name));
            let mut cells: Cells = vec![
                ("subjectid", subject.id()),
                ("title", subject.name()),
                ("featuremask", number(1)),
                ("parentsubject", parent.map_or(Value::Null, Reference::id)),
                ("parentsubject__name", parent.map_or(Value::Null, Reference::name)),
            ];
            self.in_organization(&mut cells);
            self.audit(&mut cells);
            table.add(cells)?;
            made.push(subject);
        }
        Ok(made)
    }

    fn products(&mut self, office: &Office) -> rusqlite::Result<Vec<Reference>> {
        let mut table = Insert::into(self.transaction, "product");
        let mut made = Vec::new();
        // Active, retired, draft, under revision, with the reason of each.
        let states = [(0, 1), (0, 1), (0, 1), (1, 2), (2, 0), (3, 3)];
        for (index, (name, price)) in PRODUCTS.iter().enumerate() {
            let product = Reference { id: self.random.uuid(), name: (*name).to_owned() };
            let (state, status) = states[index % states.len()];
            let stocked = index < 14;
            let mut cells: Cells = vec![
                ("productid", product.id()),
                ("name", product.name()),
                ("productnumber", text(format!("P-{:05}", 10_000 + index * 7))),
                ("productstructure", number(1)),
                ("producttypecode", number(if stocked { 1 } else { 3 })),
                ("quantitydecimal", number(if stocked { 0 } else { 2 })),
                ("price", number(*price)),
                ("price_base", number(*price)),
                ("currentcost", number(price * 6 / 10)),
                ("currentcost_base", number(price * 6 / 10)),
                ("stockweight", maybe(stocked, number(self.random.between(10_000, 9_000_000)))),
                ("quantityonhand", maybe(stocked, number(self.random.between(0, 500) * 100_000))),
                ("validfromdate", number((END - SPAN) / 86_400 * 86_400)),
                ("statecode", number(state)),
                ("statuscode", number(status)),
            ];
            super::currency(&mut cells, office, 0);
            self.in_organization(&mut cells);
            self.audit(&mut cells);
            table.add(cells)?;
            made.push(product);
        }
        Ok(made)
    }
}
