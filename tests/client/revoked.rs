//! A sign-in that ends in the middle of work: it asks for a person, and goes on where it was.

use std::collections::HashSet;

use dvtui::dataverse::{Client, Error, NextLink, Query, RowId};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::dice::Dice;
use crate::sandbox_faults::{all_cases_of, kept, renewals, sign_in_to};
use crate::world::World;

/// What ends a sign-in: an answer of the Web API, and one of the token endpoint.
fn causes() -> [(Value, Value); 5] {
    let expired = json!({ "kind": "expire_token" });
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let bare = json!({
        "kind": "answer", "status": 400, "content_type": "application/json", "body": r#"{"error":"invalid_grant"}"#
    });
    let refused = |code: &str| json!({ "kind": "status", "status": 400, "code": code });
    [
        (expired.clone(), refused("50173")),
        (expired.clone(), refused("700082")),
        (expired.clone(), refused("70043")),
        (expired, bare),
        (json!({ "kind": "status", "status": 401, "claims": claims }), refused("50076")),
    ]
}

/// Work that knows how far it came.
#[derive(Default)]
struct Reading {
    ids: HashSet<RowId>,
    link: Option<NextLink>,
    begun: bool,
}

impl Reading {
    async fn go_on(&mut self, client: &Client) -> Result<(), Error> {
        let query = Query::new("incidents").select(["title"]).page_size(100);
        while !self.begun || self.link.is_some() {
            let page = match &self.link {
                None => client.page(&query).await?,
                Some(link) => client.next_page(link, &query).await?,
            };
            for row in page.rows() {
                assert!(self.ids.insert(row.id(&"incidentid".into()).unwrap()), "a row came twice");
            }
            (self.begun, self.link) = (true, page.next_link().cloned());
        }
        Ok(())
    }
}

/// Answers the client of the new sign-in.
async fn end_and_go_on(
    world: &World,
    folder: &TempDir,
    cause: &(Value, Value),
    tasks: usize,
    skip: usize,
) -> Client {
    let matched = json!({ "origin": "api", "method": "GET", "path": "/incidents\\?", "skip": skip });
    // A policy refuses the token whoever sends it; a token that ended is refused anyway.
    let times = if cause.0["kind"] == "status" { Value::Null } else { json!(1) };
    world.order(json!({ "match": matched, "times": times, "fault": cause.0 })).await;
    let token = json!({ "origin": "entra", "path": "/token$" });
    world.order(json!({ "match": token, "times": null, "fault": cause.1 })).await;
    let before = renewals(&world.all_requests().await);

    let mut works: Vec<Reading> = (0..tasks).map(|_| Reading::default()).collect();
    let all = works.iter_mut().map(|work| work.go_on(&world.client));
    // A task that was ahead of the others may have had its last page by then.
    let ended = futures_util::future::join_all(all).await;
    let errors: Vec<_> = ended.into_iter().filter_map(Result::err).collect();
    assert!(!errors.is_empty() && errors.iter().all(Error::needs_sign_in), "{cause:?}: {errors:?}");
    let asked = renewals(&world.all_requests().await) - before;
    assert!((1..=tasks).contains(&asked), "{cause:?}: {asked} token requests of {tasks} tasks");

    let controls = world.sandbox.ready().controls.as_deref().unwrap();
    let cleared = crate::support::http().delete(format!("{controls}/_sandbox/faults")).send().await.unwrap();
    assert!(cleared.status().is_success());
    let again = sign_in_to(&world.sandbox, 0, folder).await;
    for mut work in works {
        work.go_on(&again).await.unwrap();
        assert_eq!(work.ids.len(), 300, "{cause:?}");
    }
    again
}

async fn sign_ins_end(runs: usize) {
    let folder = TempDir::new().unwrap();
    let mut world = kept(&folder).await;
    let other = sign_in_to(&world.sandbox, 2, &folder).await;
    let others = all_cases_of(&other).await.unwrap();
    let mut dice = Dice::new(8);
    for run in 0..runs {
        let causes = causes();
        let tasks = 1 + (run / causes.len()) % 4;
        let cause = &causes[run % causes.len()];
        world.client = end_and_go_on(&world, &folder, cause, tasks, dice.below(2 * tasks + 1)).await;
        assert_eq!(all_cases_of(&other).await, Ok(others), "another environment goes on");
    }
}

#[tokio::test]
async fn a_sign_in_that_ends_in_the_middle_asks_once_and_the_work_goes_on_after_a_new_one() {
    sign_ins_end(5).await;
}

#[tokio::test]
#[ignore = "20 runs"]
async fn a_sign_in_that_ends_in_the_middle_asks_once_and_the_work_goes_on_20_times() {
    sign_ins_end(20).await;
}
