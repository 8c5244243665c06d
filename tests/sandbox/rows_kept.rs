//! Rows live in a file when one is given, and come out of the seed alike.

use dvtui::sandbox::Options;
use serde_json::json;

use crate::desk::Desk;
use crate::office::Office;
use crate::support;

async fn open(options: Options) -> Office {
    Office::at(Desk::with(options).await, "anna").await
}

#[tokio::test]
async fn a_data_file_keeps_rows_versions_and_case_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(folder.path().join("rows.db")), ..support::options() };
    let office = open(options()).await;
    let (case, _) = office.new_case("Kept").await;
    let before = office.get(&format!("{case}?$select=title,ticketnumber")).await;
    office.desk.sandbox.stop().await;
    let office = open(options()).await;
    let after = office.get(&format!("{case}?$select=title,ticketnumber")).await;
    assert_eq!(after.body["title"], "Kept");
    assert_eq!(after.body["ticketnumber"], before.body["ticketnumber"]);
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(office.get("/incidents/$count").await.text, "\u{feff}301");
    let (next, _) = office.new_case("Next").await;
    let next = office.get(&format!("{next}?$select=ticketnumber")).await;
    assert!(next.body["ticketnumber"].as_str().unwrap().starts_with("CAS-00302-"), "{}", next.text);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_rows_and_another_one_others() {
    let query =
        "/incidents?$select=title,ticketnumber,createdon,_customerid_value,prioritycode&$orderby=createdon";
    let mut texts = Vec::new();
    for seed in [7, 7, 8] {
        let office = open(Options { seed, ..support::options() }).await;
        texts.push(json!(office.get(query).await.rows()).to_string());
    }
    assert_eq!(texts[0], texts[1]);
    assert_ne!(texts[0], texts[2]);
}

#[tokio::test]
async fn the_seed_has_every_option_some_nulls_and_names_from_many_places() {
    let office = Office::new().await;
    for (column, options) in [
        ("prioritycode", 3),
        ("caseorigincode", 6),
        ("casetypecode", 3),
        ("statecode", 3),
        ("statuscode", 8),
        ("contractservicelevelcode", 3),
    ] {
        let mut values = office.get(&format!("/incidents?$select={column}")).await.column(column);
        values.sort();
        values.dedup();
        values.retain(|value| value != "null");
        assert_eq!(values.len(), options, "{column}: {values:?}");
    }
    for (path, some) in [
        ("/incidents/$count?$filter=description eq null", true),
        ("/incidents/$count?$filter=customerid_contact/contactid ne null", true),
        ("/incidents/$count?$filter=createdon gt 2026-11-23T00:00:00Z", false),
        ("/incidents/$count?$filter=createdon lt 2023-11-20T00:00:00Z", false),
        ("/tasks/$count?$filter=_regardingobjectid_value ne null", true),
        ("/annotations/$count?$filter=isdocument eq true", true),
        ("/queueitems/$count?$filter=_workerid_value eq null", true),
    ] {
        let count = office.get(path).await.text;
        assert_eq!(count != "\u{feff}0", some, "{path}: {count}");
    }
    let names = office.get("/contacts?$select=fullname").await.column("fullname").join("");
    assert!(!names.is_ascii());
}
