use std::fs;
use std::path::PathBuf;

use super::*;
use crate::ops::journal::tests::cases;

fn edit(column: &str, change: Change, text: &str) -> KeptEdit {
    KeptEdit { column: column.into(), label: "Label \u{202e}\u{1b}[31m".into(), change, text: text.into() }
}

fn some() -> Contents {
    let id = |number: u128| RowId(Uuid::from_u128(number));
    let link = |to| Change::Link { navigation: "customerid_account".into(), to };
    let row = |number: u128, json: &str, edits| KeptRow {
        table: cases(),
        id: id(number),
        name: "CAS-01213 \"宽\"\n".into(),
        row: Row::from_json(json.to_owned()).unwrap().with_etag("W/\"7\""),
        fate: Fate::Waiting,
        included: number.is_multiple_of(2),
        edits,
    };
    let edits = vec![
        edit("prioritycode", Change::Number("1".into()), "High"),
        edit("amount", Change::Number("922337203685477.5800".into()), "922337203685477.5800"),
        edit("description", Change::Text("a\"\\\n\u{1}\u{7f}".into()), "a"),
        edit("title", Change::Null, "-"),
        edit("isescalated", Change::YesNo(true), "Yes"),
        edit("customerid", link(Some(("accounts".into(), id(9)))), "Fourth Coffee"),
        edit("contactid", link(None), "-"),
    ];
    let operation = |number: u128, json: &str| KeptOperation {
        id: Uuid::from_u128(number),
        json: json.to_owned(),
        fate: Fate::Waiting,
        included: true,
    };
    Contents {
        environment: "https://contoso.crm4.dynamics.com".into(),
        at: "2026-11-27T14:02:00.5Z".parse().unwrap(),
        rows: vec![
            row(1, r#"{"@odata.etag":"W/\"7\"","prioritycode":2, "amount":1.50}"#, edits),
            row(2, "{ }", vec![edit("prioritycode", Change::Number("3".into()), "Low")]),
        ],
        operations: vec![operation(3, r#"{"kind":"Delete","n":1.0}"#), operation(4, r#"{"kind":"Act"}"#)],
    }
}

fn in_folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changes.json");
    (folder, path)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn what_was_written_is_read_again_and_the_file_is_for_nobody_else() {
    let (folder, path) = in_folder();
    write(&path, &some()).unwrap();
    assert_eq!(read(&path).unwrap(), some());
    assert_eq!(names(folder.path()), ["changes.json"]);
    let json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!((&json["version"], &json["environment"]), (&1.into(), &some().environment.into()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn what_exists_is_never_overwritten_and_a_folder_that_is_missing_is_told() {
    let (folder, path) = in_folder();
    fs::write(&path, "mine").unwrap();
    assert!(matches!(write(&path, &some()), Err(Unwritten::Unsaved(Unsaved::Taken))));
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    let missing = folder.path().join("no/changes.json");
    assert!(matches!(write(&missing, &some()), Err(Unwritten::Unsaved(Unsaved::NoFolder(_)))));
    assert_eq!(names(folder.path()), ["changes.json"]);
}

/// A file size limit stands for the full disk; it is that of a process, so another one writes.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_it_is_told_and_no_half_file_is_left() {
    let full = "ulimit -f 2; trap '' XFSZ; exec \"$0\" --ignored --exact --nocapture \"$1\"";
    let (exe, test) =
        (fs::read_link("/proc/self/exe").unwrap(), "ops::pending_file::tests::written_without_room");
    let shell = std::process::Command::new("sh").args(["-c", full]).arg(exe).arg(test).output().unwrap();
    let said = String::from_utf8_lossy(&shell.stdout);
    assert!(shell.status.success() && said.contains("there was no room"), "{said}");
}

#[test]
#[ignore = "run by another one, in a process that may write no more than some bytes"]
fn written_without_room() {
    let (folder, path) = in_folder();
    let mut large = some();
    large.rows = vec![large.rows[0].clone(); 2_000];
    match write(&path, &large) {
        Ok(()) => {}
        Err(Unwritten::Unsaved(Unsaved::System(_))) => println!("there was no room"),
        Err(other) => panic!("{other:?}"),
    }
    let whole = path.exists().then(|| read(&path).unwrap());
    assert!(whole.is_none_or(|read| read == large));
    assert_eq!(names(folder.path()).len(), usize::from(path.exists()));
}

#[test]
fn a_damaged_file_is_refused_or_read_whole_whatever_is_broken_in_it() {
    let text = text(&some()).unwrap().into_bytes();
    let mut seed = 0x5eed_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap()
    };
    let mut refused = 0;
    for turn in 0..1_000 {
        let mut bytes = text.clone();
        let at = random(bytes.len());
        match turn % 5 {
            0 => bytes[at] ^= 1 << random(8),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..(at + 1 + random(40)).min(text.len()))),
            3 => {
                let piece = text[at..(at + 1 + random(40)).min(text.len())].to_vec();
                let to = random(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => bytes[at] = u8::try_from(random(256)).unwrap(),
        }
        match contents(&bytes) {
            Ok(read) => assert_eq!(read, some(), "turn {turn}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 900, "{refused}");
}

#[test]
fn what_is_no_such_file_what_is_newer_and_what_was_changed_are_told_apart() {
    let good = text(&some()).unwrap();
    let read = |text: &str| contents(text.as_bytes()).unwrap_err();
    for other in ["", "{}", "[]", "hello", "{\"form\":\"x\",\"version\":1}", "\u{1}"] {
        assert!(matches!(read(other), Unread::Other), "{other}");
    }
    assert!(matches!(contents(b"\xff\xfe"), Err(Unread::Other)));
    // Whatever else a newer one says.
    let newer = "{\"form\":\"dv pending changes\",\"version\":2,\"sealed\":true}";
    assert!(matches!(read(newer), Unread::Newer(2)));
    for (old, new) in [("High", "Low!"), ("contoso", "fabrika"), ("14:02", "14:03"), ("\"7\\\\\\\"\"", "*")] {
        let text = good.replacen(old, new, 1);
        assert!(text == good || matches!(read(&text), Unread::Damaged(_)), "{old}");
    }
    let more = good.replacen("{\"form\"", "{\"more\":1,\"form\"", 1);
    assert!(matches!(read(&more), Unread::Damaged(_)));
}

#[test]
fn a_number_that_is_none_is_refused_even_where_the_digest_is_right() {
    let mut contents_ = some();
    contents_.rows[1].edits[0].change = Change::Number("1,\"statecode\":1".into());
    let text = text(&contents_).unwrap();
    assert!(matches!(contents(text.as_bytes()), Err(Unread::Damaged(_))));
}

#[test]
fn a_folder_a_pipe_and_what_is_too_large_are_not_read() {
    let (folder, path) = in_folder();
    assert!(matches!(read(folder.path()), Err(Unread::NoFile)));
    #[cfg(unix)]
    assert!(matches!(read(Path::new("/dev/null")), Err(Unread::NoFile)));
    File::create(&path).unwrap().set_len(MOST + 1).unwrap();
    assert!(matches!(read(&path), Err(Unread::TooLarge)));
    let missing = read(&folder.path().join("none"));
    assert!(matches!(missing, Err(Unread::System(error)) if error.kind() == io::ErrorKind::NotFound));
}
