use roxmltree::{Document, Node, ParsingOptions};

use super::Error;
use super::ast::{
    Attribute, By, Condition, DatePart, Fetch, Filter, Function, Link, LinkKind, Operand, Order, Part,
    Purpose, Reference, Source,
};
use crate::sandbox::conditions::fetch_operator;

/// Longer than any query of use: a condition with 2,000 keys has 120,000 characters.
const MAX_LENGTH: usize = 512 * 1024;
const MAX_NODES: u32 = 40_000;
/// Deeper nesting is refused before it can use up the stack.
const MAX_DEPTH: usize = 40;
/// The service's limit (0x8004430c).
const MAX_CONDITIONS: usize = 500;
/// The service's limit (0x8004430d).
const MAX_LINKS: usize = 15;
/// As many values as a query may hold in all: SQLite takes 32,766.
const MAX_VALUES: usize = 30_000;

/// Reads a query.
pub(crate) fn fetch(text: &str) -> Result<Fetch, Error> {
    if text.trim().is_empty() {
        return Err(Error::new(0x8004_1124, "The FetchXML is empty."));
    }
    if text.len() > MAX_LENGTH {
        return Err(Error::malformed("The FetchXML is too long."));
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text.trim_start_matches('\u{feff}').trim(), options)
        .map_err(|error| Error::malformed(format!("The FetchXML is not well-formed XML: {error}.")))?;
    Reader::default().fetch(document.root_element())
}

#[derive(Debug, Default)]
struct Reader {
    conditions: usize,
    links: usize,
    values: usize,
    depth: usize,
}

impl Reader {
    fn fetch(&mut self, node: Node<'_, '_>) -> Result<Fetch, Error> {
        if node.tag_name().name() != "fetch" {
            return Err(unexpected(node));
        }
        let mut entities = elements(node);
        let entity = entities.next().ok_or_else(|| Error::new(0x8004_1123, "The fetch has no entity."))?;
        if entity.tag_name().name() != "entity" {
            return Err(unexpected(entity));
        }
        if let Some(second) = entities.next() {
            return Err(unexpected(second));
        }
        let fetch = Fetch {
            top: positive(node, "top")?,
            count: positive(node, "count")?,
            page: positive(node, "page")?.map(|page| page as u64),
            cookie: node.attribute("paging-cookie").filter(|text| !text.trim().is_empty()).map(str::to_owned),
            distinct: flag(node, "distinct")?,
            aggregate: flag(node, "aggregate")?,
            aggregate_limit: positive(node, "aggregatelimit")?,
            total: flag(node, "returntotalrecordcount")?,
            entity: self.source(entity)?,
        };
        if fetch.top.is_some() {
            for paging in ["page", "count", "paging-cookie", "returntotalrecordcount"] {
                if node.attribute(paging).is_some_and(|text| !matches!(text, "" | "false" | "0")) {
                    return Err(Error::argument(format!(
                        "The top attribute can't be specified with paging attribute {paging}"
                    )));
                }
            }
        }
        Ok(fetch)
    }

    fn source(&mut self, node: Node<'_, '_>) -> Result<Source, Error> {
        self.deeper(|reader| {
            let mut source = Source { table: required(node, "name")?.to_owned(), ..Source::default() };
            for child in elements(node) {
                match child.tag_name().name() {
                    "attribute" => source.attributes.push(attribute(child)?),
                    "all-attributes" => source.all = true,
                    "no-attrs" => {}
                    "order" => source.orders.push(order(child)?),
                    "filter" => source.filters.push(reader.filter(child)?),
                    "link-entity" => source.links.push(reader.link(child)?),
                    _ => return Err(unexpected(child)),
                }
            }
            Ok(source)
        })
    }

    fn filter(&mut self, node: Node<'_, '_>) -> Result<Filter, Error> {
        let any = match node.attribute("type").unwrap_or("and").to_ascii_lowercase().as_str() {
            "and" => false,
            "or" => true,
            other => {
                return Err(Error::new(
                    0x8004_1122,
                    format!("The filter type '{other}' is not 'and' or 'or'."),
                ));
            }
        };
        self.deeper(|reader| {
            let mut parts = Vec::new();
            for child in elements(node) {
                parts.push(match child.tag_name().name() {
                    "filter" => Part::Filter(reader.filter(child)?),
                    "condition" => Part::Condition(reader.condition(child)?),
                    "link-entity" => {
                        let link = reader.link(child)?;
                        if link.kind.is_joined() {
                            let message = "A link-entity within a filter has one of the link types any, not any, all \
                                           and not all.";
                            return Err(Error::new(0x8004_1117, message));
                        }
                        Part::Link(link)
                    }
                    _ => return Err(unexpected(child)),
                });
            }
            Ok(Filter { any, parts })
        })
    }

    fn condition(&mut self, node: Node<'_, '_>) -> Result<Condition, Error> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            return Err(Error::new(0x8004_430c, "Number of conditions in query exceeded maximum limit."));
        }
        let name = required(node, "operator")?;
        let operator = fetch_operator(name).ok_or_else(|| {
            Error::new(0x8004_1120, format!("The condition operator '{name}' is not known."))
        })?;
        let entity = node.attribute("entityname").filter(|name| !name.is_empty());
        let column = Reference {
            entity: entity.map(str::to_owned),
            name: node
                .attribute("attribute")
                .ok_or_else(|| Error::condition("A condition names no attribute."))?
                .to_owned(),
        };
        let mut values: Vec<String> = node.attribute("value").map(str::to_owned).into_iter().collect();
        for child in elements(node) {
            if child.tag_name().name() != "value" {
                return Err(unexpected(child));
            }
            values.push(child.text().unwrap_or_default().to_owned());
        }
        self.values += values.len();
        if self.values > MAX_VALUES {
            return Err(Error::new(
                0x8004_430e,
                "Number of parameters in a condition exceeded maximum limit.",
            ));
        }
        let operand = match node.attribute("valueof") {
            Some(other) if operator.comparison().is_some() && values.is_empty() => {
                Operand::Column(reference(other))
            }
            Some(_) => {
                return Err(Error::condition(
                    "A condition with valueof compares two columns and has no value.",
                ));
            }
            None => Operand::Values(values),
        };
        Ok(Condition { column, operator, operand })
    }

    fn link(&mut self, node: Node<'_, '_>) -> Result<Link, Error> {
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(Error::new(0x8004_430d, "Number of link entities in query exceeded maximum limit."));
        }
        let kind = match node.attribute("link-type").unwrap_or("inner") {
            "inner" => LinkKind::Inner,
            "outer" => LinkKind::Outer,
            "matchfirstrowusingcrossapply" => LinkKind::First,
            "any" | "not all" | "exists" | "in" => LinkKind::Any,
            "not any" => LinkKind::NotAny,
            "all" => LinkKind::All,
            other => return Err(Error::new(0x8004_1117, format!("The link type '{other}' is not known."))),
        };
        let number = self.links;
        let source = self.source(node)?;
        let alias = match node.attribute("alias").filter(|alias| !alias.is_empty()) {
            Some(alias) => checked_alias(alias)?.to_owned(),
            None => format!("{}{number}", source.table),
        };
        Ok(Link {
            kind,
            from: required(node, "from")?.to_owned(),
            to: required(node, "to")?.to_owned(),
            alias,
            source,
        })
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Reader) -> Result<T, Error>) -> Result<T, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::malformed("The FetchXML is nested too deeply."));
        }
        let done = read(self);
        self.depth -= 1;
        done
    }
}

fn attribute(node: Node<'_, '_>) -> Result<Attribute, Error> {
    if node.attribute("rowaggregate").is_some() {
        return Err(Error::NotImplemented { what: "rowaggregate in FetchXML".to_owned() });
    }
    let purpose = match node.attribute("aggregate") {
        Some(name) => {
            let function = match name {
                "count" => Function::Count,
                "countcolumn" => Function::CountColumn,
                "sum" => Function::Sum,
                "avg" => Function::Avg,
                "min" => Function::Min,
                "max" => Function::Max,
                other => {
                    return Err(Error::new(0x8004_111a, format!("The aggregate '{other}' is not known.")));
                }
            };
            Purpose::Aggregate { function, distinct: flag(node, "distinct")? }
        }
        None if flag(node, "groupby")? => match node.attribute("dategrouping") {
            None => Purpose::Group,
            Some(name) => Purpose::GroupDate(match name {
                "day" => DatePart::Day,
                "week" => DatePart::Week,
                "month" => DatePart::Month,
                "quarter" => DatePart::Quarter,
                "year" => DatePart::Year,
                "fiscal-period" => DatePart::FiscalPeriod,
                "fiscal-year" => DatePart::FiscalYear,
                other => {
                    return Err(Error::argument(format!("The date grouping '{other}' is not known.")));
                }
            }),
        },
        None => Purpose::Show,
    };
    let alias = node.attribute("alias").filter(|alias| !alias.is_empty());
    Ok(Attribute {
        name: required(node, "name")?.to_owned(),
        alias: alias.map(checked_alias).transpose()?.map(str::to_owned),
        purpose,
    })
}

/// An alias becomes the name of a property.
fn checked_alias(alias: &str) -> Result<&str, Error> {
    let plain = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let starts = alias.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if starts && alias.chars().all(plain) && alias.len() <= 128 {
        return Ok(alias);
    }
    Err(Error::new(
        0x8004_1109,
        format!(
            "Invalid alias '{alias}'. Only characters within the ranges [A-Z], [a-z] or [0-9] or _ are allowed.  The \
             first character may only be in the ranges [A-Z], [a-z] or _."
        ),
    ))
}

fn order(node: Node<'_, '_>) -> Result<Order, Error> {
    let descending = flag(node, "descending")?;
    let by = match (node.attribute("attribute"), node.attribute("alias")) {
        (Some(name), _) => By::Column(Reference {
            entity: node.attribute("entityname").filter(|name| !name.is_empty()).map(str::to_owned),
            name: name.to_owned(),
        }),
        (None, Some(alias)) => By::Alias(alias.to_owned()),
        (None, None) => return Err(Error::new(0x8004_1121, "An order names neither attribute nor alias.")),
    };
    Ok(Order { by, descending })
}

/// `column`, `alias.column`.
fn reference(text: &str) -> Reference {
    match text.split_once('.') {
        Some((entity, name)) => Reference { entity: Some(entity.to_owned()), name: name.to_owned() },
        None => Reference { entity: None, name: text.to_owned() },
    }
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

fn required<'a>(node: Node<'a, '_>, name: &str) -> Result<&'a str, Error> {
    node.attribute(name).map(str::trim).filter(|text| !text.is_empty()).ok_or_else(|| {
        Error::malformed(format!("The element '{}' has no attribute '{name}'.", node.tag_name().name()))
    })
}

fn flag(node: Node<'_, '_>, name: &str) -> Result<bool, Error> {
    match node.attribute(name) {
        None => Ok(false),
        Some(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" | "" => Ok(false),
            _ => Err(Error::argument(format!("The attribute '{name}' is neither true nor false: '{text}'."))),
        },
    }
}

fn positive(node: Node<'_, '_>, name: &str) -> Result<Option<usize>, Error> {
    let Some(text) = node.attribute(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    match text.trim().parse::<u32>() {
        Ok(0) | Err(_) => {
            Err(Error::new(0x8004_110c, format!("The value '{text}' of '{name}' must be greater than zero.")))
        }
        Ok(number) => Ok(Some(number as usize)),
    }
}

fn unexpected(node: Node<'_, '_>) -> Error {
    Error::malformed(format!("The element '{}' was not expected there.", node.tag_name().name()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sandbox::conditions::Operator;

    fn code(text: &str) -> u32 {
        match fetch(text) {
            Err(Error::Refused { code, .. }) => code,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn everything_a_query_can_say_is_read() {
        let read = fetch(
            "\u{feff}<?xml version='1.0'?><fetch count='50' page='2' distinct='true' no-lock='true' mapping='logical'
               paging-cookie='&lt;cookie/&gt;' returntotalrecordcount='1'><!-- why -->
             <entity name='incident'><attribute name='title' alias='t'/><all-attributes/>
               <order attribute='name' entityname='c' descending='true'/>
               <filter type='or'><condition attribute='prioritycode' operator='in'><value>1</value><value>2</value></condition>
                 <condition entityname='c' attribute='name' operator='eq' valueof='c.tickersymbol'/>
                 <link-entity name='task' from='regardingobjectid' to='incidentid' link-type='not any'/></filter>
               <link-entity name='account' from='accountid' to='customerid' alias='c' link-type='outer'/>
               <link-entity name='contact' from='contactid' to='customerid'/>
             </entity></fetch>",
        )
        .unwrap();
        assert_eq!((read.count, read.page, read.distinct, read.total), (Some(50), Some(2), true, true));
        assert_eq!(read.cookie.as_deref(), Some("<cookie/>"));
        assert_eq!(read.entity.attributes[0].alias.as_deref(), Some("t"));
        let [Part::Condition(list), Part::Condition(columns), Part::Link(none)] =
            read.entity.filters[0].parts.as_slice()
        else {
            panic!("{:?}", read.entity.filters)
        };
        assert_eq!(list.operator, Operator::In);
        assert_eq!(list.operand, Operand::Values(vec!["1".to_owned(), "2".to_owned()]));
        assert_eq!(columns.operand, Operand::Column(reference("c.tickersymbol")));
        assert_eq!(none.kind, LinkKind::NotAny);
        assert_eq!(read.entity.links[0].alias, "c");
        assert_eq!(read.entity.links[1].alias, "contact3", "numbered among all links, those in filters too");
    }

    #[test]
    fn what_is_no_fetchxml_is_refused_with_a_code() {
        let entity = |inner: &str| format!("<fetch><entity name='a'>{inner}</entity></fetch>");
        let condition = "<condition attribute='a' operator='eq' value='1'/>";
        let link = "<link-entity name='a' from='a' to='a'/>";
        for (text, expected) in [
            (String::new(), 0x8004_1124),
            ("<fetch".to_owned(), 0x8004_111c),
            ("<fetch><entity name='a'></fetch>".to_owned(), 0x8004_111c),
            ("<!DOCTYPE fetch [<!ENTITY a 'b'>]><fetch><entity name='&a;'/></fetch>".to_owned(), 0x8004_111c),
            ("<query/>".to_owned(), 0x8004_111c),
            ("<fetch/>".to_owned(), 0x8004_1123),
            ("<fetch><entity/></fetch>".to_owned(), 0x8004_111c),
            ("<fetch top='0'><entity name='a'/></fetch>".to_owned(), 0x8004_110c),
            ("<fetch top='5' page='1'><entity name='a'/></fetch>".to_owned(), 0x8004_0203),
            ("<fetch distinct='maybe'><entity name='a'/></fetch>".to_owned(), 0x8004_0203),
            (entity("<nonsense/>"), 0x8004_111c),
            (entity("<order/>"), 0x8004_1121),
            (entity("<attribute name='a' alias='a b'/>"), 0x8004_1109),
            (entity("<attribute name='a' aggregate='median'/>"), 0x8004_111a),
            (entity("<filter type='xor'/>"), 0x8004_1122),
            (entity("<filter><condition attribute='a' operator='about'/></filter>"), 0x8004_1120),
            (entity("<filter><condition operator='eq' value='1'/></filter>"), 0x8004_1106),
            (entity("<link-entity name='a' from='a' to='a' link-type='not-any'/>"), 0x8004_1117),
            (entity(&format!("<filter>{link}</filter>")), 0x8004_1117),
            (entity(&format!("<filter>{}</filter>", condition.repeat(501))), 0x8004_430c),
            (entity(&link.repeat(16)), 0x8004_430d),
            (entity(&format!("{}{}", "<filter>".repeat(5000), "</filter>".repeat(5000))), 0x8004_111c),
        ] {
            assert_eq!(code(&text), expected, "{}", text.chars().take(200).collect::<String>());
        }
        assert!(fetch(&entity(&format!("<filter>{}</filter>", condition.repeat(500)))).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,80}") {
            let _ = fetch(&text);
        }

        #[test]
        fn no_sequence_of_tags_makes_the_reader_panic(
            tags in prop::collection::vec(
                prop::sample::select(vec![
                    "<fetch>", "</fetch>", "<entity name='a'>", "</entity>", "<filter>", "</filter>", "<condition/>",
                    "<link-entity name='x' from='y' to='z'>", "</link-entity>", "<attribute name='q'/>", "&", "<![CDATA[",
                    "<condition attribute='a' operator='in'><value>", "</value></condition>", "x", "<!--", "-->",
                ]),
                0..16,
            )
        ) {
            let _ = fetch(&tags.concat());
        }
    }
}
