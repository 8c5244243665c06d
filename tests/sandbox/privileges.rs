//! Roles and their privileges, shared rows, and asking in the name of somebody else.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::Office;

const ADMIN: &str = "e4b0a7d2-0001-ef11-9f89-000d3a2b1c01";
const ANNA: &str = "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02";
const READER: &str = "e4b0a7d2-0004-ef11-9f89-000d3a2b1c04";

#[tokio::test]
async fn a_missing_privilege_is_named_with_what_the_roles_hold() {
    let mut office = Office::new().await;
    let (case, id) = office.new_case("Guarded").await;
    office.token_of("reader").await;
    let refused = office.send(Method::DELETE, &case, &[], None).await;
    assert_eq!(refused.refusal(), (403, "0x80040220"));
    let held =
        office.get(&format!("/systemusers({READER})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()")).await;
    let held = held.body["RolePrivileges"].as_array().unwrap().clone();
    let row = office.get("/privileges?$filter=name eq 'prvDeleteIncident'").await;
    let privilege = row.rows()[0]["privilegeid"].as_str().unwrap().to_owned();
    assert_eq!(row.rows()[0]["accessright"], 65_536);
    assert_eq!(
        refused.message(),
        format!(
            "Principal user (Id={READER}, type=8, roleCount=1, privilegeCount={}, accessMode=0), is missing \
             prvDeleteIncident privilege (Id={privilege}) on OTC=112 for entity 'incident' (LocalizedName='Case'). \
             context.Caller={READER}",
            held.len()
        )
    );
    assert!(held.iter().all(|held| held["PrivilegeName"].as_str().unwrap().starts_with("prvRead")));
    assert!(held.iter().any(|held| held["PrivilegeName"] == "prvReadIncident" && held["Depth"] == "Global"));
    let task = office.post("/tasks", json!({ "subject": "x" })).await;
    assert!(task.message().contains("is missing prvCreateActivity privilege"), "{}", task.message());
    let target = json!({ "@odata.type": "Microsoft.Dynamics.CRM.incident", "incidentid": id });
    let closing = json!({ "IncidentResolution": { "incidentid": target }, "Status": 5 });
    let closing = office.post("/CloseIncident", closing).await;
    assert!(closing.message().contains("prvWriteIncident"), "{}", closing.text);
    office.token_of("anna").await;
    let product = office.first("products", "productid").await;
    let refused = office.patch(&format!("/products({product})"), &[], json!({ "name": "x" })).await;
    assert!(refused.message().contains("prvWriteProduct"), "{}", refused.text);
    let name = "prvDeleteIncident";
    let path = format!("/systemusers({ANNA})/Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName");
    let one = office.get(&format!("{path}(PrivilegeName='{name}')")).await;
    assert_eq!(one.body["RolePrivileges"][0]["PrivilegeId"], privilege.as_str(), "{}", one.text);
    let none = office.get(&format!("{path}(PrivilegeName='prvWriteProduct')")).await;
    assert_eq!(none.body["RolePrivileges"], json!([]));
    for set in ["privileges", "audits", "principalobjectaccessset"] {
        office.token_of("admin").await;
        let made = office.post(&format!("/{set}"), json!({})).await;
        assert_eq!(made.refusal(), (400, "0x80040800"), "{set}");
    }
}

#[tokio::test]
async fn roles_are_rows_that_lead_to_people_and_privileges() {
    let office = Office::of("admin").await;
    let path = format!("/systemusers({ANNA})/systemuserroles_association?$select=name");
    let roles = office.get(&path).await;
    assert_eq!(roles.column("name"), ["\"Customer Service Representative\""]);
    let role = roles.rows()[0]["roleid"].as_str().unwrap().to_owned();
    let people = office.get(&format!("/roles({role})/systemuserroles_association?$select=fullname")).await;
    assert!(people.rows().len() > 2);
    let privileges = office.get(&format!("/roles({role})/roleprivileges_association/$count")).await;
    let told = office.get(&format!("/RetrieveRolePrivilegesRole(RoleId={role})")).await;
    let told = told.body["RolePrivileges"].as_array().unwrap().len();
    assert_eq!(privileges.text.trim_start_matches('\u{feff}').parse::<usize>().unwrap(), told);
    let users = "/systemusers?$select=fullname&$expand=systemuserroles_association($select=name)&$top=3";
    let users = office.get(users).await;
    assert!(users.rows()[0]["systemuserroles_association"][0]["name"].is_string(), "{}", users.text);
    let template = "/roles?$filter=roletemplateid eq 627090ff-40a3-4053-8790-584edc5be201&$select=name";
    assert_eq!(office.get(template).await.column("name"), ["\"System Administrator\""]);
}

#[tokio::test]
async fn access_to_a_row_follows_roles_and_shares() {
    let mut office = Office::new().await;
    let (_, id) = office.new_case("Shared").await;
    let access = |principal: &str| {
        let target = format!("{{'@odata.id':'incidents({id})'}}");
        format!("/{principal}/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={target}")
    };
    let reader = format!("systemusers({READER})");
    let full = office.get(&access(&format!("systemusers({ANNA})"))).await;
    assert_eq!(
        full.body["AccessRights"],
        "ReadAccess, WriteAccess, AppendAccess, AppendToAccess, CreateAccess, DeleteAccess, ShareAccess, \
         AssignAccess"
    );
    let context = full.body["@odata.context"].as_str().unwrap();
    assert!(context.ends_with("#Microsoft.Dynamics.CRM.RetrievePrincipalAccessResponse"));
    assert_eq!(office.get(&access(&reader)).await.body["AccessRights"], "ReadAccess");
    let team = office.first("teams", "teamid").await;
    let team_address = format!("teams({team})");
    assert_eq!(office.get(&access(&team_address)).await.body["AccessRights"], "None");
    let target = json!({ "@odata.type": "Microsoft.Dynamics.CRM.incident", "incidentid": id });
    let user = json!({ "@odata.type": "Microsoft.Dynamics.CRM.systemuser", "systemuserid": READER });
    let share = |mask: &str, principal: &Value| json!({ "Target": target, "PrincipalAccess": { "AccessMask": mask, "Principal": principal } });
    assert_eq!(office.post("/GrantAccess", share("ReadAccess", &user)).await.status, 204);
    assert_eq!(office.post("/GrantAccess", share("WriteAccess, AssignAccess", &user)).await.status, 204);
    assert_eq!(
        office.get(&access(&reader)).await.body["AccessRights"],
        "ReadAccess, WriteAccess, AssignAccess"
    );
    let group = json!({ "@odata.type": "Microsoft.Dynamics.CRM.team", "ownerid": team });
    assert_eq!(office.post("/GrantAccess", share("ReadAccess", &group)).await.status, 204);
    assert_eq!(office.post("/ModifyAccess", share("WriteAccess", &user)).await.status, 204);
    let shared =
        format!("/RetrieveSharedPrincipalsAndAccess(Target=@t)?@t={{'@odata.id':'incidents({id})'}}");
    let found = office.get(&shared).await.body["PrincipalAccesses"].clone();
    let of = |kind: &str| {
        let kind = format!("#Microsoft.Dynamics.CRM.{kind}");
        let access = found
            .as_array()
            .unwrap()
            .iter()
            .find(|access| access["Principal"]["@odata.type"] == kind.as_str());
        access.unwrap()["AccessMask"].clone()
    };
    assert_eq!((of("systemuser"), of("team")), (json!("WriteAccess"), json!("ReadAccess")));
    assert_eq!(office.get(&access(&team_address)).await.body["AccessRights"], "ReadAccess");
    let revoked = json!({ "Target": target, "Revokee": user });
    assert_eq!(office.post("/RevokeAccess", revoked).await.status, 204);
    let left = office.get(&shared).await.body["PrincipalAccesses"].as_array().unwrap().len();
    assert_eq!(left, 1);
    assert_eq!(office.post("/GrantAccess", share("AnyAccess", &user)).await.refusal(), (400, "0x80060888"));
    assert_eq!(
        office.post("/GrantAccess", share("ReadAccess", &target)).await.refusal(),
        (400, "0x80040203")
    );
    office.token_of("reader").await;
    let refused = office.post("/GrantAccess", share("ReadAccess", &user)).await;
    assert!(refused.message().contains("prvShareIncident"), "{}", refused.text);
}

#[tokio::test]
async fn who_may_acts_in_the_name_of_another_with_the_rights_of_both() {
    let mut office = Office::of("admin").await;
    let oid = "a1f5c0de-0002-4e6b-9a51-6c1e5b7d0a02";
    for header in [("callerobjectid", oid), ("mscrmcallerid", ANNA)] {
        let who = office.send(Method::GET, "/WhoAmI", &[header], None).await;
        assert_eq!(who.body["UserId"], ANNA, "{}", who.text);
        let body = json!({ "name": "On behalf" });
        let made = office.send(Method::POST, "/accounts", &[header], Some(body)).await;
        let row = office.get(made.header("odata-entityid")).await.body;
        assert_eq!(
            (&row["_createdby_value"], &row["_createdonbehalfby_value"]),
            (&json!(ANNA), &json!(ADMIN))
        );
        assert_eq!(row["_ownerid_value"], ANNA);
    }
    let reader = ("mscrmcallerid", READER);
    let refused = office.send(Method::POST, "/accounts", &[reader], Some(json!({ "name": "x" }))).await;
    assert!(refused.message().contains("prvCreateAccount"), "{}", refused.text);
    assert!(refused.message().ends_with(&format!("context.Caller={ADMIN}")));
    let nobody = ("mscrmcallerid", "00000000-0000-0000-0000-000000000001");
    assert_eq!(office.send(Method::GET, "/WhoAmI", &[nobody], None).await.refusal(), (403, "0x80072560"));
    let nonsense = ("callerobjectid", "anna");
    assert_eq!(office.send(Method::GET, "/WhoAmI", &[nonsense], None).await.refusal(), (400, "0x80060888"));
    office.token_of("anna").await;
    let refused = office.send(Method::GET, "/WhoAmI", &[("mscrmcallerid", ADMIN)], None).await;
    assert_eq!(refused.refusal(), (403, "0x8004a110"));
}
