//! `$apply`, as far as the service goes: filters, then one grouping or one aggregation.

use super::Error;
use super::ast::Path;
use super::uri::split;

/// `filter(...)/groupby((a,b/c),aggregate(d with sum as e))`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Apply {
    /// Filters as they were written; a row passes all of them.
    pub(crate) filters: Vec<String>,
    pub(crate) groups: Vec<Path>,
    pub(crate) aggregates: Vec<Aggregate>,
}

/// `d with sum as e`, `$count as n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Aggregate {
    pub(crate) of: Of,
    pub(crate) alias: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Of {
    Rows,
    Column(Path, Method),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Sum,
    Average,
    Min,
    Max,
    CountDistinct,
}

impl Apply {
    pub(crate) fn parse(text: &str) -> Result<Apply, Error> {
        let mut apply = Apply::default();
        let mut done = false;
        for step in split(text, '/') {
            let (name, inner) = call(step.trim())?;
            if done {
                return Err(Error::refused(format!(
                    "The transformation '{name}' cannot follow another one."
                )));
            }
            match name {
                "filter" => apply.filters.push(inner.to_owned()),
                "aggregate" => {
                    apply.aggregates = aggregates(inner)?;
                    done = true;
                }
                "groupby" => {
                    (apply.groups, apply.aggregates) = groupby(inner)?;
                    done = true;
                }
                other => {
                    return Err(Error::refused(format!("The transformation '{other}' is not supported.")));
                }
            }
        }
        if !done {
            return Err(Error::refused("The $apply option needs 'groupby' or 'aggregate'."));
        }
        apply.check()
    }

    /// No two columns of an answer have the same name.
    fn check(self) -> Result<Apply, Error> {
        let mut names: Vec<String> = self.groups.iter().map(|path| path.join("_")).collect();
        names.extend(self.aggregates.iter().map(|aggregate| aggregate.alias.clone()));
        names.sort();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Error::refused(format!("The name '{}' is there twice in $apply.", pair[0]))),
            None => Ok(self),
        }
    }
}

/// `name(inner)`.
fn call(text: &str) -> Result<(&str, &str), Error> {
    let inner = text.split_once('(').and_then(|(name, rest)| Some((name.trim(), rest.strip_suffix(')')?)));
    inner.ok_or_else(|| Error::syntax(format!("Syntax error in $apply: '{text}'.")))
}

/// `(a,b/c),aggregate(...)`.
fn groupby(text: &str) -> Result<(Vec<Path>, Vec<Aggregate>), Error> {
    let parts = split(text, ',');
    let (paths, rest) = match parts.as_slice() {
        [paths] => (paths, None),
        [paths, rest] => (paths, Some(rest)),
        _ => return Err(Error::syntax(format!("Syntax error in $apply: 'groupby({text})'."))),
    };
    let paths = paths.trim().strip_prefix('(').and_then(|paths| paths.strip_suffix(')'));
    let Some(paths) = paths else {
        return Err(Error::syntax(format!("Syntax error in $apply: 'groupby({text})' needs two brackets.")));
    };
    let groups = split(paths, ',').iter().map(|text| path(text)).collect::<Result<_, _>>()?;
    let aggregates = match rest.map(|rest| call(rest.trim())).transpose()? {
        None => Vec::new(),
        Some(("aggregate", inner)) => aggregates(inner)?,
        Some((other, _)) => {
            return Err(Error::refused(format!(
                "The transformation '{other}' cannot stand within 'groupby'."
            )));
        }
    };
    Ok((groups, aggregates))
}

fn aggregates(text: &str) -> Result<Vec<Aggregate>, Error> {
    split(text, ',').iter().map(|part| aggregate(part)).collect()
}

fn aggregate(text: &str) -> Result<Aggregate, Error> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (of, alias) = match words.as_slice() {
        ["$count", "as", alias] => (Of::Rows, alias),
        [column, "with", method, "as", alias] => (Of::Column(path(column)?, self::method(method)?), alias),
        _ => {
            return Err(Error::syntax(format!(
                "Syntax error in $apply: '{text}' is not of the form 'column with method as name'."
            )));
        }
    };
    let starts = alias.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts || !alias.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(Error::syntax(format!("'{alias}' is not a name in $apply.")));
    }
    Ok(Aggregate { of, alias: (*alias).to_owned() })
}

fn method(name: &str) -> Result<Method, Error> {
    Ok(match name {
        "sum" => Method::Sum,
        "average" => Method::Average,
        "min" => Method::Min,
        "max" => Method::Max,
        "countdistinct" => Method::CountDistinct,
        other => return Err(Error::refused(format!("The aggregation method '{other}' is not supported."))),
    })
}

fn path(text: &str) -> Result<Path, Error> {
    let path: Path = text.trim().split('/').map(str::to_owned).collect();
    let named = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if path.iter().all(named) {
        return Ok(path);
    }
    Err(Error::refused(format!("Only columns can be grouped and aggregated, not '{}'.", text.trim())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_are_filters_and_one_grouping() {
        let apply = Apply::parse(
            "filter(contains(title,'a/b)'))/groupby((statuscode,primarycontactid/fullname),\
             aggregate($count as n,revenue with sum as total))",
        )
        .unwrap();
        assert_eq!(apply.filters, ["contains(title,'a/b)')"]);
        assert_eq!(apply.groups, [vec!["statuscode"], vec!["primarycontactid", "fullname"]]);
        let of = Of::Column(vec!["revenue".to_owned()], Method::Sum);
        assert_eq!(apply.aggregates[1], Aggregate { of, alias: "total".to_owned() });
        assert_eq!(Apply::parse("aggregate($count as n)").unwrap().aggregates[0].of, Of::Rows);
    }

    #[test]
    fn what_the_service_does_not_do_is_refused() {
        for text in [
            "",
            "filter(a eq 1)",
            "groupby(statuscode)",
            "groupby(())",
            "groupby((a),b,c)",
            "groupby((year(createdon)))",
            "groupby((a),filter(b eq 1))",
            "groupby((a))/filter(b eq 1)",
            "aggregate(a with median as m)",
            "aggregate(a with sum)",
            "aggregate($count as 1n)",
            "aggregate($count as n,a with max as n)",
            "groupby((a),aggregate($count as a))",
            "topcount(1,a)",
            "aggregate($count as n",
        ] {
            assert!(Apply::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in ".{0,60}") {
            let _ = Apply::parse(&text);
            let _ = Apply::parse(&format!("groupby(({text}))"));
        }
    }
}
