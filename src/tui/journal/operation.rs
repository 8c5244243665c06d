//! An operation as the core has it and as the file has it.

use serde::{Deserialize, Serialize};

use super::{fate, state};
use crate::app::pending::{OperationId, OperationKind, PendingOperation, RowKey, RowState, Target};
use crate::app::problem::Problem;
use crate::dataverse::{Operation, Row, RowId, Table, TableName};
use crate::ops::journal::KeptOperation;

/// What stands in the file. Fields that come later need a default: files of older versions have none.
#[derive(Serialize, Deserialize)]
struct Kept {
    kind: OperationKind,
    about: Option<About>,
    into: Option<(TableName, RowId)>,
    title: String,
    values: Vec<(String, String)>,
    effects: Vec<String>,
    operation: Operation,
    /// It was refused because of others like it.
    #[serde(default, skip_serializing_if = "is_false")]
    duplicate: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref)] // as serde asks
fn is_false(is: &bool) -> bool {
    !is
}

#[derive(Serialize, Deserialize)]
struct About {
    table: Table,
    id: RowId,
    name: String,
    row: String,
    etag: Option<String>,
}

pub(in crate::tui) fn kept(pending: &PendingOperation) -> KeptOperation {
    let about = pending.about.as_ref().map(|target| About {
        table: target.table.clone(),
        id: target.id,
        name: target.name.clone(),
        row: target.row.json().to_owned(),
        etag: target.row.etag().map(String::from),
    });
    let kept = Kept {
        kind: pending.kind,
        about,
        into: pending.into.as_ref().map(|key| (key.table.clone(), key.id)),
        title: pending.title.clone(),
        values: pending.values.clone(),
        effects: pending.effects.clone(),
        operation: pending.operation.clone(),
        duplicate: matches!(pending.state, RowState::Duplicate(_)),
    };
    KeptOperation {
        id: pending.id.0,
        json: serde_json::to_string(&kept).unwrap_or_default(), // plain data: nothing in it can fail
        fate: fate(&pending.state),
        included: pending.included,
    }
}

/// The other way round.
pub(in crate::tui) fn pending(of: &KeptOperation) -> Result<PendingOperation, serde_json::Error> {
    let kept: Kept = serde_json::from_str(&of.json)?;
    let about = match kept.about {
        None => None,
        Some(About { table, id, name, row, etag }) => {
            let row = Row::from_json(row).map_err(|error| serde::de::Error::custom(error.to_string()))?;
            let row = match etag {
                Some(etag) => row.with_etag(etag),
                None => row,
            };
            Some(Target { table, id, name, row })
        }
    };
    let state = match state(of.fate) {
        RowState::Waiting if kept.duplicate => RowState::Duplicate(
            Problem::new(format!("Not done: {}.", kept.title))
                .why("Others are like it (0x80040333): that is what it was refused for last time.")
                .next("Enter on it in the review lists the rows like it"),
        ),
        state => state,
    };
    Ok(PendingOperation {
        id: OperationId(of.id),
        kind: kept.kind,
        about,
        into: kept.into.map(|(table, id)| RowKey { table, id }),
        title: kept.title,
        values: kept.values,
        effects: kept.effects,
        operation: kept.operation,
        state,
        included: of.included,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::dataverse::{Association, NewRow};

    #[test]
    fn a_row_that_was_refused_as_a_duplicate_is_still_one_at_the_next_start_unless_that_was_decided() {
        let new = NewRow {
            set: "accounts".into(),
            primary_id: "accountid".into(),
            id: RowId(Uuid::from_u128(7)),
            values: vec![],
            detect_duplicates: true,
        };
        let staged = |state| PendingOperation {
            id: OperationId(Uuid::from_u128(1)),
            kind: OperationKind::Create,
            about: None,
            into: None,
            title: "account Fourth Coffee".into(),
            values: vec![],
            effects: vec![],
            operation: Operation::Create(new.clone()),
            state,
            included: true,
        };
        let refused = kept(&staged(RowState::Duplicate(Problem::new("x"))));
        assert!(matches!(pending(&refused).unwrap().state, RowState::Duplicate(_)));
        let waiting = kept(&staged(RowState::Waiting));
        assert!(!waiting.json.contains("duplicate\":"), "older files have no such word: {}", waiting.json);
        assert_eq!(pending(&waiting).unwrap().state, RowState::Waiting);
    }

    #[test]
    fn a_link_comes_back_as_it_was_kept_and_what_is_in_the_file_stays_readable() {
        let id = RowId(Uuid::from_u128(7));
        let association = Association {
            from: ("teams".into(), id),
            navigation: "teammembership_association".into(),
            back: String::new(),
            to: ("systemusers".into(), id),
            to_key: "systemuserid".into(),
            origin: "https://contoso.crm.dynamics.com".into(),
            attach: false,
        };
        let staged = PendingOperation {
            id: OperationId(Uuid::from_u128(1)),
            kind: OperationKind::Act,
            about: None,
            into: None,
            title: "detach Team Tier 2 - Users: Bo Li".into(),
            values: vec![],
            effects: vec![],
            operation: Operation::Associate(association),
            state: RowState::Waiting,
            included: true,
        };
        let kept = kept(&staged);
        assert_eq!(pending(&kept).unwrap(), staged);
        let written = format!(
            r#"{{"Associate":{{"from":["teams","{id}"],"navigation":"teammembership_association","to":["systemusers","{id}"],"to_key":"systemuserid","origin":"https://contoso.crm.dynamics.com","attach":false}}}}"#
        );
        assert!(kept.json.contains(&written), "{}", kept.json);
    }
}
