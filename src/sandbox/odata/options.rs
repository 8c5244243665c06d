//! `$select`, `$orderby`, `$expand`, `$top` and `$count`, read but not yet checked against a table.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::Error;
use super::apply::Apply;
use super::ast::Path;
use super::uri::{QueryString, split};

/// The system options of a query.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// None: all columns.
    pub(crate) select: Option<Vec<String>>,
    pub(crate) filter: Option<String>,
    pub(crate) orderby: Vec<Order>,
    pub(crate) top: Option<usize>,
    pub(crate) count: bool,
    pub(crate) expand: Vec<Expand>,
    pub(crate) skiptoken: Option<String>,
    pub(crate) deltatoken: Option<String>,
    pub(crate) apply: Option<Apply>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) path: Path,
    pub(crate) descending: bool,
}

/// One navigation property with the options in its brackets.
#[derive(Debug, Clone)]
pub(crate) struct Expand {
    pub(crate) nav: String,
    /// `x/$ref`: links only.
    pub(crate) reference: bool,
    pub(crate) options: Options,
    /// What stands in the brackets, as the query of an address: for the rest of a collection.
    pub(crate) query: String,
}

/// What cannot stand in a value of a query as it is.
const IN_QUERY: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'<').add(b'>');

const UNSUPPORTED: &[&str] = &["$skip", "$search", "$format", "$levels", "$compute", "$index"];
/// The service refuses more expands than this in one query.
const MAX_EXPANDS: usize = 15;

impl Options {
    /// Reads the options of an address. Option names are case-sensitive.
    pub(crate) fn parse(query: &QueryString) -> Result<Options, Error> {
        let mut options = Options::default();
        for name in query.names() {
            match name {
                // To pass it over as other options would be to answer another question.
                "sql" => {
                    return Err(Error::NotImplemented { what: "the query option 'sql'".to_owned() });
                }
                name if !name.starts_with('$') => {}
                name => {
                    let value = query.get(name).unwrap_or_default();
                    options.set(name, value, 0)?;
                }
            }
        }
        options.name_orders(query);
        if options.expands() > MAX_EXPANDS {
            return Err(too_many());
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str, depth: usize) -> Result<(), Error> {
        match name {
            "$select" => self.select = select(value)?,
            "$filter" => self.filter = Some(value.to_owned()),
            "$orderby" => self.orderby = orderby(value)?,
            "$top" => self.top = Some(top(value)?),
            "$expand" => self.expand = expand(value, depth)?,
            "$count" if depth == 0 => self.count = truth(value)?,
            "$skiptoken" if depth == 0 => self.skiptoken = Some(value.to_owned()),
            "$deltatoken" if depth == 0 => self.deltatoken = Some(value.to_owned()),
            "$apply" if depth == 0 => self.apply = Some(Apply::parse(value)?),
            name if UNSUPPORTED.contains(&name) => {
                return Err(Error::refused(format!("Query option '{name}' is not supported.")));
            }
            name => {
                return Err(Error::refused(format!("The query parameter '{name}' is not supported.")));
            }
        }
        Ok(())
    }

    /// `$orderby=@p desc&@p=name`. An alias without a value is null, which orders nothing.
    fn name_orders(&mut self, query: &QueryString) {
        self.orderby.retain_mut(|order| {
            let [alias] = order.path.as_slice() else { return true };
            if !alias.starts_with('@') {
                return true;
            }
            let named = query.get(alias).map(|path| path.trim().split('/').map(str::to_owned).collect());
            order.path = named.unwrap_or_default();
            !order.path.is_empty()
        });
    }

    fn expands(&self) -> usize {
        self.expand.iter().map(|expand| 1 + expand.options.expands()).sum()
    }
}

/// Names of columns. An empty list and `*` mean all of them.
fn select(value: &str) -> Result<Option<Vec<String>>, Error> {
    if value.trim().is_empty() {
        return Ok(None);
    }
    let names: Vec<_> = value.split(',').map(|name| name.trim().to_owned()).collect();
    if names.iter().any(String::is_empty) {
        return Err(Error::syntax(format!(
            "Syntax error in $select: '{value}' names nothing between commas."
        )));
    }
    Ok((!names.iter().any(|name| name == "*")).then_some(names))
}

fn orderby(value: &str) -> Result<Vec<Order>, Error> {
    value
        .split(',')
        .map(|part| {
            let mut words = part.split_whitespace();
            let path = words.next().unwrap_or_default();
            let descending = match words.next() {
                None | Some("asc") => false,
                Some("desc") => true,
                Some(other) => {
                    return Err(Error::syntax(format!(
                        "Syntax error at '{other}' in '{value}': asc or desc expected."
                    )));
                }
            };
            if path.is_empty() || words.next().is_some() {
                return Err(Error::syntax(format!("Syntax error in '{value}'.")));
            }
            Ok(Order { path: path.split('/').map(str::to_owned).collect(), descending })
        })
        .collect()
}

fn top(value: &str) -> Result<usize, Error> {
    value.trim().parse().map_err(|_| {
        Error::refused(format!(
            "Invalid value '{value}' for $top query option found. The $top query option requires a non-negative \
             integer value."
        ))
    })
}

fn truth(value: &str) -> Result<bool, Error> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(Error::refused(format!("Invalid value '{other}' for $count query option found."))),
    }
}

fn too_many() -> Error {
    Error::refused(format!(
        "The $expand option has more than the {MAX_EXPANDS} navigation properties that are allowed."
    ))
}

fn expand(value: &str, depth: usize) -> Result<Vec<Expand>, Error> {
    if depth >= MAX_EXPANDS {
        return Err(too_many());
    }
    let mut expands: Vec<Expand> = Vec::new();
    for part in split(value, ',') {
        let expand = expand_one(part.trim(), depth)?;
        if expands.iter().any(|other| other.nav == expand.nav) {
            return Err(Error::refused(format!(
                "The navigation property '{}' is in $expand more than once.",
                expand.nav
            )));
        }
        expands.push(expand);
    }
    Ok(expands)
}

fn expand_one(text: &str, depth: usize) -> Result<Expand, Error> {
    let (nav, raw) = match text.split_once('(') {
        None => (text, ""),
        Some((nav, rest)) => match rest.strip_suffix(')') {
            Some(inner) => (nav, inner),
            None => return Err(Error::syntax(format!("Syntax error in $expand: '{text}'."))),
        },
    };
    let (nav, reference) = match nav.trim().strip_suffix("/$ref") {
        Some(nav) => (nav, true),
        None => (nav.trim(), false),
    };
    if nav.is_empty() {
        return Err(Error::syntax("The $expand option names no navigation property."));
    }
    let mut options = Options::default();
    let mut seen: Vec<String> = Vec::new();
    let parts: Vec<String> = split(raw, ';').into_iter().filter(|part| !part.trim().is_empty()).collect();
    for part in &parts {
        let Some((name, value)) = part.split_once('=') else {
            return Err(Error::syntax(format!("Syntax error in $expand: '{part}'.")));
        };
        let name = name.trim();
        if seen.iter().any(|other| other == name) {
            return Err(Error::twice(name));
        }
        seen.push(name.to_owned());
        options.set(name, value, depth + 1)?;
    }
    let query: Vec<_> =
        parts.iter().map(|part| utf8_percent_encode(part.trim(), IN_QUERY).to_string()).collect();
    Ok(Expand { nav: nav.to_owned(), reference, options, query: query.join("&") })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(query: &str) -> Result<Options, Error> {
        Options::parse(&QueryString::parse(query)?)
    }

    #[test]
    fn options_nest_in_expands() {
        let options = parse(
            "$select=title&$expand=customerid_account($select=name;$expand=primarycontactid($select=fullname)),\
             Incident_Tasks($filter=subject eq 'a,b;c)';$orderby=createdon desc;$top=2)&$count=true&x=1",
        )
        .unwrap();
        assert_eq!(options.expand.len(), 2);
        assert_eq!(options.expand[0].options.expand[0].nav, "primarycontactid");
        assert_eq!(options.expand[1].options.filter.as_deref(), Some("subject eq 'a,b;c)'"));
        assert_eq!(options.expand[1].options.top, Some(2));
        assert_eq!(
            options.expand[1].query,
            "$filter=subject%20eq%20'a,b;c)'&$orderby=createdon%20desc&$top=2"
        );
        assert!(options.count);
        let options = parse("$orderby=@p desc,@none,title&@p=customerid_account/name").unwrap();
        let paths: Vec<_> = options.orderby.iter().map(|order| order.path.join("/")).collect();
        assert_eq!(paths, ["customerid_account/name", "title"]);
    }

    #[test]
    fn what_the_service_refuses_is_refused() {
        for query in [
            "$skip=5",
            "$search=x",
            "$Select=name",
            "$top=-1",
            "$top=x",
            "$orderby=a up",
            "$orderby=",
            "$count=maybe",
            "$expand=a($count=true)",
            "$expand=a(",
            "$expand=",
            "$format=json",
            "$nonsense=1",
            "$top=1&$top=2",
            "$select=a,",
            "$select=%FF",
            "$expand=a,a($select=b)",
            "$expand=a($top=1;$top=2)",
        ] {
            assert!(parse(query).is_err(), "{query}");
        }
        assert!(
            parse(&format!("$expand={}", (0..16).map(|n| format!("a{n}")).collect::<Vec<_>>().join(",")))
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn no_query_makes_the_reader_panic(value in ".{0,60}") {
            for name in ["$select", "$orderby", "$top", "$expand", "$count"] {
                let mut options = Options::default();
                let _ = options.set(name, &value, 0);
            }
        }
    }
}
