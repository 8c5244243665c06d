//! Views, forms and settings: what tables are shown with.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::office::Office;

/// The values of an attribute of all elements of a name.
fn attributes<'a>(xml: &'a str, element: &str, attribute: &str) -> Vec<&'a str> {
    let start = format!("<{element} ");
    let name = format!("{attribute}=\"");
    xml.split(start.as_str())
        .skip(1)
        .filter_map(|rest| rest.split('>').next()?.split(name.as_str()).nth(1)?.split('"').next())
        .collect()
}

async fn columns(office: &Office, table: &str) -> HashSet<String> {
    let path = format!("/EntityDefinitions(LogicalName='{table}')/Attributes?$select=LogicalName");
    office.get(&path).await.rows().iter().map(|row| row["LogicalName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_view_and_form_shows_columns_that_its_table_has() {
    let office = Office::new().await;
    let views = office
        .get("/savedqueries?$select=name,returnedtypecode,querytype,fetchxml,layoutxml,isdefault")
        .await;
    let personal =
        office.get("/userqueries?$select=name,returnedtypecode,fetchxml,layoutxml,_ownerid_value").await;
    let forms = office.get("/systemforms?$select=name,objecttypecode,formxml,type").await;
    assert!(personal.rows().len() >= 3, "{}", personal.text);
    let tables: HashSet<&str> =
        views.rows().iter().map(|view| view["returnedtypecode"].as_str().unwrap()).collect();
    assert!(tables.len() > 10, "{tables:?}");
    for table in tables {
        let known = columns(&office, table).await;
        let check = |xml: &str, element: &str, attribute: &str| {
            let used = attributes(xml, element, attribute);
            assert!(!used.is_empty(), "{table}: no {element} in {xml}");
            for name in used {
                assert!(known.contains(name), "{table} has no {name}: {xml}");
            }
        };
        let of = |rows: &[Value], key: &str| {
            rows.iter().filter(|row| row[key] == table).cloned().collect::<Vec<_>>()
        };
        let mine = of(views.rows(), "returnedtypecode");
        for view in mine.iter().chain(&of(personal.rows(), "returnedtypecode")) {
            let text = |name: &str| view[name].as_str().unwrap();
            check(text("fetchxml"), "attribute", "name");
            check(text("fetchxml"), "order", "attribute");
            check(text("layoutxml"), "cell", "name");
            check(text("layoutxml"), "row", "id");
            for condition in attributes(text("fetchxml"), "condition", "attribute") {
                assert!(known.contains(condition), "{table} has no {condition}");
            }
        }
        let defaults = mine.iter().filter(|view| view["isdefault"] == true && view["querytype"] == 0).count();
        assert_eq!(defaults, 1, "{table}");
        for kind in [1, 2, 4, 64] {
            assert!(mine.iter().any(|view| view["querytype"] == kind), "{table} has no view of type {kind}");
        }
        let forms = of(forms.rows(), "objecttypecode");
        assert!(forms.iter().any(|form| form["type"] == 2), "{table} has no main form");
        for form in forms {
            check(form["formxml"].as_str().unwrap(), "control", "datafieldname");
        }
    }
}

#[tokio::test]
async fn the_views_of_a_table_are_found_by_its_name() {
    let office = Office::new().await;
    let reply = office
        .get(
            "/savedqueries?$select=name,savedqueryid,fetchxml,layoutxml,isdefault,querytype&\
             $filter=returnedtypecode eq 'incident' and statecode eq 0 and querytype eq 0&$orderby=name",
        )
        .await;
    let names = reply.column("name");
    for name in ["My Active Cases", "Active Cases", "Resolved Cases", "All Cases"] {
        assert!(names.contains(&json!(name).to_string()), "{names:?}");
    }
    let default = reply.rows().iter().find(|view| view["isdefault"] == true).unwrap();
    let layout = default["layoutxml"].as_str().unwrap();
    assert!(layout.contains("object=\"112\" jump=\"title\""), "{layout}");
    assert_eq!(
        attributes(layout, "cell", "name"),
        [
            "title",
            "ticketnumber",
            "prioritycode",
            "caseorigincode",
            "customerid",
            "ownerid",
            "statuscode",
            "createdon"
        ]
    );
    let forms = office
        .get("/systemforms?$select=name,formxml&$filter=objecttypecode eq 'incident' and type eq 2 and formactivationstate eq 1")
        .await;
    assert_eq!(forms.rows().len(), 1);
    let made = json!({
        "name": "Cases by phone", "returnedtypecode": "incident", "querytype": 0,
        "fetchxml": "<fetch><entity name=\"incident\"/></fetch>", "layoutxml": "<grid/>",
    });
    let admin = Office::at(office.desk, "admin").await;
    assert_eq!(admin.post("/userqueries", made).await.status, 204);
}

#[tokio::test]
async fn everybody_has_settings_and_the_organization_has_one_row() {
    let office = Office::new().await;
    let me = office.get("/WhoAmI").await.body["UserId"].as_str().unwrap().to_owned();
    let settings = office
        .get(&format!(
            "/usersettingscollection({me})?$select=timezonecode,uilanguageid,localeid,dateformatstring,\
             timeformatstring,decimalsymbol,numberseparator,numbergroupformat,currencysymbol,amdesignator,pmdesignator,\
             paginglimit,timezonebias,helplanguageid,dateformatcode,dateseparator,longdateformatcode,timeformatcode,\
             timeseparator,currencydecimalprecision,pricingdecimalprecision,calendartype"
        ))
        .await;
    assert_eq!(settings.body["uilanguageid"], 1033, "{}", settings.text);
    assert_eq!(settings.body["dateformatstring"], "M/d/yyyy");
    assert_eq!(settings.body["systemuserid"], json!(me));
    let organizations = office
        .get(
            "/organizations?$select=name,languagecode,localeid,_basecurrencyid_value,isauditenabled,\
             isuseraccessauditenabled,maxuploadfilesize,blockedattachments,expirechangetrackingindays,weekstartdaycode,\
             fiscalcalendarstart,fiscalperiodtype,dateformatstring,timeformatstring,currencysymbol,\
             pricingdecimalprecision,orgdborgsettings,sessiontimeoutenabled,sessiontimeoutinmins",
        )
        .await;
    assert_eq!(organizations.rows().len(), 1, "{}", organizations.text);
    let id = office.get("/WhoAmI").await.body["OrganizationId"].clone();
    assert_eq!(organizations.rows()[0]["organizationid"], id);
    let zones = office
        .get("/timezonedefinitions?$select=standardname,userinterfacename,bias,timezonecode&$filter=timezonecode eq 4")
        .await;
    assert_eq!(zones.rows()[0]["standardname"], "Pacific Standard Time");
    assert_eq!(zones.rows()[0]["bias"], 480);
}
