//! Clocks that are wrong: the server's answer counts, and nobody renews again and again.

use serde_json::json;
use tempfile::TempDir;

use crate::dice::Dice;
use crate::sandbox_faults::{all_cases, kept, renewals};

/// The server's clock jumps at some page.
async fn clocks_jump(runs: usize) {
    let folder = TempDir::new().unwrap();
    let world = kept(&folder).await;
    let mut dice = Dice::new(9);
    for run in 0..runs {
        let seconds = [600, -600, 86_400, -86_400][run % 4];
        let skip = dice.below(3);
        let before = renewals(&world.all_requests().await);
        let matched = json!({ "origin": "api", "method": "GET", "path": "/incidents\\?", "skip": skip });
        let clock = json!({ "kind": "clock", "seconds": seconds });
        world.order(json!({ "match": matched, "times": 1, "fault": clock })).await;
        assert_eq!(all_cases(&world).await, Ok(300), "run {run}: {seconds} s at {skip}");
        let renewed = renewals(&world.all_requests().await) - before;
        assert!(renewed <= 1, "run {run}: {renewed} renewals for one jump of {seconds} s");
        assert!(renewed == 1 || seconds != 86_400, "run {run}: a token of yesterday was taken");
    }
}

#[tokio::test]
async fn a_clock_that_jumps_in_the_middle_costs_one_renewal_at_most_and_no_row() {
    clocks_jump(4).await;
}

#[tokio::test]
#[ignore = "20 runs"]
async fn a_clock_that_jumps_in_the_middle_costs_one_renewal_at_most_20_times() {
    clocks_jump(20).await;
}
