//! Cases and what hangs on them: tasks, notes and places in queues.

use rusqlite::Transaction;
use rusqlite::types::Value;
use uuid::Uuid;

use super::customers::{Customers, option};
use super::insert::{Cells, Insert, Reference, maybe, number, text};
use super::random::Random;
use super::{Office, Plan, Stamps, after, moment, stamped, timeline, told, words};

/// State and status of cases, the common ones more often.
const STATES: &[(i32, i32)] = &[
    (0, 1),
    (0, 1),
    (0, 1),
    (0, 1),
    (0, 1),
    (0, 2),
    (0, 3),
    (0, 4),
    (1, 5),
    (1, 5),
    (1, 5),
    (1, 5),
    (1, 1000),
    (2, 6),
    (2, 2000),
];
const TASK_STATES: &[(i32, i32)] = &[(0, 2), (0, 2), (0, 3), (0, 4), (0, 7), (1, 5), (1, 5), (1, 5), (2, 6)];

/// A case, for what hangs on it. Small: there may be millions, so that its names are put together again when needed.
pub(super) struct Case {
    id: Uuid,
    problem: u16,
    product: u16,
    /// Place among the customers of its kind.
    customer: u32,
    /// The customer is a contact.
    pub(super) person: bool,
    pub(super) created: i64,
    pub(super) state: i32,
}

impl Case {
    pub(super) fn reference(&self, office: &Office) -> Reference {
        let product = &office.products[usize::from(self.product)].name;
        Reference { id: self.id, name: words::PROBLEMS[usize::from(self.problem)].replace("{}", product) }
    }

    pub(super) fn customer<'a>(&self, customers: &'a Customers) -> &'a Reference {
        let pool = if self.person { &customers.contacts } else { &customers.accounts };
        &pool[self.customer as usize]
    }
}

pub(super) fn fill(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    customers: &Customers,
    stamps: &mut Stamps,
) -> rusqlite::Result<()> {
    let cases = cases(transaction, plan, office, customers, stamps)?;
    tasks(transaction, plan, office, &cases, stamps)?;
    notes(transaction, plan, office, &cases, stamps)?;
    queue_items(transaction, plan, office, &cases, stamps)?;
    timeline::fill(transaction, plan, office, customers, &cases, stamps)
}

fn cases(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    customers: &Customers,
    stamps: &mut Stamps,
) -> rusqlite::Result<Vec<Case>> {
    let mut table = Insert::into(transaction, "incident");
    let mut random = Random::new(plan.seed, "incident");
    let mut made: Vec<Case> = Vec::with_capacity(plan.rows.incident as usize);
    if customers.accounts.is_empty() && customers.contacts.is_empty() {
        return Ok(made);
    }
    for index in 0..plan.rows.incident as usize {
        let product = random.below(office.products.len());
        let problem = random.below(words::PROBLEMS.len());
        let case = Case {
            problem: problem as u16,
            product: product as u16,
            id: random.uuid(),
            customer: 0,
            person: false,
            created: 0,
            state: 0,
        };
        let (reference, product) = (case.reference(office), &office.products[product]);
        let person = (random.chance(25) || customers.accounts.is_empty()) && !customers.contacts.is_empty();
        let pool = if person { &customers.contacts } else { &customers.accounts };
        let at = random.below(pool.len());
        let customer = &pool[at];
        let contact = (random.chance(40) && !customers.contacts.is_empty())
            .then(|| &customers.contacts[random.below(customers.contacts.len())]);
        let subject = random.chance(70).then(|| &office.subjects[random.below(office.subjects.len())]);
        let product = random.chance(80).then_some(product);
        let parent =
            (random.chance(4) && !made.is_empty()).then(|| made[random.below(made.len())].reference(office));
        let parent = parent.as_ref();
        let created = moment(&mut random);
        let (state, status) = STATES[random.below(STATES.len())];
        let due = created + random.between(1, 21) * 86_400;
        let mut cells: Cells = vec![
            ("incidentid", reference.id()),
            ("title", reference.name()),
            ("ticketnumber", text(ticket(index as i64 + 1, &mut random))),
            ("description", maybe(random.chance(60), text(random.pick(words::REMARKS)))),
            ("prioritycode", option(&mut random, 100, &[1, 2, 2, 2, 3])),
            ("caseorigincode", option(&mut random, 95, &[1, 1, 2, 2, 3, 2483, 3986, 700_610_000])),
            ("casetypecode", option(&mut random, 80, &[1, 2, 2, 3])),
            ("incidentstagecode", number(1)),
            ("servicestage", option(&mut random, 50, &[0, 1, 2])),
            ("contractservicelevelcode", option(&mut random, 30, &[1, 2, 3])),
            (
                "customersatisfactioncode",
                option(&mut random, if state == 1 { 60 } else { 0 }, &[1, 2, 3, 4, 5]),
            ),
            ("firstresponseslastatus", option(&mut random, 100, &[1, 1, 2, 3, 3, 4])),
            ("resolvebyslastatus", option(&mut random, 100, &[1, 1, 2, 3, 4])),
            ("messagetypecode", option(&mut random, 10, &[0, 1])),
            ("statecode", number(state)),
            ("statuscode", number(status)),
            ("merged", number(status == 2000)),
            ("customerid", customer.id()),
            ("customerid__name", customer.name()),
            ("customerid__type", text(if person { "contact" } else { "account" })),
            ("accountid", maybe(!person, customer.id())),
            ("accountid__name", maybe(!person, customer.name())),
            ("contactid", maybe(person, customer.id())),
            ("contactid__name", maybe(person, customer.name())),
            ("primarycontactid", contact.map_or(Value::Null, Reference::id)),
            ("primarycontactid__name", contact.map_or(Value::Null, Reference::name)),
            ("subjectid", subject.map_or(Value::Null, Reference::id)),
            ("subjectid__name", subject.map_or(Value::Null, Reference::name)),
            ("productid", product.map_or(Value::Null, Reference::id)),
            ("productid__name", product.map_or(Value::Null, Reference::name)),
            ("parentcaseid", parent.map_or(Value::Null, Reference::id)),
            ("parentcaseid__name", parent.map_or(Value::Null, Reference::name)),
            (
                "productserialnumber",
                maybe(random.chance(30), text(format!("SN{:08}", random.below(99_999_999)))),
            ),
            ("followupby", maybe(random.chance(25), number(due / 86_400 * 86_400))),
            ("resolveby", maybe(random.chance(60), number(due))),
            ("isescalated", number(random.chance(6))),
            ("actualserviceunits", maybe(random.chance(20), number(random.between(0, 40)))),
            ("sentimentvalue", maybe(random.chance(15), Value::Real(random.between(-100, 101) as f64 / 4.0))),
            ("onholdtime", maybe(status == 2, number(random.between(5, 5000)))),
        ];
        super::currency(&mut cells, office, 0);
        let modified = after(&mut random, created);
        stamped(&mut cells, &mut random, office, stamps, created, modified);
        table.add(cells)?;
        made.push(Case { customer: at as u32, person, created, state, ..case });
        told("cases", index + 1, plan.rows.incident as usize);
    }
    drop(table);
    transaction.execute(
        "UPDATE incident SET numberofchildincidents = counted.children \
         FROM (SELECT parentcaseid AS id, COUNT(*) AS children FROM incident \
               WHERE parentcaseid IS NOT NULL GROUP BY parentcaseid) AS counted \
         WHERE incidentid = counted.id",
        [],
    )?;
    Ok(made)
}

/// `CAS-01234-A1B2C3`.
pub(crate) fn ticket(number: i64, random: &mut Random) -> String {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let end: String = (0..6).map(|_| char::from(SIGNS[random.below(SIGNS.len())])).collect();
    format!("CAS-{number:05}-{end}")
}

fn tasks(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    cases: &[Case],
    stamps: &mut Stamps,
) -> rusqlite::Result<()> {
    let mut table = Insert::into(transaction, "task");
    let mut random = Random::new(plan.seed, "task");
    for case in cases {
        if !random.chance(45) {
            continue;
        }
        let reference = case.reference(office);
        let (state, status) = TASK_STATES[random.below(TASK_STATES.len())];
        let created = after(&mut random, case.created);
        let due = created + random.between(1, 14) * 86_400;
        let done = state == 1;
        let mut cells: Cells = vec![
            ("activityid", super::blob(random.uuid())),
            ("subject", text(random.pick(words::TASKS))),
            ("description", maybe(random.chance(30), text(random.pick(words::REMARKS)))),
            ("prioritycode", option(&mut random, 100, &[0, 1, 1, 2])),
            ("activitytypecode", text("task")),
            ("scheduledend", maybe(random.chance(80), number(due))),
            ("actualend", maybe(done, number(due / 86_400 * 86_400))),
            ("actualdurationminutes", maybe(done, number(random.between(1, 24) * 5))),
            ("percentcomplete", number(if done { 100 } else { random.between(0, 9) * 10 })),
            ("statecode", number(state)),
            ("statuscode", number(status)),
            ("regardingobjectid", reference.id()),
            ("regardingobjectid__name", reference.name()),
            ("regardingobjectid__type", text("incident")),
        ];
        let modified = after(&mut random, created);
        stamped(&mut cells, &mut random, office, stamps, created, modified);
        table.add(cells)?;
    }
    Ok(())
}

fn notes(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    cases: &[Case],
    stamps: &mut Stamps,
) -> rusqlite::Result<()> {
    let mut table = Insert::into(transaction, "annotation");
    let mut random = Random::new(plan.seed, "annotation");
    for case in cases {
        if !random.chance(40) {
            continue;
        }
        let reference = case.reference(office);
        let file = random.chance(15);
        let created = after(&mut random, case.created);
        let mut cells: Cells = vec![
            ("annotationid", super::blob(random.uuid())),
            ("subject", maybe(random.chance(80), text(if file { "Log file" } else { "Phone call" }))),
            ("notetext", maybe(!file, text(random.pick(words::REMARKS)))),
            ("isdocument", number(file)),
            ("filename", maybe(file, text("device.log"))),
            ("mimetype", maybe(file, text("text/plain"))),
            ("documentbody", maybe(file, text("RS00MiBhdCAxMDoyMwo="))),
            ("filesize", number(if file { 14 } else { 0 })),
            ("objecttypecode", text("incident")),
            ("objectid", reference.id()),
            ("objectid__name", reference.name()),
            ("objectid__type", text("incident")),
        ];
        stamped(&mut cells, &mut random, office, stamps, created, created);
        table.add(cells)?;
    }
    Ok(())
}

fn queue_items(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    cases: &[Case],
    stamps: &mut Stamps,
) -> rusqlite::Result<()> {
    let mut table = Insert::into(transaction, "queueitem");
    let mut random = Random::new(plan.seed, "queueitem");
    for case in cases.iter().filter(|case| case.state == 0) {
        if !random.chance(40) {
            continue;
        }
        let reference = case.reference(office);
        let queue = &office.queues[random.below(office.queues.len())];
        let worker = random.chance(35).then(|| office.user(&mut random));
        let author = office.user(&mut random);
        let entered = after(&mut random, case.created);
        table.add(vec![
            ("queueitemid", super::blob(random.uuid())),
            ("title", reference.name()),
            ("queueid", queue.id()),
            ("queueid__name", queue.name()),
            ("objectid", reference.id()),
            ("objectid__name", reference.name()),
            ("objectid__type", text("incident")),
            ("objecttypecode", number(112)),
            ("workerid", worker.map_or(Value::Null, Reference::id)),
            ("workerid__name", worker.map_or(Value::Null, Reference::name)),
            ("workerid__type", worker.map_or(Value::Null, |_| text("systemuser"))),
            ("enteredon", number(entered)),
            ("statecode", number(0)),
            ("statuscode", number(1)),
            ("createdon", number(entered)),
            ("createdby", author.id()),
            ("createdby__name", author.name()),
            ("modifiedon", number(entered)),
            ("modifiedby", author.id()),
            ("modifiedby__name", author.name()),
            ("versionnumber", stamps.next(&mut random)),
        ])?;
    }
    Ok(())
}
