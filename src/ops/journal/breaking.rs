//! The journal broken off at any moment: at each write of a commit, at each page on its way from the log into the file,
//! and by processes that open it at the same time.

use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use tempfile::TempDir;
use uuid::Uuid;

use super::tests::{edit, kept_entry, operation, owner, row};
use super::*;

fn open(folder: &Path) -> Opened {
    Journal::open(folder, &owner()).unwrap()
}

/// The titles that a process finds which starts in this folder; nothing may have been set aside.
fn found(folder: &Path) -> Vec<String> {
    let Opened::Ours { rows, aside, .. } = open(folder) else { panic!("nobody else has it") };
    assert_eq!(aside, None);
    rows.into_iter().map(|row| row.edits[0].text.clone()).collect()
}

/// A change of the title of a row.
fn entry(number: u128, title: &str) -> Entry {
    kept_entry(row(number, vec![edit("title", Change::Text(title.to_owned()), title)]))
}

/// A journal in use: its file, and after each commit how long its log was and what was in it by then.
struct InUse {
    home: TempDir,
    journal: Box<Journal>,
    commits: Vec<(usize, Vec<String>)>,
}

impl InUse {
    /// New rows, changed ones, one of more than a page, one that goes.
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let Opened::Ours { mut journal, .. } = open(home.path()) else { panic!("nobody else has it") };
        // What is in the file before: the log begins behind it.
        journal.keep(vec![entry(1, "first")]).unwrap();
        journal.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        let mut titles = vec!["first".to_owned()];
        let mut commits = vec![(0, titles.clone())];
        for number in 2..8_u128 {
            let title = if number == 5 { "long ".repeat(3_000) } else { format!("title {number}") };
            journal.keep(vec![entry(number, &title), entry(1, &title)]).unwrap();
            titles[0].clone_from(&title);
            titles.push(title);
            commits.push((log(home.path()).len(), titles.clone()));
        }
        journal.keep(vec![Entry::Gone("incident".into(), RowId(Uuid::from_u128(3)))]).unwrap();
        titles.remove(2);
        commits.push((log(home.path()).len(), titles));
        Self { home, journal, commits }
    }

    /// What is in it when so much of the log is on the disk.
    fn at(&self, length: usize) -> &[String] {
        &self.commits.iter().rev().find(|(end, _)| *end <= length).unwrap().1
    }
}

fn log(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("journal.db-wal")).unwrap()
}

fn file(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("journal.db")).unwrap()
}

/// A folder with a file and a log.
fn folder(file: &[u8], log: &[u8]) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("journal.db"), file).unwrap();
    fs::write(home.path().join("journal.db-wal"), log).unwrap();
    home
}

/// SQLite's head of a log, and the head of each page in it.
const HEAD: usize = 32;
const PAGE_HEAD: usize = 24;

#[test]
fn after_any_part_of_a_write_the_edits_are_those_of_a_whole_commit() {
    let in_use = InUse::new();
    let (file, log) = (file(in_use.home.path()), log(in_use.home.path()));
    let page = usize::from(u16::from_be_bytes([file[16], file[17]]));
    let pages = (HEAD..=log.len()).step_by(PAGE_HEAD + page);
    // At each end of a page, in its head and in its middle.
    let cuts = pages.flat_map(|end| [end, end + 7, end + PAGE_HEAD, end + page / 2]);
    let mut seen = 0;
    for cut in cuts.chain([0, 5, log.len()]).filter(|cut| *cut <= log.len()) {
        let broken = folder(&file, &log[..cut]);
        assert_eq!(found(broken.path()), in_use.at(cut), "cut at {cut} of {}", log.len());
        seen += 1;
        // The disk has taken the length and not the bytes.
        let mut hole = log[..cut].to_vec();
        hole.resize(log.len(), 0);
        let same = hole.iter().zip(&log).take_while(|(hole, log)| hole == log).count();
        assert_eq!(found(folder(&file, &hole).path()), in_use.at(same), "a hole behind {cut}");
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn after_any_page_on_its_way_into_the_file_all_edits_are_there() {
    let in_use = InUse::new();
    let (before, log) = (file(in_use.home.path()), log(in_use.home.path()));
    let all = in_use.at(log.len()).to_vec();
    in_use.journal.db.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(())).unwrap();
    let after = file(in_use.home.path());
    let page = usize::from(u16::from_be_bytes([before[16], before[17]]));
    assert!(after.len() > before.len());
    for written in 0..=after.len() / page {
        let mut broken = after[..written * page].to_vec();
        broken.extend(before.get(broken.len()..).unwrap_or_default());
        assert_eq!(found(folder(&broken, &log).path()), all, "{written} pages");
    }
}

/// Eight that open the journal at the same time: one keeps the edits, the others are told so, and nothing is lost.
#[test]
fn operations_set_aside_are_whole_there_wherever_a_process_ended_while_it_wrote_them() {
    let home = tempfile::tempdir().unwrap();
    let Opened::Ours { mut journal, .. } = open(home.path()) else { panic!("nobody else has it") };
    let strange = [1, 2].map(|number| operation(number, "{\"kind\":\"Later\"}", Fate::Waiting));
    let aside = journal.set_aside(&strange).unwrap();
    let whole = fs::read_to_string(&aside).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    assert_eq!(lines.len(), 2);
    for written in 0..=whole.len() {
        fs::write(&aside, &whole[..written]).unwrap();
        journal.set_aside(&strange).unwrap(); // the journal has them still, so the next process does it again
        let found = fs::read_to_string(&aside).unwrap();
        for line in &lines {
            assert!(found.lines().any(|found| found == *line), "cut at {written}: {found}");
        }
    }
}

fn opened_by_eight(rounds: u128) {
    let home = tempfile::tempdir().unwrap();
    for round in 1..=rounds {
        let start = Barrier::new(8);
        let end = Barrier::new(8);
        let kept = thread::scope(|scope| {
            let all: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        let opened = Journal::open(home.path(), &owner());
                        end.wait();
                        match opened.unwrap() {
                            Opened::Ours { mut journal, rows, .. } => {
                                assert_eq!(rows.len() as u128, round - 1);
                                journal.keep(vec![entry(round, "kept")]).unwrap();
                                1
                            }
                            Opened::Elsewhere { count, .. } => {
                                assert_eq!(count as u128, round - 1);
                                0
                            }
                        }
                    })
                })
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).sum::<u32>()
        });
        assert_eq!(kept, 1, "round {round}");
    }
    assert_eq!(found(home.path()).len() as u128, rounds);
}

#[test]
fn of_eight_that_open_it_at_once_one_keeps_the_edits() {
    opened_by_eight(12);
}

#[test]
#[ignore = "100 rounds of 8"]
fn of_eight_that_open_it_at_once_a_hundred_times_one_keeps_the_edits() {
    opened_by_eight(100);
}
