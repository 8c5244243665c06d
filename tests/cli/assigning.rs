//! `dv assign`: people, teams, oneself, and names that are not clear.

use serde_json::json;

use crate::writing::{Desk, id};

#[tokio::test(flavor = "multi_thread")]
async fn a_row_goes_to_a_person_a_team_and_oneself() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let case = id(&case, "incidentid");
    let person = desk.row(&["rows", "systemuser", "--filter", "startswith(fullname,'Bo')", "--json"]).await;
    let team = desk.row(&["rows", "team", "--top", "1", "--json"]).await;
    let me = desk.row(&["whoami", "--json"]).await["user_id"].clone();
    let by_name = format!("team:{}", id(&team, "name"));
    for (to, owner) in [
        (id(&person, "fullname"), &person["systemuserid"]),
        (&by_name, &team["teamid"]),
        (id(&person, "systemuserid"), &person["systemuserid"]),
        ("me", &me),
    ] {
        let ended = desk.dv(&["assign", "incidents", case, to]).await;
        assert!(ended.expect(0, &[]).out.contains("ownerid"), "{to}: {ended:#?}");
        assert_eq!(desk.get("incident", case).await["_ownerid_value"], *owner, "{to}");
    }
    desk.dv(&["assign", "incident", case, "me"]).await.expect(0, &["already so"]);
    assert_eq!(desk.writes().await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_change_and_what_cannot_own_is_refused() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let (case_id, etag) = (id(&case, "incidentid"), case["@odata.etag"].as_str().unwrap());
    let team = desk.row(&["rows", "team", "--top", "1", "--json"]).await;
    let bind = format!("/teams({})", id(&team, "teamid"));
    let to = format!("team:{}", id(&team, "teamid"));
    let shown = desk.row(&["assign", "incident", case_id, &to, "--dry-run", "--json"]).await;
    assert_eq!((&shown["method"], &shown["headers"]), (&json!("PATCH"), &json!({ "If-Match": etag })));
    assert_eq!(shown["body"], json!({ "ownerid@odata.bind": bind }));
    desk.dv(&["assign", "incident", case_id, "Nobody"]).await.expect(1, &["no row of", "called `Nobody`"]);
    desk.dv(&["assign", "incident", case_id, ""]).await.expect(2, &["has an owner always"]);
    desk.dv(&["assign", "systemuser", case_id, "me"]).await.expect(1, &["no column `ownerid`"]);
    desk.dv(&["assign", "incident", case_id, "@x"]).await.expect(1, &["called `@x`"]);
    let stale = desk.dv(&["assign", "incident", case_id, &to, "--if-match", "1"]).await;
    stale.expect(3, &["changed since it was read"]);
    assert!(desk.writes().await.is_empty());
    desk.order("PATCH", "/incidents", json!({ "kind": "touch_row" })).await;
    desk.dv(&["assign", "incident", case_id, &to]).await.expect(3, &["0x80060882", "nothing was saved"]);
}
