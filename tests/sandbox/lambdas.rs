//! Filters over collections, against the same rows looked at here.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::office::Office;

/// Two accounts with contacts and tasks of their own.
async fn furnish(office: &Office) {
    for (name, tasks) in [("Full House", vec!["Call", "Call back", "Visit"]), ("Half House", vec!["Visit"])] {
        let reply = office.post("/accounts", json!({ "name": name })).await;
        let account = reply.header("odata-entityid").split(['(', ')']).nth(1).unwrap().to_owned();
        let bind = format!("/accounts({account})");
        for subject in tasks {
            let task = json!({ "subject": subject, "regardingobjectid_account_task@odata.bind": bind });
            assert_eq!(office.post("/tasks", task).await.status, 204);
        }
        let contact = json!({ "lastname": name, "parentcustomerid_account@odata.bind": bind });
        assert_eq!(office.post("/contacts", contact).await.status, 204);
    }
    office.post("/accounts", json!({ "name": "Empty House" })).await;
}

#[tokio::test]
async fn a_condition_on_a_collection_lets_through_rows_with_such_members() {
    let office = Office::new().await;
    furnish(&office).await;
    for (filter, expected) in [
        ("Account_Tasks/any()", vec!["Full House", "Half House"]),
        ("not Account_Tasks/any()", vec!["Empty House"]),
        ("Account_Tasks/any(t:t/subject eq 'call')", vec!["Full House"]),
        ("Account_Tasks/any(o:startswith(o/subject,'Call') and o/statecode eq 0)", vec!["Full House"]),
        ("Account_Tasks/any(t:t/subject eq 'Visit')", vec!["Full House", "Half House"]),
        ("Account_Tasks/all(t:t/subject eq 'Visit')", vec!["Empty House", "Half House"]),
        ("Account_Tasks/any() and Account_Tasks/all(t:t/subject eq 'Visit')", vec!["Half House"]),
        ("not Account_Tasks/any(t:contains(t/subject,'call'))", vec!["Empty House", "Half House"]),
        ("Account_Tasks/any(t:t/subject eq @s)&@s='Call back'", vec!["Full House"]),
        ("Account_Tasks/any(t:t/owninguser/fullname eq 'Anna Moss')", vec!["Full House", "Half House"]),
        ("Account_Tasks/any(t:t/owninguser/fullname eq 'Nobody')", vec![]),
        (
            "Account_Tasks/any(t:Microsoft.Dynamics.CRM.In(PropertyName='t/subject',PropertyValues=['Call','x']))",
            vec!["Full House"],
        ),
        (
            "Account_Tasks/any(t:Microsoft.Dynamics.CRM.In(PropertyName='subject',PropertyValues=@l))&@l=[\"Call\"]",
            vec!["Full House"],
        ),
        ("contact_customer_accounts/any(c:c/lastname eq $it/name)", vec!["Full House", "Half House"]),
        (
            "contact_customer_accounts/any(c:c/lastname eq 'half house' or c/parentcustomerid_account/name eq 'x')",
            vec!["Half House"],
        ),
        (
            "Account_Tasks/any(t:t/subject eq 'Call') or Account_Tasks/any(t:t/subject eq 'Visit')",
            vec!["Full House", "Half House"],
        ),
    ] {
        let path =
            format!("/accounts?$select=name&$orderby=name&$filter=endswith(name,' House') and ({filter}");
        let path = match path.split_once("&@") {
            Some((path, alias)) => format!("{path})&@{alias}"),
            None => format!("{path})"),
        };
        let reply = office.get(&path).await;
        let expected: Vec<_> = expected.iter().map(|name| format!("\"{name}\"")).collect();
        assert_eq!(reply.column("name"), expected, "{filter}");
    }
    let counted = "/accounts/$count?$filter=Account_Tasks/any(t:startswith(t/subject,'Call'))";
    assert_eq!(office.get(counted).await.text, "\u{feff}1");
}

#[tokio::test]
async fn lambdas_nest_and_cross_many_to_many_relationships() {
    let office = Office::new().await;
    let members = office.get("/teammemberships?$select=teamid,systemuserid").await;
    let mut of: HashMap<String, HashSet<String>> = HashMap::new();
    for row in members.rows() {
        of.entry(row["teamid"].to_string()).or_default().insert(row["systemuserid"].to_string());
    }
    let users = office.get("/systemusers?$select=fullname").await;
    let named = |name: &str| -> String {
        let row = users.rows().iter().find(|row| row["fullname"] == name).unwrap();
        row["systemuserid"].to_string()
    };
    let anna = named("Anna Moss");
    let teams: Vec<String> = office.get("/teams?$select=teamid").await.column("teamid");
    let of_anna: Vec<_> =
        teams.iter().filter(|team| of.get(*team).is_some_and(|users| users.contains(&anna))).collect();
    assert!(!of_anna.is_empty() && of_anna.len() < teams.len(), "{of_anna:?} of {teams:?}");
    let filter = "teammembership_association/any(u:u/fullname eq 'Anna Moss')";
    let reply = office.get(&format!("/teams?$select=teamid&$filter={filter}")).await;
    assert_eq!(reply.column("teamid").iter().collect::<Vec<_>>(), of_anna);
    let together =
        "teammembership_association/any(t:t/teammembership_association/any(u:u/fullname eq 'Anna Moss'))";
    let reply = office.get(&format!("/systemusers?$select=systemuserid&$filter={together}")).await;
    let expected: HashSet<_> =
        of_anna.iter().filter_map(|team| of.get(*team)).flatten().map(String::as_str).collect();
    let found = reply.column("systemuserid");
    assert_eq!(found.iter().map(String::as_str).collect::<HashSet<_>>(), expected);
    // The variable of the lambda around is still there.
    let filter = "teammembership_association/any(t:t/teammembership_association/any(u:u/systemuserid ne $it/systemuserid \
                  and t/name ne null))";
    let reply = office.get(&format!("/systemusers?$select=systemuserid&$filter={filter}")).await;
    let alone = |user: &&String| of.values().any(|users| users.contains(*user) && users.len() > 1);
    let all = users.column("systemuserid");
    let expected: HashSet<_> = all.iter().filter(alone).cloned().collect();
    assert_eq!(reply.column("systemuserid").into_iter().collect::<HashSet<_>>(), expected);
    let rows: &Vec<Value> = reply.rows();
    assert!(!rows.is_empty());
}

#[tokio::test]
async fn what_is_no_collection_has_no_members() {
    let office = Office::new().await;
    for filter in [
        "primarycontactid/Contact_Tasks/any(t:t/subject eq 'x')",
        "primarycontactid/any(c:c/fullname eq 'x')",
        "Nonsense/any()",
        "Account_Tasks/all()",
        "Account_Tasks/any(t:t/nonsense eq 1)",
        "Account_Tasks/any(t:subject eq 'x')",
        "Account_Tasks/any(t)",
        "Account_Tasks/subject eq 'x'",
        "Account_Tasks/any(t:x/subject eq 'x')",
    ] {
        let reply = office.get(&format!("/accounts?$filter={filter}")).await;
        assert_eq!(reply.refusal(), (400, "0x80060888"), "{filter}: {}", reply.text);
    }
    let many: Vec<_> = (0..16).map(|_| "Account_Tasks/any()").collect();
    let reply = office.get(&format!("/accounts?$filter={}", many.join(" and "))).await;
    assert_eq!(reply.refusal(), (400, "0x8004430d"));
    let deep = format!("{}t/subject eq 'x'{}", "Account_Tasks/any(t:".repeat(200), ")".repeat(200));
    assert_eq!(office.get(&format!("/accounts?$filter={deep}")).await.refusal(), (400, "0x80060888"));
}
