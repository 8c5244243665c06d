//! What leads to a row: an id, a ticket number, a key, the address of a record. Text in, a destination out.

use url::Url;

use crate::dataverse::RowId;

/// Longer text is no destination, whatever it looks like.
const LONGEST: usize = 4000;
/// Digits of a ticket number: shorter ones are padded with zeros.
const DIGITS: usize = 5;

/// A destination, and the environment that it is in, where that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Scheme, host and port.
    pub origin: Option<String>,
    /// What is there.
    pub destination: Destination,
}

/// Something to go to. Tables stand as they were written: logical, set or display name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The row with this id in a table that was not said.
    Id(RowId),
    /// A row of a table.
    Row { table: String, id: RowId },
    /// The row of a table with these values in these columns.
    Key { table: String, values: Vec<(String, String)> },
    /// Rows whose ticket number has these digits, padded with zeros.
    Number(String),
    /// Rows with this ticket number, or a longer one.
    Ticket(String),
    /// The rows of a table.
    Table(String),
}

impl From<Destination> for Place {
    fn from(destination: Destination) -> Self {
        Self { origin: None, destination }
    }
}

impl std::fmt::Display for Destination {
    /// As a question names it: `Go to {}?`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => write!(f, "row {id}"),
            Self::Row { table, id } => write!(f, "{table} {id}"),
            Self::Key { table, values } => {
                let values: Vec<String> =
                    values.iter().map(|(column, value)| format!("{column}={value}")).collect();
                write!(f, "{table} {}", values.join(", "))
            }
            Self::Number(digits) => write!(f, "ticket {digits}"),
            Self::Ticket(text) => f.write_str(text),
            Self::Table(table) => write!(f, "the rows of {table}"),
        }
    }
}

/// Reads what was typed where only a destination can be meant: digits are those of a ticket number, and so is any
/// other text.
///
/// # Errors
///
/// A sentence that says why it leads nowhere.
pub fn typed(text: &str) -> Result<Place, String> {
    let text = text.trim();
    match recognize(text) {
        Some(place) => place,
        None if text.trim_start_matches('#').is_empty() => {
            Err("Type an id, a ticket number, `table column=value`, or paste an address.".into())
        }
        None if text.len() > LONGEST => Err("That is too long for an id, a number or an address.".into()),
        None => Ok(ticket(text).into()),
    }
}

/// Reads a text that may be a destination or anything else; nothing for anything else.
///
/// # Errors
///
/// A sentence for an address that leads to no row.
pub fn recognize(text: &str) -> Option<Result<Place, String>> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST || text.contains(char::is_control) {
        return None;
    }
    let is_address = ["http://", "https://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    if is_address {
        return Some(address(text));
    }
    let destination = if let Some(text) = text.strip_prefix('#').map(str::trim) {
        (!text.is_empty()).then(|| ticket(text))?
    } else if let Some(id) = id(text) {
        Destination::Id(id)
    } else if is_ticket(text) {
        Destination::Ticket(text.to_owned())
    } else if let Some(keyed) = in_parentheses(text) {
        keyed
    } else {
        behind_a_table(text)?
    };
    Some(Ok(destination.into()))
}

/// Whether a ticket number has a group of exactly these digits: `01213` is in `CAS-01213-A1B2C3`.
pub fn has_group(number: &str, digits: &str) -> bool {
    number.split('-').any(|group| group == digits)
}

fn ticket(text: &str) -> Destination {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Destination::Ticket(text.to_owned());
    }
    Destination::Number(format!("{:0>DIGITS$}", text.trim_start_matches('0')))
}

/// `CAS-01213-A1B2C3`, or the beginning of one up to its digits.
fn is_ticket(text: &str) -> bool {
    let mut groups = text.split('-');
    let is = |group: Option<&str>, min: usize, max: usize, of: fn(&u8) -> bool| {
        group.is_some_and(|group| (min..=max).contains(&group.len()) && group.bytes().all(|byte| of(&byte)))
    };
    let prefix = is(groups.next(), 2, 8, u8::is_ascii_alphabetic);
    let digits = is(groups.next(), 3, 12, u8::is_ascii_digit);
    let suffix = groups.next();
    let is_suffix = suffix.is_none() || is(suffix, 3, 8, u8::is_ascii_alphanumeric);
    prefix && digits && is_suffix && groups.next().is_none()
}

/// A GUID with its hyphens, in braces, quotes or neither.
fn id(text: &str) -> Option<RowId> {
    let text = text.trim_matches(['{', '}', '"', '\'', ' ']);
    (text.len() == 36).then(|| text.parse().ok())?
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `incidents(GUID)`, `accounts(accountnumber='A-1')`: as the Web API writes it.
fn in_parentheses(text: &str) -> Option<Destination> {
    let (table, inside) = text.strip_suffix(')')?.split_once('(')?;
    if !is_name(table) {
        return None;
    }
    let table = table.to_owned();
    match id(inside) {
        Some(id) => Some(Destination::Row { table, id }),
        None => Some(Destination::Key { table, values: values(inside)? }),
    }
}

/// `incident GUID`, `account accountnumber=A-1`: as people type it.
fn behind_a_table(text: &str) -> Option<Destination> {
    if let Some((table, last)) = text.rsplit_once(' ')
        && let Some(id) = id(last)
    {
        return Some(Destination::Row { table: table.trim().to_owned(), id });
    }
    let (table, values_text) = text.split_once(' ')?;
    let values = values(values_text)?;
    is_name(table).then(|| Destination::Key { table: table.to_owned(), values })
}

/// `a='x, y',b=3`: a comma in quotes and a doubled quote belong to a value.
fn values(text: &str) -> Option<Vec<(String, String)>> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '\'';
        match (c, quoted, parts.last_mut()) {
            (',', false, _) => parts.push(String::new()),
            (c, _, Some(part)) => part.push(c),
            _ => {}
        }
    }
    let pair = |part: &String| {
        let (column, value) = part.split_once('=')?;
        let (column, value) = (column.trim(), value.trim());
        let inner = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\''));
        let value = inner.map_or_else(|| value.to_owned(), |inner| inner.replace("''", "'"));
        (is_name(column) && !value.is_empty()).then(|| (column.to_owned(), value))
    };
    parts.iter().map(pair).collect()
}

/// The address of a record in the app, or of a row of the Web API.
fn address(text: &str) -> Result<Place, String> {
    let no_row = || "The address names no row and no table.".to_owned();
    let url = Url::parse(text).map_err(|_| "That is no address that can be read.".to_owned())?;
    let origin = Some(url.origin().ascii_serialization());
    let place = |destination| Ok(Place { origin: origin.clone(), destination });
    let mut segments = url.path_segments().ok_or_else(no_row)?;
    if segments.next() == Some("api") {
        let (data, _version) = (segments.next(), segments.next());
        let row = segments.next().filter(|row| data == Some("data") && !row.is_empty()).ok_or_else(no_row)?;
        let row = percent_encoding::percent_decode_str(row).decode_utf8_lossy().into_owned();
        if is_name(&row) {
            return place(Destination::Table(row));
        }
        return place(in_parentheses(&row).ok_or("The address names no row by its id or by a key.")?);
    }
    let query = |name: &str| {
        url.query_pairs()
            .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_empty())
            .map(|(_, value)| value.into_owned())
    };
    let table = query("etn").filter(|table| is_name(table));
    match (table, query("id")) {
        (table, Some(text)) => {
            let is_list = query("pagetype").is_some_and(|page| page != "entityrecord");
            let id = id(&text).ok_or("The id in the address is none.");
            match (table, id) {
                (Some(table), _) if is_list => place(Destination::Table(table)),
                (Some(table), id) => place(Destination::Row { table, id: id? }),
                // The table stands there as a number (`etc`), if at all.
                (None, id) if !is_list => place(Destination::Id(id?)),
                (None, _) => Err(no_row()),
            }
        }
        (Some(table), None) => place(Destination::Table(table)),
        (None, None) => Err(no_row()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11";

    fn row(table: &str) -> Destination {
        Destination::Row { table: table.into(), id: ID.parse().unwrap() }
    }

    fn key(table: &str, values: &[(&str, &str)]) -> Destination {
        let values = values.iter().map(|(column, value)| ((*column).into(), (*value).into())).collect();
        Destination::Key { table: table.into(), values }
    }

    #[test]
    fn what_is_recognized_leads_where_it_says() {
        let ticket = |text: &str| Destination::Ticket(text.into());
        let number = |digits: &str| Destination::Number(digits.into());
        let upper = ID.to_uppercase();
        let cases = [
            (ID.to_owned(), Destination::Id(ID.parse().unwrap())),
            (format!("{{{upper}}}"), Destination::Id(ID.parse().unwrap())),
            (format!("  \"{ID}\"\n"), Destination::Id(ID.parse().unwrap())),
            ("#1213".into(), number("01213")),
            ("#001213".into(), number("01213")),
            ("#1234567".into(), number("1234567")),
            ("#CAS-01213-A1B2C3".into(), ticket("CAS-01213-A1B2C3")),
            ("# printer".into(), ticket("printer")),
            ("CAS-01213-A1B2C3".into(), ticket("CAS-01213-A1B2C3")),
            ("CAS-01213".into(), ticket("CAS-01213")),
            (format!("incidents({ID})"), row("incidents")),
            (format!("incident {ID}"), row("incident")),
            (format!("Queue Item {ID}"), row("Queue Item")),
            ("accounts(accountnumber='A-1')".into(), key("accounts", &[("accountnumber", "A-1")])),
            ("account accountnumber=A-1".into(), key("account", &[("accountnumber", "A-1")])),
            ("new_x(a='it''s, so',b=3)".into(), key("new_x", &[("a", "it's, so"), ("b", "3")])),
        ];
        for (text, expected) in cases {
            assert_eq!(recognize(&text), Some(Ok(expected.into())), "{text}");
        }
    }

    #[test]
    fn addresses_lead_to_rows_and_tables_of_their_environment() {
        let app = "https://contoso.crm4.dynamics.com/main.aspx";
        let api = "https://contoso.crm4.dynamics.com/api/data/v9.2";
        let cases = [
            (format!("{app}?etn=incident&id={ID}"), row("incident")),
            (format!("{app}?appid={ID}&pagetype=entityrecord&etn=incident&id=%7B{ID}%7D"), row("incident")),
            (
                format!("{app}?etc=112&extraqs=&id={{{ID}}}&pagetype=entityrecord"),
                Destination::Id(ID.parse().unwrap()),
            ),
            (
                format!("{app}?pagetype=entitylist&etn=account&viewid={ID}"),
                Destination::Table("account".into()),
            ),
            (format!("{api}/incidents({ID})"), row("incidents")),
            (format!("{api}/incidents({ID})/title?x=y"), row("incidents")),
            (format!("{api}/accounts(accountnumber='A%2D1')"), key("accounts", &[("accountnumber", "A-1")])),
            (format!("{api}/incidents?$top=3"), Destination::Table("incidents".into())),
        ];
        for (text, destination) in cases {
            let origin = Some("https://contoso.crm4.dynamics.com".to_owned());
            assert_eq!(recognize(&text), Some(Ok(Place { origin, destination })), "{text}");
        }
        let loopback = recognize(&format!("HTTP://127.0.0.1:4711/api/data/v9.2/accounts({ID})"));
        assert_eq!(loopback.unwrap().unwrap().origin.unwrap(), "http://127.0.0.1:4711");
    }

    #[test]
    fn an_address_that_leads_to_no_row_is_refused_with_the_reason() {
        for (text, why) in [
            ("https://contoso.crm4.dynamics.com", "names no row"),
            ("https://example.org/api/pages", "names no row"),
            ("https://contoso.crm4.dynamics.com/main.aspx?etn=incident&id=7", "id in the address"),
            ("https://contoso.crm4.dynamics.com/api/data/v9.2/incidents(7)", "by its id or by a key"),
            ("https://", "no address"),
            ("https://contoso.crm4.dynamics.com/main.aspx?etn=../../x", "names no row"),
        ] {
            let refused = recognize(text).unwrap().unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
    }

    #[test]
    fn anything_else_is_no_destination() {
        for text in [
            "",
            " ",
            "#",
            "dd",
            "save",
            "row.open",
            "case",
            "CAS",
            "CAS-1",
            "-01213-",
            "a b c",
            "x=1",
            "9c2b1f0e",
            "review and send",
            "CAS-01213-A1B2C3-7",
            "two\nlines",
            "a\u{1b}[2J",
            "f(x)",
            "account =1",
            "account a=",
        ] {
            assert_eq!(recognize(text), None, "{text}");
        }
        assert_eq!(recognize(&"9".repeat(5000)), None);
    }

    #[test]
    fn where_only_a_destination_can_be_meant_digits_and_words_are_ticket_numbers() {
        assert_eq!(typed("1213"), Ok(Destination::Number("01213".into()).into()));
        assert_eq!(typed(" REF7 "), Ok(Destination::Ticket("REF7".into()).into()));
        assert_eq!(typed(ID), Ok(Destination::Id(ID.parse().unwrap()).into()));
        assert!(typed(" # ").is_err());
    }

    #[test]
    fn a_group_of_digits_matches_whole() {
        assert!(has_group("CAS-01213-A1B2C3", "01213"));
        for number in ["CAS-012131-A1B2C3", "CAS-101213-X", "CAS01213", "CAS-1213-X"] {
            assert!(!has_group(number, "01213"), "{number}");
        }
    }
}
