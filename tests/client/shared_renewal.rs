//! A token that ends while several tasks page.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::dice::Dice;
use crate::sandbox_faults::{all_cases_of, kept, renewals};

/// Up to four tasks read all cases, in three pages each, and the token is refused at one of the pages.
async fn read_together(runs: usize) {
    let folder = TempDir::new().unwrap();
    let world = kept(&folder).await;
    let mut dice = Dice::new(7);
    for run in 0..runs {
        let tasks = 1 + dice.below(4);
        let skip = dice.below(3 * tasks);
        let fault = *dice.of(&["expire_token", "status"]);
        let before = renewals(&world.all_requests().await);
        let matched = json!({ "origin": "api", "method": "GET", "path": "/incidents\\?", "skip": skip });
        let fault: Value = json!({ "kind": fault, "status": (fault == "status").then_some(401) });
        world.order(json!({ "match": matched, "times": 1, "fault": strip(fault) })).await;
        let reads: Vec<_> = (0..tasks)
            .map(|_| {
                let client = world.client.clone();
                tokio::spawn(async move { all_cases_of(&client).await })
            })
            .collect();
        for read in reads {
            assert_eq!(read.await.unwrap(), Ok(300), "run {run}: {tasks} tasks, after {skip}");
        }
        let after = renewals(&world.all_requests().await);
        assert_eq!(after, before + 1, "run {run}: {tasks} tasks, after {skip}");
    }
}

fn strip(fault: Value) -> Value {
    let fields = fault.as_object().unwrap().clone();
    fields.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_whose_token_ends_at_some_page_share_one_renewal_and_miss_no_row() {
    read_together(6).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "50 runs"]
async fn tasks_whose_token_ends_at_some_page_share_one_renewal_50_times() {
    read_together(50).await;
}
