//! Relationships of tables of the sandbox, and how many rows are related.

use dvtui::dataverse::{
    Association, Client, Error, Operation, Query, Relationship, RelationshipKind, RowId, batch,
};
use dvtui::ops::operate::{Outcome, find_out, operate};
use serde_json::json;

use crate::world::{World, fault};

async fn of(world: &World, table: &str) -> Vec<Relationship> {
    world.client.relationships(&table.into()).await.unwrap()
}

async fn first(world: &World, set: &str, key: &str) -> RowId {
    let page = world.client.page(&Query::new(set).select([key]).top(1)).await.unwrap();
    page.row(0).unwrap().id(&key.into()).unwrap()
}

#[tokio::test]
async fn the_relationships_of_a_table_come_in_one_request_and_from_both_sides() {
    let world = World::new().await;
    let before = world.requests().await.len();
    let cases = of(&world, "incident").await;
    assert_eq!(world.requests().await.len(), before + 1);
    let has = |table: &str, kind: RelationshipKind| {
        assert!(cases.iter().any(|of| of.table.as_str() == table && of.kind == kind), "{table} {cases:#?}");
    };
    let by = |column: &str, navigation: &str| RelationshipKind::OneToMany {
        column: column.into(),
        navigation: navigation.to_owned(),
    };
    has("account", RelationshipKind::ManyToOne("customerid".into()));
    has("contact", RelationshipKind::ManyToOne("customerid".into()));
    has("owner", RelationshipKind::ManyToOne("ownerid".into()));
    has("annotation", by("objectid", "objectid_incident"));
    has("incident", by("parentcaseid", "parentcaseid"));
    let both = |kind: &RelationshipKind| matches!(kind, RelationshipKind::ManyToMany { .. });
    let teams = of(&world, "team").await;
    assert!(teams.iter().any(|of| of.table.as_str() == "systemuser" && both(&of.kind)), "{teams:#?}");
    let users = of(&world, "systemuser").await;
    assert!(users.iter().any(|of| of.table.as_str() == "team" && both(&of.kind)), "{users:#?}");
}

#[tokio::test]
async fn a_count_is_what_the_navigation_property_of_the_row_leads_to() {
    let world = World::new().await;
    let mut counted = 0;
    let tables = world.client.tables().await.unwrap();
    for (table, key) in [("team", "teamid"), ("incident", "incidentid")] {
        let table = world.table(table).await;
        let id = first(&world, table.set.as_str(), key).await;
        for relationship in of(&world, table.name.as_str()).await {
            let Some(condition) = relationship.condition(&table, id) else { continue };
            let Some(other) = tables.iter().find(|table| table.name == relationship.table) else { continue };
            let count = match world.client.related_count(other, &condition).await {
                Err(error) if error.is_forbidden() => continue, // anna may not read all of them
                count => count.unwrap(),
            };
            let all = Query::new(other.set.clone()).select([other.primary_id.as_str()]).filter(condition);
            let rows = world.client.page(&all).await.unwrap();
            assert_eq!(count.total.rows, rows.rows().count() as u64, "{relationship:?}");
            counted += count.total.rows;
        }
    }
    assert!(counted > 0);
}

#[tokio::test]
async fn a_row_that_stands_alone_is_named() {
    let world = World::new().await;
    let users = world.table("systemuser").await;
    let condition =
        dvtui::dataverse::field("systemuserid").eq(first(&world, "systemusers", "systemuserid").await);
    let count = world.client.related_count(&users, &condition).await.unwrap();
    assert_eq!(count.total.rows, 1);
    assert!(count.first.is_some_and(|name| !name.is_empty()));
}

#[tokio::test]
async fn a_refused_count_is_no_number() {
    let world = World::new().await;
    let users = world.table("systemuser").await;
    let refusal = json!({ "kind": "status", "status": 403 });
    world.order(fault("GET", "systemusers", 9, refusal)).await;
    let condition = dvtui::dataverse::field("fullname").ne("x");
    assert!(world.client.related_count(&users, &condition).await.unwrap_err().is_forbidden());
}

/// A team and a user who is not in it, as a link that is to be made.
async fn a_link(world: &World, client: &Client) -> Association {
    let relationships = client.relationships(&"team".into()).await.unwrap();
    let navigation = relationships.iter().find_map(|of| match &of.kind {
        RelationshipKind::ManyToMany { navigation, .. } if of.table.as_str() == "systemuser" => {
            Some(navigation.clone())
        }
        _ => None,
    });
    let team = first(world, "teams", "teamid").await;
    let users = client.page(&Query::new("systemusers").select(["systemuserid"])).await.unwrap();
    for user in users.rows() {
        let association = Association {
            from: ("teams".into(), team),
            navigation: navigation.clone().unwrap(),
            back: String::new(),
            to: ("systemusers".into(), user.id(&"systemuserid".into()).unwrap()),
            to_key: "systemuserid".into(),
            origin: client.environment().origin().to_owned(),
            attach: true,
        };
        if !client.is_linked(&association).await.unwrap() {
            return association;
        }
    }
    panic!("everybody is in the team");
}

async fn writes(world: &World) -> usize {
    world.requests().await.iter().filter(|entry| entry["method"] != "GET").count()
}

#[tokio::test]
async fn a_link_is_made_once_and_taken_away_once() {
    let world = World::open().await;
    let client = world.other().await;
    let link = a_link(&world, &client).await;
    let (attach, detach) = (Operation::Associate(link.clone()), Operation::Associate(link.reversed()));
    let outcome = operate(&client, &attach).await;
    assert_eq!(outcome, Outcome::Done(None));
    assert!(client.is_linked(&link).await.unwrap());
    let Outcome::NotDone(again) = operate(&client, &attach).await else { panic!() };
    assert_eq!(again.code(), Some("0x80040237"));
    assert_eq!(operate(&client, &detach).await, Outcome::Done(None));
    assert!(!client.is_linked(&link).await.unwrap());
    let outcome = operate(&client, &detach).await;
    assert!(matches!(outcome, Outcome::NotDone(_)), "the row is not gone, the link is: {outcome:?}");
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_by_whether_the_link_is_there_and_nothing_is_sent_twice() {
    let world = World::open().await;
    let client = world.other().await;
    let mut link = a_link(&world, &client).await;
    for kind in ["reset_before", "reset_after", "reset_before", "cut", "reset_after"] {
        let (before, was) = (writes(&world).await, client.is_linked(&link).await.unwrap());
        link.attach = !was;
        let method = if link.attach { "POST" } else { "DELETE" };
        world.order(fault(method, "ref", 1, json!({ "kind": kind }))).await;
        let outcome = operate(&client, &Operation::Associate(link.clone())).await;
        assert_eq!(writes(&world).await, before + 1, "{kind}");
        let is = client.is_linked(&link).await.unwrap();
        match kind {
            "reset_before" => {
                assert!(matches!(&outcome, Outcome::NotDone(error) if error.is_network()), "{outcome:?}");
                assert_eq!(is, was);
            }
            _ => {
                assert_eq!(outcome, Outcome::Done(None), "{kind}");
                assert_eq!(is, link.attach);
            }
        }
    }
    let lost = Error::OutcomeUnknown { source: Box::new(Error::Changed) };
    world.order(fault("GET", "teams", 9, json!({ "kind": "status", "status": 403 }))).await;
    let outcome = find_out(&client, &Operation::Associate(link), lost).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "nobody can look: {outcome:?}");
}

#[tokio::test]
async fn a_closed_guard_links_nothing_and_asks_for_nothing() {
    let world = World::open().await;
    let link = a_link(&world, &world.other().await).await;
    let before = world.requests().await.len();
    world.client.guard().close("This is somebody else's");
    let outcome = operate(&world.client, &Operation::Associate(link)).await;
    assert!(matches!(outcome, Outcome::NotDone(Error::Refused { .. })), "{outcome:?}");
    assert_eq!(world.requests().await.len(), before);
}

#[tokio::test]
async fn a_link_can_stand_in_a_batch_and_is_carried_out_from_there() {
    let world = World::open().await;
    let client = world.other().await;
    let link = a_link(&world, &client).await;
    let wires = Operation::Associate(link.clone()).wires().unwrap();
    let text = batch(&link.origin, &[wires]).unwrap();
    let kind = text.all_headers.iter().find(|(name, _)| name == "Content-Type").unwrap().1.clone();
    let token = crate::support::user_token(&world.sandbox, "admin").await;
    let reply = crate::support::http()
        .post(format!("{}{}", link.origin, text.path))
        .header("Content-Type", kind)
        .bearer_auth(token)
        .body(text.body)
        .send()
        .await
        .unwrap();
    assert!(reply.status().is_success());
    assert!(client.is_linked(&link).await.unwrap());
}
