//! Tables, columns, relationships and choices that are made while the sandbox runs.

use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::office::{Office, Reply};
use crate::support;

fn label(text: &str) -> Value {
    json!({
        "@odata.type": "Microsoft.Dynamics.CRM.Label",
        "LocalizedLabels": [
            { "@odata.type": "Microsoft.Dynamics.CRM.LocalizedLabel", "Label": text, "LanguageCode": 1033 }
        ],
    })
}

/// As Microsoft's SDK asks for a table.
fn order_table() -> Value {
    let column = |kind: &str, name: &str, more: Value| {
        let mut column = json!({
            "@odata.type": format!("Microsoft.Dynamics.CRM.Complex{kind}AttributeMetadata"),
            "SchemaName": name, "DisplayName": label(name), "RequiredLevel": { "Value": "None" },
        });
        column.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        column
    };
    let option = |value: i32, text: &str| json!({ "@odata.type": "Microsoft.Dynamics.CRM.OptionMetadata", "Value": value, "Label": label(text) });
    json!({ "Entities": [{
        "@odata.type": "Microsoft.Dynamics.CRM.ComplexEntityMetadata",
        "SchemaName": "new_Order", "DisplayName": label("Order"), "DisplayCollectionName": label("Orders"),
        "Description": label("What was ordered."), "OwnershipType": "UserOwned",
        "HasActivities": false, "HasNotes": true, "IsActivity": false,
        "Attributes": [
            column("String", "new_Name", json!({ "MaxLength": 200, "FormatName": { "Value": "Text" }, "IsPrimaryName": true })),
            column("Memo", "new_Text", json!({ "MaxLength": 4000, "FormatName": { "Value": "Text" }, "ImeMode": "Auto" })),
            column("Integer", "new_Count", json!({ "Format": "None", "MinValue": -5, "MaxValue": 500 })),
            column("Decimal", "new_Weight", json!({ "MinValue": -1e11, "MaxValue": 1e11, "Precision": 2 })),
            column("Double", "new_Share", json!({ "MinValue": -1e11, "MaxValue": 1e11, "Precision": 5 })),
            column("Money", "new_Cost", json!({})),
            column("DateTime", "new_Day", json!({ "Format": "DateOnly", "ImeMode": "Inactive" })),
            column("Boolean", "new_Done", json!({ "OptionSet": {
                "@odata.type": "Microsoft.Dynamics.CRM.ComplexBooleanOptionSetMetadata", "IsGlobal": false,
                "TrueOption": option(1, "Finished"), "FalseOption": option(0, "Open") } })),
            column("Picklist", "new_Size", json!({ "OptionSet": {
                "@odata.type": "Microsoft.Dynamics.CRM.ComplexOptionSetMetadata", "IsGlobal": false,
                "Options": [option(1, "Small"), option(2, "Large")] } })),
            column("File", "new_Paper", json!({})),
        ],
    }] })
}

async fn admin() -> Office {
    Office::at(Desk::new().await, "admin").await
}

async fn done(office: &Office, method: Method, path: &str, body: Option<Value>) -> Reply {
    let reply = office.send(method.clone(), path, &[("if-match", "*")], body).await;
    assert!(reply.status == 204 || reply.status == 200, "{method} {path}: {} {}", reply.status, reply.text);
    reply
}

async fn order(office: &Office) -> String {
    done(office, Method::POST, "/CreateEntities", Some(order_table())).await;
    let found = office
        .get("/EntityDefinitions?%24select=MetadataId%2CLogicalName%2CEntitySetName%2CPrimaryIdAttribute&%24filter=LogicalName+eq+%27new_order%27")
        .await;
    assert_eq!(found.rows()[0]["EntitySetName"], "new_orders", "{}", found.text);
    found.rows()[0]["MetadataId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_table_that_is_made_has_rows_at_once_and_is_gone_when_it_is_deleted() {
    let office = admin().await;
    let version = |reply: &Reply| reply.body["@Microsoft.Dynamics.CRM.globalmetadataversion"].clone();
    let before = version(&office.get_preferring("/accounts?$top=1", "odata.include-annotations=\"*\"").await);
    let stamp =
        office.get("/RetrieveMetadataChanges(Query=@p1)?@p1={}").await.body["ServerVersionStamp"].clone();
    let id = order(&office).await;
    let after = version(&office.get_preferring("/accounts?$top=1", "odata.include-annotations=\"*\"").await);
    assert_ne!(before, after);
    let row = json!({
        "new_name": "First", "new_count": 7, "new_weight": 1.25, "new_share": 0.5, "new_cost": 12.5,
        "new_day": "2026-01-02", "new_done": true, "new_size": 2, "new_text": "x",
    });
    let made = office.post("/new_orders", row).await;
    assert_eq!(made.status, 204, "{}", made.text);
    let address = made.header("odata-entityid").to_owned();
    let read = office.get_preferring(&address, "odata.include-annotations=\"*\"").await;
    for (name, value) in [
        ("new_name", json!("First")),
        ("new_weight", json!(1.25)),
        ("new_size@OData.Community.Display.V1.FormattedValue", json!("Large")),
        ("new_done@OData.Community.Display.V1.FormattedValue", json!("Finished")),
        ("statecode", json!(0)),
        ("statuscode", json!(1)),
    ] {
        assert_eq!(read.body[name], value, "{name}: {}", read.text);
    }
    assert_eq!(office.post("/new_orders", json!({ "new_count": 501 })).await.status, 400);
    let choices = office
        .get("/EntityDefinitions(LogicalName='new_order')/Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)")
        .await;
    assert_eq!(choices.rows()[0]["OptionSet"]["Options"][1]["Label"]["LocalizedLabels"][0]["Label"], "Large");
    assert_eq!(office.post("/CreateEntities", order_table()).await.refusal(), (400, "0x80040237"));
    let own = office.get("/EntityDefinitions?$select=LogicalName&$filter=IsCustomEntity eq true and LogicalName eq 'new_order'").await;
    assert_eq!(own.rows().len(), 1);
    done(&office, Method::DELETE, &format!("/EntityDefinitions({id})"), None).await;
    assert_eq!(office.get("/new_orders").await.status, 404);
    assert_eq!(office.get(&format!("/EntityDefinitions({id})")).await.refusal(), (404, "0x80041102"));
    let since = office
        .get(&format!(
            "/RetrieveMetadataChanges(Query=@p1,DeletedMetadataFilters=@p2,ClientVersionStamp=@p3)?@p1={{}}&\
             @p2=Microsoft.Dynamics.CRM.DeletedMetadataFilters'Default'&@p3='{}'",
            stamp.as_str().unwrap()
        ))
        .await;
    assert_eq!(since.body["DeletedMetadata"]["Values"], json!([[id]]), "{}", since.text);
    assert_eq!(since.body["DeletedMetadata"]["Keys"], json!(["Entity"]));
    // A table of the same name starts empty.
    order(&office).await;
    assert_eq!(office.get("/new_orders").await.rows().len(), 0);
}

#[tokio::test]
async fn columns_come_and_go_with_their_values() {
    let office = admin().await;
    let id = order(&office).await;
    office.post("/new_orders", json!({ "new_name": "Kept" })).await;
    let columns = format!("/EntityDefinitions({id})/Attributes");
    for table in [id.as_str(), "LogicalName='account'"] {
        let body = json!({
            "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "SchemaName": "new_Code",
            "DisplayName": label("Code"), "MaxLength": 20, "FormatName": { "Value": "Text" },
            "RequiredLevel": { "Value": "None" },
        });
        let made =
            done(&office, Method::POST, &format!("/EntityDefinitions({table})/Attributes"), Some(body)).await;
        assert!(made.header("odata-entityid").ends_with(')'), "{:?}", made.headers);
    }
    let row = office.first("new_orders", "new_orderid").await;
    let row = format!("/new_orders({row})");
    assert_eq!(office.patch(&row, &[], json!({ "new_code": "A-1" })).await.status, 204);
    assert_eq!(office.get(&row).await.body["new_code"], "A-1");
    let account = office.first("accounts", "accountid").await;
    let account = format!("/accounts({account})");
    assert_eq!(office.patch(&account, &[], json!({ "new_code": "B-2" })).await.status, 204);
    assert_eq!(office.get(&format!("{account}?$select=new_code")).await.body["new_code"], "B-2");
    // Changed as the SDK does it: read whole, changed, put back.
    let path = format!("{columns}(LogicalName='new_code')/Microsoft.Dynamics.CRM.StringAttributeMetadata");
    let mut body = office.get(&path).await.body;
    let column = body["MetadataId"].as_str().unwrap().to_owned();
    let object = body.as_object_mut().unwrap();
    object.retain(|name, _| !name.starts_with("@odata"));
    object.insert("@odata.type".to_owned(), json!("Microsoft.Dynamics.CRM.StringAttributeMetadata"));
    object.insert("MaxLength".to_owned(), json!(50));
    object.insert("DisplayName".to_owned(), label("Order Code"));
    done(&office, Method::PUT, &format!("{columns}({column})"), Some(body)).await;
    let read = office.get(&path).await.body;
    assert_eq!(
        (&read["MaxLength"], &read["DisplayName"]["UserLocalizedLabel"]["Label"]),
        (&json!(50), &json!("Order Code"))
    );
    assert_eq!(office.get(&row).await.body["new_code"], "A-1", "values stay");
    let key =
        json!({ "SchemaName": "new_CodeKey", "KeyAttributes": ["new_code"], "DisplayName": label("Code") });
    let keys = "/EntityDefinitions(LogicalName='new_order')/Keys";
    let made = done(&office, Method::POST, keys, Some(key)).await;
    let made = made.header("odata-entityid").split("Keys(").nth(1).unwrap().trim_end_matches(')').to_owned();
    let listed =
        office.get(&format!("{keys}?$select=MetadataId,SchemaName,KeyAttributes,EntityKeyIndexStatus")).await;
    assert_eq!(
        (&listed.rows()[0]["MetadataId"], &listed.rows()[0]["EntityKeyIndexStatus"]),
        (&json!(made), &json!("Active"))
    );
    assert_eq!(office.get("/new_orders(new_code='A-1')").await.body["new_name"], "Kept");
    let needed = office.send(Method::DELETE, &format!("{columns}({column})"), &[], None).await;
    assert_eq!(needed.refusal(), (400, "0x8004f01f"), "{}", needed.text);
    done(&office, Method::DELETE, &format!("{keys}({made})"), None).await;
    done(&office, Method::DELETE, &format!("{columns}({column})"), None).await;
    let row = office.get(&row).await;
    assert!(row.body.get("new_code").is_none(), "{}", row.text);
    assert_eq!(row.body["new_name"], "Kept");
}

#[tokio::test]
async fn relationships_lead_from_row_to_row() {
    let office = admin().await;
    order(&office).await;
    let body = json!({
        "@odata.type": "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
        "SchemaName": "account_new_order_new_AccountId", "ReferencedEntity": "account",
        "ReferencingEntity": "new_order", "ReferencedAttribute": "accountid",
        "CascadeConfiguration": { "Assign": "NoCascade", "Delete": "RemoveLink" },
        "Lookup": {
            "@odata.type": "Microsoft.Dynamics.CRM.LookupAttributeMetadata", "SchemaName": "new_AccountId",
            "AttributeType": "Lookup", "AttributeTypeName": { "Value": "LookupType" }, "DisplayName": label("Account"),
        },
    });
    let made = done(&office, Method::POST, "/RelationshipDefinitions", Some(body.clone())).await;
    let address = made.header("odata-entityid").to_owned();
    assert_eq!(office.post("/RelationshipDefinitions", body).await.status, 400);
    let account = office.first("accounts", "accountid").await;
    let row =
        json!({ "new_name": "Of an account", "new_AccountId@odata.bind": format!("/accounts({account})") });
    let made = office.post("/new_orders", row).await;
    assert_eq!(made.status, 204, "{}", made.text);
    let orders =
        office.get(&format!("/accounts({account})/account_new_order_new_AccountId?$select=new_name")).await;
    assert_eq!(orders.rows().len(), 1, "{}", orders.text);
    let found = office
        .get("/RelationshipDefinitions?%24filter=SchemaName+eq+%27account_new_order_new_AccountId%27")
        .await;
    assert_eq!(found.rows()[0]["@odata.type"], "#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata");
    assert_eq!(found.rows()[0]["ReferencingEntityNavigationPropertyName"], "new_AccountId");
    done(&office, Method::DELETE, &address, None).await;
    assert_eq!(office.get("/new_orders?$select=_new_accountid_value").await.status, 400);
    let links = json!({
        "@odata.type": "Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata", "SchemaName": "new_order_contact",
        "Entity1LogicalName": "new_order", "Entity2LogicalName": "contact", "IntersectEntityName": "new_order_contact",
    });
    let made = done(&office, Method::POST, "/RelationshipDefinitions", Some(links)).await;
    let address = made.header("odata-entityid").to_owned();
    assert_eq!(office.get(&address).await.body["Entity2LogicalName"], "contact");
    let contact = office.first("contacts", "contactid").await;
    assert_eq!(office.get(&format!("/contacts({contact})/new_order_contact")).await.rows().len(), 0);
    done(&office, Method::DELETE, &address, None).await;
    assert_eq!(office.get(&format!("/contacts({contact})/new_order_contact")).await.status, 404);
}

#[tokio::test]
async fn choices_are_shared_and_grow() {
    let office = admin().await;
    order(&office).await;
    let set = json!({
        "@odata.type": "Microsoft.Dynamics.CRM.OptionSetMetadata", "Name": "new_colour", "IsGlobal": true,
        "OptionSetType": "Picklist", "DisplayName": label("Colour"),
        "Options": [{ "Value": 1, "Label": label("Red") }, { "Value": 2, "Label": label("Blue") }],
    });
    let made = done(&office, Method::POST, "/GlobalOptionSetDefinitions", Some(set)).await;
    let address = made.header("odata-entityid").to_owned();
    let id = address.split(['(', ')']).nth(1).unwrap();
    let column = json!({
        "@odata.type": "Microsoft.Dynamics.CRM.PicklistAttributeMetadata", "SchemaName": "new_Colour",
        "DisplayName": label("Colour"), "GlobalOptionSet@odata.bind": format!("/GlobalOptionSetDefinitions({id})"),
    });
    done(&office, Method::POST, "/EntityDefinitions(LogicalName='new_order')/Attributes", Some(column)).await;
    let insert = json!({ "OptionSetName": "new_colour", "Value": 3, "Label": label("Green") });
    let inserted = done(&office, Method::POST, "/InsertOptionValue", Some(insert)).await;
    assert_eq!(inserted.body["NewOptionValue"], 3);
    let row = json!({ "new_name": "Green", "new_colour": 3 });
    assert_eq!(office.post("/new_orders", row).await.status, 204);
    assert_eq!(office.post("/new_orders", json!({ "new_name": "Odd", "new_colour": 4 })).await.status, 400);
    let fewer = json!({
        "Name": "new_colour", "DisplayName": label("Shade"),
        "Options": [{ "Value": 3, "Label": label("Green") }, { "Label": label("Grey") }],
    });
    done(&office, Method::PUT, &address, Some(fewer)).await;
    assert_eq!(office.post("/new_orders", json!({ "new_name": "Red", "new_colour": 1 })).await.status, 400);
    assert_eq!(
        office.post("/new_orders", json!({ "new_name": "Grey", "new_colour": 100_000_000 })).await.status,
        204
    );
    let own = json!({ "EntityLogicalName": "new_order", "AttributeLogicalName": "new_size", "Value": 2, "Label": label("Huge") });
    done(&office, Method::POST, "/UpdateOptionValue", Some(own)).await;
    let expand = "/EntityDefinitions(LogicalName='new_order')/Attributes(LogicalName='new_size')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$expand=OptionSet";
    let size = office.get(expand).await;
    assert_eq!(
        size.body["OptionSet"]["Options"][1]["Label"]["UserLocalizedLabel"]["Label"], "Huge",
        "{}",
        size.text
    );
    assert_eq!(office.send(Method::DELETE, &address, &[], None).await.refusal(), (400, "0x8004f01f"));
    done(&office, Method::POST, "/PublishAllXml", None).await;
}

#[tokio::test]
async fn only_those_who_may_change_definitions_do_and_only_to_what_can_be() {
    let mut office = admin().await;
    for (method, path, body, refusal) in [
        (Method::DELETE, "/EntityDefinitions(LogicalName='account')", Value::Null, (400, "0x8004f01d")),
        (Method::POST, "/EntityDefinitions", json!({ "SchemaName": "x\" (drop" }), (400, "0x80040203")),
        (Method::POST, "/EntityDefinitions", json!({ "SchemaName": "Prefixless" }), (400, "0x80040203")),
        (Method::POST, "/EntityDefinitions", json!({ "SchemaName": "new_Nameless" }), (400, "0x80040203")),
        (
            Method::POST,
            "/EntityDefinitions(LogicalName='account')/Attributes",
            json!({ "@odata.type": "#Microsoft.Dynamics.CRM.MoneyAttributeMetadata", "SchemaName": "revenue_base" }),
            (400, "0x80040203"),
        ),
        (Method::POST, "/CreateEntities", json!({ "Entities": [] }), (400, "0x80040203")),
        (
            Method::DELETE,
            "/EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')",
            Value::Null,
            (400, "0x8004f01f"),
        ),
        (
            Method::DELETE,
            "/EntityDefinitions(LogicalName='account')/Attributes(LogicalName='nonsense')",
            Value::Null,
            (404, "0x80040217"),
        ),
        (
            Method::DELETE,
            "/RelationshipDefinitions(SchemaName='Incident_Tasks')",
            Value::Null,
            (400, "0x8004f01f"),
        ),
        (
            Method::POST,
            "/EntityDefinitions(LogicalName='nonsense')/Attributes",
            json!({}),
            (404, "0x80041102"),
        ),
        (
            Method::PUT,
            "/RelationshipDefinitions(SchemaName='Incident_Tasks')",
            json!({}),
            (501, "0x80040219"),
        ),
        (Method::POST, "/RetrieveMetadataChanges", json!({}), (405, "0x80060888")),
    ] {
        let body = (!body.is_null()).then_some(body);
        let reply = office.send(method.clone(), path, &[], body).await;
        assert_eq!(reply.refusal(), refusal, "{method} {path}: {}", reply.text);
    }
    office.token_of("anna").await;
    let refused = office.post("/CreateEntities", order_table()).await;
    assert_eq!(refused.refusal(), (403, "0x80040220"));
    assert!(refused.message().contains("prvCreateEntity"), "{}", refused.message());
}

#[tokio::test]
async fn what_was_defined_is_there_when_the_file_is_opened_again_and_goes_with_a_reset() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        || dvtui::sandbox::Options { data: Some(folder.path().join("rows.db")), ..support::options() };
    let office = Office::at(Desk::with(options()).await, "admin").await;
    order(&office).await;
    assert_eq!(office.post("/new_orders", json!({ "new_name": "Stays", "new_size": 1 })).await.status, 204);
    drop(office);
    let office = Office::at(Desk::with(options()).await, "admin").await;
    let rows = office.get("/new_orders?$select=new_name,new_size").await;
    assert_eq!(rows.column("new_name"), ["\"Stays\""], "{}", rows.text);
    office.desk.control("reset").await;
    assert_eq!(office.get("/new_orders").await.status, 404);
    order(&office).await;
    assert_eq!(office.get("/new_orders").await.rows().len(), 0);
}
