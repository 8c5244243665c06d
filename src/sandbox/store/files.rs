//! The bytes of files and images, apart from the rows that have them. They lie in parts, so that a chunk can be added
//! and a range be read without the rest. A file that is being uploaded is there too, and belongs to its column when it
//! is whole.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

pub(super) const TABLES: &str = "\
    CREATE TABLE file (
        id BLOB PRIMARY KEY, of_table TEXT NOT NULL, of_row BLOB NOT NULL, of_column TEXT NOT NULL,
        name TEXT NOT NULL, mime TEXT NOT NULL, size INTEGER, opened INTEGER
    );
    CREATE INDEX file_of_row ON file (of_row, of_table, of_column);
    CREATE INDEX file_opened ON file (opened) WHERE opened IS NOT NULL;
    CREATE TABLE file_part (
        file BLOB NOT NULL, block TEXT, start INTEGER, length INTEGER NOT NULL, content BLOB NOT NULL
    );
    CREATE INDEX file_part_place ON file_part (file, start);
    CREATE INDEX file_part_block ON file_part (file, block) WHERE block IS NOT NULL;";

/// Bytes of a part at most.
const PART: usize = 4 * 1024 * 1024;

const COLUMNS: &str = "id, of_table, of_row, of_column, name, mime, size, opened";

/// A file of a column, or one that is about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) id: Uuid,
    pub(crate) table: String,
    pub(crate) row: Uuid,
    pub(crate) column: String,
    pub(crate) name: String,
    pub(crate) mime: String,
    /// None: it is being uploaded and nobody has said yet.
    pub(crate) size: Option<u64>,
    /// When its upload began, in seconds; None: it is whole.
    pub(crate) opened: Option<i64>,
}

impl File {
    fn of(row: &Row<'_>) -> rusqlite::Result<File> {
        let id = |at| -> rusqlite::Result<Uuid> {
            Ok(row.get_ref(at)?.as_blob().ok().and_then(|id| Uuid::from_slice(id).ok()).unwrap_or_default())
        };
        Ok(File {
            id: id(0)?,
            table: row.get(1)?,
            row: id(2)?,
            column: row.get(3)?,
            name: row.get(4)?,
            mime: row.get(5)?,
            size: row.get::<_, Option<i64>>(6)?.and_then(|size| u64::try_from(size).ok()),
            opened: row.get(7)?,
        })
    }

    fn size(&self) -> Option<i64> {
        self.size.map(number)
    }
}

fn number(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn key(id: &Uuid) -> &[u8] {
    id.as_bytes().as_slice()
}

pub(crate) fn find(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<File>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM file WHERE id = ?1"))?;
    statement.query_row([key(&id)], File::of).optional()
}

/// The file that a row has in a column.
pub(crate) fn held(
    connection: &Connection,
    table: &str,
    row: Uuid,
    column: &str,
) -> rusqlite::Result<Option<File>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM file WHERE of_row = ?1 AND of_table = ?2 AND of_column = ?3 AND opened IS NULL"
    );
    connection.prepare_cached(&sql)?.query_row(params![key(&row), table, column], File::of).optional()
}

/// Notes a file without its bytes.
pub(crate) fn add(connection: &Connection, file: &File) -> rusqlite::Result<()> {
    let sql = format!("INSERT INTO file ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    connection.prepare_cached(&sql)?.execute(params![
        key(&file.id),
        file.table,
        key(&file.row),
        file.column,
        file.name,
        file.mime,
        file.size(),
        file.opened
    ])?;
    Ok(())
}

/// Says how large a file is going to be.
pub(crate) fn announce(connection: &Connection, id: Uuid, size: u64) -> rusqlite::Result<()> {
    let sql = "UPDATE file SET size = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![key(&id), number(size)]).map(|_| ())
}

/// Gives a whole file to its column, in the place of the one before.
pub(crate) fn keep(connection: &Connection, file: &File) -> rusqlite::Result<()> {
    if let Some(before) = held(connection, &file.table, file.row, &file.column)?
        && before.id != file.id
    {
        remove(connection, before.id)?;
    }
    let sql = "UPDATE file SET name = ?2, mime = ?3, size = ?4, opened = NULL WHERE id = ?1";
    connection
        .prepare_cached(sql)?
        .execute(params![key(&file.id), file.name, file.mime, file.size()])
        .map(|_| ())
}

pub(crate) fn rename(connection: &Connection, id: Uuid, name: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("UPDATE file SET name = ?2 WHERE id = ?1")?;
    statement.execute(params![key(&id), name]).map(|_| ())
}

pub(crate) fn remove(connection: &Connection, id: Uuid) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM file_part WHERE file = ?1")?.execute([key(&id)])?;
    connection.prepare_cached("DELETE FROM file WHERE id = ?1")?.execute([key(&id)]).map(|_| ())
}

/// Removes all files of a row, those too that are being uploaded to it.
pub(crate) fn remove_of_row(connection: &Connection, table: &str, row: Uuid) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM file WHERE of_row = ?1 AND of_table = ?2")?;
    remove_all(connection, ids(&mut statement, params![key(&row), table])?)
}

/// Gives up uploads that began before an instant, and the oldest of those that are more than `most`.
pub(crate) fn give_up(connection: &Connection, before: i64, most: u32) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM file WHERE opened < ?1 UNION \
         SELECT id FROM (SELECT id FROM file WHERE opened IS NOT NULL \
         ORDER BY opened DESC, rowid DESC LIMIT -1 OFFSET ?2)",
    )?;
    remove_all(connection, ids(&mut statement, params![before, most])?)
}

fn ids(
    statement: &mut rusqlite::Statement<'_>,
    params: impl rusqlite::Params,
) -> rusqlite::Result<Vec<Vec<u8>>> {
    statement.query_map(params, |row| row.get(0))?.collect()
}

fn remove_all(connection: &Connection, ids: Vec<Vec<u8>>) -> rusqlite::Result<()> {
    ids.iter().filter_map(|id| Uuid::from_slice(id).ok()).try_for_each(|id| remove(connection, id))
}

pub(super) fn clear(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("DELETE FROM file_part; DELETE FROM file")
}

/// Puts bytes in their place. The same bytes may come again; bytes that have come in part only may not, and false is
/// the answer.
pub(crate) fn put(connection: &Connection, id: Uuid, start: u64, content: &[u8]) -> rusqlite::Result<bool> {
    let (begin, end) = (number(start), number(start + content.len() as u64));
    let within = "DELETE FROM file_part WHERE file = ?1 AND start >= ?2 AND start + length <= ?3";
    connection.prepare_cached(within)?.execute(params![key(&id), begin, end])?;
    let across = "SELECT 1 FROM file_part WHERE file = ?1 AND start < ?3 AND start + length > ?2";
    if connection.prepare_cached(across)?.exists(params![key(&id), begin, end])? {
        return Ok(false);
    }
    let mut insert = connection
        .prepare_cached("INSERT INTO file_part (file, start, length, content) VALUES (?1, ?2, ?3, ?4)")?;
    for (index, part) in content.chunks(PART).enumerate() {
        let at = number(start + (index * PART) as u64);
        insert.execute(params![key(&id), at, number(part.len() as u64), part])?;
    }
    Ok(true)
}

/// Puts a named block, the place of which is told at the end. A block of the same name is replaced.
pub(crate) fn put_block(
    connection: &Connection,
    id: Uuid,
    block: &str,
    content: &[u8],
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM file_part WHERE file = ?1 AND block = ?2")?
        .execute(params![key(&id), block])?;
    connection
        .prepare_cached("INSERT INTO file_part (file, block, length, content) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![key(&id), block, number(content.len() as u64), content])
        .map(|_| ())
}

/// Lays the blocks behind each other and forgets those that are not in the list. Tells the size, or nothing when the
/// list has a block that never came, or has one twice.
pub(crate) fn lay(connection: &Connection, id: Uuid, blocks: &[&str]) -> rusqlite::Result<Option<u64>> {
    let mut place = connection.prepare_cached(
        "UPDATE file_part SET start = ?3 WHERE file = ?1 AND block = ?2 AND start IS NULL RETURNING length",
    )?;
    let mut size = 0_i64;
    for block in blocks {
        let length: Option<i64> =
            place.query_row(params![key(&id), block, size], |row| row.get(0)).optional()?;
        let Some(length) = length else { return Ok(None) };
        size += length;
    }
    connection
        .prepare_cached("DELETE FROM file_part WHERE file = ?1 AND start IS NULL")?
        .execute([key(&id)])?;
    Ok(u64::try_from(size).ok())
}

/// How many bytes have come, and in how many parts.
pub(crate) fn received(connection: &Connection, id: Uuid) -> rusqlite::Result<(u64, usize)> {
    let sql = "SELECT COALESCE(SUM(length), 0), COUNT(*) FROM file_part WHERE file = ?1";
    let (bytes, parts): (i64, i64) =
        connection.prepare_cached(sql)?.query_row([key(&id)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((u64::try_from(bytes).unwrap_or_default(), usize::try_from(parts).unwrap_or(usize::MAX)))
}

/// The name of some block that has come.
pub(crate) fn a_block(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT block FROM file_part WHERE file = ?1 AND block IS NOT NULL LIMIT 1";
    connection.prepare_cached(sql)?.query_row([key(&id)], |row| row.get(0)).optional()
}

/// The bytes of a range.
pub(crate) fn read(connection: &Connection, id: Uuid, range: Range<u64>) -> rusqlite::Result<Vec<u8>> {
    let mut statement = connection.prepare_cached(
        "SELECT start, content FROM file_part \
         WHERE file = ?1 AND start < ?3 AND start + length > ?2 ORDER BY start",
    )?;
    let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(length);
    let mut rows = statement.query(params![key(&id), number(range.start), number(range.end)])?;
    while let Some(row) = rows.next()? {
        let start = u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default();
        let content = row.get_ref(1)?.as_blob().unwrap_or_default();
        let place =
            |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX).min(content.len());
        bytes.extend_from_slice(&content[place(range.start)..place(range.end)]);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(connection: &Connection, row: u128, opened: i64) -> File {
        let file = File {
            id: Uuid::new_v4(),
            table: "case".to_owned(),
            row: Uuid::from_u128(row),
            column: "report".to_owned(),
            name: "a.bin".to_owned(),
            mime: "application/octet-stream".to_owned(),
            size: None,
            opened: Some(opened),
        };
        add(connection, &file).unwrap();
        file
    }

    fn store() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLES).unwrap();
        connection
    }

    #[test]
    fn bytes_come_in_any_order_and_again_but_never_across_each_other() {
        let store = store();
        let file = upload(&store, 1, 0);
        assert!(put(&store, file.id, 4, b"4567").unwrap());
        assert!(put(&store, file.id, 0, b"0123").unwrap());
        assert!(put(&store, file.id, 4, b"abcd").unwrap());
        assert!(!put(&store, file.id, 6, b"xxxx").unwrap());
        assert!(!put(&store, file.id, 5, b"y").unwrap());
        assert_eq!(received(&store, file.id).unwrap().0, 8);
        assert_eq!(read(&store, file.id, 0..8).unwrap(), b"0123abcd");
        assert_eq!(read(&store, file.id, 3..5).unwrap(), b"3a");
        assert_eq!(read(&store, file.id, 8..9).unwrap(), b"");
    }

    #[test]
    fn a_large_file_lies_in_parts_and_reads_across_them() {
        let store = store();
        let file = upload(&store, 1, 0);
        let content: Vec<u8> = (0..PART * 2 + 3).map(|at| (at / 1000) as u8).collect();
        assert!(put(&store, file.id, 0, &content).unwrap());
        assert_eq!(received(&store, file.id).unwrap(), (content.len() as u64, 3));
        let (begin, end) = (PART - 5, PART * 2 + 2);
        assert_eq!(read(&store, file.id, begin as u64..end as u64).unwrap(), content[begin..end]);
    }

    #[test]
    fn blocks_lie_as_the_list_says_and_the_others_are_forgotten() {
        let store = store();
        let file = upload(&store, 1, 0);
        for (block, content) in [("a", "AA"), ("b", "B"), ("c", "CCC"), ("b", "BB")] {
            put_block(&store, file.id, block, content.as_bytes()).unwrap();
        }
        assert_eq!(lay(&store, file.id, &["c", "b"]).unwrap(), Some(5));
        assert_eq!(read(&store, file.id, 0..9).unwrap(), b"CCCBB");
        assert_eq!(received(&store, file.id).unwrap(), (5, 2));
        for wrong in [&["x"][..], &["c", "c"]] {
            let other = upload(&store, 2, 0);
            put_block(&store, other.id, "c", b"C").unwrap();
            assert_eq!(lay(&store, other.id, wrong).unwrap(), None);
        }
    }

    #[test]
    fn a_column_has_one_file_and_uploads_are_given_up_by_age_and_by_number() {
        let store = store();
        let (first, second) = (upload(&store, 1, 5), upload(&store, 1, 6));
        assert_eq!(held(&store, "case", first.row, "report").unwrap(), None);
        keep(&store, &File { size: Some(0), ..first.clone() }).unwrap();
        keep(&store, &File { size: Some(0), ..second.clone() }).unwrap();
        assert_eq!(held(&store, "case", first.row, "report").unwrap().unwrap().id, second.id);
        assert_eq!(find(&store, first.id).unwrap(), None);
        let uploads: Vec<_> = (0..5).map(|at| upload(&store, 2, 10 + at).id).collect();
        give_up(&store, 11, 2).unwrap();
        let left: Vec<_> = uploads.iter().map(|id| find(&store, *id).unwrap().is_some()).collect();
        assert_eq!(left, [false, false, false, true, true]);
        remove_of_row(&store, "case", Uuid::from_u128(2)).unwrap();
        assert!(uploads.iter().all(|id| find(&store, *id).unwrap().is_none()));
        assert!(find(&store, second.id).unwrap().is_some());
    }
}
