//! What happened on a row: its notes and activities, the newest first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::value::RawValue;

use super::query::{encoded, segment};
use super::{Cell, Client, Error, Page, Row, RowId, SetName, StoredFile, Table, TableName};

/// So many notes are read at most, and so many activities: the newest.
pub const MOST: usize = 50;

const NOTES: &str = "annotationid,subject,notetext,filename,filesize,isdocument,createdon,_createdby_value";
const ACTIVITIES: &str =
    "activityid,activitytypecode,subject,description,statecode,scheduledend,createdon,_createdby_value";
/// Activities that go one way or the other, and what is read of them for that.
const DIRECTED: [(&str, &str); 2] =
    [(EMAIL, "activityid,directioncode,sender"), ("phonecall", "activityid,directioncode")];
const EMAIL: &str = "email";
/// The files of a mail, by the name that Microsoft's reference gives: of this one table it is the same everywhere. An
/// environment that has no such name refuses the read, and mails are read without.
const ATTACHED: &str = "email_activity_mime_attachment";
/// What is read of files. Never their `body`.
const FILES: &str = "activitymimeattachmentid,filename,filesize,attachmentnumber";

/// What the notes and activities of a table's rows are called in an address. Names come from the relationships: no rule
/// gives them (`Incident_Annotation`, `Incident_ActivityPointers`, `Incident_Phonecalls`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collections {
    notes: Option<String>,
    activities: Option<String>,
    directed: BTreeMap<String, String>,
}

impl Collections {
    /// Whether rows have neither notes nor activities.
    pub fn is_empty(&self) -> bool {
        self.notes.is_none() && self.activities.is_none()
    }
}

/// Notes and activities of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// What is missing because the person may not read it: `notes`, `activities` or `attachments of mails`.
    pub hidden: Vec<&'static str>,
    /// There are older ones than these.
    pub more: bool,
    /// The table has neither notes nor activities.
    pub none: bool,
}

/// A note or an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `annotation`, or the table of the activity.
    pub table: TableName,
    pub id: RowId,
    /// What kind of activity it is, as the service words it.
    pub kind: String,
    /// When it was made.
    pub at: Option<Timestamp>,
    /// Who made it, or who sent it.
    pub who: Option<String>,
    pub subject: Option<String>,
    /// Text or HTML.
    pub text: Option<String>,
    /// From the customer, or to them; nothing where that is not known.
    pub incoming: Option<bool>,
    /// Neither completed nor cancelled.
    pub open: bool,
    pub due: Option<Timestamp>,
    /// The file that goes with a note, those that go with a mail.
    pub files: Vec<Attachment>,
}

/// A file that goes with a note or a mail. What is in it is read by itself only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Where the service keeps it.
    pub stored: StoredFile,
    /// As the server has it; no name for a file here.
    pub name: String,
    /// In bytes.
    pub size: Option<u64>,
}

impl Client {
    /// What the notes and activities of a table's rows are called.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn timeline_collections(&self, table: &TableName) -> Result<Collections, Error> {
        let path = format!(
            "EntityDefinitions(LogicalName='{}')/OneToManyRelationships?$select=ReferencingEntity,\
             ReferencingAttribute,ReferencedEntityNavigationPropertyName",
            encoded(table.as_str())
        );
        Ok(collections(&self.collection(&path).await?))
    }

    /// The timeline of a row of a table, and what its parts are called; one request more where that is not known.
    ///
    /// # Errors
    ///
    /// As [`Client::timeline`].
    pub async fn timeline_of(
        &self,
        table: &Table,
        id: RowId,
        known: Option<Box<Collections>>,
    ) -> Result<(Box<Collections>, Timeline), Error> {
        let collections = match known {
            Some(known) => known,
            None => Box::new(self.timeline_collections(&table.name).await?),
        };
        let timeline = self.timeline(&table.set, id, &collections).await?;
        Ok((collections, timeline))
    }

    /// The newest notes and activities of a row. Up to four requests at once, and one more when mails could not be read
    /// with their files. A part that the person may not read is told in [`Timeline::hidden`]; which way mails and calls
    /// went is left out where it cannot be read.
    ///
    /// # Errors
    ///
    /// As every read, but for 403.
    pub async fn timeline(
        &self,
        set: &SetName,
        id: RowId,
        collections: &Collections,
    ) -> Result<Timeline, Error> {
        let path = |name: Option<&String>, select: &str| {
            let name = encoded(name?);
            let (row, select) = (format!("{}({id})", segment(set)), encoded(select));
            Some(format!("{row}/{name}?$select={select}&$orderby=createdon%20desc&$top={}", MOST + 1))
        };
        let read = async |path: Option<String>| match path {
            Some(path) => self.labelled(&path).await.map(Some),
            None => Ok(None),
        };
        let directed = |(kind, select): (&str, &str)| path(collections.directed.get(kind), select);
        let (notes, activities, mails, calls) = tokio::join!(
            read(path(collections.notes.as_ref(), NOTES)),
            read(path(collections.activities.as_ref(), ACTIVITIES)),
            Box::pin(self.mails(directed(DIRECTED[0]))), // what is awaited at once is large enough
            read(directed(DIRECTED[1]))
        );
        let mut timeline = Timeline { none: collections.is_empty(), ..Timeline::default() };
        let directions = directions(mails.page.iter().chain(calls.ok().flatten().iter()));
        let mut files = mails.page.as_ref().map(files).unwrap_or_default();
        for (page, what) in [(notes, "notes"), (activities, "activities")] {
            let page = match page {
                Ok(Some(page)) => page,
                Ok(None) => continue,
                Err(error) if error.is_forbidden() => {
                    timeline.hidden.push(what);
                    continue;
                }
                Err(error) => return Err(error),
            };
            timeline.more |= page.rows().count() > MOST;
            let rows = page.rows().take(MOST);
            match what {
                "notes" => timeline.entries.extend(rows.filter_map(|row| note(&row))),
                _ => timeline.entries.extend(rows.filter_map(|row| activity(&row, &directions, &mut files))),
            }
        }
        if mails.without_files && timeline.entries.iter().any(|entry| entry.table.as_str() == EMAIL) {
            timeline.hidden.push("attachments of mails");
        }
        timeline.entries.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.0.cmp(&b.id.0)));
        Ok(timeline)
    }

    /// Mails with what is said of their files, and by themselves where that is refused.
    async fn mails(&self, path: Option<String>) -> Mails {
        let Some(path) = path else { return Mails::default() };
        match self.labelled(&format!("{path}&$expand={ATTACHED}($select={})", encoded(FILES))).await {
            Err(error @ Error::Api { status: 400..500, .. }) if !error.is_unauthorized() => {
                Mails { page: self.labelled(&path).await.ok(), without_files: error.is_forbidden() }
            }
            read => Mails { page: read.ok(), without_files: false },
        }
    }
}

/// What could be read of mails.
#[derive(Default)]
struct Mails {
    page: Option<Page>,
    /// The person may not read their files.
    without_files: bool,
}

fn collections(relationships: &Page) -> Collections {
    let mut found = Collections::default();
    for row in relationships.rows() {
        let text = |name: &str| text(&row, name);
        let (Some(from), Some(by), Some(name)) = (
            text("ReferencingEntity"),
            text("ReferencingAttribute"),
            text("ReferencedEntityNavigationPropertyName"),
        ) else {
            continue;
        };
        match (from.as_str(), by.as_str()) {
            ("annotation", "objectid") => found.notes = Some(name),
            ("activitypointer", "regardingobjectid") => found.activities = Some(name),
            (kind, "regardingobjectid") if DIRECTED.iter().any(|(directed, _)| *directed == kind) => {
                found.directed.insert(from, name);
            }
            _ => {}
        }
    }
    found
}

/// Which way activities went and who sent them, by their keys.
fn directions<'a>(pages: impl Iterator<Item = &'a Page>) -> BTreeMap<RowId, (bool, Option<String>)> {
    let one = |row: Row| {
        let outgoing = row.cell("directioncode")?.json == "true";
        Some((row.id(&"activityid".into())?, (!outgoing, text(&row, "sender"))))
    };
    pages.flat_map(Page::rows).filter_map(one).collect()
}

/// What goes with mails, by their keys, in the order of its numbers.
fn files(mails: &Page) -> BTreeMap<RowId, Vec<Attachment>> {
    let of_mail = |mail: Row| {
        let attached = mail.cell(ATTACHED)?;
        let rows: Vec<&RawValue> = serde_json::from_str(attached.json).ok()?;
        let rows = rows.into_iter().filter_map(|row| Row::from_json(row.get().to_owned()).ok());
        let number = |row: &Row| row.cell("attachmentnumber")?.json.parse::<i64>().ok();
        let mut files: Vec<(Option<i64>, Attachment)> = rows
            .filter_map(|row| {
                let id = row.id(&"activitymimeattachmentid".into())?;
                let name = text(&row, "filename").unwrap_or_default();
                Some((number(&row), Attachment { stored: StoredFile::Mail(id), name, size: size(&row) }))
            })
            .collect();
        files.sort_by_key(|(number, _)| *number);
        Some((mail.id(&"activityid".into())?, files.into_iter().map(|(_, file)| file).collect()))
    };
    mails.rows().filter_map(of_mail).collect()
}

fn size(row: &Row) -> Option<u64> {
    row.cell("filesize").and_then(|cell| cell.json.parse().ok())
}

fn note(row: &Row) -> Option<Entry> {
    let id = row.id(&"annotationid".into())?;
    let name =
        text(row, "filename").filter(|_| row.cell("isdocument").is_some_and(|cell| cell.json == "true"));
    let file = name.map(|name| Attachment { stored: StoredFile::Note(id), name, size: size(row) });
    Some(Entry {
        table: "annotation".into(),
        id,
        kind: "Note".to_owned(),
        at: instant(row, "createdon"),
        who: label(row, "_createdby_value"),
        subject: text(row, "subject"),
        text: text(row, "notetext"),
        incoming: None,
        open: false,
        due: None,
        files: file.into_iter().collect(),
    })
}

fn activity(
    row: &Row,
    directions: &BTreeMap<RowId, (bool, Option<String>)>,
    files: &mut BTreeMap<RowId, Vec<Attachment>>,
) -> Option<Entry> {
    let id = row.id(&"activityid".into())?;
    let table = text(row, "activitytypecode").unwrap_or_else(|| "activitypointer".to_owned());
    let (incoming, sender) = match directions.get(&id) {
        Some((incoming, sender)) => (Some(*incoming), sender.clone().filter(|_| *incoming)),
        None => (None, None),
    };
    Some(Entry {
        id,
        kind: label(row, "activitytypecode").unwrap_or_else(|| table.clone()),
        table: TableName::new(table),
        at: instant(row, "createdon"),
        who: sender.or_else(|| label(row, "_createdby_value")),
        subject: text(row, "subject"),
        text: text(row, "description"),
        incoming,
        // Open or scheduled.
        open: row.cell("statecode").is_some_and(|cell| matches!(cell.json, "0" | "3")),
        due: instant(row, "scheduledend"),
        files: files.remove(&id).unwrap_or_default(),
    })
}

fn text(row: &Row, property: &str) -> Option<String> {
    Some(row.cell(property)?.raw_text()?.into_owned()).filter(|text| !text.is_empty())
}

fn label(row: &Row, property: &str) -> Option<String> {
    row.cell(property).as_ref().and_then(Cell::text).map(std::borrow::Cow::into_owned)
}

fn instant(row: &Row, property: &str) -> Option<Timestamp> {
    text(row, property)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_relationships_and_only_those_of_notes_and_activities() {
        let page = |json: &'static str| Page::decode(json.as_bytes().into()).unwrap();
        let relation = |from: &str, by: &str, name: &str| {
            format!(
                r#"{{"ReferencingEntity":"{from}","ReferencingAttribute":"{by}","ReferencedEntityNavigationPropertyName":"{name}"}}"#
            )
        };
        let rows = [
            relation("annotation", "objectid", "Odd_Notes"),
            relation("annotation", "createdby", "Not_These"),
            relation("activitypointer", "regardingobjectid", "Odd_Acts"),
            relation("email", "regardingobjectid", "Odd_Mails"),
            relation("task", "regardingobjectid", "Tasks"),
        ];
        let json = format!(r#"{{"value":[{}]}}"#, rows.join(",")).leak();
        let found = collections(&page(json));
        assert_eq!(
            (found.notes.as_deref(), found.activities.as_deref()),
            (Some("Odd_Notes"), Some("Odd_Acts"))
        );
        assert_eq!(found.directed.into_iter().collect::<Vec<_>>(), [("email".into(), "Odd_Mails".into())]);
        assert!(collections(&page(r#"{"value":[]}"#)).is_empty());
    }

    #[test]
    fn what_a_mail_says_of_its_files_is_taken_as_far_as_it_is_understood() {
        let key = |number: u128| RowId(uuid::Uuid::from_u128(number));
        let file =
            |number: u128, rest: &str| format!(r#"{{"activitymimeattachmentid":"{}"{rest}}}"#, key(number));
        let mail = |number: u128, files: String| {
            format!(r#"{{"activityid":"{}","email_activity_mime_attachment":{files}}}"#, key(number))
        };
        let odd = [
            file(12, r#","filename":"b","filesize":5,"attachmentnumber":2"#),
            "7".to_owned(),
            r#"{"filename":"of no row"}"#.to_owned(),
            file(11, r#","filename":"a","filesize":null,"attachmentnumber":1"#),
            file(10, r#","filename":null,"filesize":"large""#),
        ];
        let mails = [
            mail(1, format!("[{}]", odd.join(","))),
            mail(2, "null".into()),
            mail(3, r#"{"a":1}"#.into()),
            format!(r#"{{"activityid":"{}"}}"#, key(4)),
        ];
        let found = files(&Page::decode(format!(r#"{{"value":[{}]}}"#, mails.join(",")).into()).unwrap());
        let told: Vec<_> =
            found[&key(1)].iter().map(|file| (file.stored.clone(), file.name.as_str(), file.size)).collect();
        let stored = |number| StoredFile::Mail(key(number));
        assert_eq!(told, [(stored(10), "", None), (stored(11), "a", None), (stored(12), "b", Some(5))]);
        assert_eq!(found.values().map(Vec::len).sum::<usize>(), 3);
    }
}
