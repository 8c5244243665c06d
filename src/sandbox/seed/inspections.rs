//! Inspections: rows of the organization's own table, with a value of every kind.

use rusqlite::Transaction;
use rusqlite::types::Value;

use super::customers::{Customers, amount, option};
use super::insert::{Cells, Insert, Reference, maybe, number, text};
use super::random::Random;
use super::{END, Office, Plan, Stamps, after, currency, moment, stamped, words};

/// There are no more of them, however many accounts there are.
const MOST: usize = 400;
/// State and status, the rules of which follow from the table.
const STATES: &[(i32, i32)] = &[(0, 1), (0, 1), (0, 100_000_001), (1, 2), (1, 2), (1, 2), (1, 100_000_003)];
const ASSETS: &[i32] = &[100_000_000, 100_000_001, 100_000_002, 100_000_003, 100_000_004];

pub(super) fn fill(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    customers: &Customers,
    stamps: &mut Stamps,
) -> rusqlite::Result<()> {
    let mut table = Insert::into(transaction, "contoso_inspection");
    let mut random = Random::new(plan.seed, "contoso_inspection");
    for index in 0..customers.accounts.len().min(MOST) {
        let account = &customers.accounts[random.below(customers.accounts.len())];
        let contact = (random.chance(40) && !customers.contacts.is_empty())
            .then(|| &customers.contacts[random.below(customers.contacts.len())]);
        let (state, status) = STATES[random.below(STATES.len())];
        let created = moment(&mut random);
        let day = |seconds: i64| seconds.div_euclid(86_400) * 86_400;
        let mut cells: Cells = vec![
            ("contoso_inspectionid", super::blob(random.uuid())),
            ("contoso_name", text(format!("Inspection at {}", account.name))),
            ("contoso_code", text(format!("INS-{:05}", index + 1))),
            ("contoso_assetkind", option(&mut random, 90, ASSETS)),
            ("contoso_alsochecked", several(&mut random, 50, ASSETS)),
            ("contoso_findings", several(&mut random, 80, &[1, 2, 3, 4, 8])),
            ("contoso_grade", option(&mut random, 100, &[1, 2, 2, 3])),
            ("contoso_passed", number(random.chance(70))),
            ("contoso_number", number(index as i64 + 1)),
            // Larger than a floating-point number keeps exactly.
            ("contoso_counter", maybe(random.chance(80), number(random.between(1 << 53, i64::MAX)))),
            ("contoso_temperature", maybe(random.chance(80), number(random.between(-20_000, 90_000)))),
            (
                "contoso_deviation",
                maybe(random.chance(60), Value::Real(random.between(-900, 900) as f64 / 8.0)),
            ),
            ("contoso_dueon", maybe(random.chance(70), number(day(created + 30 * 86_400)))),
            ("contoso_plannedfor", maybe(random.chance(70), number(day(created + 7 * 86_400)))),
            ("contoso_startedat", maybe(state == 1, number((created + 8 * 86_400).min(END)))),
            ("contoso_opensat", maybe(random.chance(50), number(day(created) + 8 * 3600 + 30 * 60))),
            ("contoso_email", maybe(random.chance(40), text(format!("site{index}@contoso.example")))),
            ("contoso_remarks", maybe(random.chance(50), text(random.pick(words::REMARKS)))),
            ("contoso_accountid", account.id()),
            ("contoso_accountid__name", account.name()),
            ("contoso_regarding", contact.map_or(Value::Null, Reference::id)),
            ("contoso_regarding__name", contact.map_or(Value::Null, Reference::name)),
            ("contoso_regarding__type", contact.map_or(Value::Null, |_| text("contact"))),
            ("contoso_externalid", maybe(random.chance(30), super::blob(random.uuid()))),
            ("statecode", number(state)),
            ("statuscode", number(status)),
        ];
        let cost = random.chance(80).then(|| random.between(200_000, 90_000_000));
        amount(&mut cells, ["contoso_cost", "contoso_cost_base"], cost, 0);
        currency(&mut cells, office, 0);
        let modified = after(&mut random, created);
        stamped(&mut cells, &mut random, office, stamps, created, modified);
        table.add(cells)?;
    }
    Ok(())
}

/// One to three different options in the order of their numbers.
fn several(random: &mut Random, percent: u64, options: &[i32]) -> Value {
    let mut picked: Vec<i32> = (0..=random.below(3)).map(|_| options[random.below(options.len())]).collect();
    picked.sort_unstable();
    picked.dedup();
    let joined = picked.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    maybe(random.chance(percent), text(joined))
}
