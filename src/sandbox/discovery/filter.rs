//! `$filter` of Global Discovery: comparisons, `and`, `or`, `not` and three functions, over the properties of a row.
//! Unlike the Web API's it tells upper and lower case apart.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::instance::{Kind, kind, unknown};

/// Brackets and `not` may be nested so far.
const DEPTH: usize = 64;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Compare { property: String, kind: Kind, operator: Operator, literal: Literal },
    Search { property: String, place: Place, text: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Unequal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// Where a text has to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Anywhere,
    AtStart,
    AtEnd,
}

#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(super) enum Literal {
    Null,
    Text(String),
    Number(f64),
    YesNo(bool),
    Id(Uuid),
    Moment(Timestamp),
}

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Filter, String> {
        let mut parser = Parser { words: words(text)?.into_iter().peekable(), depth: 0 };
        let filter = parser.alternatives()?;
        match parser.words.next() {
            None => Ok(filter),
            Some(word) => Err(format!("Syntax error in '$filter': {} was not expected.", word.shown())),
        }
    }

    /// What `Instances(KEY)` asks for: a value of `Id`, or of a property that is named.
    pub(super) fn of_key(key: &str) -> Result<Filter, String> {
        let (property, literal) = key.split_once('=').unwrap_or(("Id", key));
        let property = property.trim().to_owned();
        let kind = kind(&property).ok_or_else(|| unknown(&property))?;
        if !["Id", "UniqueName", "Region", "State", "Version"].contains(&property.as_str()) {
            return Err(format!("The property '{property}' is no key."));
        }
        let mut words = words(literal)?.into_iter();
        let (Some(word), None) = (words.next(), words.next()) else {
            return Err("A key has one value.".to_owned());
        };
        compare(property, kind, Operator::Equal, word.literal()?)
    }

    pub(super) fn keeps(&self, row: &Map<String, Json>) -> bool {
        match self {
            Filter::All(parts) => parts.iter().all(|part| part.keeps(row)),
            Filter::Any(parts) => parts.iter().any(|part| part.keeps(row)),
            Filter::Not(inner) => !inner.keeps(row),
            Filter::Compare { property, kind, operator, literal } => {
                operator.holds(&value(row, property, *kind), literal)
            }
            Filter::Search { property, place, text } => match value(row, property, Kind::Text) {
                Literal::Text(value) => match place {
                    Place::Anywhere => value.contains(text),
                    Place::AtStart => value.starts_with(text),
                    Place::AtEnd => value.ends_with(text),
                },
                _ => false,
            },
        }
    }
}

impl Operator {
    fn named(name: &str) -> Option<Operator> {
        Some(match name {
            "eq" => Operator::Equal,
            "ne" => Operator::Unequal,
            "gt" => Operator::Greater,
            "ge" => Operator::GreaterOrEqual,
            "lt" => Operator::Less,
            "le" => Operator::LessOrEqual,
            _ => return None,
        })
    }

    fn holds(self, value: &Literal, literal: &Literal) -> bool {
        let null = *value == Literal::Null || *literal == Literal::Null;
        let order = if null { None } else { value.partial_cmp(literal) };
        match self {
            Operator::Equal => value == literal,
            Operator::Unequal => value != literal,
            Operator::Greater => order == Some(Ordering::Greater),
            Operator::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Operator::Less => order == Some(Ordering::Less),
            Operator::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        }
    }
}

/// A comparison, when the property can be compared with the value.
fn compare(property: String, kind: Kind, operator: Operator, literal: Literal) -> Result<Filter, String> {
    let fits = match kind {
        Kind::Text => matches!(literal, Literal::Text(_)),
        Kind::Whole => matches!(literal, Literal::Number(_)),
        Kind::YesNo => matches!(literal, Literal::YesNo(_)),
        Kind::Id => matches!(literal, Literal::Id(_)),
        Kind::Moment => matches!(literal, Literal::Moment(_)),
    };
    if fits || literal == Literal::Null {
        return Ok(Filter::Compare { property, kind, operator, literal });
    }
    Err(format!(
        "A binary operator with incompatible types was detected. '{property}' is of type '{}'.",
        kind.edm()
    ))
}

/// The value of a row's property in the form of a literal.
fn value(row: &Map<String, Json>, property: &str, kind: Kind) -> Literal {
    let value = row.get(property).unwrap_or(&Json::Null);
    let read = match kind {
        Kind::Text => value.as_str().map(|text| Literal::Text(text.to_owned())),
        Kind::Whole => value.as_f64().map(Literal::Number),
        Kind::YesNo => value.as_bool().map(Literal::YesNo),
        Kind::Id => value.as_str().and_then(|text| Uuid::try_parse(text).ok()).map(Literal::Id),
        Kind::Moment => value.as_str().and_then(|text| text.parse().ok()).map(Literal::Moment),
    };
    read.unwrap_or(Literal::Null)
}

#[derive(Debug, Clone, PartialEq)]
enum Word {
    Open,
    Close,
    Comma,
    /// A name, an operator, or a value without quotation marks.
    Bare(String),
    Quoted(String),
}

impl Word {
    fn shown(&self) -> String {
        match self {
            Word::Open => "'('".to_owned(),
            Word::Close => "')'".to_owned(),
            Word::Comma => "','".to_owned(),
            Word::Bare(text) => format!("'{text}'"),
            Word::Quoted(text) => format!("the text '{text}'"),
        }
    }

    fn literal(self) -> Result<Literal, String> {
        let text = match self {
            Word::Quoted(text) => return Ok(Literal::Text(text)),
            Word::Bare(text) => text,
            other => return Err(format!("Syntax error: {} is no value.", other.shown())),
        };
        match text.as_str() {
            "null" => return Ok(Literal::Null),
            "true" => return Ok(Literal::YesNo(true)),
            "false" => return Ok(Literal::YesNo(false)),
            _ => {}
        }
        if let Ok(id) = Uuid::try_parse(&text) {
            return Ok(Literal::Id(id));
        }
        if let Ok(moment) = text.parse() {
            return Ok(Literal::Moment(moment));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Literal::Number(number)),
            _ => Err(format!("Syntax error: '{text}' is no value.")),
        }
    }
}

fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '(' => words.push(Word::Open),
            ')' => words.push(Word::Close),
            ',' => words.push(Word::Comma),
            '\'' => {
                let mut quoted = String::new();
                loop {
                    match rest.next() {
                        // Two in a row are one within the text.
                        Some('\'') if rest.next_if_eq(&'\'').is_some() => quoted.push('\''),
                        Some('\'') => break,
                        Some(other) => quoted.push(other),
                        None => return Err("Syntax error: a text has no end.".to_owned()),
                    }
                }
                words.push(Word::Quoted(quoted));
            }
            space if space.is_whitespace() => {}
            other => {
                let mut bare = String::from(other);
                while let Some(next) = rest.next_if(|next| !next.is_whitespace() && !"(),'".contains(*next)) {
                    bare.push(next);
                }
                words.push(Word::Bare(bare));
            }
        }
    }
    Ok(words)
}

struct Parser {
    words: std::iter::Peekable<std::vec::IntoIter<Word>>,
    depth: usize,
}

impl Parser {
    fn alternatives(&mut self) -> Result<Filter, String> {
        let mut parts = vec![self.conjunction()?];
        while self.takes("or") {
            parts.push(self.conjunction()?);
        }
        Ok(Filter::Any(parts))
    }

    fn conjunction(&mut self) -> Result<Filter, String> {
        let mut parts = vec![self.condition()?];
        while self.takes("and") {
            parts.push(self.condition()?);
        }
        Ok(Filter::All(parts))
    }

    fn condition(&mut self) -> Result<Filter, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("The filter is nested too deeply.".to_owned());
        }
        let filter = if self.takes("not") {
            Filter::Not(Box::new(self.condition()?))
        } else {
            match self.next("a condition")? {
                Word::Open => {
                    let inner = self.alternatives()?;
                    self.expect(&Word::Close)?;
                    inner
                }
                Word::Bare(name) if self.words.peek() == Some(&Word::Open) => self.search(&name)?,
                Word::Bare(name) => self.comparison(name)?,
                other => return Err(format!("Syntax error in '$filter' at {}.", other.shown())),
            }
        };
        self.depth -= 1;
        Ok(filter)
    }

    fn comparison(&mut self, property: String) -> Result<Filter, String> {
        let kind = kind(&property).ok_or_else(|| unknown(&property))?;
        let operator = match self.next("an operator")? {
            Word::Bare(name) => {
                Operator::named(&name).ok_or_else(|| format!("There is no operator '{name}'."))?
            }
            other => return Err(format!("Syntax error in '$filter' at {}.", other.shown())),
        };
        compare(property, kind, operator, self.next("a value")?.literal()?)
    }

    fn search(&mut self, name: &str) -> Result<Filter, String> {
        let place = match name {
            "contains" => Place::Anywhere,
            "startswith" => Place::AtStart,
            "endswith" => Place::AtEnd,
            other => return Err(format!("An unknown function with name '{other}' was found.")),
        };
        self.expect(&Word::Open)?;
        let property = match self.next("a property")? {
            Word::Bare(property) => property,
            other => return Err(format!("Syntax error in '$filter' at {}.", other.shown())),
        };
        match kind(&property) {
            None => return Err(unknown(&property)),
            Some(Kind::Text) => {}
            Some(other) => {
                return Err(format!("'{property}' is of type '{}' and holds no text.", other.edm()));
            }
        }
        self.expect(&Word::Comma)?;
        let Word::Quoted(text) = self.next("a text")? else {
            return Err(format!("'{name}' looks for a text in quotation marks."));
        };
        self.expect(&Word::Close)?;
        Ok(Filter::Search { property, place, text })
    }

    fn takes(&mut self, word: &str) -> bool {
        self.words.next_if(|next| matches!(next, Word::Bare(text) if text == word)).is_some()
    }

    fn next(&mut self, wanted: &str) -> Result<Word, String> {
        self.words.next().ok_or_else(|| format!("Syntax error in '$filter': {wanted} is missing at the end."))
    }

    fn expect(&mut self, wanted: &Word) -> Result<(), String> {
        match self.next(&wanted.shown())? {
            word if word == *wanted => Ok(()),
            other => {
                Err(format!("Syntax error in '$filter': {} instead of {}.", other.shown(), wanted.shown()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row() -> Map<String, Json> {
        let row = json!({
            "FriendlyName": "Contoso's UAT", "State": 0, "OrganizationType": 5, "IsUserSysAdmin": false,
            "Id": "883278f5-07af-45eb-a0bc-3fea67caa544", "LastUpdated": "2026-11-02T08:15:00Z",
            "TrialExpirationDate": null,
        });
        row.as_object().unwrap().clone()
    }

    #[test]
    fn a_filter_keeps_what_it_says() {
        for (text, kept) in [
            ("State eq 0", true),
            ("State ne 0", false),
            ("OrganizationType gt 4 and OrganizationType lt 6", true),
            ("OrganizationType ge 6 or OrganizationType le 5", true),
            ("FriendlyName eq 'Contoso''s UAT'", true),
            ("FriendlyName eq 'contoso''s uat'", false),
            ("FriendlyName gt 'B' and FriendlyName lt 'D'", true),
            ("contains(FriendlyName,'UAT')", true),
            ("contains(FriendlyName,'uat')", false),
            ("startswith(FriendlyName, 'Contoso')", true),
            ("endswith(FriendlyName,'Contoso')", false),
            ("not endswith(FriendlyName,'Contoso')", true),
            ("not (State eq 0) or IsUserSysAdmin eq false", true),
            // `and` binds closer than `or`.
            ("State eq 0 or State eq 1 and IsUserSysAdmin eq true", true),
            ("(State eq 0 or State eq 1) and IsUserSysAdmin eq true", false),
            ("Id eq 883278F5-07AF-45EB-A0BC-3FEA67CAA544", true),
            ("LastUpdated lt 2026-11-03T00:00:00Z", true),
            ("TrialExpirationDate eq null", true),
            ("TrialExpirationDate lt 2030-01-01T00:00:00Z", false),
            ("ApiUrl ne null", false),
        ] {
            assert_eq!(Filter::parse(text).unwrap().keeps(&row()), kept, "{text}");
        }
    }

    #[test]
    fn a_filter_that_makes_no_sense_is_refused() {
        let deep = format!("{}State eq 0{}", "(".repeat(100_000), ")".repeat(100_000));
        let not = format!("{}State eq 0", "not ".repeat(100_000));
        for text in [
            "",
            "State",
            "State eq",
            "State eq 0 and",
            "State eq 0 State",
            "(State eq 0",
            "State is 0",
            "State eq '0'",
            "state eq 0",
            "Nonsense eq 0",
            "Id eq 'x'",
            "FriendlyName eq 'x",
            "contains(State,'0')",
            "contains(FriendlyName,0)",
            "length(FriendlyName) eq 3",
            "State eq 0)",
            &deep,
            &not,
        ] {
            assert!(Filter::parse(text).is_err(), "{}", &text[..text.len().min(40)]);
        }
        let many = vec!["State eq 0"; 5_000].join(" or ");
        assert!(Filter::parse(&many).unwrap().keeps(&row()));
    }

    #[test]
    fn a_key_is_an_id_or_a_named_property() {
        for (key, kept) in [
            ("883278f5-07af-45eb-a0bc-3fea67caa544", true),
            ("Id=883278f5-07af-45eb-a0bc-3fea67caa544", true),
            ("00000000-0000-0000-0000-000000000000", false),
            ("State=0", true),
            ("UniqueName='x'", false),
        ] {
            assert_eq!(Filter::of_key(key).unwrap().keeps(&row()), kept, "{key}");
        }
        for odd in ["", "x", "State='0'", "FriendlyName='x'", "Nonsense=1", "State=0,Region='x'"] {
            assert!(Filter::of_key(odd).is_err(), "{odd}");
        }
    }
}
