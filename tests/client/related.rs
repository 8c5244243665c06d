//! Relationships of tables of the sandbox, and how many rows are related.

use dvtui::dataverse::{Query, Relationship, RelationshipKind, RowId};
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
    has("account", RelationshipKind::ManyToOne("customerid".into()));
    has("contact", RelationshipKind::ManyToOne("customerid".into()));
    has("owner", RelationshipKind::ManyToOne("ownerid".into()));
    has("annotation", RelationshipKind::OneToMany("objectid".into()));
    has("incident", RelationshipKind::OneToMany("parentcaseid".into()));
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
            let count = world.client.related_count(other, &condition).await;
            let Ok(count) = count else { continue }; // anna may not read all of them
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
