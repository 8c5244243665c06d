//! The timeline of rows of the sandbox.

use dvtui::dataverse::timeline::Timeline;
use dvtui::dataverse::{Query, RowId, field};
use serde_json::json;

use crate::world::{World, fault};

async fn of(world: &World, table: &str, id: RowId) -> Timeline {
    world.client.timeline_of(&world.table(table).await, id, None).await.unwrap().1
}

/// Keys of the cases that rows of a table are about, the first ones.
async fn cases_with(world: &World, set: &str, link: &str, of_cases: &str) -> Vec<RowId> {
    let query = Query::new(set).select([link]).filter(dvtui::dataverse::Filter::Raw(of_cases.into())).top(5);
    let page = world.client.page(&query).await.unwrap();
    page.rows().map(|row| row.id(&link.into()).unwrap()).collect()
}

#[tokio::test]
async fn a_timeline_is_the_union_of_notes_and_activities_the_newest_first() {
    let world = World::new().await;
    let cases = cases_with(&world, "emails", "_regardingobjectid_value", "directioncode eq true").await;
    let mut seen = 0;
    for case in cases {
        let timeline = of(&world, "incident", case).await;
        assert!(timeline.entries.is_sorted_by(|a, b| a.at >= b.at), "{timeline:?}");
        let count = async |set: &str, link: &str| {
            let query = Query::new(set).select(["createdon"]).filter(field(link).eq(case));
            world.client.page(&query).await.unwrap().rows().count()
        };
        let all = count("annotations", "_objectid_value").await
            + count("activitypointers", "_regardingobjectid_value").await;
        assert_eq!(timeline.entries.len(), all);
        let mail = timeline.entries.iter().find(|entry| entry.table.as_str() == "email").unwrap();
        assert!(mail.incoming.is_some() && mail.who.is_some() && mail.subject.is_some());
        seen += timeline.entries.len();
    }
    assert!(seen > 0);
}

#[tokio::test]
async fn files_are_told_with_their_size_and_never_read_with_the_list() {
    let world = World::new().await;
    let cases = cases_with(
        &world,
        "annotations",
        "_objectid_value",
        "isdocument eq true and objecttypecode eq 'incident'",
    )
    .await;
    let timeline = of(&world, "incident", cases[0]).await;
    let file = timeline.entries.iter().find_map(|entry| entry.file.as_ref()).unwrap();
    assert!(!file.name.is_empty() && file.size.is_some_and(|size| size > 0), "{file:?}");
    let requests = world.all_requests().await;
    assert!(!requests.iter().any(|request| request.to_string().contains("documentbody")), "{requests:?}");
}

#[tokio::test]
async fn a_table_without_notes_and_activities_says_so_and_is_asked_for_nothing_more() {
    let world = World::new().await;
    let table = world.table("queue").await;
    let (collections, timeline) = world.client.timeline_of(&table, cases_id(), None).await.unwrap();
    assert!(collections.is_empty() && timeline.none && timeline.entries.is_empty());
}

fn cases_id() -> RowId {
    "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap()
}

#[tokio::test]
async fn what_may_not_be_read_is_told_and_the_rest_is_here() {
    let world = World::new().await;
    let cases = cases_with(&world, "emails", "_regardingobjectid_value", "directioncode eq true").await;
    let no = json!({ "kind": "status", "status": 403 });
    world.order(fault("GET", "Incident_Annotation", 1, no)).await;
    let timeline = of(&world, "incident", cases[0]).await;
    assert_eq!(timeline.hidden, ["notes"]);
    assert!(!timeline.entries.is_empty());
    assert!(timeline.entries.iter().all(|entry| entry.table.as_str() != "annotation"));
}
