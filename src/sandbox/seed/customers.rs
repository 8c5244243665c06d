//! Accounts and contacts.

use rusqlite::types::Value;
use rusqlite::{Transaction, params};

use super::insert::{Cells, Insert, Reference, maybe, number, text};
use super::organization::RATES;
use super::random::Random;
use super::{END, Office, Plan, Stamps, after, currency, moment, stamped, words};

/// Who can have cases.
#[derive(Debug)]
pub(super) struct Customers {
    pub(super) accounts: Vec<Reference>,
    pub(super) contacts: Vec<Reference>,
}

pub(super) fn fill(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    stamps: &mut Stamps,
) -> rusqlite::Result<Customers> {
    let accounts = accounts(transaction, plan, office, stamps)?;
    let contacts = contacts(transaction, plan, office, &accounts, stamps)?;
    Ok(Customers { accounts, contacts })
}

fn accounts(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    stamps: &mut Stamps,
) -> rusqlite::Result<Vec<Reference>> {
    let mut table = Insert::into(transaction, "account");
    let mut random = Random::new(plan.seed, "account");
    let mut made: Vec<Reference> = Vec::with_capacity(plan.rows.account as usize);
    for index in 0..plan.rows.account as usize {
        let account = Reference { id: random.uuid(), name: company(&mut random) };
        let parent = (random.chance(15) && !made.is_empty()).then(|| &made[random.below(made.len())]);
        let created = moment(&mut random);
        let active = random.chance(92);
        let money_in = random.below(RATES.len());
        let host = format!("{}.example", host(&account.name, index));
        let mut cells: Cells = vec![
            ("accountid", account.id()),
            ("name", account.name()),
            ("accountnumber", text(format!("A{:06}", 100_000 + index))),
            ("telephone1", maybe(random.chance(90), phone(&mut random))),
            ("emailaddress1", maybe(random.chance(85), text(format!("info@{host}")))),
            ("websiteurl", maybe(random.chance(70), text(format!("https://www.{host}")))),
            ("description", maybe(random.chance(25), text(random.pick(words::REMARKS)))),
            ("numberofemployees", maybe(random.chance(70), number(random.between(1, 20_000)))),
            ("creditonhold", number(random.chance(5))),
            ("sic", maybe(random.chance(30), text(random.between(1000, 9999).to_string()))),
            ("donotbulkemail", number(random.chance(20))),
            ("accountcategorycode", option(&mut random, 60, &[1, 2])),
            ("customertypecode", option(&mut random, 80, &[3, 3, 3, 5, 8, 1, 2, 4, 6, 7, 9, 10, 11, 12])),
            ("ownershipcode", option(&mut random, 60, &[1, 2, 3, 4])),
            ("paymenttermscode", option(&mut random, 70, &[1, 2, 3, 4])),
            ("preferredcontactmethodcode", option(&mut random, 100, &[1, 1, 2, 3, 4, 5])),
            ("preferredappointmentdaycode", option(&mut random, 20, &[0, 1, 2, 3, 4, 5, 6])),
            ("industrycode", maybe(random.chance(85), number(random.between(1, 34)))),
            ("parentaccountid", parent.map_or(Value::Null, Reference::id)),
            ("parentaccountid__name", parent.map_or(Value::Null, Reference::name)),
            ("statecode", number(!active)),
            ("statuscode", number(if active { 1 } else { 2 })),
        ];
        let revenue = random.chance(75).then(|| random.between(50_000, 900_000_000) * 100);
        let limit = random.chance(40).then(|| random.between(1, 500) * 10_000_000);
        amount(&mut cells, ["revenue", "revenue_base"], revenue, money_in);
        amount(&mut cells, ["creditlimit", "creditlimit_base"], limit, money_in);
        address(&mut cells, &mut random);
        currency(&mut cells, office, money_in);
        let modified = after(&mut random, created);
        stamped(&mut cells, &mut random, office, stamps, created, modified);
        table.add(cells)?;
        made.push(account);
    }
    Ok(made)
}

fn contacts(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    accounts: &[Reference],
    stamps: &mut Stamps,
) -> rusqlite::Result<Vec<Reference>> {
    let mut table = Insert::into(transaction, "contact");
    let mut primary = transaction
        .prepare("UPDATE account SET primarycontactid = ?1, primarycontactid__name = ?2 WHERE rowid = ?3")?;
    let mut random = Random::new(plan.seed, "contact");
    let mut made = Vec::with_capacity(plan.rows.contact as usize);
    for index in 0..plan.rows.contact as usize {
        let (first, last) = (random.pick(words::FIRST), random.pick(words::LAST));
        let contact = Reference { id: random.uuid(), name: format!("{first} {last}") };
        let at = (random.chance(85) && !accounts.is_empty()).then(|| random.below(accounts.len()));
        let company = at.map(|at| &accounts[at]);
        let created = moment(&mut random);
        let active = random.chance(95);
        let born = END - random.between(20 * 365, 65 * 365) * 86_400;
        let mut cells: Cells = vec![
            ("contactid", contact.id()),
            ("fullname", contact.name()),
            ("firstname", text(first)),
            ("lastname", text(last)),
            ("jobtitle", maybe(random.chance(70), text(random.pick(words::JOBS)))),
            ("department", maybe(random.chance(40), text(random.pick(words::DEPARTMENTS)))),
            ("emailaddress1", maybe(random.chance(90), text(format!("c{index:06}@customer.example")))),
            ("telephone1", maybe(random.chance(60), phone(&mut random))),
            ("mobilephone", maybe(random.chance(50), phone(&mut random))),
            ("birthdate", maybe(random.chance(30), number(born / 86_400 * 86_400))),
            ("description", maybe(random.chance(10), text(random.pick(words::REMARKS)))),
            ("numberofchildren", maybe(random.chance(10), number(random.between(0, 5)))),
            ("gendercode", option(&mut random, 40, &[1, 2])),
            ("familystatuscode", option(&mut random, 20, &[1, 2, 3, 4])),
            ("accountrolecode", option(&mut random, 50, &[1, 2, 3])),
            ("preferredcontactmethodcode", option(&mut random, 100, &[1, 1, 2, 3, 4, 5])),
            ("parentcustomerid", company.map_or(Value::Null, Reference::id)),
            ("parentcustomerid__name", company.map_or(Value::Null, Reference::name)),
            ("parentcustomerid__type", company.map_or(Value::Null, |_| text("account"))),
            ("statecode", number(!active)),
            ("statuscode", number(if active { 1 } else { 2 })),
        ];
        let income = random.chance(15).then(|| random.between(20_000, 300_000) * 10_000);
        amount(&mut cells, ["annualincome", "annualincome_base"], income, 0);
        address(&mut cells, &mut random);
        currency(&mut cells, office, 0);
        let modified = after(&mut random, created);
        stamped(&mut cells, &mut random, office, stamps, created, modified);
        table.add(cells)?;
        // Accounts were the first rows of an empty table, so that they are numbered from 1.
        if let Some(at) = at.filter(|_| random.chance(45)) {
            primary.execute(params![contact.id(), contact.name(), at as i64 + 1])?;
        }
        made.push(contact);
    }
    Ok(made)
}

fn company(random: &mut Random) -> String {
    let (stem, trade) = (random.pick(words::STEMS), random.pick(words::TRADES));
    let form = random.pick(words::FORMS);
    match random.below(5) {
        0 => format!("{stem} {trade} {}{form}", words::CITIES[random.below(words::CITIES.len())].0),
        1 => format!("{} {trade}{form}", random.pick(words::LAST)),
        _ => format!("{stem} {trade}{form}"),
    }
}

fn host(name: &str, index: usize) -> String {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    format!("{}{index}", plain.to_lowercase())
}

fn phone(random: &mut Random) -> Value {
    text(format!("555-{:04}", random.between(100, 10_000)))
}

pub(super) fn option(random: &mut Random, percent: u64, options: &[i32]) -> Value {
    let picked = options[random.below(options.len())];
    maybe(random.chance(percent), number(picked))
}

/// An amount in ten-thousandths, in the row's currency and in the base currency.
pub(super) fn amount(cells: &mut Cells, names: [&'static str; 2], amount: Option<i64>, currency: usize) {
    let base =
        amount.map(|amount| (i128::from(amount) * i128::from(RATES[0]) / i128::from(RATES[currency])) as i64);
    cells.push((names[0], amount.map_or(Value::Null, Value::Integer)));
    cells.push((names[1], base.map_or(Value::Null, Value::Integer)));
}

fn address(cells: &mut Cells, random: &mut Random) {
    let (city, state, code, country) = words::CITIES[random.below(words::CITIES.len())];
    let line = format!("{} {}", random.between(1, 400), random.pick(words::STREETS));
    let place = [Some(city), state, Some(code)].into_iter().flatten().collect::<Vec<_>>().join(", ");
    cells.extend([
        ("address1_composite", text(format!("{line}\r\n{place}\r\n{country}"))),
        ("address1_line1", text(line)),
        ("address1_city", text(city)),
        ("address1_stateorprovince", state.map_or(Value::Null, text)),
        ("address1_postalcode", text(code)),
        ("address1_country", text(country)),
    ]);
}
