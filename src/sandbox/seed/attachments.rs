//! Files that came or went with mails.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Transaction;
use rusqlite::types::Value;

use super::Stamps;
use super::insert::{Insert, blob, number, text};
use super::random::Random;

/// Every so manieth mail has files.
const EVERY: usize = 4;
/// How many, taking turns.
const COUNTS: [usize; 4] = [1, 2, 1, 3];
/// Of the mails with files every so manieth has a large one, as its first.
const LARGE_EVERY: usize = 16;
const LARGE: usize = 84_000;

const FILES: [(&str, &str); 4] = [
    ("quote.pdf", "application/pdf"),
    ("device.log", "text/plain"),
    ("Photo of the label.jpg", "image/jpeg"),
    ("Terms (2).pdf", "application/pdf"),
];

/// Comes after all other rows, so that these are what they would be without.
pub(super) fn fill(transaction: &Transaction<'_>, seed: u64, stamps: &mut Stamps) -> rusqlite::Result<()> {
    let mut table = Insert::into(transaction, "activitymimeattachment");
    let mut random = Random::new(seed, "activitymimeattachment");
    let mut statement =
        transaction.prepare("SELECT activityid, subject FROM email ORDER BY versionnumber")?;
    let mails = statement.query_map([], |row| Ok((row.get::<_, Value>(0)?, row.get::<_, Value>(1)?)))?;
    for (turn, mail) in mails.step_by(EVERY).enumerate() {
        let (mail, subject) = mail?;
        for place in 0..COUNTS[turn % COUNTS.len()] {
            let large = place == 0 && turn % LARGE_EVERY == 0;
            let (name, kind) = FILES[if large { 0 } else { (turn + place) % FILES.len() }];
            let size = if large { LARGE } else { random.below(3_000) + 1 };
            table.add(vec![
                ("activitymimeattachmentid", blob(random.uuid())),
                ("activitysubject", subject.clone()),
                ("attachmentnumber", number(place as i64 + 1)),
                ("body", text(STANDARD.encode(bytes(&mut random, kind, size)))),
                ("filename", text(name)),
                ("filesize", number(size as i64)),
                ("mimetype", text(kind)),
                ("objectid", mail.clone()),
                ("objectid__name", subject.clone()),
                ("objectid__type", text("email")),
                ("objecttypecode", text("email")),
                ("versionnumber", stamps.next(&mut random)),
            ])?;
        }
    }
    Ok(())
}

/// Lines of a log, or what has the beginning of its kind and no meaning.
fn bytes(random: &mut Random, kind: &str, size: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = match kind {
        "application/pdf" => b"%PDF-1.7\n".to_vec(),
        "image/jpeg" => vec![0xff, 0xd8, 0xff, 0xe0],
        _ => Vec::new(),
    };
    while bytes.len() < size {
        match kind {
            "text/plain" => bytes.extend(format!("E{} at tray 1\n", random.between(10, 99)).bytes()),
            _ => bytes.extend(random.next().to_be_bytes()),
        }
    }
    bytes.truncate(size);
    bytes
}
