use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::dataverse::SetName;

pub(super) fn owner() -> Owner {
    Owner { environment: "https://contoso.crm4.dynamics.com".into(), user_id: Uuid::from_u128(7).to_string() }
}

fn ours(folder: &Path, owner: &Owner) -> (Box<Journal>, Vec<KeptRow>, Option<PathBuf>) {
    match Journal::open(folder, owner).unwrap() {
        Opened::Ours { journal, rows, aside, .. } => (journal, rows, aside),
        elsewhere => panic!("{elsewhere:?}"),
    }
}

/// What a process finds that starts when this one is gone.
fn kept(folder: &Path) -> Vec<KeptRow> {
    ours(folder, &owner()).1
}

pub(super) fn kept_entry(row: KeptRow) -> Entry {
    Entry::Kept(Box::new(row))
}

pub(super) fn edit(column: &str, change: Change, text: &str) -> KeptEdit {
    KeptEdit { column: column.into(), label: column.to_uppercase(), change, text: text.into() }
}

fn link(to: Option<(SetName, RowId)>) -> Change {
    Change::Link { navigation: "customerid_account".into(), to }
}

pub(in crate::ops) fn cases() -> Table {
    Table {
        name: "incident".into(),
        set: "incidents".into(),
        display_name: "Case".into(),
        collection_name: "Cases".into(),
        primary_id: "incidentid".into(),
        primary_name: Some("title".into()),
        is_custom: false,
        is_system: false,
        optimistic_concurrency: true,
    }
}

pub(super) fn row(number: u128, edits: Vec<KeptEdit>) -> KeptRow {
    let json =
        format!("{{\"@odata.etag\":\"W/\\\"{number}\\\"\",\"title\":\"caf\u{e9} \\u0001\",\"x\":1.50}}");
    KeptRow {
        table: cases(),
        id: RowId(Uuid::from_u128(number)),
        name: format!("CAS-{number:05}"),
        row: Row::from_json(json).unwrap(),
        fate: Fate::Waiting,
        included: true,
        edits,
    }
}

fn every_kind() -> Vec<KeptEdit> {
    vec![
        edit("title", Change::Text("a\"b\nc\u{1}\u{202e}".into()), "a\"b\nc\u{1}\u{202e}"),
        edit("customer", Change::Null, "-"),
        edit("amount", Change::Number("922337203685477.5800".into()), "922,337,203,685,477.58"),
        edit("yes", Change::YesNo(true), "Yes"),
        edit("no", Change::YesNo(false), "No"),
        edit("owner", link(Some(("systemusers".into(), RowId(Uuid::from_u128(7))))), "Bo Li"),
        edit("account", link(None), "-"),
        edit("empty", Change::Text(String::new()), ""),
        edit("created", Change::Text("2026-11-27T10:00:00Z".into()), "Fri 27 Nov 10:00"),
    ]
}

#[test]
fn edits_of_every_kind_are_there_again_as_they_were_and_in_their_order() {
    let home = tempfile::tempdir().unwrap();
    let with_header = KeptRow {
        row: Row::from_json("{\"title\":null}").unwrap().with_etag("W/\"8\""),
        fate: Fate::Conflict,
        included: false,
        ..row(2, vec![edit("title", Change::Null, "-")])
    };
    let rows =
        vec![row(9, every_kind()), with_header, KeptRow { fate: Fate::Unknown, ..row(1, every_kind()) }];
    let (mut journal, before, aside) = ours(home.path(), &owner());
    assert!(before.is_empty() && aside.is_none());
    journal.keep(rows.iter().cloned().map(kept_entry).collect()).unwrap();
    drop(journal);
    assert_eq!(kept(home.path()), rows);
}

#[test]
fn what_is_gone_is_gone_and_other_people_and_environments_are_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let others = [
        Owner { user_id: Uuid::from_u128(8).to_string(), ..owner() },
        Owner { environment: "https://contoso-dev.crm4.dynamics.com".into(), ..owner() },
    ];
    for other in &others {
        ours(home.path(), other).0.keep(vec![kept_entry(row(1, every_kind()))]).unwrap();
    }
    let (mut journal, _, _) = ours(home.path(), &owner());
    journal.keep(vec![kept_entry(row(1, every_kind())), kept_entry(row(2, every_kind()))]).unwrap();
    journal.keep(vec![Entry::Gone("incident".into(), RowId(Uuid::from_u128(1)))]).unwrap();
    drop(journal);
    assert_eq!(kept(home.path()), [row(2, every_kind())]);
    for other in &others {
        assert_eq!(ours(home.path(), other).1, [row(1, every_kind())]);
    }
}

#[test]
fn one_process_keeps_the_edits_and_another_is_told_which_and_how_many() {
    let home = tempfile::tempdir().unwrap();
    let (mut journal, _, _) = ours(home.path(), &owner());
    journal.keep(vec![kept_entry(row(1, every_kind()))]).unwrap();
    match Journal::open(home.path(), &owner()).unwrap() {
        Opened::Elsewhere { pid, count } => {
            assert_eq!((pid, count), (Some(std::process::id()), every_kind().len()))
        }
        ours => panic!("{ours:?}"),
    }
    drop(journal);
    assert_eq!(kept(home.path()).len(), 1);
}

#[test]
fn files_are_closed_to_others_and_links_are_not_followed() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("dvtui");
    let (mut journal, _, _) = ours(&folder, &owner());
    journal.keep(vec![kept_entry(row(1, every_kind()))]).unwrap();
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 5, "the file, its two helpers and two locks: {files:?}");
    for file in files {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
    let (elsewhere, target) = (home.path().join("other"), home.path().join("target"));
    fs::create_dir(&elsewhere).unwrap();
    fs::write(&target, "").unwrap();
    symlink(&target, elsewhere.join("journal.db")).unwrap();
    assert!(matches!(Journal::open(&elsewhere, &owner()), Err(Error::Io(_))));
    assert_eq!(fs::read(&target).unwrap(), b"");
}

#[test]
fn a_file_of_a_newer_version_is_left_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("journal.db");
    let (mut journal, _, _) = ours(home.path(), &owner());
    journal.keep(vec![kept_entry(row(1, every_kind()))]).unwrap();
    journal.db.pragma_update(None, "user_version", 3).unwrap();
    drop(journal);
    let before = fs::read(&path).unwrap();
    let error = Journal::open(home.path(), &owner()).unwrap_err();
    assert!(error.to_string().contains("newer dv (version 3)"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// What a process finds of operations that starts when this one is gone.
fn kept_operations(folder: &Path) -> Vec<KeptOperation> {
    match Journal::open(folder, &owner()).unwrap() {
        Opened::Ours { operations, .. } => operations,
        elsewhere => panic!("{elsewhere:?}"),
    }
}

pub(super) fn operation(number: u128, json: &str, fate: Fate) -> KeptOperation {
    KeptOperation { id: Uuid::from_u128(number), json: json.into(), fate, included: true }
}

#[test]
fn operations_are_there_again_in_their_order_as_they_were_changed_last_and_not_once_they_ended() {
    let home = tempfile::tempdir().unwrap();
    let (mut journal, _, _) = ours(home.path(), &owner());
    let (late, early) = (operation(9, "{\"a\":1}", Fate::Waiting), operation(1, "{}", Fate::Waiting));
    journal.keep(vec![Entry::Operation(late.clone()), Entry::Operation(early.clone())]).unwrap();
    let sent = KeptOperation { fate: Fate::Unknown, included: false, ..late };
    journal.keep(vec![Entry::Operation(sent.clone())]).unwrap();
    drop(journal);
    assert_eq!(kept_operations(home.path()), [sent, early.clone()]);
    let (mut journal, _, _) = ours(home.path(), &owner());
    journal.keep(vec![Entry::OperationGone(Uuid::from_u128(9))]).unwrap();
    drop(journal);
    assert_eq!(kept_operations(home.path()), [early]);
    let other = Owner { user_id: Uuid::from_u128(8).to_string(), ..owner() };
    match Journal::open(home.path(), &other).unwrap() {
        Opened::Ours { operations, .. } => assert_eq!(operations, [], "they are of another person"),
        elsewhere => panic!("{elsewhere:?}"),
    }
}

#[test]
fn a_file_of_the_first_version_keeps_its_edits_and_takes_operations() {
    let home = tempfile::tempdir().unwrap();
    let (mut journal, _, _) = ours(home.path(), &owner());
    journal.keep(vec![kept_entry(row(1, every_kind()))]).unwrap();
    journal.db.execute_batch("DROP TABLE operation; PRAGMA user_version = 1").unwrap();
    drop(journal);
    let (mut journal, rows, aside) = ours(home.path(), &owner());
    assert_eq!((rows, aside), (vec![row(1, every_kind())], None));
    journal.keep(vec![Entry::Operation(operation(1, "{}", Fate::Waiting))]).unwrap();
    drop(journal);
    assert_eq!(kept_operations(home.path()).len(), 1);
}

#[test]
fn a_full_disk_is_told_and_what_could_not_be_written_follows_with_the_next() {
    let home = tempfile::tempdir().unwrap();
    let (mut journal, _, _) = ours(home.path(), &owner());
    journal.keep(vec![kept_entry(row(1, every_kind()))]).unwrap();
    let pages: i64 = journal.db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let most = |journal: &Journal, pages: i64| {
        journal.db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
    };
    most(&journal, pages);
    let long = "x".repeat(100_000);
    let large = row(2, vec![edit("title", Change::Text(long.clone()), &long)]);
    let error = journal.keep(vec![kept_entry(large.clone())]).unwrap_err();
    assert!(error.to_string().contains("full"), "{error}");
    most(&journal, 1_000);
    journal.keep(vec![Entry::Gone("incident".into(), RowId(Uuid::from_u128(1)))]).unwrap();
    drop(journal);
    assert_eq!(kept(home.path()), [large]);
}

#[test]
fn a_change_costs_at_most_300_bytes_beyond_its_values_and_its_row() {
    const ROWS: u128 = 2_000;
    let home = tempfile::tempdir().unwrap();
    let rows: Vec<KeptRow> =
        (0..ROWS).map(|n| row(n, vec![edit("prioritycode", Change::Number("1".into()), "High")])).collect();
    let values: usize = rows.iter().map(|row| row.row.json().len() + 1).sum();
    let (mut journal, _, _) = ours(home.path(), &owner());
    journal.keep(rows.into_iter().map(kept_entry).collect()).unwrap();
    drop(journal);
    let size = fs::metadata(home.path().join("journal.db")).unwrap().len() as usize;
    assert!(size > values);
    let overhead = (size - values) / ROWS as usize;
    assert!(overhead <= 300, "{overhead}");
}

#[test]
fn what_is_there_already_is_not_written_again() {
    let home = tempfile::tempdir().unwrap();
    let (mut journal, _, _) = ours(home.path(), &owner());
    let long = "x".repeat(1_000_000);
    let large = edit("description", Change::Text(long.clone()), &long);
    journal.keep(vec![kept_entry(row(1, vec![large.clone()]))]).unwrap();
    let size = || fs::metadata(home.path().join("journal.db-wal")).unwrap().len();
    let before = size();
    assert!(before > 1_000_000);
    journal.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    journal.keep(vec![kept_entry(row(1, vec![large, edit("title", Change::Null, "-")]))]).unwrap();
    assert!(size() < 100_000, "{}", size());
}

/// The journal of some rows, whole and in one file.
fn written() -> (Vec<u8>, Vec<KeptRow>) {
    let home = tempfile::tempdir().unwrap();
    let rows: Vec<KeptRow> = (1..20).map(|n| row(n, every_kind())).collect();
    let (mut journal, _, _) = ours(home.path(), &owner());
    journal.keep(rows.iter().cloned().map(kept_entry).collect()).unwrap();
    drop(journal);
    (fs::read(home.path().join("journal.db")).unwrap(), rows)
}

#[test]
fn a_damaged_file_is_set_aside_as_it_is_and_a_new_one_begun() {
    let (whole, _) = written();
    let cut = whole[..whole.len() / 2].to_vec();
    let mut scratched = whole.clone();
    scratched[4_096..8_192].fill(0xa5);
    for bytes in [cut, scratched, whole[..100].to_vec(), b"no database at all, but long enough".repeat(50)] {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("journal.db"), &bytes).unwrap();
        let (mut journal, rows, aside) = ours(home.path(), &owner());
        assert!(rows.is_empty());
        let aside = aside.unwrap();
        assert!(aside.file_name().unwrap().to_str().unwrap().starts_with("journal.db.bad-"));
        assert_eq!(fs::read(aside).unwrap(), bytes, "as it was");
        journal.keep(vec![kept_entry(row(1, every_kind()))]).unwrap();
        drop(journal);
        assert_eq!(kept(home.path()), [row(1, every_kind())]);
    }
}

#[test]
fn a_damaged_file_that_another_process_has_open_is_not_taken_from_it() {
    let home = tempfile::tempdir().unwrap();
    let other = Owner { user_id: Uuid::from_u128(8).to_string(), ..owner() };
    let (journal, _, _) = ours(home.path(), &other);
    journal.db.execute_batch("DROP TABLE edit").unwrap();
    assert!(matches!(Journal::open(home.path(), &owner()), Err(Error::InUse(_))));
    drop(journal);
    assert!(ours(home.path(), &owner()).2.is_some());
}

/// Whatever happened to the file: it opens, or is set aside, or is of another version; and what comes back is what was
/// written, or nothing. A value is not guarded against a change of its letters.
fn survives(mutations: u32) {
    let (whole, rows) = written();
    let mut random = 0x9e37_79b9_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let mut set_aside = 0;
    for _ in 0..mutations {
        let mut bytes = whole.clone();
        match next(4) {
            0 => bytes.truncate(next(whole.len())),
            1 => bytes[next(100)] ^= 1 << next(8), // the header
            _ => {
                for _ in 0..=next(50) {
                    bytes[next(whole.len())] ^= 1 << next(8);
                }
            }
        }
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("journal.db"), &bytes).unwrap();
        match Journal::open(home.path(), &owner()) {
            Ok(Opened::Ours { mut journal, rows: found, aside, .. }) => {
                assert!(found.len() <= rows.len());
                set_aside += u32::from(aside.is_some());
                assert!(aside.is_none() || found.is_empty());
                journal.keep(vec![kept_entry(row(1, vec![]))]).unwrap();
            }
            Ok(other) => panic!("{other:?}"),
            Err(Error::Newer { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(set_aside > mutations / 3, "{set_aside}");
}

#[test]
fn a_file_with_any_bytes_changed_or_cut_is_no_reason_not_to_start() {
    survives(60);
}

#[test]
#[ignore = "minutes"]
fn ten_thousand_files_with_bytes_changed_or_cut_are_no_reason_not_to_start() {
    survives(10_000);
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Null),
        any::<String>().prop_map(Change::Text),
        any::<i64>().prop_map(|n| Change::Number(n.to_string())),
        any::<bool>().prop_map(Change::YesNo),
        any::<Option<u128>>()
            .prop_map(|id| link(id.map(|id| ("accounts".into(), RowId(Uuid::from_u128(id)))))),
    ]
}

fn any_row() -> impl Strategy<Value = KeptRow> {
    let edits = proptest::collection::btree_map("[a-d]", (any_change(), any::<String>()), 1..4);
    let fate = prop_oneof![Just(Fate::Waiting), Just(Fate::Conflict), Just(Fate::Unknown)];
    (1..5_u128, edits, fate, any::<bool>()).prop_map(|(number, edits, fate, included)| {
        let edits = edits.into_iter().map(|(column, (change, text))| edit(&column, change, &text)).collect();
        KeptRow { fate, included, ..row(number, edits) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_staged_and_dropped_the_journal_holds_what_was_left(
        steps in proptest::collection::vec((any_row(), any::<bool>()), 1..12),
    ) {
        let home = tempfile::tempdir().unwrap();
        let mut left = BTreeMap::new();
        let (mut journal, _, _) = ours(home.path(), &owner());
        for (row, stays) in steps {
            let entry = match stays {
                true => kept_entry(row.clone()),
                false => Entry::Gone(row.table.name.clone(), row.id),
            };
            journal.keep(vec![entry]).unwrap();
            left.remove(&row.id);
            if stays {
                left.insert(row.id, row);
            }
        }
        drop(journal);
        let mut found = kept(home.path());
        for row in found.iter_mut().chain(left.values_mut()) {
            row.edits.sort_by(|one, other| one.column.as_str().cmp(other.column.as_str()));
        }
        found.sort_by_key(|row| row.id);
        prop_assert_eq!(found, left.into_values().collect::<Vec<_>>());
    }
}
