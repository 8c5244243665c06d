//! Files that go with mails.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::office::Office;

const TOLD: &str =
    "$select=filename,filesize,mimetype,attachmentnumber,objecttypecode,activitysubject,_objectid_value";

/// A new mail about a new case.
async fn new_mail(office: &Office) -> (String, String) {
    let (case, _) = office.new_case("Written about").await;
    let mail = json!({ "subject": "As promised", "regardingobjectid_incident_email@odata.bind": case });
    let mail = office.post("/emails", mail).await.header("odata-entityid").to_owned();
    (case, mail)
}

fn file(mail: &str, name: &str, content: &[u8]) -> Value {
    json!({
        "objectid_email@odata.bind": mail, "objecttypecode": "email", "subject": name, "filename": name,
        "mimetype": "text/plain", "body": STANDARD.encode(content),
    })
}

#[tokio::test]
async fn a_file_goes_with_its_mail_and_its_size_follows_from_its_bytes() {
    let office = Office::new().await;
    let (_, mail) = new_mail(&office).await;
    for (name, content) in [("a.txt", &b"hello"[..]), ("b.txt", b"hi")] {
        let mut body = file(&mail, name, content);
        body["filesize"] = json!(99); // read-only
        let made = office.post("/activitymimeattachments", body).await;
        assert_eq!(made.status, 204, "{}", made.text);
    }
    let rows = office.get(&format!("{mail}/email_activity_mime_attachment?{TOLD}&$orderby=filename")).await;
    assert_eq!(rows.column("filename"), ["\"a.txt\"", "\"b.txt\""]);
    assert_eq!(rows.column("filesize"), ["5", "2"]);
    assert_eq!(rows.column("attachmentnumber"), ["1", "2"]);
    assert_eq!(rows.column("objecttypecode"), ["\"email\"", "\"email\""]);
    assert_eq!(rows.column("activitysubject"), ["\"As promised\"", "\"As promised\""]);
    assert!(!rows.text.contains("\"body\""), "nobody asked for it: {}", rows.text);

    let expand = "$expand=email_activity_mime_attachment($select=filename,filesize)";
    let expanded = office.get(&format!("{mail}?$select=subject&{expand}")).await;
    assert_eq!(expanded.body["email_activity_mime_attachment"].as_array().map(Vec::len), Some(2));
    assert!(!expanded.text.contains("\"body\""), "{}", expanded.text);

    let id = rows.rows()[0]["activitymimeattachmentid"].as_str().unwrap();
    let path = format!("/activitymimeattachments({id})");
    let one = office.get(&format!("{path}?$select=body&$expand=objectid_email($select=subject)")).await.body;
    assert_eq!(
        (&one["body"], &one["objectid_email"]["subject"]),
        (&json!("aGVsbG8="), &json!("As promised"))
    );
    let longer = json!({ "body": "aGVs\r\nbG8gYWdhaW4=" });
    assert_eq!(office.patch(&path, &[], longer).await.status, 204);
    let one = office.get(&path).await.body;
    assert_eq!((&one["body"], &one["filesize"]), (&json!("aGVsbG8gYWdhaW4="), &json!(11)));
    for absent in ["createdon", "modifiedon", "_createdby_value", "statecode", "name"] {
        assert!(one.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn a_file_needs_its_mail_and_base64_of_a_size_that_the_organization_allows() {
    let office = Office::new().await;
    let (_, mail) = new_mail(&office).await;
    let post = async |change: Value| {
        let mut body = file(&mail, "a.txt", b"hello");
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        office.post("/activitymimeattachments", body).await
    };
    assert_eq!(post(json!({ "body": "***" })).await.refusal(), (400, "0x80048d19"));
    let large = "AAAA".repeat(6 * 1024 * 1024 / 3);
    assert_eq!(post(json!({ "body": large })).await.refusal(), (400, "0x80044a02"));
    let loose = json!({ "filename": "a.txt", "body": "aGVsbG8=" });
    assert_eq!(office.post("/activitymimeattachments", loose).await.status, 400);
    assert!(office.get(&format!("{mail}/email_activity_mime_attachment")).await.rows().is_empty());
}

#[tokio::test]
async fn files_go_with_their_mail_and_with_the_case_that_it_is_about() {
    let office = Office::new().await;
    for whole_case in [false, true] {
        let (case, mail) = new_mail(&office).await;
        let made = office.post("/activitymimeattachments", file(&mail, "a.txt", b"hello")).await;
        let made = made.header("odata-entityid").to_owned();
        assert_eq!(office.get(&made).await.status, 200);
        let gone = if whole_case { &case } else { &mail };
        assert_eq!(office.send(Method::DELETE, gone, &[], None).await.status, 204);
        assert_eq!(office.get(&made).await.status, 404);
    }
}

#[tokio::test]
async fn who_may_read_activities_may_read_their_files_and_nobody_else_may_write_them() {
    let mut office = Office::new().await;
    let (_, mail) = new_mail(&office).await;
    let made = office.post("/activitymimeattachments", file(&mail, "a.txt", b"hello")).await;
    let made = made.header("odata-entityid").to_owned();
    office.token_of("reader").await;
    assert_eq!(office.get(&format!("{made}?$select=body")).await.body["body"], "aGVsbG8=");
    let refused = office.post("/activitymimeattachments", file(&mail, "b.txt", b"hello")).await;
    assert_eq!(refused.refusal(), (403, "0x80040220"));
    assert!(refused.message().contains("prvCreateActivity"), "{}", refused.message());
}

#[tokio::test]
async fn some_mails_begin_with_one_file_and_some_with_several_and_every_size_is_right() {
    let office = Office::new().await;
    let rows =
        office.get("/activitymimeattachments?$select=_objectid_value,filesize,body,attachmentnumber").await;
    let (mut sizes, mut numbers) = (Vec::new(), Vec::new());
    for row in rows.rows() {
        let content = STANDARD.decode(row["body"].as_str().unwrap()).unwrap();
        assert_eq!(row["filesize"], content.len());
        sizes.push(content.len());
        numbers.push(row["attachmentnumber"].as_u64().unwrap());
    }
    assert!(sizes.contains(&84_000), "{sizes:?}");
    assert_eq!(numbers.iter().max(), Some(&3));
    let with = "email_activity_mime_attachment/any(f:f/attachmentnumber eq 1)";
    let without = office.get(&format!("/emails?$select=subject&$filter=not {with}")).await;
    assert!(!without.rows().is_empty(), "{}", without.text);
}

#[tokio::test]
async fn the_relationship_has_the_names_of_the_reference() {
    let office = Office::new().await;
    let path = "/EntityDefinitions(LogicalName='email')/OneToManyRelationships?\
                $filter=SchemaName eq 'email_activity_mime_attachment'";
    let found = office.get(path).await;
    let relationship = &found.rows()[0];
    for (name, value) in [
        ("ReferencingEntity", "activitymimeattachment"),
        ("ReferencingAttribute", "objectid"),
        ("ReferencedEntityNavigationPropertyName", "email_activity_mime_attachment"),
        ("ReferencingEntityNavigationPropertyName", "objectid_email"),
    ] {
        assert_eq!(relationship[name], value, "{name}");
    }
    assert_eq!(relationship["CascadeConfiguration"]["Delete"], "Cascade");
    let table = office
        .get("/EntityDefinitions(LogicalName='activitymimeattachment')?$select=ObjectTypeCode,OwnershipType")
        .await;
    assert_eq!((&table.body["ObjectTypeCode"], &table.body["OwnershipType"]), (&json!(1001), &json!("None")));
}
