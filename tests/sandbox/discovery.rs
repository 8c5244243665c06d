use serde_json::json;

use crate::desk::{Answer, Desk};
use crate::environments::token_for;

pub(crate) async fn instances(desk: &Desk, user: &str, path: &str) -> Answer {
    let token = token_for(desk, user, &desk.ready().discovery).await;
    let url = format!("{}/api/discovery/v2.0/{path}", desk.ready().discovery);
    Answer::of(desk.http.get(url).bearer_auth(token).send().await.unwrap()).await
}

/// The `UrlName`s of an answer.
fn names(answer: &Answer) -> Vec<&str> {
    let rows = answer.body["value"].as_array().unwrap_or_else(|| panic!("{:?}", answer.body));
    rows.iter().map(|row| row["UrlName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn global_discovery_lists_the_environments_of_whoever_is_in_them() {
    let desk = Desk::new().await;
    let all = instances(&desk, "anna", "Instances").await;
    assert_eq!(names(&all), ["contoso-uat", "contoso", "contoso-dev", "contoso-trial"]);
    let url = &desk.ready().url;
    let expected = json!({
        "ApiUrl": url,
        "DatacenterId": null,
        "DatacenterName": null,
        "EnvironmentId": "2f6b0c1e-8d47-e9a3-b5d2-70c4f18a93be",
        "FriendlyName": "Contoso UAT",
        "Id": "883278f5-07af-45eb-a0bc-3fea67caa544",
        "IsUserSysAdmin": false,
        "LastUpdated": "2026-11-02T08:15:00Z",
        "OrganizationType": 5,
        "Purpose": "Acceptance tests before a release",
        "Region": "EMEA",
        "SchemaType": "Full",
        "State": 0,
        "StatusMessage": 0,
        "TenantId": desk.ready().tenant,
        "TrialExpirationDate": null,
        "UniqueName": "unq883278f507af45eba0bc3fea67caa",
        "UrlName": "contoso-uat",
        "Version": all.body["value"][0]["Version"],
        "Url": format!("{url}/"),
    });
    assert_eq!(all.body["value"][0], expected);
    for (row, environment) in all.body["value"].as_array().unwrap().iter().zip(&desk.ready().environments) {
        assert_eq!(row["Id"], environment.organization_id);
        assert_eq!(
            (&row["State"], &row["OrganizationType"]),
            (&json!(environment.state), &json!(environment.kind))
        );
        assert_eq!(
            (&row["UrlName"], &row["Url"]),
            (&json!(environment.name), &json!(format!("{}/", environment.url)))
        );
    }
    for (user, expected) in [
        ("reader", vec!["contoso-uat", "contoso"]),
        ("norole", vec!["contoso-uat"]),
        ("stranger", vec![]),
        ("disabled", vec![]),
    ] {
        let answer = instances(&desk, user, "Instances").await;
        assert_eq!((answer.status.as_u16(), names(&answer)), (200, expected), "{user}");
    }
    let admin = instances(&desk, "admin", "Instances?$select=IsUserSysAdmin").await;
    assert_eq!(admin.body["value"][0], json!({ "IsUserSysAdmin": true }));
}

#[tokio::test]
async fn the_list_is_filtered_selected_from_and_asked_by_key() {
    let desk = Desk::new().await;
    let token = token_for(&desk, "anna", &desk.ready().discovery).await;
    let ask = async |path: &str| {
        let url = format!("{}/api/discovery/v2.0/{path}", desk.ready().discovery);
        desk.http.get(url).bearer_auth(&token).send().await.unwrap()
    };
    for (query, found) in [
        ("Instances?$filter=State eq 0", vec!["contoso-uat", "contoso", "contoso-dev"]),
        ("Instances?$filter=OrganizationType+eq+0", vec!["contoso"]),
        ("Instances?$filter=not (State eq 0) or UrlName eq 'contoso'", vec!["contoso", "contoso-trial"]),
        ("Instances?$filter=startswith(FriendlyName,'Contoso D')", vec!["contoso-dev"]),
        ("Instances?$filter=contains(FriendlyName,'uat')", vec![]),
        ("Instances?$filter=TrialExpirationDate lt 2026-11-01T00:00:00Z", vec!["contoso-trial"]),
        ("Instances(UniqueName='unq883278f507af45eba0bc3fea67caa')", vec!["contoso-uat"]),
        ("Instances(883278f5-07af-45eb-a0bc-3fea67caa544)", vec!["contoso-uat"]),
        ("Instances(UniqueName='x')", vec![]),
        ("Instances(State=1)", vec!["contoso-trial"]),
        ("Instances(State=0)?$filter=OrganizationType eq 13", vec!["contoso-dev"]),
    ] {
        let answer = Answer::of(ask(query).await).await;
        assert_eq!((answer.status.as_u16(), names(&answer)), (200, found), "{query}");
    }
    for (query, status) in [
        ("Instances?$select=Nonsense", 400),
        ("Instances?$filter=Nonsense eq 1", 400),
        ("Instances?$filter=State eq", 400),
        ("Instances?$filter=State eq 'x'", 400),
        ("Instances(FriendlyName='x')", 400),
        ("Instances?$orderby=State", 501),
        ("Instances/x", 404),
        ("Other", 404),
    ] {
        let answer = Answer::of(ask(query).await).await;
        assert_eq!(answer.status.as_u16(), status, "{query}");
        assert!(answer.body["error"]["message"].is_string(), "{query}");
    }

    let response = ask("Instances?$select=ApiUrl,State").await;
    assert_eq!(response.headers()["odata-version"], "4.0");
    let answer = Answer::of(response).await;
    let context = "https://10.0.1.76:20193/api/discovery/v2.0/$metadata#Instances(ApiUrl,State)";
    assert_eq!(answer.text("@odata.context"), context);
    let properties: Vec<_> = answer.body["value"][3].as_object().unwrap().keys().collect();
    assert_eq!(properties, ["ApiUrl", "State"]);
    let metadata = ask("$metadata").await.text().await.unwrap();
    assert!(metadata.contains("<Property Name=\"OrganizationType\" Type=\"Edm.Int32\"/>"), "{metadata}");
}

#[tokio::test]
async fn an_application_is_in_no_list() {
    let desk = Desk::new().await;
    let confidential = desk.ready().confidential.clone();
    let scope = format!("{}/.default", desk.ready().discovery);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", confidential.client_id.as_str()),
        ("client_secret", confidential.client_secret.as_str()),
        ("scope", &scope),
    ];
    let token = desk.token(&form).await.text("access_token").to_owned();
    let url = format!("{}/api/discovery/v2.0/Instances", desk.ready().discovery);
    let answer = Answer::of(desk.http.get(url).bearer_auth(token).send().await.unwrap()).await;
    assert_eq!((answer.status.as_u16(), &answer.body["value"]), (200, &json!([])));
}

#[tokio::test]
async fn global_discovery_challenges_with_the_common_authority() {
    let desk = Desk::new().await;
    let url = format!("{}/api/discovery/v2.0/Instances", desk.ready().discovery);
    let response = desk.http.get(&url).send().await.unwrap();
    let expected = format!(
        "Bearer authorization_uri={}/oauth2/authorize, resource_id={}/",
        desk.authority("common"),
        desk.ready().discovery
    );
    assert_eq!(
        (response.status().as_u16(), response.headers()["www-authenticate"].to_str().unwrap()),
        (401, &*expected)
    );
    let wrong = crate::support::user_token(&desk.sandbox, "anna").await;
    assert_eq!(desk.http.get(&url).bearer_auth(wrong).send().await.unwrap().status(), 401);
}
