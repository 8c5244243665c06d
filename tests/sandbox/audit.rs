//! The audit trail of what people did.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::Office;

const ANNA: &str = "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02";
const BO: &str = "e4b0a7d2-0003-ef11-9f89-000d3a2b1c03";

fn history(id: &str, paging: &Value) -> String {
    format!(
        "/RetrieveRecordChangeHistory(Target=@target,PagingInfo=@paginginfo)\
         ?@target={{'@odata.id':'incidents({id})'}}&@paginginfo={paging}"
    )
}

#[tokio::test]
async fn the_history_of_a_case_tells_what_was_and_what_became() {
    let mut office = Office::new().await;
    let (case, id) = office.new_case("Watched").await;
    assert_eq!(office.patch(&case, &[], json!({ "prioritycode": 1, "title": "Watched" })).await.status, 204);
    assert_eq!(office.patch(&case, &[], json!({ "prioritycode": 1 })).await.status, 204, "changes nothing");
    let owner = json!({ "ownerid@odata.bind": format!("/systemusers({BO})") });
    assert_eq!(office.patch(&case, &[], owner).await.status, 204);
    let all = json!({ "PageNumber": 1, "Count": 20, "ReturnTotalRecordCount": true });
    let reply = office.get(&history(&id, &all)).await;
    let collection = &reply.body["AuditDetailCollection"];
    assert_eq!((&collection["TotalRecordCount"], &collection["MoreRecords"]), (&json!(3), &json!(false)));
    assert_eq!(collection["PagingCookie"], "");
    assert!(
        reply.body["@odata.context"]
            .as_str()
            .unwrap()
            .ends_with("#Microsoft.Dynamics.CRM.RetrieveRecordChangeHistoryResponse")
    );
    assert_eq!(
        collection["AuditDetails"][1],
        json!({
            "@odata.type": "#Microsoft.Dynamics.CRM.AttributeAuditDetail",
            "InvalidNewValueAttributes": [],
            "LocLabelLanguageCode": 0,
            "DeletedAttributes": { "Count": 0, "Keys": [], "Values": [] },
            "OldValue": { "@odata.type": "#Microsoft.Dynamics.CRM.incident", "prioritycode": 2 },
            "NewValue": { "@odata.type": "#Microsoft.Dynamics.CRM.incident", "prioritycode": 1 },
        })
    );
    assert_eq!(collection["AuditDetails"][0]["OldValue"]["_ownerid_value"], ANNA);
    assert_eq!(collection["AuditDetails"][0]["NewValue"]["_ownerid_value"], BO);
    let made = &collection["AuditDetails"][2];
    assert_eq!((&made["NewValue"]["title"], made.get("OldValue")), (&json!("Watched"), None));
    let page = json!({ "PageNumber": 2, "Count": 1 });
    let page = office.get(&history(&id, &page)).await.body["AuditDetailCollection"].clone();
    assert_eq!((&page["MoreRecords"], &page["TotalRecordCount"]), (&json!(true), &json!(-1)));
    assert_eq!(page["AuditDetails"].as_array().unwrap().len(), 1);
    assert_eq!(page["AuditDetails"][0]["NewValue"]["prioritycode"], 1);
    assert_eq!(office.get(&history(&id, &json!({ "PageNumber": 0 }))).await.refusal(), (400, "0x8004112a"));

    let path = format!(
        "/RetrieveAttributeChangeHistory(Target=@t,AttributeLogicalName=@a,PagingInfo=@p)?@t={{'@odata.id':'incidents({id})'}}\
         &@a='prioritycode'&@p={all}"
    );
    let details = office.get(&path).await.body["AuditDetailCollection"]["AuditDetails"].clone();
    assert_eq!(details.as_array().unwrap().len(), 1);
    let wrong = office.get(&path.replace("'prioritycode'", "'nothing'")).await;
    assert_eq!(wrong.refusal(), (400, "0x80041103"));

    let lines = format!(
        "/audits?$filter=_objectid_value eq {id}&$orderby=createdon desc&$select=auditid,action,operation,createdon,\
         _userid_value,objecttypecode,attributemask,changedata"
    );
    let lines = office.get_preferring(&lines, "odata.include-annotations=\"*\"").await;
    assert_eq!(lines.column("action"), ["13", "2", "1"]);
    assert_eq!(lines.column("operation"), ["2", "2", "1"]);
    let line = &lines.rows()[1];
    assert_eq!(line["_userid_value@OData.Community.Display.V1.FormattedValue"], "Anna Moss");
    assert_eq!((&line["objecttypecode"], &line["_userid_value"]), (&json!("incident"), &json!(ANNA)));
    let data: Value = serde_json::from_str(line["changedata"].as_str().unwrap()).unwrap();
    assert_eq!(
        data["changedAttributes"],
        json!([{ "logicalName": "prioritycode", "oldValue": "2", "newValue": "1" }])
    );
    let address = format!(
        "/audits({})/Microsoft.Dynamics.CRM.RetrieveAuditDetails()",
        line["auditid"].as_str().unwrap()
    );
    let detail = office.get(&address).await;
    assert_eq!(detail.body["AuditDetail"]["NewValue"]["prioritycode"], 1, "{}", detail.text);

    office.token_of("reader").await;
    for path in [history(&id, &all), address, "/audits?$top=1".to_owned()] {
        let refused = office.get(&path).await;
        assert_eq!(refused.refusal(), (403, "0x80040220"), "{path}");
        assert!(refused.message().contains("is missing prvReadRecordAuditHistory privilege"));
    }
}

#[tokio::test]
async fn every_kind_of_deed_has_its_line() {
    let office = Office::of("admin").await;
    let (case, id) = office.new_case("Deeds").await;
    let (_, other) = office.new_case("Double").await;
    let row = |id: &str| json!({ "@odata.type": "Microsoft.Dynamics.CRM.incident", "incidentid": id });
    let merge = json!({ "Target": row(&id), "Subordinate": row(&other), "PerformParentingChecks": false });
    assert_eq!(office.post("/Merge", merge).await.status, 204);
    let queue = office.first("queues", "queueid").await;
    let queued = json!({ "Target": row(&id) });
    assert_eq!(
        office.post(&format!("/queues({queue})/Microsoft.Dynamics.CRM.AddToQueue"), queued).await.status,
        200
    );
    let user = json!({ "@odata.type": "Microsoft.Dynamics.CRM.systemuser", "systemuserid": ANNA });
    let share =
        json!({ "Target": row(&id), "PrincipalAccess": { "AccessMask": "ReadAccess", "Principal": user } });
    assert_eq!(office.post("/GrantAccess", share).await.status, 204);
    let closing = json!({ "IncidentResolution": { "incidentid@odata.bind": case }, "Status": 5 });
    assert_eq!(office.post("/CloseIncident", closing).await.status, 204);
    assert_eq!(office.patch(&case, &[], json!({ "statecode": 0 })).await.status, 204);
    assert_eq!(office.patch(&case, &[], json!({ "statecode": 2 })).await.status, 204);
    assert_eq!(office.send(Method::DELETE, &case, &[], None).await.status, 204);
    let lines = office.get(&format!("/audits?$filter=_objectid_value eq {id}&$orderby=createdon asc")).await;
    assert_eq!(lines.column("action"), ["1", "12", "52", "14", "16", "21", "17", "3"]);
    let gone = lines.rows()[7]["auditid"].as_str().unwrap().to_owned();
    let gone = office.get(&format!("/audits({gone})/Microsoft.Dynamics.CRM.RetrieveAuditDetails")).await;
    let detail = &gone.body["AuditDetail"];
    assert_eq!((&detail["OldValue"]["title"], detail.get("NewValue")), (&json!("Deeds"), None));
    let other =
        office.get(&format!("/audits?$filter=_objectid_value eq {other}&$orderby=createdon asc")).await;
    assert_eq!(other.column("action"), ["1", "12"]);
}

#[tokio::test]
async fn nothing_is_written_down_while_the_organization_has_its_trail_off() {
    let office = Office::of("admin").await;
    let (case, id) = office.new_case("Watched at times").await;
    let organization = format!("/organizations({})", office.first("organizations", "organizationid").await);
    for (on, title) in [(false, "unseen"), (true, "seen")] {
        assert_eq!(office.patch(&organization, &[], json!({ "isauditenabled": on })).await.status, 204);
        assert_eq!(office.patch(&case, &[], json!({ "title": title })).await.status, 204);
    }
    let path = format!("/audits?$filter=_objectid_value eq {id}&$select=changedata&$orderby=createdon desc");
    let lines = office.get(&path).await;
    assert_eq!(lines.rows().len(), 2, "{}", lines.text);
    assert!(lines.text.contains("seen") && lines.text.contains("unseen"), "{}", lines.text);
}
