use serde_json::json;

use crate::desk::{Answer, Desk};
use crate::office::Office;

/// Signing in succeeds for all of them: it is the environment that says no, and why.
#[tokio::test]
async fn each_user_meets_what_the_environment_knows_of_them() {
    let desk = Desk::new().await;
    for (user, status, code) in [
        ("admin", 200, None),
        ("anna", 200, None),
        ("bo", 200, None),
        ("reader", 200, None),
        ("norole", 403, Some("0x80042f09")),
        ("stranger", 403, Some("0x80072560")),
        ("disabled", 403, Some("0x80040225")),
        ("unlicensed", 403, Some("0x8004d24b")),
    ] {
        let tokens = desk.tokens(user).await;
        let response = desk.api("/api/data/v9.2/incidents?$top=1", tokens.text("access_token")).await;
        let answer = Answer::of(response).await;
        assert_eq!((answer.status.as_u16(), answer.body["error"]["code"].as_str()), (status, code), "{user}");
    }
}

#[tokio::test]
async fn users_are_who_their_rows_say_they_are() {
    let mut office = Office::of("admin").await;
    let bo = "/systemusers(e4b0a7d2-0003-ef11-9f89-000d3a2b1c03)";
    let unit = format!("/businessunits({})", office.first("businessunits", "businessunitid").await);
    let oid = office.desk.ready().users.iter().find(|user| user.name == "stranger").unwrap().oid.clone();
    assert_eq!(office.patch(bo, &[], json!({ "isdisabled": true })).await.status, 204);
    let newcomer = json!({
        "firstname": "New", "lastname": "Comer", "azureactivedirectoryobjectid": oid, "businessunitid@odata.bind": unit,
    });
    let made = office.post("/systemusers", newcomer).await;
    assert_eq!(made.status, 204, "{}", made.text);
    office.token_of("bo").await;
    assert_eq!(office.get("/WhoAmI").await.refusal(), (403, "0x80040225"));
    office.token_of("stranger").await;
    assert_eq!(office.get("/WhoAmI").await.refusal(), (403, "0x80042f09"), "a row, but no role yet");
    office.token_of("admin").await;
    assert_eq!(office.patch(bo, &[], json!({ "isdisabled": false })).await.status, 204);
    office.token_of("bo").await;
    assert_eq!(office.get("/WhoAmI").await.status, 200);
}

#[tokio::test]
async fn the_application_enters_as_its_own_user() {
    let desk = Desk::new().await;
    let confidential = desk.ready().confidential.clone();
    let scope = format!("{}/.default", desk.ready().url);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", confidential.client_id.as_str()),
        ("client_secret", confidential.client_secret.as_str()),
        ("scope", &scope),
    ];
    let application = desk.token(&form).await;
    let anna = desk.tokens("anna").await;
    let mut ids = vec![];
    for tokens in [&application, &anna] {
        let answer = Answer::of(desk.api("/api/data/v9.2/WhoAmI", tokens.text("access_token")).await).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        ids.push(answer.text("UserId").to_owned());
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn an_application_may_be_unknown_to_the_environment_or_kept_out_of_it() {
    let desk = Desk::new().await;
    let scope = format!("{}/.default", desk.ready().url);
    let clients = desk.ready().clients.clone();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", clients["0x80072560"].as_str()),
        ("client_secret", desk.ready().confidential.client_secret.as_str()),
        ("scope", &scope),
    ];
    let unknown = desk.token(&form).await;

    let client = clients["0x80095ffc"].as_str();
    let form = [("client_id", client), ("scope", &scope)];
    let device = desk.post(&format!("{}/oauth2/v2.0/devicecode", desk.ready().authority), &form).await;
    desk.control(&format!("approve?user_code={}", device.text("user_code"))).await;
    let form =
        [("grant_type", "device_code"), ("client_id", client), ("device_code", device.text("device_code"))];
    let restricted = desk.token(&form).await;
    for (tokens, code) in [(unknown, "0x80072560"), (restricted, "0x80095ffc")] {
        let answer = Answer::of(desk.api("/api/data/v9.2/WhoAmI", tokens.text("access_token")).await).await;
        assert_eq!((answer.status.as_u16(), answer.body["error"]["code"].as_str()), (403, Some(code)));
    }
}

#[tokio::test]
async fn discovery_and_the_environment_tell_the_same_of_it() {
    let desk = Desk::new().await;
    let admin = desk.tokens("admin").await;
    let path = "/api/data/v9.2/RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default')";
    let own = Answer::of(desk.api(path, admin.text("access_token")).await).await;
    let listed = crate::discovery::instances(&desk, "admin", "Instances").await;
    let (own, listed) = (&own.body["Detail"], &listed.body["value"][0]);
    for (here, there) in [
        ("OrganizationId", "Id"),
        ("FriendlyName", "FriendlyName"),
        ("UniqueName", "UniqueName"),
        ("UrlName", "UrlName"),
        ("OrganizationVersion", "Version"),
        ("EnvironmentId", "EnvironmentId"),
        ("TenantId", "TenantId"),
    ] {
        assert!(
            own[here].is_string() && own[here] == listed[there],
            "{here}: {} {}",
            own[here],
            listed[there]
        );
    }
    let ready = serde_json::to_value(desk.ready()).unwrap();
    assert_eq!(ready["environments"][0]["organization_id"], listed["Id"]);
    assert_eq!(
        (&listed["OrganizationType"], own["OrganizationType"].as_str()),
        (&5.into(), Some("CustomerTest"))
    );
}
