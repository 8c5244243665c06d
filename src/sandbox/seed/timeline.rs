//! The rest of a case's timeline: emails, calls, appointments, and how it was resolved.

use rusqlite::Transaction;

use super::cases::Case;
use super::customers::{Customers, option};
use super::insert::{Cells, Insert, blob, maybe, number, text};
use super::random::Random;
use super::{Office, Plan, Stamps, after, stamped, words};

/// As many cases have more than tasks and notes: with a million of them the rest would be only more of the same.
const CASES: usize = 5_000;

/// A kind of activity: its states with their reasons for an open case, a finished and an incoming one.
struct Kind {
    table: &'static str,
    percent: u64,
    subjects: &'static [&'static str],
    open: &'static [(i32, i32)],
    done: &'static [(i32, i32)],
}

const EMAIL: Kind = Kind {
    table: "email",
    percent: 35,
    subjects: &[
        "RE: Your request",
        "Replacement is on its way",
        "Photo of the label",
        "Still the same after the restart",
        "Could you send the log file?",
    ],
    open: &[(0, 1), (1, 3), (1, 4)],
    done: &[(1, 3), (1, 4)],
};
const PHONECALL: Kind = Kind {
    table: "phonecall",
    percent: 25,
    subjects: &["Call back", "Asked for the serial number", "Walked through the settings", "No answer"],
    open: &[(0, 1), (1, 2), (1, 4)],
    done: &[(1, 2), (1, 4), (2, 3)],
};
const APPOINTMENT: Kind = Kind {
    table: "appointment",
    percent: 8,
    subjects: &["Technician on site", "Remote session", "Handover of the new unit"],
    open: &[(3, 5), (0, 2), (1, 3)],
    done: &[(1, 3), (2, 4)],
};

pub(super) fn fill(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    customers: &Customers,
    cases: &[Case],
    stamps: &mut Stamps,
) -> rusqlite::Result<()> {
    let cases = &cases[..cases.len().min(CASES)];
    for kind in [EMAIL, PHONECALL, APPOINTMENT] {
        activities(transaction, plan, (office, customers), cases, stamps, &kind)?;
    }
    resolutions(transaction, plan, office, cases, stamps)
}

fn activities(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    (office, customers): (&Office, &Customers),
    cases: &[Case],
    stamps: &mut Stamps,
    kind: &Kind,
) -> rusqlite::Result<()> {
    let mut table = Insert::into(transaction, kind.table);
    let mut parties = Insert::into(transaction, "activityparty");
    let mut random = Random::new(plan.seed, kind.table);
    for case in cases {
        if !random.chance(kind.percent) {
            continue;
        }
        let reference = case.reference(office);
        let states = if case.state == 0 { kind.open } else { kind.done };
        let (state, status) = states[random.below(states.len())];
        let created = after(&mut random, case.created);
        let planned = created + random.between(1, 10) * 86_400;
        let id = random.uuid();
        let mut cells: Cells = vec![
            ("activityid", blob(id)),
            ("subject", text(random.pick(kind.subjects))),
            ("description", maybe(random.chance(70), text(random.pick(words::REMARKS)))),
            ("prioritycode", option(&mut random, 100, &[0, 1, 1, 1, 2])),
            ("activitytypecode", text(kind.table)),
            ("scheduledstart", maybe(kind.table == "appointment", number(planned - 3_600))),
            ("scheduledend", maybe(kind.table != "email", number(planned))),
            ("actualend", maybe(state == 1, number(planned))),
            ("actualdurationminutes", maybe(state == 1, number(random.between(1, 12) * 5))),
            ("statecode", number(state)),
            ("statuscode", number(status)),
            ("regardingobjectid", reference.id()),
            ("regardingobjectid__name", reference.name()),
            ("regardingobjectid__type", text("incident")),
        ];
        let modified = after(&mut random, created);
        stamped(&mut cells, &mut random, office, stamps, created, modified);
        table.add(cells)?;
        let user = office.user(&mut random);
        let (customer, customer_type) =
            (case.customer(customers), if case.person { "contact" } else { "account" });
        // Sender and recipient, or organizer and attendee; received is what the customer began.
        let incoming = status == 4 && state == 1;
        let (first, second) = if kind.table == "appointment" { (7, 5) } else { (1, 2) };
        for (party, party_type, begins) in
            [(user, "systemuser", !incoming), (customer, customer_type, incoming)]
        {
            parties.add(vec![
                ("activitypartyid", blob(random.uuid())),
                ("activityid", blob(id)),
                ("activityid__type", text(kind.table)),
                ("partyid", party.id()),
                ("partyid__name", party.name()),
                ("partyid__type", text(party_type)),
                ("participationtypemask", number(if begins { first } else { second })),
                ("versionnumber", stamps.next(&mut random)),
            ])?;
        }
    }
    Ok(())
}

fn resolutions(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    cases: &[Case],
    stamps: &mut Stamps,
) -> rusqlite::Result<()> {
    const SUBJECTS: &[&str] =
        &["Replaced the part", "Explained the settings", "Refund granted", "Works after an update"];
    let mut table = Insert::into(transaction, "incidentresolution");
    let mut random = Random::new(plan.seed, "incidentresolution");
    for case in cases.iter().filter(|case| case.state == 1) {
        let reference = case.reference(office);
        let closed = after(&mut random, case.created);
        let mut cells: Cells = vec![
            ("activityid", blob(random.uuid())),
            ("subject", text(random.pick(SUBJECTS))),
            ("description", maybe(random.chance(50), text(random.pick(words::REMARKS)))),
            ("activitytypecode", text("incidentresolution")),
            ("timespent", number(random.between(1, 24) * 5)),
            ("actualend", number(closed)),
            ("statecode", number(1)),
            ("statuscode", number(2)),
            ("incidentid", reference.id()),
            ("incidentid__name", reference.name()),
        ];
        stamped(&mut cells, &mut random, office, stamps, closed, closed);
        table.add(cells)?;
    }
    Ok(())
}
