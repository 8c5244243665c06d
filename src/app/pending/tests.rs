//! What waits for what, and what is based on which version.

use proptest::prelude::*;
use uuid::Uuid;

use super::{
    AT_A_TIME, Item, OperationId, OperationKind, Pending, PendingOperation, RowKey, RowState, Sent, Staged,
    Target,
};
use crate::app::effect::WriteId;
use crate::app::problem::Problem;
use crate::dataverse::metadata::Required;

use crate::dataverse::{Action, Change, Column, ColumnKind, Deletion, Operation, Row, RowId, Subject, Table};

fn table(name: &str) -> Table {
    Table {
        name: name.into(),
        set: format!("{name}s").as_str().into(),
        display_name: name.into(),
        collection_name: name.into(),
        primary_id: format!("{name}id").as_str().into(),
        primary_name: None,
        is_custom: false,
        is_system: false,
        optimistic_concurrency: true,
    }
}

fn row(version: u32) -> Row {
    Row::from_json(format!(r#"{{"@odata.etag":"W/\"{version}\"","title":"old"}}"#)).unwrap()
}

fn target(table_name: &str, number: u128) -> Target {
    let id = RowId(Uuid::from_u128(number));
    Target { table: table(table_name), id, name: format!("{table_name} {number}"), row: row(1) }
}

fn title() -> Column {
    Column {
        name: "title".into(),
        display_name: "Title".into(),
        kind: ColumnKind::Memo { max_length: None },
        required: Required::None,
        updatable: true,
        creatable: true,
        secured: false,
        computed: false,
        is_custom: false,
    }
}

fn stage(pending: &mut Pending, target: &Target, text: &str) {
    let new = Staged { change: Change::Text(text.to_owned()), text: text.to_owned() };
    pending.stage(target, &title(), new);
}

/// An operation on a row, and on another one beside it.
fn operation(number: u128, kind: OperationKind, about: &Target, into: Option<&Target>) -> PendingOperation {
    let operation = match kind {
        OperationKind::Delete => Operation::Delete(Deletion::new(&about.table, about.id, &about.row)),
        _ => Operation::Act(Action {
            subject: Some(Subject {
                set: about.table.set.clone(),
                primary_id: about.table.primary_id.clone(),
                id: about.id,
                etag: about.row.etag().unwrap().into_owned(),
                done: None,
            }),
            ..Action::named("Act", None, String::new())
        }),
    };
    PendingOperation {
        id: OperationId(Uuid::from_u128(number)),
        kind,
        about: Some(about.clone()),
        into: into.map(Target::key),
        title: format!("{kind:?} {}", about.name),
        values: vec![],
        effects: vec![],
        operation,
        state: RowState::Waiting,
        included: true,
    }
}

fn id(operation: &PendingOperation) -> Item {
    Item::Operation(operation.id)
}

fn failed() -> RowState {
    RowState::Failed(Problem::new("No."))
}

/// The version that something sent is based on.
fn etag(sent: &Sent) -> &str {
    match sent {
        Sent::Update(_, patch) => &patch.etag,
        Sent::Operation(_, operation) => match &**operation {
            Operation::Delete(deletion) => &deletion.etag,
            Operation::Act(action) => &action.subject.as_ref().unwrap().etag,
            _ => "",
        },
    }
}

#[test]
fn what_waits_for_something_that_is_held_is_held_as_well() {
    let (task, case) = (target("task", 1), target("incident", 2));
    let mut pending = Pending::default();
    stage(&mut pending, &task, "new");
    let cancel = operation(10, OperationKind::Act, &task, Some(&case));
    let close = operation(11, OperationKind::Close, &case, None);
    pending.add(close.clone());
    pending.add(cancel.clone());
    assert_eq!(pending.send(&pending.items()).len(), 1, "the edit of the task");
    pending.failed(&task.key(), failed());
    assert_eq!(pending.hold(&task.key()).len(), 2);
    for item in [id(&cancel), id(&close)] {
        assert!(matches!(pending.state(&item), Some(RowState::Failed(_))), "{item:?}");
    }
    assert_eq!(pending.saving(), None);
}

#[test]
fn a_merge_waits_for_both_of_its_rows() {
    let (one, two) = (target("incident", 1), target("incident", 2));
    let mut pending = Pending::default();
    stage(&mut pending, &two, "new");
    pending.add(operation(10, OperationKind::Merge, &one, Some(&two)));
    let sent = pending.send(&pending.items());
    assert!(matches!(sent.as_slice(), [Sent::Update(..)]), "{sent:?}");
    pending.saved(&two.key(), &row(2));
    assert_eq!(pending.follow().len(), 1);
}

#[test]
fn nothing_is_sent_past_a_conflict_of_the_same_row_unless_that_is_left_out() {
    let (case, other) = (target("incident", 1), target("incident", 2));
    let mut pending = Pending::default();
    stage(&mut pending, &case, "new");
    let close = operation(10, OperationKind::Close, &case, None);
    let of_other = operation(11, OperationKind::Close, &other, None);
    pending.add(close.clone());
    pending.add(of_other.clone());
    for state in
        [RowState::Conflict, RowState::Unknown(Problem::new("?")), RowState::Gone(Problem::new("404"))]
    {
        pending.failed(&case.key(), state);
        assert_eq!(pending.sendable(), [id(&of_other)]);
    }
    pending.include(&[Item::Row(case.key())]);
    assert_eq!(pending.sendable(), [id(&close), id(&of_other)]);
}

#[test]
fn what_is_brought_back_after_an_own_save_is_based_on_that() {
    let case = target("incident", 1);
    let mut pending = Pending::default();
    let delete = operation(10, OperationKind::Delete, &case, None);
    pending.add(delete.clone());
    pending.drop_operation(delete.id);
    stage(&mut pending, &case, "new");
    let edit = Item::Row(case.key());
    pending.send(std::slice::from_ref(&edit));
    pending.saved(&case.key(), &row(2));
    pending.undo().unwrap();
    assert_eq!(etag(&pending.send(&[id(&delete)])[0]), "W/\"2\"");
}

#[test]
fn an_edit_that_is_made_again_after_an_own_action_is_based_on_that() {
    let case = target("incident", 1);
    let mut pending = Pending::default();
    stage(&mut pending, &case, "new");
    let act = operation(10, OperationKind::Act, &case, None);
    pending.add(act.clone());
    pending.send(&[id(&act)]);
    pending.carried_out(act.id, Some(&row(2)));
    pending.undo().unwrap();
    pending.redo().unwrap();
    let sent = pending.send(&pending.items());
    assert_eq!(etag(&sent[0]), "W/\"2\"");
}

const KINDS: [OperationKind; 6] = [
    OperationKind::Reactivate,
    OperationKind::Create,
    OperationKind::Act,
    OperationKind::Close,
    OperationKind::Merge,
    OperationKind::Delete,
];

/// What somebody or the server does next.
#[derive(Debug, Clone)]
enum Turn {
    Edit(usize),
    Add(OperationKind, usize, Option<usize>),
    Send,
    /// One of those on their way is answered, well or not.
    Answer(usize, bool),
    /// Nothing more is to go out.
    Release,
}

/// A few rows of which much is staged, and enough others.
fn which() -> impl Strategy<Value = usize> {
    prop_oneof![2 => 0..3usize, 1 => 3..10usize]
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        3 => which().prop_map(Turn::Edit),
        3 => (prop::sample::select(KINDS.to_vec()), which(), prop::option::of(which()))
            .prop_map(|(kind, about, into)| Turn::Add(kind, about, into.filter(|into| *into != about))),
        2 => Just(Turn::Send),
        5 => (0..8usize, prop::bool::weighted(0.7)).prop_map(|(which, well)| Turn::Answer(which, well)),
        1 => Just(Turn::Release),
    ]
}

/// The rows that an item has to itself while it is on its way, and those that it needs free before it.
fn rows(pending: &Pending, item: &Item) -> (Vec<RowKey>, Vec<RowKey>) {
    let Item::Operation(id) = item else {
        let Item::Row(key) = item else { unreachable!() };
        return (vec![key.clone()], vec![key.clone()]);
    };
    let known = pending.operation(*id).unwrap();
    let about = known.row().unwrap();
    let all = std::iter::once(about.clone()).chain(known.into.clone()).collect::<Vec<_>>();
    let needs = match known.kind {
        OperationKind::Create => vec![],
        OperationKind::Merge => all.clone(),
        _ => vec![about],
    };
    (all, needs)
}

fn is_on_its_way(pending: &Pending, item: &Item) -> bool {
    matches!(pending.state(item), Some(RowState::Sending(_) | RowState::Queued))
}

/// Rows as the server has them, and what was sent to it.
#[derive(Default)]
struct Server {
    versions: std::collections::BTreeMap<RowKey, u32>,
    on_their_way: Vec<(WriteId, Item)>,
}

impl Server {
    fn receive(&mut self, pending: &Pending, sent: Vec<Sent>) {
        for one in sent {
            let (number, item) = match &one {
                Sent::Update(number, _) => (*number, Item::Row(pending.sent_as(*number).unwrap().key())),
                Sent::Operation(number, _) => {
                    (*number, Item::Operation(pending.operation_sent_as(*number).unwrap().id))
                }
            };
            let (_, needs) = rows(pending, &item);
            let before = pending.items().into_iter().take_while(|other| *other != item);
            let sent_before = self.on_their_way.iter().map(|(_, other)| other.clone());
            for other in before.filter(|other| is_on_its_way(pending, other)).chain(sent_before) {
                let (has, _) = rows(pending, &other);
                assert!(!needs.iter().any(|row| has.contains(row)), "{item:?} does not wait for {other:?}");
            }
            let known = pending.operation_of(&item).is_some_and(|known| known.kind == OperationKind::Create);
            let version = self.versions.get(&pending.row_of(&item).unwrap()).copied().unwrap_or(1);
            assert!(
                known || etag(&one) == format!("W/\"{version}\""),
                "{item:?} is a conflict with ourselves"
            );
            self.on_their_way.push((number, item));
        }
    }

    fn answer(&mut self, pending: &mut Pending, which: usize, well: bool) {
        let (_, item) = self.on_their_way.remove(which % self.on_their_way.len());
        let about = pending.row_of(&item).unwrap();
        let into = pending.operation_of(&item).and_then(|known| known.into.clone());
        let is_new = pending.operation_of(&item).is_some_and(|known| known.kind == OperationKind::Create);
        if !well {
            pending.set_state(&item, failed());
            for key in std::iter::once(about).chain(into) {
                pending.hold(&key);
            }
            let sent = pending.follow();
            self.receive(pending, sent);
            return;
        }
        let version = self.versions.entry(about.clone()).or_insert(1);
        *version += u32::from(!is_new);
        let newer = row(*version);
        match &item {
            Item::Row(key) => pending.saved(key, &newer),
            Item::Operation(id) => pending.carried_out(*id, Some(&newer).filter(|_| !is_new)),
        }
        let sent = pending.follow();
        self.receive(pending, sent);
    }
}

#[test]
fn four_go_out_at_a_time_and_each_answer_lets_one_more_go() {
    let rows = (1..=7).map(|number| target("incident", number)).collect::<Vec<_>>();
    let mut pending = Pending::default();
    for row in &rows {
        stage(&mut pending, row, "new");
    }
    let sent = pending.send(&pending.items());
    assert_eq!(sent.len(), 4);
    assert_eq!(pending.on_their_way().len(), 7, "the others wait to go out");
    pending.saved(&rows[2].key(), &row(2));
    let next = pending.follow();
    let [Sent::Update(_, patch)] = next.as_slice() else { panic!("{next:?}") };
    assert_eq!(patch.id, rows[4].id, "in their order");
    pending.failed(&rows[0].key(), failed());
    assert_eq!(pending.follow().len(), 1, "a failure makes room as well");
    assert_eq!(pending.follow().len(), 0);
    assert_eq!(pending.release().len(), 1);
    assert_eq!(pending.row(&rows[6].table.name, rows[6].id).unwrap().state, RowState::Waiting);
    assert_eq!(pending.on_their_way().len(), 4);
}

#[test]
fn what_is_sent_while_enough_is_on_its_way_waits_its_turn() {
    let rows = (1..=5).map(|number| target("incident", number)).collect::<Vec<_>>();
    let mut pending = Pending::default();
    for row in &rows[..4] {
        stage(&mut pending, row, "new");
    }
    assert_eq!(pending.send(&pending.items()).len(), 4);
    stage(&mut pending, &rows[4], "new");
    assert_eq!(pending.send(&pending.items()).len(), 0);
    pending.saved(&rows[0].key(), &row(2));
    assert_eq!(pending.follow().len(), 1);
}

proptest! {
    #[test]
    fn everything_that_is_sent_is_answered_in_order_and_never_in_conflict_with_ourselves(
        turns in prop::collection::vec(turn(), 1..60)
    ) {
        let (mut pending, mut server) = (Pending::default(), Server::default());
        let mut last = 0;
        for turn in turns {
            last += 1;
            let at = |which: usize| {
                let target = target(["incident", "incident", "task"][which % 3], which as u128);
                let version = server.versions.get(&target.key()).copied().unwrap_or(1);
                Target { row: row(version), ..target }
            };
            match turn {
                Turn::Edit(which) => {
                    let target = at(which);
                    let is_sending = pending
                        .row(&target.table.name, target.id)
                        .is_some_and(super::PendingRow::is_sending);
                    if !is_sending {
                        stage(&mut pending, &target, &last.to_string());
                    }
                }
                Turn::Add(kind, about, into) => {
                    let into = into.map(at);
                    pending.add(operation(100 + last, kind, &at(about), into.as_ref()));
                }
                Turn::Send => {
                    let sent = pending.send(&pending.items());
                    server.receive(&pending, sent);
                }
                Turn::Answer(..) if server.on_their_way.is_empty() => {}
                Turn::Answer(which, well) => server.answer(&mut pending, which, well),
                Turn::Release => {
                    pending.release();
                }
            }
            let queued = pending.items().into_iter().filter(|item| pending.state(item) == Some(&RowState::Queued));
            let (queued, on_their_way) = (queued.count(), server.on_their_way.len());
            prop_assert!(on_their_way <= AT_A_TIME, "{on_their_way} are on their way");
            prop_assert!(queued == 0 || on_their_way > 0, "{queued} wait for an answer that does not come");
        }
        while !server.on_their_way.is_empty() {
            server.answer(&mut pending, 0, true);
        }
        let left = pending.items().into_iter().filter(|item| is_on_its_way(&pending, item));
        prop_assert_eq!(left.collect::<Vec<_>>(), vec![], "nothing waits for an answer that does not come");
    }
}
