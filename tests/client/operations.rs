//! Actions and change sets against the sandbox: what is carried out, what stops them, and what a lost answer means.

use dvtui::dataverse::{
    Action, Change, ColumnName, Deletion, Error, Guard, NewRow, Operation, Patch, Query, RowId, RowQuery,
    Subject, batch, field,
};
use dvtui::ops;
use dvtui::ops::operate::{Outcome, find_out, operate};
use serde_json::json;
use uuid::Uuid;

use crate::dice::Dice;
use crate::scripted::Server;
use crate::support;
use crate::world::{World, fault};

/// A key of our own.
fn key() -> RowId {
    RowId(Uuid::new_v4())
}

async fn first(world: &World, set: &str, column: &str) -> RowId {
    let page = world.client.page(&Query::new(set).select([column]).top(1)).await.unwrap();
    page.row(0).unwrap().id(&column.into()).unwrap()
}

fn new(set: &str, primary_id: &str, values: Vec<(ColumnName, Change)>) -> NewRow {
    NewRow { set: set.into(), primary_id: primary_id.into(), id: key(), values, detect_duplicates: false }
}

/// A case of its own, with nothing on it.
async fn a_case(world: &World) -> Subject {
    let customer = Change::Link {
        navigation: "customerid_account".to_owned(),
        to: Some(("accounts".into(), first(world, "accounts", "accountid").await)),
    };
    let title = ("title".into(), Change::Text("Broken".to_owned()));
    let case = new("incidents", "incidentid", vec![title, ("customerid".into(), customer)]);
    ops::create(&world.client, &case).await.unwrap();
    as_read(world, case.id).await
}

async fn as_read(world: &World, id: RowId) -> Subject {
    let row = world.client.row(&RowQuery::new("incidents", id)).await.unwrap();
    let etag = row.etag().unwrap().into_owned();
    Subject { set: "incidents".into(), primary_id: "incidentid".into(), id, etag, done: None }
}

fn close(case: &Subject) -> Action {
    let how = [("subject".into(), Change::Text("Replaced".to_owned()))];
    Action::close_incident(case.clone(), 5, &how)
}

/// Something on a case: a note or a task.
fn about(case: RowId, set: &str, primary_id: &str, navigation: &str) -> NewRow {
    let to = Some(("incidents".into(), case));
    let link = Change::Link { navigation: navigation.to_owned(), to };
    let subject = ("subject".into(), Change::Text("Seen".to_owned()));
    new(set, primary_id, vec![subject, ("regarding".into(), link)])
}

fn note(case: &Subject) -> NewRow {
    about(case.id, "annotations", "annotationid", "objectid_incident")
}

async fn column(world: &World, set: &str, id: RowId, name: &str) -> String {
    let row = world.client.row(&RowQuery::new(set, id)).await.unwrap();
    row.cell(name).unwrap().json.to_owned()
}

async fn state(world: &World, case: &Subject) -> String {
    column(world, "incidents", case.id, "statecode").await
}

async fn is_there(world: &World, set: &str, id: RowId) -> bool {
    match world.client.row(&RowQuery::new(set, id)).await {
        Ok(_) => true,
        Err(missing) if missing.is_not_found() => false,
        Err(error) => panic!("{error:?}"),
    }
}

/// How many rows of a set have this value in a column.
async fn count(world: &World, set: &str, condition: dvtui::dataverse::Filter) -> usize {
    world.client.page(&Query::new(set).filter(condition)).await.unwrap().len()
}

async fn resolutions(world: &World, case: &Subject) -> usize {
    count(world, "incidentresolutions", field("_incidentid_value").eq(case.id)).await
}

/// Writes that reached the service so far.
async fn writes(world: &World) -> usize {
    world.requests().await.iter().filter(|entry| entry["method"] != "GET").count()
}

#[track_caller]
fn done(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
}

#[track_caller]
fn refusal(outcome: &Outcome) -> &str {
    let Outcome::NotDone(error) = outcome else { panic!("{outcome:?}") };
    error.code().unwrap_or_else(|| panic!("{error:?}"))
}

#[tokio::test]
async fn a_case_is_resolved_once_and_the_second_time_is_refused() {
    let world = World::open().await;
    let case = a_case(&world).await;
    let before = writes(&world).await;
    done(&operate(&world.client, &Operation::Act(close(&case))).await);
    assert_eq!((state(&world, &case).await.as_str(), resolutions(&world, &case).await), ("1", 1));
    let again = Operation::Act(close(&as_read(&world, case.id).await));
    assert_eq!(refusal(&operate(&world.client, &again).await), "0x80044411");
    assert_eq!((resolutions(&world, &case).await, writes(&world).await), (1, before + 2));
}

#[tokio::test]
async fn a_merged_case_goes_into_the_other_one() {
    let world = World::open().await;
    let (target, other) = (a_case(&world).await, a_case(&world).await);
    let merge = Action::merge(&world.table("incident").await, target.id, other.clone());
    done(&operate(&world.client, &Operation::Act(merge)).await);
    assert_eq!(column(&world, "incidents", other.id, "merged").await, "true");
    let master = column(&world, "incidents", other.id, "_masterid_value").await;
    assert_eq!(master, format!("\"{}\"", target.id));
}

#[tokio::test]
async fn a_case_goes_into_a_queue_is_picked_released_and_moved_on() {
    let world = World::open().await;
    let (table, case) = (world.table("incident").await, a_case(&world).await);
    let page = world.client.page(&Query::new("queues").filter(field("name").eq("Support"))).await.unwrap();
    let support = page.row(0).unwrap().id(&"queueid".into()).unwrap();
    let page = world.client.page(&Query::new("queues").filter(field("name").eq("Returns"))).await.unwrap();
    let returns = page.row(0).unwrap().id(&"queueid".into()).unwrap();
    let act = async |action: Action| done(&operate(&world.client, &Operation::Act(action)).await);
    let here = async || as_read(&world, case.id).await;

    act(Action::add_to_queue(support, &table, here().await, None)).await;
    let waits = field("_objectid_value").eq(case.id);
    let page = world.client.page(&Query::new("queueitems").filter(waits)).await.unwrap();
    let item = page.row(0).unwrap().id(&"queueitemid".into()).unwrap();
    let me = world.client.who_am_i().await.unwrap().user_id;
    act(Action::pick_from_queue(item, RowId(me), here().await)).await;
    assert_eq!(column(&world, "queueitems", item, "_workerid_value").await, format!("\"{me}\""));
    act(Action::release_to_queue(item, here().await)).await;
    assert_eq!(column(&world, "queueitems", item, "_workerid_value").await, "null");
    act(Action::add_to_queue(returns, &table, here().await, Some(support))).await;
    assert_eq!(column(&world, "queueitems", item, "_queueid_value").await, format!("\"{returns}\""));
}

#[tokio::test]
async fn a_note_and_the_close_behind_it_are_one_request_and_both_are_there() {
    let world = World::open().await;
    let case = a_case(&world).await;
    let (note, before) = (note(&case), writes(&world).await);
    done(&operate(&world.client, &Operation::CreateAndAct(note.clone(), close(&case))).await);
    assert_eq!(state(&world, &case).await, "1");
    let on = column(&world, "annotations", note.id, "_objectid_value").await;
    assert_eq!(on, format!("\"{}\"", case.id));
    let requests = world.requests().await;
    let written: Vec<_> = requests.iter().filter(|entry| entry["method"] != "GET").skip(before).collect();
    assert_eq!(written.len(), 1, "{written:?}");
    assert_eq!(written[0]["path"], "/api/data/v9.2/$batch");
}

#[tokio::test]
async fn a_batch_that_was_copied_is_carried_out_by_whatever_posts_it() {
    let world = World::open().await;
    let (case, other) = (a_case(&world).await, a_case(&world).await);
    let (note, title) = (note(&case), "it's \"é\"\r\n--batch_dv--");
    let patch = Patch {
        table: "incident".into(),
        set: "incidents".into(),
        id: other.id,
        etag: other.etag.clone(),
        changes: vec![("title".into(), Change::Text(title.to_owned()))],
        before: vec![],
        optimistic_concurrency: true,
    };
    let items = [Operation::Update(patch), Operation::CreateAndAct(note.clone(), close(&case))];
    let wires: Vec<_> = items.iter().map(|item| item.wires().unwrap()).collect();
    let origin = world.sandbox.ready().url.trim_end_matches('/').to_owned();
    let copied = batch(&origin, &wires).unwrap();
    let posted = support::http()
        .post(format!("{origin}{}", copied.path))
        .bearer_auth(support::user_token(&world.sandbox, "anna").await)
        .header("Content-Type", "multipart/mixed; boundary=batch_dv")
        .body(copied.body);
    let reply = posted.send().await.unwrap();
    let (status, answer) = (reply.status(), reply.text().await.unwrap());
    assert!(status.is_success() && !answer.contains("HTTP/1.1 4"), "{status} {answer}");
    assert_eq!(column(&world, "incidents", other.id, "title").await, serde_json::to_string(title).unwrap());
    assert!(is_there(&world, "annotations", note.id).await);
    assert_eq!(state(&world, &case).await, "1");
}

#[tokio::test]
async fn a_close_that_is_refused_leaves_no_note() {
    let world = World::open().await;
    let case = a_case(&world).await;
    let task = about(case.id, "tasks", "activityid", "regardingobjectid_incident_task");
    ops::create(&world.client, &task).await.unwrap();
    let first = note(&case);
    let open = Operation::CreateAndAct(first.clone(), close(&as_read(&world, case.id).await));
    assert_eq!(refusal(&operate(&world.client, &open).await), "0x8004440a");

    let closed = a_case(&world).await;
    done(&operate(&world.client, &Operation::Act(close(&closed))).await);
    let second = note(&closed);
    let again = Operation::CreateAndAct(second.clone(), close(&as_read(&world, closed.id).await));
    assert_eq!(refusal(&operate(&world.client, &again).await), "0x80044411");
    for note in [first, second] {
        assert!(!is_there(&world, "annotations", note.id).await, "what is refused leaves nothing");
    }
    assert_eq!(state(&world, &case).await, "0");
}

#[tokio::test]
async fn a_row_that_somebody_changed_since_it_was_read_stops_the_action_before_it_is_sent() {
    let world = World::open().await;
    let case = a_case(&world).await;
    let row = world.client.row(&RowQuery::new("incidents", case.id)).await.unwrap();
    let theirs = vec![("description".into(), Change::Text("theirs".to_owned()))];
    let patch = Patch::new(&world.table("incident").await, case.id, &row, theirs);
    world.other().await.update(&patch).await.unwrap();
    let before = writes(&world).await;
    for operation in [Operation::Act(close(&case)), Operation::CreateAndAct(note(&case), close(&case))] {
        let outcome = operate(&world.client, &operation).await;
        assert!(matches!(outcome, Outcome::Conflict(_)), "{outcome:?}");
    }
    assert_eq!((writes(&world).await, state(&world, &case).await.as_str()), (before, "0"));
    done(&operate(&world.client, &Operation::Act(close(&as_read(&world, case.id).await))).await);
}

#[tokio::test]
async fn a_row_that_is_gone_stops_the_action_before_it_is_sent() {
    let world = World::open().await;
    let gone = Subject { id: key(), ..a_case(&world).await };
    let before = writes(&world).await;
    let outcome = operate(&world.client, &Operation::Act(close(&gone))).await;
    assert!(matches!(outcome, Outcome::Gone(_)), "{outcome:?}");
    assert_eq!(writes(&world).await, before);
}

#[tokio::test]
async fn a_closed_guard_acts_on_nothing_and_asks_for_nothing() {
    let server = Server::start(|_| vec![]).await;
    let case = Subject {
        set: "incidents".into(),
        primary_id: "incidentid".into(),
        id: key(),
        etag: "W/\"7\"".to_owned(),
        done: None,
    };
    for guard in [Guard::new(), Guard::locked("Read-only was asked for.")] {
        let client = server.client_with(guard);
        assert!(client.act(&close(&case)).await.unwrap_err().is_refused());
        assert!(client.create_and_act(&note(&case), &close(&case)).await.unwrap_err().is_refused());
        for operation in [Operation::Act(close(&case)), Operation::CreateAndAct(note(&case), close(&case))] {
            let outcome = operate(&client, &operation).await;
            assert!(matches!(&outcome, Outcome::NotDone(error) if error.is_refused()), "{outcome:?}");
        }
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_answer_of_several_parts_that_lacks_some_is_looked_up_and_not_sent_again() {
    let world = World::open().await;
    for spoiled in [
        json!({ "kind": "cut" }),
        json!({ "kind": "batch", "drop": 1 }),
        json!({ "kind": "batch", "drop": 2 }),
    ] {
        let case = a_case(&world).await;
        let before = writes(&world).await;
        world.order(fault("POST", "batch", 1, spoiled.clone())).await;
        let lost = world.client.create_and_act(&note(&case), &close(&case)).await.unwrap_err();
        assert!(lost.is_outcome_unknown(), "{spoiled}: {lost:?}");

        let case = a_case(&world).await;
        let note = note(&case);
        world.order(fault("POST", "batch", 1, spoiled.clone())).await;
        done(&operate(&world.client, &Operation::CreateAndAct(note.clone(), close(&case))).await);
        assert!(is_there(&world, "annotations", note.id).await, "{spoiled}");
        assert_eq!(writes(&world).await, before + 3, "{spoiled}: two sets and a case");
    }
}

#[tokio::test]
async fn a_page_of_a_portal_in_the_place_of_an_answer_is_no_success() {
    let world = World::open().await;
    let (case, doomed) = (a_case(&world).await, a_case(&world).await);
    let row = world.client.row(&RowQuery::new("incidents", doomed.id)).await.unwrap();
    let end = Deletion::new(&world.table("incident").await, doomed.id, &row);
    for operation in [
        Operation::Act(close(&case)),
        Operation::CreateAndAct(note(&case), close(&case)),
        Operation::Delete(end),
    ] {
        let before = writes(&world).await;
        for method in ["POST", "DELETE"] {
            world.order(fault(method, "", 1, json!({ "kind": "html" }))).await;
        }
        let outcome = operate(&world.client, &operation).await;
        let Outcome::NotDone(Error::Answer { what, .. }) = &outcome else { panic!("{outcome:?}") };
        assert!(what.contains("html"), "{what}");
        assert_eq!(writes(&world).await, before + 1);
    }
    assert!(is_there(&world, "incidents", doomed.id).await);
    assert_eq!(state(&world, &case).await, "0");
}

#[tokio::test]
async fn what_leaves_no_trace_is_said_to_be_unknown() {
    let world = World::open().await;
    let (table, case) = (world.table("incident").await, a_case(&world).await);
    let queue = first(&world, "queues", "queueid").await;
    let before = writes(&world).await;
    world.order(fault("POST", "AddToQueue", 1, json!({ "kind": "reset_after" }))).await;
    let add = Operation::Act(Action::add_to_queue(queue, &table, case.clone(), None));
    let outcome = operate(&world.client, &add).await;
    assert!(matches!(&outcome, Outcome::Unknown(error) if error.is_outcome_unknown()), "{outcome:?}");
    assert_eq!(writes(&world).await, before + 1);

    // Nobody can look, so nobody knows.
    let close = Operation::Act(close(&case));
    let lost = || Error::OutcomeUnknown { source: Box::new(Error::Changed) };
    world.order(fault("GET", "incidents", 1, json!({ "kind": "status", "status": 403 }))).await;
    let outcome = find_out(&world.client, &close, lost()).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
}

/// What is done in one round of the long run, and how to see that it was.
struct Round {
    operation: Operation,
    /// Method and path of what is sent.
    sent: (&'static str, &'static str),
    seen: Seen,
}

enum Seen {
    /// The row is there, or not.
    Row(&'static str, RowId, bool),
    /// The case is resolved, by so many resolutions, with this note.
    Resolved(Subject, Option<RowId>),
    /// The case has this description.
    Described(RowId, String),
}

impl Round {
    async fn new(world: &World, kind: u64) -> Self {
        match kind {
            0 => {
                let name = vec![("name".into(), Change::Text("Made once".to_owned()))];
                let made = new("accounts", "accountid", name);
                let seen = Seen::Row("accounts", made.id, true);
                Self { operation: Operation::Create(made), sent: ("POST", "accounts"), seen }
            }
            1 => {
                let doomed =
                    new("accounts", "accountid", vec![("name".into(), Change::Text("Doomed".to_owned()))]);
                let row = ops::create(&world.client, &doomed).await.unwrap();
                let end = Deletion::new(&world.table("account").await, doomed.id, &row);
                let seen = Seen::Row("accounts", doomed.id, false);
                Self { operation: Operation::Delete(end), sent: ("DELETE", "accounts"), seen }
            }
            2 => {
                let case = a_case(world).await;
                let operation = Operation::Act(close(&case));
                Self { operation, sent: ("POST", "CloseIncident"), seen: Seen::Resolved(case, None) }
            }
            3 => {
                let case = a_case(world).await;
                let note = note(&case);
                let seen = Seen::Resolved(case.clone(), Some(note.id));
                Self { operation: Operation::CreateAndAct(note, close(&case)), sent: ("POST", "batch"), seen }
            }
            _ => {
                let id = a_case(world).await.id;
                let row = world.client.row(&RowQuery::new("incidents", id)).await.unwrap();
                let text = format!("by {id}");
                let change = vec![("description".into(), Change::Text(text.clone()))];
                let patch = Patch::new(&world.table("incident").await, id, &row, change);
                Self {
                    operation: Operation::Update(patch),
                    sent: ("PATCH", "incidents"),
                    seen: Seen::Described(id, text),
                }
            }
        }
    }

    async fn is_carried_out(&self, world: &World) -> bool {
        match &self.seen {
            Seen::Row(set, id, there) => is_there(world, set, *id).await == *there,
            Seen::Resolved(case, note) => {
                let resolved = resolutions(world, case).await;
                assert!(resolved < 2, "resolved {resolved} times");
                let closed = state(world, case).await == "1";
                assert_eq!(closed, resolved == 1);
                if let Some(note) = note {
                    assert_eq!(is_there(world, "annotations", *note).await, closed, "both or neither");
                }
                closed
            }
            Seen::Described(id, text) => {
                column(world, "incidents", *id, "description").await == format!("\"{text}\"")
            }
        }
    }
}

/// Loses the answer of so many writes of every kind.
async fn lose_answers(rounds: u64) {
    let world = World::open().await;
    let mut dice = Dice::new(15);
    for number in 0..rounds {
        let round = Round::new(&world, number % 5).await;
        let kind = ["reset_after", "cut", "reset_before"][dice.below(3)];
        let before = writes(&world).await;
        world.order(fault(round.sent.0, round.sent.1, 1, json!({ "kind": kind }))).await;
        let outcome = operate(&world.client, &round.operation).await;
        let told = format!("{number} {kind}: {outcome:?}");
        assert_eq!(writes(&world).await, before + 1, "sent once: {told}");
        match (&outcome, kind) {
            (Outcome::Done(_), "reset_after" | "cut") => {
                assert!(round.is_carried_out(&world).await, "{told}");
            }
            (Outcome::NotDone(error), "reset_before") => {
                assert!(!round.is_carried_out(&world).await && error.is_network(), "{told}");
            }
            _ => panic!("{told}"),
        }
    }
}

#[tokio::test]
async fn lost_answers_are_found_out_and_nothing_is_sent_twice() {
    lose_answers(20).await;
}

#[tokio::test]
#[ignore = "takes a minute"]
async fn two_hundred_lost_answers_are_found_out_and_nothing_is_sent_twice() {
    lose_answers(200).await;
}
