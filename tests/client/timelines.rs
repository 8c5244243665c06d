//! The timeline of rows of the sandbox.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dvtui::dataverse::timeline::{Attachment, Timeline};
use dvtui::dataverse::{Query, RowId, RowQuery, StoredFile, field};
use dvtui::ops::save_file::{self, Unsaved};
use serde_json::json;

use crate::world::{World, fault};

async fn of(world: &World, table: &str, id: RowId) -> Timeline {
    world.client.timeline_of(&world.table(table).await, id, None).await.unwrap().1
}

/// Keys of the cases that rows of a table are about, the first ones.
async fn cases_with(world: &World, set: &str, link: &str, of_cases: &str) -> Vec<RowId> {
    let query = Query::new(set).select([link]).filter(dvtui::dataverse::Filter::Raw(of_cases.into())).top(5);
    let page = world.client.page(&query).await.unwrap();
    page.rows().map(|row| row.id(&link.into()).unwrap()).collect()
}

#[tokio::test]
async fn a_timeline_is_the_union_of_notes_and_activities_the_newest_first() {
    let world = World::new().await;
    let cases = cases_with(&world, "emails", "_regardingobjectid_value", "directioncode eq true").await;
    let mut seen = 0;
    for case in cases {
        let timeline = of(&world, "incident", case).await;
        assert!(timeline.entries.is_sorted_by(|a, b| a.at >= b.at), "{timeline:?}");
        let count = async |set: &str, link: &str| {
            let query = Query::new(set).select(["createdon"]).filter(field(link).eq(case));
            world.client.page(&query).await.unwrap().rows().count()
        };
        let all = count("annotations", "_objectid_value").await
            + count("activitypointers", "_regardingobjectid_value").await;
        assert_eq!(timeline.entries.len(), all);
        let mail = timeline.entries.iter().find(|entry| entry.table.as_str() == "email").unwrap();
        assert!(mail.incoming.is_some() && mail.who.is_some() && mail.subject.is_some());
        seen += timeline.entries.len();
    }
    assert!(seen > 0);
}

#[tokio::test]
async fn files_are_told_with_their_size_and_never_read_with_the_list() {
    let world = World::new().await;
    let cases = cases_with(
        &world,
        "annotations",
        "_objectid_value",
        "isdocument eq true and objecttypecode eq 'incident'",
    )
    .await;
    let timeline = of(&world, "incident", cases[0]).await;
    let file = timeline.entries.iter().find_map(|entry| entry.files.first()).unwrap();
    assert!(!file.name.is_empty() && file.size.is_some_and(|size| size > 0), "{file:?}");
    let requests = world.all_requests().await;
    assert!(!requests.iter().any(|request| request.to_string().contains("documentbody")), "{requests:?}");
}

/// A note with a file: its key, and what the list says of the file.
async fn note_with_file(world: &World) -> (RowId, Attachment) {
    let of_cases = "isdocument eq true and objecttypecode eq 'incident'";
    let cases = cases_with(world, "annotations", "_objectid_value", of_cases).await;
    let entries = of(world, "incident", cases[0]).await.entries;
    entries.into_iter().find_map(|entry| Some((entry.id, entry.files.into_iter().next()?))).unwrap()
}

/// The mail with the most files of a case, and how the timeline tells it.
async fn mail_with_files(world: &World) -> (RowId, RowId, Vec<Attachment>) {
    let files = Query::new("activitymimeattachments").select(["_objectid_value", "attachmentnumber"]);
    let page = world.client.page(&files.order_by_desc("attachmentnumber")).await.unwrap();
    let mail = page.row(0).unwrap().id(&"_objectid_value".into()).unwrap();
    let query = RowQuery { select: vec!["_regardingobjectid_value".into()], ..RowQuery::new("emails", mail) };
    let case = world.client.row(&query).await.unwrap().id(&"_regardingobjectid_value".into()).unwrap();
    let entries = of(world, "incident", case).await.entries;
    let told = entries.into_iter().find(|entry| entry.id == mail).unwrap();
    (case, mail, told.files)
}

#[tokio::test]
async fn files_of_mails_are_told_in_the_order_of_their_numbers_with_no_request_more() {
    let world = World::new().await;
    let (case, mail, told) = mail_with_files(&world).await;
    let rows = Query::new("activitymimeattachments").filter(field("_objectid_value").eq(mail));
    let rows = world.client.page(&rows).await.unwrap();
    assert!(told.len() > 1 && told.len() == rows.len(), "{told:?}");
    for (number, file) in told.iter().enumerate() {
        let row =
            rows.rows().find(|row| row.cell("attachmentnumber").unwrap().json == (number + 1).to_string());
        let row = row.unwrap();
        assert_eq!(row.cell("filename").unwrap().raw_text().unwrap(), file.name);
        assert_eq!(Some(row.cell("filesize").unwrap().json.parse().unwrap()), file.size);
        assert_eq!(file.stored, StoredFile::Mail(row.id(&"activitymimeattachmentid".into()).unwrap()));
    }
    let (table, before) = (world.table("incident").await, world.requests().await.len());
    let collections = world.client.timeline_of(&table, case, None).await.unwrap().0;
    world.client.timeline(&table.set, case, &collections).await.unwrap();
    let asked = world.requests().await.split_off(before);
    assert_eq!(asked.len(), 1 + 4 + 4, "{asked:?}");
    assert!(!asked.iter().any(|request| request.to_string().contains("body")), "{asked:?}");
}

#[tokio::test]
async fn a_file_of_a_mail_is_read_by_itself_and_saved_once_as_those_of_notes_are() {
    let world = World::new().await;
    let (_, _, told) = mail_with_files(&world).await;
    let StoredFile::Mail(id) = told[1].stored else { panic!("{told:?}") };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved");
    let size = save_file::save(&world.client, &told[1].stored, &path).await.unwrap();
    assert_eq!(Some(size), told[1].size);
    let last = world.requests().await.pop().unwrap();
    let asked = format!("/activitymimeattachments({id})?$select=body,filename");
    assert!(last["path"].as_str().unwrap().ends_with(&asked), "{last}");
    let body = world.client.mail_attachment(id).await.unwrap().body.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), STANDARD.decode(body).unwrap());
    let again = save_file::save(&world.client, &told[1].stored, &path).await;
    assert!(matches!(again, Err(Unsaved::Taken)), "{again:?}");
    let gone = save_file::save(&world.client, &StoredFile::Mail(cases_id()), &folder.path().join("no")).await;
    assert!(matches!(&gone, Err(Unsaved::Unread(error)) if error.is_not_found()), "{gone:?}");
}

#[tokio::test]
async fn mails_are_told_without_their_files_where_these_may_not_be_read() {
    let world = World::new().await;
    let (case, mail, _) = mail_with_files(&world).await;
    for (status, hidden) in [(403, vec!["attachments of mails"]), (400, vec![])] {
        let no = json!({ "kind": "status", "status": status });
        world.order(fault("GET", "email_activity_mime_attachment", 1, no)).await;
        let timeline = of(&world, "incident", case).await;
        let told = timeline.entries.iter().find(|entry| entry.id == mail).unwrap();
        assert!(told.files.is_empty() && told.incoming.is_some(), "{told:?}");
        assert_eq!(timeline.hidden, hidden);
    }
}

#[tokio::test]
async fn a_read_of_mails_that_the_service_did_not_refuse_is_not_sent_again() {
    let world = World::new().await;
    let (case, mail, _) = mail_with_files(&world).await;
    let cut = json!({ "kind": "bad_json" });
    world.order(fault("GET", "email_activity_mime_attachment", 1, cut)).await;
    let before = world.requests().await.len();
    let timeline = of(&world, "incident", case).await;
    let told = timeline.entries.iter().find(|entry| entry.id == mail).unwrap();
    assert!(told.files.is_empty() && told.incoming.is_none() && timeline.hidden.is_empty(), "{timeline:?}");
    let asked = world.requests().await.split_off(before);
    let mails = asked.iter().filter(|request| request["path"].as_str().unwrap().contains("Incident_Emails"));
    assert_eq!(mails.count(), 1, "{asked:?}");
}

#[tokio::test]
async fn a_file_is_read_by_itself_and_nothing_else_of_its_note() {
    let world = World::new().await;
    let (note, listed) = note_with_file(&world).await;
    let file = world.client.attachment(note).await.unwrap();
    assert_eq!(file.name, Some(listed.name));
    let bytes = STANDARD.decode(file.body.unwrap()).unwrap();
    assert_eq!(Some(bytes.len() as u64), listed.size);
    let last = world.requests().await.pop().unwrap();
    let asked = format!("/annotations({note})?$select=documentbody,filename");
    assert!(last["path"].as_str().unwrap().ends_with(&asked), "{last}");
}

#[tokio::test]
async fn a_file_is_saved_once_and_one_that_exists_is_not_even_asked_for() {
    let world = World::new().await;
    let (note, listed) = note_with_file(&world).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(&listed.name);
    assert_eq!(
        Some(save_file::save(&world.client, &StoredFile::Note(note), &path).await.unwrap()),
        listed.size
    );
    let saved = std::fs::read(&path).unwrap();
    assert_eq!(Some(saved.len() as u64), listed.size);
    let before = world.requests().await.len();
    let again = save_file::save(&world.client, &StoredFile::Note(note), &path).await;
    assert!(matches!(again, Err(Unsaved::Taken)), "{again:?}");
    assert_eq!(world.requests().await.len(), before);
    assert_eq!(std::fs::read(&path).unwrap(), saved);
}

#[tokio::test]
async fn a_note_that_is_gone_or_has_no_file_leaves_no_file_here() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quote.pdf");
    let gone = save_file::save(&world.client, &StoredFile::Note(cases_id()), &path).await;
    assert!(matches!(&gone, Err(Unsaved::Unread(error)) if error.is_not_found()), "{gone:?}");
    let plain = Query::new("annotations").select(["annotationid"]);
    let plain = plain.filter(dvtui::dataverse::Filter::Raw("isdocument eq false".into())).top(1);
    let page = world.client.page(&plain).await.unwrap();
    let plain = page.row(0).unwrap().id(&"annotationid".into()).unwrap();
    let none = save_file::save(&world.client, &StoredFile::Note(plain), &path).await;
    assert!(matches!(none, Err(Unsaved::NoFile)), "{none:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_table_without_notes_and_activities_says_so_and_is_asked_for_nothing_more() {
    let world = World::new().await;
    let table = world.table("queue").await;
    let (collections, timeline) = world.client.timeline_of(&table, cases_id(), None).await.unwrap();
    assert!(collections.is_empty() && timeline.none && timeline.entries.is_empty());
}

fn cases_id() -> RowId {
    "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap()
}

#[tokio::test]
async fn what_may_not_be_read_is_told_and_the_rest_is_here() {
    let world = World::new().await;
    let cases = cases_with(&world, "emails", "_regardingobjectid_value", "directioncode eq true").await;
    let no = json!({ "kind": "status", "status": 403 });
    world.order(fault("GET", "Incident_Annotation", 1, no)).await;
    let timeline = of(&world, "incident", cases[0]).await;
    assert_eq!(timeline.hidden, ["notes"]);
    assert!(!timeline.entries.is_empty());
    assert!(timeline.entries.iter().all(|entry| entry.table.as_str() != "annotation"));
}
