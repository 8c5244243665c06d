//! The grid by keys: what is asked of the server, with a direct computation over all rows as the judge.

use std::fs;

use serde_json::{Value, json};

use crate::program::{Program, api_fault};

const ALL: &str = "/api/data/v9.2/incidents?$select=title,ticketnumber,prioritycode,createdon,followupby,_customerid_value\
                   &$expand=customerid_account($select=name),customerid_contact($select=fullname)&$orderby=incidentid";

async fn at_all_cases(program: &mut Program) {
    program.wait_for("Action Card").await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("50 of 300").await;
}

/// Every case as the server has it, in the order that the grid begins with.
async fn all_cases(program: &Program) -> Vec<Value> {
    program.row(ALL).await["value"].as_array().unwrap().clone()
}

/// The rows that the query has, as row 2 says it, once they came.
async fn count(program: &mut Program, chip: &str) -> usize {
    let is_there = |screen: &str| {
        let row = screen.lines().nth(1).unwrap_or_default().to_owned();
        // Rows of the query before are marked as stale.
        let is_stale = screen.lines().skip(3).any(|row| row.chars().nth(1) == Some('s'));
        row.contains(chip) && !is_stale && number(&row).is_some()
    };
    let screen = program.wait_until(chip, is_there).await;
    number(screen.lines().nth(1).unwrap()).unwrap()
}

/// `12 rows` and `50 of 120`
fn number(row: &str) -> Option<usize> {
    let row = row.trim_end();
    let row = row.strip_suffix(" rows").or(row.strip_suffix(" row")).unwrap_or(row);
    row.rsplit(' ').next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_with_a_value_and_rows_without_it_are_those_that_a_count_by_hand_finds() {
    let mut program = Program::start().await;
    at_all_cases(&mut program).await;
    let all = all_cases(&program).await;
    for (keys, name, property) in [
        ("g c p r i o enter", "Priority", "prioritycode"),
        ("g c c u s t enter", "Customer", "_customerid_value"),
        ("g c c r e a t e d enter", "Created On", "createdon"),
        ("g c n u m b enter", "Case Number", "ticketnumber"),
    ] {
        let value = &all[0][property];
        let with = all.iter().filter(|row| row[property] == *value).count();
        program.keys(keys);
        program.keys("=");
        assert_eq!(count(&mut program, &format!("{name} = ")).await, with, "{name}");
        program.keys("\\");
        program.wait_for("50 of 300").await;
        program.keys("~");
        assert_eq!(count(&mut program, &format!("{name} != ")).await, 300 - with, "{name}");
        program.keys("\\");
        program.wait_for("50 of 300").await;
    }
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_in_the_order_of_several_columns() {
    let mut program = Program::start().await;
    at_all_cases(&mut program).await;
    let mut all = all_cases(&program).await;
    program.keys("g c p r i o enter S");
    program.wait_for("sort Priority ^").await;
    program.keys("g c n u m b enter S S");
    all.sort_by(|a, b| {
        let priority = |row: &Value| row["prioritycode"].as_i64();
        let number = |row: &Value| row["ticketnumber"].as_str().unwrap().to_owned();
        priority(a).cmp(&priority(b)).then(number(b).cmp(&number(a)))
    });
    let wanted: Vec<String> =
        all.iter().take(10).map(|row| row["ticketnumber"].as_str().unwrap().to_owned()).collect();
    let screen = program
        .wait_until(&format!("{} first", wanted[0]), |screen| {
            screen.contains("sort Priority ^, Case Number v")
                && screen.lines().nth(3).is_some_and(|row| row.contains(&wanted[0]))
        })
        .await;
    let shown: Vec<&str> = screen.lines().skip(3).take(10).collect();
    for (row, number) in shown.iter().zip(&wanted) {
        assert!(row.contains(number.as_str()), "{number} is not in {row}");
    }
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quick_search_finds_what_the_columns_of_the_view_hold_and_reads_the_view_once() {
    let mut program = Program::start().await;
    at_all_cases(&mut program).await;
    let all = all_cases(&program).await;
    let with = |text: &str| {
        let holds = |row: &&Value| {
            let customer = [&row["customerid_account"]["name"], &row["customerid_contact"]["fullname"]];
            let own = ["title", "ticketnumber"].map(|name| &row[name]);
            own.into_iter()
                .chain(customer)
                .filter_map(Value::as_str)
                .any(|value| value.to_lowercase().contains(text))
        };
        all.iter().filter(holds).count()
    };
    for text in ["er", "cas-01"] {
        let keys: Vec<String> = text.chars().map(String::from).collect();
        program.keys(&format!("/ {} enter", keys.join(" ")));
        assert_eq!(count(&mut program, &format!("Customer: {text}")).await, with(text), "{text}");
        program.keys("\\");
        program.wait_for("50 of 300").await;
    }
    let paths = program.api_paths().await;
    assert_eq!(paths.iter().filter(|path| path.contains("savedqueries")).count(), 1);
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quick_search_whose_view_may_not_be_read_searches_the_name_and_says_so() {
    let mut program = Program::start().await;
    at_all_cases(&mut program).await;
    let all = all_cases(&program).await;
    let no =
        json!({ "kind": "status", "status": 403, "code": "0x80040220", "message": "Missing prvReadQuery." });
    program.fault(api_fault("GET", "savedqueries", 1, no)).await;
    program.keys("/ e r enter");
    program.wait_for("only the name is searched").await;
    let with = all.iter().filter(|row| row["title"].as_str().unwrap().to_lowercase().contains("er")).count();
    assert_eq!(count(&mut program, "Case Title: er").await, with);
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_next_page_that_is_none_is_an_error_and_never_the_end() {
    for fault in [
        json!({ "kind": "html" }),
        json!({ "kind": "answer" }),
        json!({ "kind": "answer", "body": "{\"value\":[{\"title\":\"x\"", "content_type": "application/json" }),
        json!({ "kind": "answer", "body": "{}", "content_type": "application/json" }),
    ] {
        let mut program = Program::start().await;
        program.wait_for("Action Card").await;
        program.fault(api_fault("GET", "skiptoken", 20, fault.clone())).await;
        program.keys("/ i n c i d e n t enter");
        program.wait_for("50 of 300").await;
        program.keys("G");
        let screen = program.wait_for("reading failed, G tries again").await;
        assert!(screen.contains("50 of 300") && screen.contains("Cannot read Cases"), "{fault}\n{screen}");
        program.quit().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_go_round_are_stopped_and_rows_that_come_again_are_told() {
    for to in ["self", "first"] {
        let mut program = Program::start().await;
        program.wait_for("Action Card").await;
        let round = json!({ "kind": "next_link", "to": to });
        let order =
            json!({ "match": { "origin": "api", "path": "skiptoken" }, "times": null, "fault": round });
        program.fault(order).await;
        program.keys("/ i n c i d e n t enter");
        program.wait_for("50 of 300").await;
        program.keys("G G");
        program.wait_for("the pages go round").await;
        program.quit().await;
    }
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.fault(api_fault("GET", "skiptoken", 1, json!({ "kind": "page", "rows": "repeated" }))).await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("50 of 300").await;
    program.keys("G G");
    program.wait_for("repeated").await;
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_that_were_arranged_are_kept_in_a_readable_file_and_come_back() {
    let mut program = Program::start().await;
    at_all_cases(&mut program).await;
    let origin = program.sandbox.ready().url.clone();
    program.keys("s l H ! > >");
    program.wait_for("cells wide").await;
    let home = program.quit_for_its_home().await;
    let text = fs::read_to_string(home.path().join("state/layouts.toml")).unwrap();
    assert!(text.contains(&format!("[environments.\"{origin}\".incident]")), "{text}");
    assert!(
        text.contains("columns = [\"ticketnumber\", \"prioritycode\"")
            && text.contains("frozen = 2\nsort = [\"ticketnumber\"]"),
        "{text}"
    );
    assert!(text.contains("prioritycode = "), "{text}");

    let mut program = Program::start_with(|ready, settings| {
        let text = format!(
            "version = 1\n[environments.\"{}\".incident]\ncolumns = [\"prioritycode\", \"gone\", \"title\"]\nfrozen = 1\nsort = [\"ticketnumber desc\"]\n",
            ready.url
        );
        dvtui::private_file::replace(&settings.state_folder.join("layouts.toml"), text.as_bytes()).unwrap();
    })
    .await;
    program.wait_for("Action Card").await;
    program.keys("/ i n c i d e n t enter");
    let screen = program.wait_for("50 of 300").await;
    let header = screen.lines().nth(2).unwrap();
    assert!(header.contains("[Priority") && !header.contains("Case Number"), "{header}");
    assert!(screen.contains("sort Case Number v"), "{screen}");
    let paths = program.api_paths().await;
    assert!(paths.iter().any(|path| path.contains("$orderby=ticketnumber%20desc")), "{paths:?}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lookup_under_the_cursor_opens_its_row() {
    let mut program = Program::start().await;
    at_all_cases(&mut program).await;
    program.keys("g c c u s t enter L");
    let screen = program.wait_for("1 Form").await;
    assert!(!screen.contains("CAS-"), "{screen}");
    program.keys("esc");
    program.wait_for("50 of 300").await;
    program.quit().await;
}
