//! `docs/sandbox.md` shows every kind of fault, and what it shows can be ordered.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::desk::Desk;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The kinds of the code, as they are spelled in orders.
fn kinds() -> BTreeSet<String> {
    let code = read("src/sandbox/faults/kind.rs");
    let variants = code.split("pub(crate) enum Fault {").nth(1).unwrap().split("\n}").next().unwrap();
    let names = variants.lines().filter_map(|line| {
        let line =
            line.strip_prefix("    ").filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))?;
        line.split([' ', '(', '{', ',']).next()
    });
    let snake = |name: &str| {
        let mut out = String::new();
        for (index, letter) in name.chars().enumerate() {
            if letter.is_ascii_uppercase() && index > 0 {
                out.push('_');
            }
            out.push(letter.to_ascii_lowercase());
        }
        out
    };
    names.map(snake).collect()
}

#[tokio::test]
async fn every_example_of_the_manual_can_be_ordered_and_every_kind_has_one() {
    let page = read("docs/sandbox.md");
    let examples: Vec<&str> =
        page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let desk = Desk::new().await;
    let mut shown = BTreeSet::new();
    for example in examples.into_iter().flat_map(str::lines).filter(|line| line.contains("\"fault\"")) {
        let order: Value = serde_json::from_str(example).unwrap_or_else(|why| panic!("{why}: {example}"));
        shown.insert(order["fault"]["kind"].as_str().unwrap().to_owned());
        // What is closed would be missed by the next ones.
        if order["fault"]["kind"] != "refuse" {
            let answer = desk.order(order).await;
            assert_eq!(answer.status, 200, "{example}: {:?}", answer.body);
        }
    }
    assert!(kinds().contains("touch_row") && kinds().len() > 20, "{:?}", kinds());
    let missing: Vec<_> = kinds().difference(&shown).cloned().collect();
    assert!(missing.is_empty(), "docs/sandbox.md has no example of {missing:?}");
}
