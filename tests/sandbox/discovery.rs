use crate::desk::{Answer, Desk};

pub(crate) async fn instances(desk: &Desk, user: &str, path: &str) -> Answer {
    let tokens = desk.tokens(user).await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", desk.ready().client_id.as_str()),
        ("refresh_token", tokens.text("refresh_token")),
        ("scope", &format!("{}/user_impersonation", desk.ready().discovery)),
    ];
    let answer = desk.token(&form).await;
    let url = format!("{}/api/discovery/v2.0/{path}", desk.ready().discovery);
    Answer::of(desk.http.get(url).bearer_auth(answer.text("access_token")).send().await.unwrap()).await
}

#[tokio::test]
async fn global_discovery_lists_the_environment_of_whoever_is_in_it() {
    let desk = Desk::new().await;
    let answer =
        instances(&desk, "anna", "Instances?$select=ApiUrl,Url,State,OrganizationType,TenantId").await;
    let url = &desk.ready().url;
    let expected = serde_json::json!([{
        "ApiUrl": url, "Url": format!("{url}/"), "State": 0, "OrganizationType": 5, "TenantId": desk.ready().tenant,
    }]);
    assert_eq!(answer.body["value"], expected);
    let stranger = instances(&desk, "stranger", "Instances").await;
    assert_eq!((stranger.status.as_u16(), &stranger.body["value"]), (200, &serde_json::json!([])));
    for (key, found) in
        [("UniqueName='unq883278f507af45eba0bc3fea67caa'", 1), ("UniqueName='x'", 0), ("State=0", 1)]
    {
        let answer = instances(&desk, "anna", &format!("Instances({key})")).await;
        assert_eq!(answer.body["value"].as_array().unwrap().len(), found, "{key}");
    }
    assert_eq!(instances(&desk, "anna", "Instances?$select=Nonsense").await.status, 400);
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
