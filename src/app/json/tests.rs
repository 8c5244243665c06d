use bytes::Bytes;
use proptest::prelude::*;

use super::*;

const CASE: &str = r#"{"@odata.etag":"W/\"1\"","prioritycode@OData.Community.Display.V1.FormattedValue":"High",
    "prioritycode":1,"_customerid_value@OData.Community.Display.V1.FormattedValue":"Fourth Coffee",
    "_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account","_customerid_value":"9c2b",
    "amount":922337203685477.5800,"none":null,"account":{"name":"x","tags":["a",{"b":"2"}],"deep":{}},"last":true}"#;

fn document(json: &str) -> Document {
    Document::new(&Row::from_json(json.to_owned()).unwrap())
}

fn parsed(json: &str) -> Document {
    Document::parse(Bytes::copy_from_slice(json.as_bytes())).unwrap()
}

fn fault(json: &[u8]) -> String {
    Document::parse(Bytes::copy_from_slice(json)).unwrap_err().to_string()
}

fn all(document: &Document, shape: Shape<'_>) -> Vec<Spot> {
    std::iter::successors(document.first(shape), |spot| document.next(shape, *spot)).collect()
}

fn shape(folds: &Folds, raw: bool, nulls: bool) -> Shape<'_> {
    Shape { folds, raw, nulls }
}

fn lines(document: &Document, spots: &[Spot]) -> Vec<String> {
    let line = |spot: &Spot| {
        let index = spot.node;
        let value = match document.kind(index) {
            Kind::Object => "{}".into(),
            Kind::Array => "[]".into(),
            _ => document.shown(index),
        };
        let key = document.key(index).unwrap_or_default();
        let note = document.note(index).unwrap_or_default();
        format!("{}{key}={value}|{note}", " ".repeat(document.depth(index)))
    };
    spots.iter().map(line).collect()
}

/// The text without what stands between its parts.
fn bare(json: &str) -> String {
    let (mut out, mut in_text, mut escaped) = (String::new(), false, false);
    for c in json.chars() {
        if in_text || !matches!(c, ' ' | '\t' | '\n' | '\r') {
            out.push(c);
        }
        (in_text, escaped) = match (in_text, c) {
            _ if escaped => (in_text, false),
            (true, '\\') => (true, true),
            (_, '"') => (!in_text, false),
            _ => (in_text, false),
        };
    }
    out
}

fn pretty(document: &Document) -> Vec<String> {
    let mut lines = Vec::new();
    document
        .pretty(|line| {
            lines.push(line.to_owned());
            Ok::<(), ()>(())
        })
        .unwrap();
    lines
}

#[test]
fn labels_and_lookups_stand_beside_their_values_in_the_order_of_the_server() {
    let document = document(CASE);
    let folds = Folds::default();
    let seen = all(&document, shape(&folds, false, true));
    assert_eq!(
        lines(&document, &seen),
        [
            "={}|",
            " @odata.etag=W/\"1\"|",
            " prioritycode=1|High",
            " _customerid_value=9c2b|Fourth Coffee -> account",
            " amount=922337203685477.5800|",
            " none=null|",
            " account={}|",
            "  name=x|",
            "  tags=[]|",
            "   =a|",
            "   ={}|",
            "    b=\"2\"|",
            "  deep={}|",
            " last=true|",
        ]
    );
    assert_eq!(all(&document, shape(&folds, false, false)).len(), seen.len() - 1);
    // Three annotations and four closing brackets.
    assert_eq!(all(&document, shape(&folds, true, false)).len(), seen.len() + 3 + 4);
    assert_eq!(document.members(), 7);
}

#[test]
fn raw_is_the_text_as_it_came_with_other_space_between_its_parts() {
    let json = r#"{ "a" : [ 1.50 , -0, 1E400,{ } ,"\ud800\u0041" ], "a":"x\/y" , "b\u0020c" : [[ ]]}"#;
    let raw = pretty(&document(json));
    assert_eq!(
        raw,
        [
            "{",
            "  \"a\": [",
            "    1.50,",
            "    -0,",
            "    1E400,",
            "    { },",
            "    \"\\ud800\\u0041\"",
            "  ],",
            "  \"a\": \"x\\/y\",",
            "  \"b\\u0020c\": [",
            "    [ ]",
            "  ]",
            "}",
        ]
    );
    assert_eq!(bare(&raw.concat()), bare(json));
}

#[test]
fn a_folded_container_hides_what_is_in_it() {
    let document = document(CASE);
    let mut folds = Folds::default();
    let account = (0..document.len()).find(|i| document.key(*i).as_deref() == Some("account")).unwrap();
    document.fold(&mut folds, account, true);
    assert_eq!(all(&document, shape(&folds, false, true)).len(), 8);
    document.fold(&mut folds, 0, true);
    assert_eq!(all(&document, shape(&folds, false, true)), [Spot::of(0)]);
    document.reveal(&mut folds, account + 3);
    assert_eq!(all(&document, shape(&folds, false, true)).len(), 14);
    document.fold_all(&mut folds);
    assert_eq!(all(&document, shape(&folds, false, true)).len(), 8);
}

#[test]
fn a_path_is_spelled_as_jq_spells_it() {
    let document = document(CASE);
    let paths: Vec<String> = (0..document.len()).map(|index| document.path(index)).collect();
    for path in [".", ".account.tags[1].b", ".amount", ".\"@odata.etag\""] {
        assert!(paths.iter().any(|known| known == path), "{path} in {paths:?}");
    }
    let list = parsed("[10,[20,[]],{\"1a\":[{}]},30]");
    let paths: Vec<String> = (0..list.len()).map(|index| list.path(index)).collect();
    assert_eq!(
        paths,
        [".", ".[0]", ".[1]", ".[1][0]", ".[1][1]", ".[2]", ".[2].\"1a\"", ".[2].\"1a\"[0]", ".[3]"]
    );
    assert_eq!(list.path_end(7, 4), "...\"[0]");
    assert_eq!(list.path_end(7, 40), ".[2].\"1a\"[0]");
    let several = parsed("{\"a\":1}\n{\"a\":2}\n3");
    assert_eq!((several.path(3), several.path(4)), (".[1].a".into(), ".[2]".into()));
}

#[test]
fn siblings_are_next_to_each_other_whatever_is_in_them() {
    let document = document(CASE);
    let folds = Folds::default();
    let shape = shape(&folds, false, true);
    let at = |name: &str| (0..document.len()).find(|i| document.key(*i).as_deref() == Some(name)).unwrap();
    assert_eq!(document.sibling(shape, at("account"), true), Some(at("last")));
    assert_eq!(document.sibling(shape, at("last"), false), Some(at("account")));
    assert_eq!(document.sibling(shape, at("prioritycode"), false), Some(at("@odata.etag")));
    assert_eq!(document.sibling(shape, at("last"), true), None);
    assert_eq!(document.sibling(shape, at("@odata.etag"), false), None);
}

#[test]
fn nesting_of_a_million_levels_is_a_long_list() {
    let deep = 1_000_000;
    let list = parsed(&format!("{}{}", "[".repeat(deep), "]".repeat(deep)));
    assert_eq!(list.len(), deep);
    assert_eq!(list.depth(deep - 1), deep - 1);
    assert_eq!(list.path_end(deep - 1, 9), "...[0][0][0]");
    let mut folds = Folds::default();
    list.fold(&mut folds, 1, true);
    let view = shape(&folds, false, true);
    assert_eq!(all(&list, view), [Spot::of(0), Spot::of(1)]);
    assert_eq!(list.seen(view, Spot::of(deep - 1)), Spot::of(1));
    assert!(fault("{\"a\":".repeat(deep).as_bytes()).ends_with("it is cut"));
    drop(list);
}

#[test]
fn a_long_list_and_many_names_cost_little_beside_their_text() {
    let numbers: Vec<String> = (0..1_000_000).map(|number| number.to_string()).collect();
    let list = parsed(&format!("[{}]", numbers.join(",")));
    assert_eq!((list.len(), list.members()), (1_000_001, 1_000_000));
    assert_eq!(list.path(777_778), ".[777777]");
    assert!(list.index_size() < list.text().len(), "{} of {}", list.index_size(), list.text().len());
    let names: Vec<String> = (0..50_000).map(|number| format!("\"column{number}\":null")).collect();
    let object = parsed(&format!("{{{}}}", names.join(",")));
    assert_eq!((object.members(), object.nulls()), (50_000, 50_000));
    assert!(object.index_size() < object.text().len());
}

#[test]
fn a_name_that_comes_twice_is_there_twice() {
    let twice = parsed(r#"{"a":1,"a":2,"a@OData.Community.Display.V1.FormattedValue":"two"}"#);
    let folds = Folds::default();
    let seen = all(&twice, shape(&folds, false, true));
    assert_eq!(lines(&twice, &seen), ["={}|", " a=1|", " a=2|two"]);
}

#[test]
fn numbers_of_hundreds_of_digits_keep_every_one() {
    let digits = "1234567890".repeat(40);
    let number = format!("-{digits}.{digits}e+{digits}");
    let list = parsed(&format!("[{number}, 1E400, -0, 1.50]"));
    let shown: Vec<_> = (1..5).map(|index| list.shown(index).into_owned()).collect();
    assert_eq!(shown, [number.as_str(), "1E400", "-0", "1.50"]);
}

#[test]
fn what_is_not_json_is_told_with_its_place_and_what_stands_there() {
    assert_eq!(fault(b""), "there is nothing in it");
    assert_eq!(fault(b" \n "), "there is nothing in it");
    assert_eq!(fault(b"<html>"), "line 1, column 1: a value was expected, found `<html>`");
    assert_eq!(fault(b"{\"a\":1,\n \"b\" 2}"), "line 2, column 6: a colon was expected, found `2}`");
    assert_eq!(
        fault(b"{\"a\":1 \"b\":2}"),
        "line 1, column 8: a comma or `}` was expected, found `\"b\":2}`"
    );
    assert_eq!(fault(b"[1 2]"), "line 1, column 4: a comma or `]` was expected, found `2]`");
    assert_eq!(fault(b"{a:1}"), "line 1, column 2: a name in quotes was expected, found `a:1}`");
    assert_eq!(fault(b"[1,]"), "line 1, column 4: a value was expected, found `]`");
    assert_eq!(fault(b"{\"a\":1"), "line 1, column 7: the text ends too early, it is cut");
    assert_eq!(fault(b"[\"abc"), "line 1, column 6: the text ends too early, it is cut");
    assert_eq!(
        fault("[\"é\", nul]".as_bytes()),
        "line 1, column 10: `true`, `false` or `null` was expected, found `]`"
    );
    assert_eq!(
        fault(b"[01]"),
        "line 1, column 3: a number does not begin with a zero before other digits, found `1]`"
    );
    assert_eq!(fault(b"[1.]"), "line 1, column 4: a digit was expected, found `]`");
    assert_eq!(fault(b"[\"\\x\"]"), "line 1, column 3: an escape that JSON does not have, found `\\x\"]`");
    assert_eq!(fault(b"[\"\t\"]"), "line 1, column 3: a control character inside a text, found `\t\"]`");
    assert_eq!(fault(b"[\"ab\xff\"]"), "line 1, column 5: bytes that are not UTF-8, found `\u{fffd}\"]`");
    assert_eq!(parsed("\u{feff}[1]").members(), 1);
}

#[test]
fn a_long_value_is_not_read_whole_for_a_line_of_it() {
    let list = parsed(&format!("[\"{}\\n\"]", "ab\\u0041\\n".repeat(10_000)));
    let preview = list.preview(1);
    assert!(preview.text.starts_with("abA\nabA\n") && preview.text.len() < 20_000);
    assert_eq!(preview.bytes, Some(100_004));
    let short = parsed("[\"a\\nb\"]");
    assert_eq!((short.preview(1).lines, short.preview(1).bytes), (2, None));
}

#[test]
fn the_beginning_of_a_long_text_never_ends_inside_an_escape_or_a_character() {
    for part in ["\\u00e9", "\\n", "\\\\", "\u{e9}", "\u{5bbd}"] {
        for before in 0..7 {
            let json = format!("\"{}{}\"", "x".repeat(before), part.repeat(PREVIEWED));
            let Beginning { text, is_cut } = Beginning::of_json(&json);
            let whole = text_of(&json);
            assert!(
                is_cut && whole.starts_with(&*text) && text.len() > PREVIEWED / 7,
                "{part} behind {before}"
            );
        }
    }
}

#[test]
fn a_label_that_says_what_the_value_says_is_not_told_twice() {
    let json = |label: &str| {
        format!(r#"{{"name":"Anna","name@OData.Community.Display.V1.FormattedValue":"{label}"}}"#)
    };
    assert_eq!(document(&json("Anna")).note(1), None);
    assert_eq!(document(&json("Anna Moss")).note(1), Some("Anna Moss".into()));
}

#[test]
fn braces_and_quotes_inside_text_are_text() {
    let document = document(r#"{"a":"{\"b\":[1,2]}","c":"\\","d":"]"}"#);
    assert_eq!(document.len(), 4);
    assert_eq!(document.shown(1), r#"{"b":[1,2]}"#);
    assert_eq!(document.shown(2), "\\");
}

#[test]
fn a_search_takes_letters_beyond_ascii_in_either_case() {
    assert!(holds("\u{c4}pfel", "\u{e4}pfel") && holds("Apfel", "apfel") && !holds("Apfel", "\u{e4}pfel"));
    assert!(document(r#"{"name":"\u00c4PFEL"}"#).matches(1, "\u{e4}pfel"));
}

#[test]
fn a_search_looks_at_names_values_and_labels() {
    let document = document(CASE);
    let found = |needle: &str| (0..document.len()).filter(|i| document.matches(*i, needle)).count();
    assert_eq!(found("fourth"), 2);
    assert_eq!(found("922337"), 1);
    assert_eq!(found("nothing here"), 0);
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
        r#""([ -!#-\[\]-~é宽]|\\["\\/bfnrtu]0041|\\ud[89a-f][0-9]{2}){0,6}""#.prop_map(|text| {
            text.replace("\\n0041", "\\n")
                .replace("\\\"0041", "\\\"")
                .replace("\\\\0041", "\\\\")
                .replace("\\/0041", "\\/")
                .replace("\\b0041", "\\b")
                .replace("\\f0041", "\\f")
                .replace("\\r0041", "\\r")
                .replace("\\t0041", "\\t")
        }),
    ]
}

fn json() -> impl Strategy<Value = String> {
    scalar().prop_recursive(5, 60, 6, |inner| {
        let space = "[ \n\t]{0,2}";
        let list = proptest::collection::vec((inner.clone(), space), 0..6).prop_map(|parts| {
            let parts: Vec<String> =
                parts.into_iter().map(|(value, space)| format!("{space}{value}")).collect();
            format!("[{}]", parts.join(","))
        });
        let name = "(a|b|a@OData\\.Community\\.Display\\.V1\\.FormattedValue|@odata\\.etag|[a-z]{0,3})";
        let object = proptest::collection::vec((name, inner, space), 0..6).prop_map(|parts| {
            let member = |(name, value, space)| format!("{space}\"{name}\"{space}:{space}{value}");
            let parts: Vec<String> = parts.into_iter().map(member).collect();
            format!("{{{}}}", parts.join(","))
        });
        prop_oneof![list, object]
    })
}

fn walk(json: &str, folded: &[usize]) {
    let document = parsed(json);
    let lines = pretty(&document);
    assert_eq!(bare(&lines.concat()), bare(json));
    let mut folds = Folds::default();
    for index in folded {
        document.fold(&mut folds, index % document.len(), true);
    }
    for (raw, nulls) in [(false, true), (false, false), (true, true)] {
        let shape = shape(&folds, raw, nulls);
        let there = all(&document, shape);
        let mut back: Vec<Spot> =
            std::iter::successors(document.last(shape), |spot| document.previous(shape, *spot)).collect();
        back.reverse();
        assert_eq!(there, back, "{json} {raw} {nulls}");
        for pair in there.windows(2) {
            assert!(document.is_above(pair[0], pair[1]) && !document.is_above(pair[1], pair[0]));
        }
        for spot in &there {
            assert_eq!(document.seen(shape, *spot), *spot);
        }
    }
    for index in 0..document.len() {
        let parent = document.parent(index);
        assert_eq!(document.depth(index), parent.map_or(0, |parent| document.depth(parent) + 1));
        let value = serde_json::from_str::<&serde_json::value::RawValue>(document.json(index)).unwrap();
        assert_eq!(value.get(), document.json(index));
        let siblings = (0..index).filter(|other| document.parent(*other) == parent).count();
        assert_eq!(document.place(index), siblings, "{json}");
        let _ = (document.path(index), document.note(index), document.preview(index));
    }
}

proptest! {
    #[test]
    fn every_text_is_walked_both_ways_and_nothing_of_it_is_lost(
        json in json(),
        folded in proptest::collection::vec(0usize..100, 0..4),
    ) {
        walk(&json, &folded);
    }

    #[test]
    fn several_texts_are_walked_like_one(parts in proptest::collection::vec(json(), 1..4)) {
        walk(&parts.join("\n"), &[1]);
    }

    #[test]
    fn what_serde_takes_for_json_is_json_and_nothing_else(text in r#"[\[\]{},:"\\a0-9.eE+\- \ntrufalsn\u{e9}]{0,24}"#) {
        let theirs = serde_json::Deserializer::from_str(&text).into_iter::<Box<serde_json::value::RawValue>>();
        let theirs: Result<Vec<_>, _> = theirs.collect();
        let ours = Document::parse(Bytes::from(text.clone()));
        // Texts that touch each other are told apart by one and not by the other.
        let agrees = ours.is_ok() == theirs.as_ref().is_ok_and(|texts| !texts.is_empty());
        prop_assert!(agrees || text.trim().contains(char::is_whitespace) || theirs.is_ok_and(|t| t.len() != 1), "{:?}", text);
    }

    #[test]
    fn bytes_of_any_kind_are_a_text_or_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        match Document::parse(Bytes::from(bytes)) {
            Ok(document) => prop_assert!(!document.is_empty()),
            Err(fault) => prop_assert!(!fault.to_string().is_empty()),
        }
    }
}

/// The same as the slice above, many times over.
#[test]
#[ignore = "the full count; run with --release"]
fn a_hundred_thousand_texts_are_walked_both_ways() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), seed);
    for round in 0..100_000 {
        let text = json().new_tree(&mut runner).unwrap().current();
        walk(&text, &[round % 7, round % 11]);
    }
}
