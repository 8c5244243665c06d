//! Files and images of columns: sent, read and taken away.

use bytes::Bytes;
use dvtui::dataverse::{
    Change, Client, Error, FileChange, FileColumn, NewRow, Operation, RowId, Subject, Upload, Uploading,
};
use dvtui::ops::file_column;
use dvtui::ops::operate::{Outcome, find_out, operate};
use serde_json::json;

use crate::scripted::{Server, status};
use crate::world::{World, fault};

const MB: usize = 1 << 20;

/// Bytes that differ from place to place.
fn content(size: usize) -> Bytes {
    let byte = |at: usize| u8::try_from((at * 7 + at / 251) % 256).unwrap();
    (0..size).map(byte).collect()
}

/// The column of a new inspection.
async fn column(world: &World, name: &str) -> FileColumn {
    let schema = world.schema("contoso_inspection").await;
    let id: RowId = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap();
    let values = vec![("contoso_name".into(), Change::Text("Visit".into()))];
    let (set, primary_id) = (schema.table.set.clone(), schema.table.primary_id.clone());
    world.client.create(&NewRow { set, primary_id, id, values, detect_duplicates: false }).await.unwrap();
    FileColumn::of(schema.table.set.clone(), id, schema.column(name).unwrap()).unwrap()
}

async fn rest(mut upload: Upload, content: &Bytes) -> Result<(), Error> {
    while let Some(wanted) = upload.wants() {
        let start = usize::try_from(upload.done()).unwrap();
        let end = start + usize::try_from(wanted).unwrap();
        upload.send(content.slice(start..end)).await?;
    }
    Ok(())
}

async fn put(client: &Client, to: &FileColumn, name: &str, content: &Bytes) -> Result<(), Error> {
    rest(client.upload(to, name, content.len() as u64).await?, content).await
}

async fn got(client: &Client, of: &FileColumn) -> Option<(String, u64, Vec<u8>)> {
    let mut download = client.download(of).await.unwrap()?;
    let mut bytes = Vec::new();
    while let Some(next) = download.next().await.unwrap() {
        bytes.extend_from_slice(&next);
    }
    Some((download.head().name.clone().unwrap_or_default(), download.head().size, bytes))
}

#[tokio::test]
async fn files_of_any_size_come_back_as_they_were_sent() {
    let world = World::open().await;
    let report = column(&world, "contoso_report").await;
    assert_eq!(got(&world.client, &report).await, None);
    for (name, size) in [
        ("empty.txt", 0),
        ("a b 100%.txt", 1),
        ("Prüfung \u{1f4c4}.bin", 4 * MB),
        ("Gro\u{df}.pdf", 4 * MB + 1),
        ("five.pdf", 5 * MB),
        ("nine.pdf", 9 * MB),
    ] {
        let content = content(size);
        put(&world.client, &report, name, &content).await.unwrap();
        let (came, length, bytes) = got(&world.client, &report).await.unwrap();
        assert_eq!((came.as_str(), length), (name, size as u64));
        assert!(bytes == content, "{name}: the bytes differ");
    }
    world.client.remove_file(&report).await.unwrap();
    assert_eq!(got(&world.client, &report).await, None);
}

#[tokio::test]
async fn a_file_above_one_piece_goes_and_comes_in_pieces() {
    let world = World::open().await;
    let report = column(&world, "contoso_report").await;
    let before = world.requests().await.len();
    let five = content(5 * MB);
    let far = world.client.uploading();
    let mut upload = world.client.upload(&report, "five.pdf", five.len() as u64).await.unwrap();
    upload.send(five.slice(..4 * MB)).await.unwrap();
    let told = Uploading { done: 4 * MB as u64, size: 5 * MB as u64 };
    assert_eq!(*far.borrow(), Some(told), "whoever waits sees how far it is");
    rest(upload, &five).await.unwrap();
    assert_eq!(*far.borrow(), None);
    got(&world.client, &report).await.unwrap();
    let requests = world.requests().await;
    let told: Vec<_> = requests[before..]
        .iter()
        .map(|entry| format!("{} {}", entry["method"].as_str().unwrap(), entry["status"]))
        .collect();
    assert_eq!(told, ["PATCH 200", "PATCH 206", "PATCH 204", "GET 200", "GET 206", "GET 206", "GET 200"]);
}

#[tokio::test]
async fn an_image_comes_back_in_its_full_size() {
    let world = World::open().await;
    let photo = column(&world, "contoso_photo").await;
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.extend_from_slice(&content(200_000));
    let picture = Bytes::from(picture);
    put(&world.client, &photo, "label.png", &picture).await.unwrap();
    let (_, size, bytes) = got(&world.client, &photo).await.unwrap();
    assert!(bytes == picture && size == picture.len() as u64);
    let error = put(&world.client, &photo, "label.png", &content(10)).await.unwrap_err();
    assert_eq!(error.code(), Some("0x80072553"));
    world.client.remove_file(&photo).await.unwrap();
    assert_eq!(world.client.file_id(&photo).await.unwrap(), None);
}

#[tokio::test]
async fn a_file_larger_than_its_column_takes_is_refused_by_code_and_the_old_one_stays() {
    let world = World::open().await;
    let report = column(&world, "contoso_report").await;
    put(&world.client, &report, "old.txt", &content(3)).await.unwrap();
    let error = put(&world.client, &report, "new.txt", &content(33 * MB)).await.unwrap_err();
    assert_eq!(error.code(), Some("0x80044a02"), "{error}");
    assert_eq!(got(&world.client, &report).await.unwrap().0, "old.txt");
}

#[tokio::test]
async fn the_limits_of_file_columns_are_read_with_the_columns() {
    use dvtui::dataverse::ColumnKind;
    let world = World::new().await;
    let schema = world.schema("contoso_inspection").await;
    let kind = |name: &str| schema.column(name).unwrap().kind.clone();
    assert_eq!(kind("contoso_report"), ColumnKind::File { max_kb: Some(32_768) });
    assert_eq!(kind("contoso_photo"), ColumnKind::Image { max_kb: Some(30_720) });
}

#[tokio::test]
async fn an_answer_lost_in_the_middle_of_an_upload_leaves_the_column_as_it_was_and_says_so() {
    let world = World::open().await;
    let report = column(&world, "contoso_report").await;
    put(&world.client, &report, "old.txt", &content(3)).await.unwrap();
    let id = world.client.file_id(&report).await.unwrap();
    let nine = content(9 * MB);
    let lost = || fault("PATCH", "contoso_report", 1, json!({ "kind": "reset_after" }));

    // Where the place for the pieces was asked for.
    world.order(lost()).await;
    let error = put(&world.client, &report, "new.pdf", &nine).await.unwrap_err();
    assert!(matches!(error, Error::NotCommitted { done: 0, .. }), "{error:?}");

    // Of the first piece and of the second.
    for done in [0, 4 * MB] {
        let mut upload = world.client.upload(&report, "new.pdf", 9 * MB as u64).await.unwrap();
        if done > 0 {
            upload.send(nine.slice(..4 * MB)).await.unwrap();
        }
        let before = world.requests().await.len();
        world.order(lost()).await;
        let error = upload.send(nine.slice(done..done + 4 * MB)).await.unwrap_err();
        assert!(
            matches!(error, Error::NotCommitted { done: d, size, .. } if d == done as u64 && size == 9 * MB as u64),
            "{error:?}"
        );
        assert_eq!(world.requests().await.len(), before + 1, "it is not sent again");
        assert!(error.is_network() && error.to_string().ends_with("the column is as it was"));
        assert_eq!(world.client.file_id(&report).await.unwrap(), id);
    }

    // Of the last one nobody knows: here the file did arrive.
    let mut upload = world.client.upload(&report, "new.pdf", 5 * MB as u64).await.unwrap();
    upload.send(nine.slice(..4 * MB)).await.unwrap();
    world.order(lost()).await;
    let error = upload.send(nine.slice(4 * MB..5 * MB)).await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
    assert_ne!(world.client.file_id(&report).await.unwrap(), id);
}

#[tokio::test]
async fn a_read_only_session_sends_neither_file_nor_removal() {
    let world = World::open().await;
    let report = column(&world, "contoso_report").await;
    world.client.guard().close("Production is read-only.");
    let before = world.requests().await.len();
    for size in [1, 5 * MB] {
        let error = put(&world.client, &report, "a.txt", &content(size)).await.unwrap_err();
        assert!(error.is_refused(), "{error:?}");
    }
    assert!(world.client.remove_file(&report).await.unwrap_err().is_refused());
    assert_eq!(world.requests().await.len(), before);
}

#[tokio::test]
async fn a_file_that_another_one_replaced_meanwhile_is_not_read_on() {
    let world = World::open().await;
    let report = column(&world, "contoso_report").await;
    put(&world.client, &report, "a.pdf", &content(9 * MB)).await.unwrap();
    let mut download = world.client.download(&report).await.unwrap().unwrap();
    assert_eq!(download.next().await.unwrap().unwrap().len(), 4 * MB);
    put(&world.client, &report, "a.pdf", &Bytes::from(vec![1; 9 * MB])).await.unwrap();
    download.next().await.unwrap();
    assert_eq!(download.next().await.unwrap_err(), Error::Changed);
}

#[tokio::test]
async fn pieces_go_to_no_other_origin() {
    let other = Server::start(|_| vec![]).await;
    let place = format!("{}/upload?sessiontoken=abc", other.origin);
    let server = Server::start(|_| vec![status(200, &[("Location", place.as_str())], "")]).await;
    let to = FileColumn {
        set: "incidents".into(),
        id: "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap(),
        column: "contoso_report".into(),
        image: false,
    };
    let error = put(&server.client(), &to, "a.pdf", &content(5 * MB)).await.unwrap_err();
    assert!(matches!(&error, Error::ForeignOrigin { origin } if *origin == other.origin), "{error:?}");
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_page_of_somebody_else_is_no_file() {
    let id = r#"{"contoso_report":"9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a12"}"#;
    let server = Server::start(|_| {
        vec![crate::scripted::json(id), status(200, &[("Content-Type", "text/html")], "<html></html>")]
    })
    .await;
    let of = FileColumn {
        set: "incidents".into(),
        id: "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap(),
        column: "contoso_report".into(),
        image: false,
    };
    let error = server.client().download(&of).await.unwrap_err();
    assert!(matches!(error, Error::Answer { .. }), "{error:?}");
}

async fn writes(world: &World) -> usize {
    world.requests().await.iter().filter(|entry| entry["method"] != "GET").count()
}

/// A file of this machine for a column, as it is staged.
async fn staged(world: &World, column: &FileColumn, path: &std::path::Path) -> FileChange {
    let row = world.client.row(&column.described(&"contoso_inspectionid".into())).await.unwrap();
    let had = row.cell(&column.tells()).and_then(|cell| Some(cell.raw_text()?.into_owned()));
    let subject = Subject {
        set: column.set.clone(),
        primary_id: "contoso_inspectionid".into(),
        id: column.id,
        etag: row.etag().unwrap().into_owned(),
        done: None,
    };
    FileChange { subject, column: column.clone(), had, file: Some(file_column::look(path).unwrap()) }
}

#[tokio::test]
async fn a_file_is_read_when_it_is_sent_and_one_that_changed_or_is_gone_is_not() {
    let world = World::open().await;
    let report = column(&world, "contoso_report").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quote.pdf");
    std::fs::write(&path, content(5 * MB)).unwrap();
    let change = staged(&world, &report, &path).await;

    std::fs::write(&path, content(5 * MB + 1)).unwrap();
    let before = writes(&world).await;
    let Outcome::NotDone(error) = operate(&world.client, &Operation::File(change.clone())).await else {
        panic!("a file that changed is not sent")
    };
    assert!(error.to_string().ends_with("was changed since it was chosen; choose it again"), "{error}");
    std::fs::remove_file(&path).unwrap();
    let Outcome::NotDone(error) = operate(&world.client, &Operation::File(change)).await else {
        panic!("a file that is gone is not sent")
    };
    assert!(error.to_string().contains("quote.pdf cannot be read"), "{error}");
    assert_eq!(writes(&world).await, before, "nothing was sent");

    std::fs::write(&path, content(5 * MB)).unwrap();
    let change = staged(&world, &report, &path).await;
    let done = operate(&world.client, &Operation::File(change.clone())).await;
    let Outcome::Done(Some(row)) = done else { panic!("{done:?}") };
    assert_eq!(row.cell("contoso_report_name").unwrap().raw_text().as_deref(), Some("quote.pdf"));
    assert!(got(&world.client, &report).await.unwrap().2 == content(5 * MB));

    // What was staged before stands on a row that is another one by now.
    let again = operate(&world.client, &Operation::File(change.clone())).await;
    assert!(matches!(again, Outcome::Conflict(_)), "{again:?}");

    // What became of one is told by which file the column has.
    let lost = || Error::OutcomeUnknown { source: Box::new(Error::Invalid { what: "lost".into() }) };
    let found = find_out(&world.client, &Operation::File(change.clone()), lost()).await;
    assert!(matches!(found, Outcome::Done(Some(_))), "{found:?}");
    let now = FileChange { had: world.client.file_id(&report).await.unwrap(), ..change };
    let found = find_out(&world.client, &Operation::File(now.clone()), lost()).await;
    assert!(matches!(found, Outcome::NotDone(_)), "{found:?}");
    let removal = FileChange { file: None, ..now };
    let found = find_out(&world.client, &Operation::File(removal.clone()), lost()).await;
    assert!(matches!(found, Outcome::NotDone(_)), "{found:?}");
    world.client.remove_file(&report).await.unwrap();
    let found = find_out(&world.client, &Operation::File(removal), lost()).await;
    assert!(matches!(found, Outcome::Done(_)), "{found:?}");
}
