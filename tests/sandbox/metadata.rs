//! The tables as the metadata tells of them.

use serde_json::{Value, json};

use crate::office::Office;

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
const CASE: &str = "/EntityDefinitions(LogicalName='incident')";

async fn cast(office: &Office, kind: &str, query: &str) -> Vec<Value> {
    let path = format!("{CASE}/Attributes/Microsoft.Dynamics.CRM.{kind}AttributeMetadata?{query}");
    office.get(&path).await.rows().clone()
}

fn named<'a>(rows: &'a [Value], name: &str) -> &'a Value {
    rows.iter().find(|row| row["LogicalName"] == name).unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test]
async fn tables_are_listed_with_sets_and_keys() {
    let office = Office::new().await;
    let reply = office
        .get(
            "/EntityDefinitions?$select=MetadataId,LogicalName,SchemaName,EntitySetName,DisplayName,DisplayCollectionName,\
             Description,PrimaryIdAttribute,PrimaryNameAttribute,PrimaryImageAttribute,IsCustomEntity,ObjectTypeCode,\
             OwnershipType,IsActivity,IsIntersect,IsLogicalEntity,IsPrivate,IsValidForAdvancedFind,\
             ChangeTrackingEnabled,IsOptimisticConcurrencyEnabled,HasNotes,HasActivities,TableType,IsAuditEnabled,\
             IsValidForQueue",
        )
        .await;
    let names = reply.column("LogicalName");
    assert!(names.len() > 700, "{}", names.len());
    let case = named(reply.rows(), "incident");
    for (name, value) in [
        ("EntitySetName", json!("incidents")),
        ("PrimaryIdAttribute", json!("incidentid")),
        ("PrimaryNameAttribute", json!("title")),
        ("ObjectTypeCode", json!(112)),
        ("OwnershipType", json!("UserOwned")),
        ("IsOptimisticConcurrencyEnabled", json!(true)),
    ] {
        assert_eq!(case[name], value, "{name}");
    }
    assert_eq!(case["DisplayCollectionName"]["UserLocalizedLabel"]["Label"], "Cases");
    assert_eq!(case["IsValidForQueue"]["Value"], true);
    let id = case["MetadataId"].as_str().unwrap();
    let by_id = office.get(&format!("/EntityDefinitions({id})?$select=LogicalName")).await;
    assert_eq!(by_id.body["LogicalName"], "incident");
    let context = by_id.body["@odata.context"].as_str().unwrap();
    assert!(context.ends_with("$metadata#EntityDefinitions(LogicalName)/$entity"), "{context}");
}

#[tokio::test]
async fn every_column_says_what_it_is() {
    let office = Office::new().await;
    let reply = office.get(&format!("{CASE}/Attributes")).await;
    let rows = reply.rows();
    for (name, kind, odata) in [
        ("title", "StringType", "#Microsoft.Dynamics.CRM.StringAttributeMetadata"),
        ("description", "MemoType", "#Microsoft.Dynamics.CRM.MemoAttributeMetadata"),
        ("prioritycode", "PicklistType", "#Microsoft.Dynamics.CRM.PicklistAttributeMetadata"),
        ("customerid", "CustomerType", "#Microsoft.Dynamics.CRM.LookupAttributeMetadata"),
        ("ownerid", "OwnerType", "#Microsoft.Dynamics.CRM.LookupAttributeMetadata"),
        ("primarycontactid", "LookupType", "#Microsoft.Dynamics.CRM.LookupAttributeMetadata"),
        ("statecode", "StateType", "#Microsoft.Dynamics.CRM.StateAttributeMetadata"),
        ("statuscode", "StatusType", "#Microsoft.Dynamics.CRM.StatusAttributeMetadata"),
        ("isescalated", "BooleanType", "#Microsoft.Dynamics.CRM.BooleanAttributeMetadata"),
        ("createdon", "DateTimeType", "#Microsoft.Dynamics.CRM.DateTimeAttributeMetadata"),
        ("actualserviceunits", "IntegerType", "#Microsoft.Dynamics.CRM.IntegerAttributeMetadata"),
        ("sentimentvalue", "DoubleType", "#Microsoft.Dynamics.CRM.DoubleAttributeMetadata"),
        ("exchangerate", "DecimalType", "#Microsoft.Dynamics.CRM.DecimalAttributeMetadata"),
        ("versionnumber", "BigIntType", "#Microsoft.Dynamics.CRM.BigIntAttributeMetadata"),
        ("customeridtype", "EntityNameType", "#Microsoft.Dynamics.CRM.EntityNameAttributeMetadata"),
    ] {
        let column = named(rows, name);
        assert_eq!(column["AttributeTypeName"]["Value"], kind, "{name}");
        assert_eq!(column["@odata.type"], odata, "{name}");
        assert_eq!(column["AttributeType"].as_str().map(|of| format!("{of}Type")), Some(kind.to_owned()));
    }
    assert!(named(rows, "incidentid").get("@odata.type").is_none());
    assert_eq!(named(rows, "title")["MaxLength"], 200);
    assert_eq!(named(rows, "title")["RequiredLevel"]["Value"], "ApplicationRequired");
    assert_eq!(named(rows, "customerid")["Targets"], json!(["account", "contact"]));
    assert_eq!(named(rows, "prioritycodename")["AttributeOf"], "prioritycode");
    assert_eq!(named(rows, "customeridname")["IsValidODataAttribute"], false);
    assert!(rows.iter().all(|row| row.get("OptionSet").is_none()), "option sets come when expanded");
}

#[tokio::test]
async fn an_image_has_its_parts_and_rows_have_them_too() {
    let office = Office::new().await;
    let images = cast(&office, "Image", "$select=LogicalName,IsPrimaryImage,MaxHeight,MaxWidth").await;
    assert_eq!(images.len(), 1);
    let image = &images[0];
    assert_eq!((&image["LogicalName"], &image["MaxHeight"]), (&json!("entityimage"), &json!(144)));
    let reply = office.get(&format!("{CASE}?$select=PrimaryImageAttribute&$expand=Attributes")).await;
    assert_eq!(reply.body["PrimaryImageAttribute"], "entityimage");
    let columns = reply.body["Attributes"].as_array().unwrap();
    for (name, kind, part) in [
        ("entityimage", "ImageType", true),
        ("entityimage_url", "StringType", true),
        ("entityimage_timestamp", "BigIntType", true),
        ("entityimageid", "UniqueidentifierType", false),
    ] {
        let column = named(columns, name);
        assert_eq!(column["AttributeTypeName"]["Value"], kind, "{name}");
        assert_eq!(column["AttributeOf"], if part { json!("entityimageid") } else { Value::Null }, "{name}");
        assert_eq!(column["IsValidForUpdate"], name == "entityimage", "{name}");
        assert_eq!(column["IsValidODataAttribute"], true, "{name}");
    }
    assert_eq!(named(columns, "entityimage")["AttributeType"], "Virtual");
    let (case, _) = office.new_case("Pictured").await;
    let row = office.get(&case).await.body;
    for name in ["entityimage", "entityimage_url", "entityimage_timestamp", "entityimageid"] {
        assert_eq!(row.get(name), Some(&Value::Null), "{name}");
    }
    assert_eq!(office.patch(&case, &[], json!({ "entityimage": null })).await.status, 204);
}

#[tokio::test]
async fn a_plain_id_can_be_one_end_of_a_relationship() {
    let office = Office::new().await;
    let reply = office.get(&format!("{CASE}/ManyToOneRelationships")).await;
    let stage = reply.rows().iter().find(|row| row["SchemaName"] == "processstage_incident").unwrap();
    for (name, value) in [
        ("ReferencingAttribute", "stageid"),
        ("ReferencedEntity", "processstage"),
        ("ReferencingEntityNavigationPropertyName", "stageid_processstage"),
    ] {
        assert_eq!(stage[name], value, "{name}");
    }
    let (case, _) = office.new_case("Staged").await;
    let stage = json!({ "stageid": "0f4ad1c6-3d9b-4b1a-8a0a-6a0e6b8f2c10" });
    assert_eq!(office.patch(&case, &[], stage).await.status, 204);
    let row = office.get(&format!("{case}?$select=stageid&$expand=stageid_processstage")).await.body;
    assert_eq!(row["stageid"], "0f4ad1c6-3d9b-4b1a-8a0a-6a0e6b8f2c10");
    assert_eq!(row.get("stageid_processstage"), Some(&Value::Null), "{row}");
    let null = json!({ "stageid_processstage@odata.bind": null });
    assert_eq!(office.patch(&case, &[], null).await.status, 204);
    assert_eq!(office.get(&format!("{case}?$select=stageid")).await.body["stageid"], Value::Null);
    let filter = "/incidents?$top=1&$filter=stageid_processstage eq null";
    assert_eq!(office.get(filter).await.rows().len(), 1);
    let mailbox = "/systemusers?$top=1&$select=_defaultmailbox_value&$expand=defaultmailbox";
    assert_eq!(office.get(mailbox).await.rows()[0]["_defaultmailbox_value"], Value::Null);
}

#[tokio::test]
async fn casts_bring_what_the_base_type_does_not_have() {
    let office = Office::new().await;
    let options = "$select=LogicalName&$expand=OptionSet($select=Options,Name,IsGlobal),GlobalOptionSet($select=Options,Name)";
    let choices = cast(&office, "Picklist", options).await;
    let priority = named(&choices, "prioritycode");
    assert!(priority.get("@odata.type").is_none());
    assert_eq!(priority["GlobalOptionSet"], Value::Null);
    assert_eq!(priority["OptionSet"]["Name"], "incident_prioritycode");
    let labels: Vec<_> = priority["OptionSet"]["Options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|option| (option["Value"].as_i64().unwrap(), &option["Label"]["UserLocalizedLabel"]["Label"]))
        .collect();
    assert_eq!(labels, [(1, &json!("High")), (2, &json!("Normal")), (3, &json!("Low"))]);
    let states = cast(&office, "State", "$select=LogicalName&$expand=OptionSet").await;
    let resolved = &states[0]["OptionSet"]["Options"][1];
    assert_eq!(resolved["@odata.type"], "#Microsoft.Dynamics.CRM.StateOptionMetadata");
    assert_eq!((&resolved["DefaultStatus"], &resolved["InvariantName"]), (&json!(5), &json!("Resolved")));
    let status = cast(&office, "Status", "$select=LogicalName&$expand=OptionSet").await;
    let codes: Vec<_> = status[0]["OptionSet"]["Options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|option| (option["Value"].as_i64().unwrap(), option["State"].as_i64().unwrap()))
        .collect();
    assert_eq!(codes, [(1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (1000, 1), (6, 2), (2000, 2)]);
    let flags =
        cast(&office, "Boolean", "$select=LogicalName&$expand=OptionSet($select=TrueOption,FalseOption)")
            .await;
    let escalated = named(&flags, "isescalated");
    assert_eq!(escalated["OptionSet"]["TrueOption"]["Label"]["UserLocalizedLabel"]["Label"], "Yes");
    assert_eq!(escalated["OptionSet"]["FalseOption"]["Value"], 0);
    for (kind, select, name, value) in [
        ("String", "LogicalName,MaxLength,FormatName", "emailaddress", json!({ "Value": "Email" })),
        ("Integer", "LogicalName,MinValue,MaxValue,Format", "actualserviceunits", json!(1_000_000_000)),
        ("DateTime", "LogicalName,Format,DateTimeBehavior", "followupby", json!("DateOnly")),
        ("Lookup", "LogicalName,Targets", "customerid", json!(["account", "contact"])),
    ] {
        let rows = cast(&office, kind, &format!("$select={select}")).await;
        let column = named(&rows, name).as_object().unwrap().values().any(|found| *found == value);
        assert!(column, "{kind} {name}: {}", named(&rows, name));
    }
    let money = office
        .get("/EntityDefinitions(LogicalName='account')/Attributes/Microsoft.Dynamics.CRM.MoneyAttributeMetadata")
        .await;
    assert_eq!(named(money.rows(), "revenue_base")["CalculationOf"], "revenue");
    let one = office
        .get(&format!(
            "{CASE}/Attributes(LogicalName='prioritycode')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?\
                       $select=LogicalName&$expand=OptionSet"
        ))
        .await;
    assert_eq!(one.body["OptionSet"]["Options"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn relationships_and_keys_are_told_from_both_sides() {
    let office = Office::new().await;
    let select = "$select=SchemaName,ReferencingAttribute,ReferencedEntity,ReferencedAttribute,\
                  ReferencingEntityNavigationPropertyName,ReferencedEntityNavigationPropertyName";
    let to_one = office.get(&format!("{CASE}/ManyToOneRelationships?{select}")).await;
    let find = |rows: &[Value], schema: &str| {
        rows.iter().find(|row| row["SchemaName"] == schema).cloned().unwrap_or_else(|| panic!("no {schema}"))
    };
    for (schema, column, nav, table) in [
        ("incident_customer_accounts", "customerid", "customerid_account", "account"),
        ("incident_customer_contacts", "customerid", "customerid_contact", "contact"),
        ("contact_as_primary_contact", "primarycontactid", "primarycontactid", "contact"),
        ("manualsla_cases", "slaid", "slaid_sla", "sla"),
        ("lk_incidentbase_createdby", "createdby", "createdby", "systemuser"),
        ("system_user_incidents", "owninguser", "owninguser", "systemuser"),
        ("owner_incidents", "ownerid", "ownerid", "owner"),
        (
            "TransactionCurrency_Incident",
            "transactioncurrencyid",
            "transactioncurrencyid",
            "transactioncurrency",
        ),
    ] {
        let row = find(to_one.rows(), schema);
        assert_eq!(row["ReferencingAttribute"], column);
        assert_eq!(row["ReferencingEntityNavigationPropertyName"], nav);
        assert_eq!(row["ReferencedEntity"], table);
    }
    let to_many = office.get(&format!("{CASE}/OneToManyRelationships?{select}")).await;
    let tasks = find(to_many.rows(), "Incident_Tasks");
    assert_eq!(tasks["ReferencingEntityNavigationPropertyName"], "regardingobjectid_incident_task");
    assert_eq!(tasks["ReferencedEntityNavigationPropertyName"], "Incident_Tasks");
    let keys =
        office.get("/EntityDefinitions(LogicalName='account')/Keys?$select=LogicalName,KeyAttributes").await;
    assert_eq!(keys.rows()[0]["KeyAttributes"], json!(["accountnumber"]));
    let all = office
        .get(&format!("{CASE}?$select=LogicalName&$expand=Attributes($select=LogicalName),ManyToOneRelationships(\
                       $select=SchemaName),OneToManyRelationships($select=SchemaName),ManyToManyRelationships($select=\
                       SchemaName),Keys"))
        .await;
    assert!(all.body["Attributes"].as_array().unwrap().len() > 100, "{}", all.text);
    assert!(all.body["ManyToOneRelationships"].as_array().unwrap().len() > 20);
    assert_eq!(all.body["Keys"], json!([]));
}

#[tokio::test]
async fn definitions_are_filtered_by_simple_properties() {
    let office = Office::new().await;
    for (filter, expected) in [
        ("IsCustomEntity eq true and ObjectTypeCode lt 10100", 1),
        ("LogicalName eq 'incident' or LogicalName eq 'account'", 2),
        ("OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned' and ObjectTypeCode lt 113", 4),
        ("IsValidForQueue/Value eq true and (LogicalName eq 'task' or LogicalName eq 'subject')", 1),
        ("ObjectTypeCode lt 3 and not (IsActivity eq true)", 2),
        ("startswith(LogicalName,'queuei')", 1),
    ] {
        let reply = office.get(&format!("/EntityDefinitions?$select=LogicalName&$filter={filter}")).await;
        assert_eq!(reply.rows().len(), expected, "{filter}: {}", reply.text);
    }
    let required =
        "RequiredLevel/Value eq Microsoft.Dynamics.CRM.AttributeRequiredLevel'ApplicationRequired'";
    let reply = office.get(&format!("{CASE}/Attributes?$select=LogicalName&$filter={required}")).await;
    assert_eq!(reply.column("LogicalName"), ["\"title\""]);
    let code = office.get("/EntityDefinitions(LogicalName='account')/ObjectTypeCode/$value").await;
    assert_eq!(code.text, "1");
}

#[tokio::test]
async fn metadata_that_is_not_there_is_refused() {
    let office = Office::new().await;
    for (path, refusal) in [
        ("/EntityDefinitions(LogicalName='nonsense')".to_owned(), (404, "0x80041102")),
        (format!("{CASE}/Attributes(LogicalName='nonsense')"), (404, "0x80040217")),
        (format!("{CASE}/Attributes?$select=MaxLength"), (400, "0x80060888")),
        (format!("{CASE}/Attributes/Microsoft.Dynamics.CRM.EnumAttributeMetadata"), (400, "0x80060888")),
        (format!("{CASE}?$expand=Nonsense"), (400, "0x80060888")),
        (format!("{CASE}/Nonsense"), (404, "0x80060888")),
        ("/EntityDefinitions?$filter=DisplayName eq 'x'".to_owned(), (400, "0x80060888")),
        ("/EntityDefinitions?$select=Nonsense".to_owned(), (400, "0x80060888")),
    ] {
        let reply = office.get(&path).await;
        assert_eq!(reply.refusal(), refusal, "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn choices_that_columns_share_have_a_place_of_their_own() {
    let office = Office::new().await;
    let all = office.get("/GlobalOptionSetDefinitions").await;
    let kind = &all.rows()[0];
    assert_eq!((&kind["Name"], &kind["IsGlobal"]), (&json!("contoso_assetkind"), &json!(true)));
    assert_eq!(kind["@odata.type"], "#Microsoft.Dynamics.CRM.OptionSetMetadata");
    let id = kind["MetadataId"].as_str().unwrap();
    for path in [
        "/GlobalOptionSetDefinitions(Name='contoso_assetkind')",
        &format!("/GlobalOptionSetDefinitions({id})"),
        "/GlobalOptionSetDefinitions(Name='contoso_assetkind')/Microsoft.Dynamics.CRM.OptionSetMetadata?$select=Options",
    ] {
        let one = office.get(path).await;
        assert_eq!(one.body["Options"].as_array().map(Vec::len), Some(5), "{path}: {}", one.text);
    }
    assert_eq!(
        office.get("/GlobalOptionSetDefinitions?$filter=IsGlobal eq true").await.refusal(),
        (400, "0x80060888")
    );
    let inspection = "/EntityDefinitions(LogicalName='contoso_inspection')/Attributes";
    for (cast, name) in [("Picklist", "contoso_assetkind"), ("MultiSelectPicklist", "contoso_alsochecked")] {
        let path = format!(
            "{inspection}(LogicalName='{name}')/Microsoft.Dynamics.CRM.{cast}AttributeMetadata?$expand=OptionSet,GlobalOptionSet"
        );
        let one = office.get(&path).await;
        assert_eq!(one.body["GlobalOptionSet"]["Name"], "contoso_assetkind", "{path}: {}", one.text);
        assert_eq!(one.body["GlobalOptionSet"]["MetadataId"], json!(id));
        assert_eq!(one.body["OptionSet"]["Options"].as_array().map(Vec::len), Some(5));
    }
    let status = office
        .get(&format!(
            "{inspection}(LogicalName='statuscode')/Microsoft.Dynamics.CRM.StatusAttributeMetadata/OptionSet"
        ))
        .await;
    let next = status.body["Options"][0]["TransitionData"].as_str().unwrap();
    assert!(next.contains("<allowedtransition sourcestatusid=\"1\" tostatusid=\"100000001\"/>"), "{next}");
}

#[tokio::test]
async fn relationships_have_a_place_of_their_own_and_say_of_which_kind_they_are() {
    let office = Office::new().await;
    let one = office.get("/RelationshipDefinitions(SchemaName='Incident_Tasks')").await;
    assert_eq!(
        one.body["@odata.type"], "#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
        "{}",
        one.text
    );
    let many = "/RelationshipDefinitions/Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata";
    let links = office.get(many).await;
    let link = links.rows().iter().find(|row| row["SchemaName"] == "teammembership_association").unwrap();
    assert_eq!(link["IntersectEntityName"], "teammembership");
    assert!(link.get("@odata.type").is_none());
    let id = link["MetadataId"].as_str().unwrap();
    let by_id = office.get(&format!("/RelationshipDefinitions({id})")).await;
    assert_eq!(by_id.body["Entity2LogicalName"], "systemuser", "{}", by_id.text);
    for (filter, kind) in [
        ("SchemaName eq 'Incident_Tasks'", "OneToMany"),
        ("RelationshipType eq Microsoft.Dynamics.CRM.RelationshipType'ManyToManyRelationship'", "ManyToMany"),
        ("RelationshipType eq 'ManyToManyRelationship'", "ManyToMany"),
    ] {
        let reply = office.get(&format!("/RelationshipDefinitions?$filter={filter}")).await;
        let found = reply.rows()[0]["@odata.type"].as_str().unwrap();
        assert_eq!(found, format!("#Microsoft.Dynamics.CRM.{kind}RelationshipMetadata"), "{filter}");
    }
    let team = "/EntityDefinitions(LogicalName='team')/ManyToManyRelationships?$select=SchemaName";
    assert_eq!(
        office.get(team).await.column("SchemaName"),
        ["\"teammembership_association\"", "\"teamroles_association\""]
    );
    assert!(office.get("/ManagedPropertyDefinitions").await.rows().len() > 5);
}

#[tokio::test]
async fn lists_of_definitions_are_cut_before_they_are_long() {
    let office = Office::new().await;
    for query in [
        "$select=MetadataId,LogicalName,SchemaName,EntitySetName,DisplayName,DisplayCollectionName,Description",
        "$filter=IsPrivate eq false",
    ] {
        // A build with optimization takes a few hundredths of a second; this is for a machine that is busy.
        let reply = tokio::time::timeout(PATIENCE, office.get(&format!("/EntityDefinitions?{query}"))).await;
        assert!(reply.unwrap().rows().len() > 700);
    }
    let german = office.get(&format!("{CASE}?$select=DisplayName&LabelLanguages=1031")).await;
    assert_eq!(german.body["DisplayName"]["LocalizedLabels"], json!([]));
    let english = office.get(&format!("{CASE}?$select=DisplayName&LabelLanguages=1033")).await;
    assert_eq!(english.body["DisplayName"]["UserLocalizedLabel"]["Label"], "Case");
    let columns = "$expand=Attributes($select=LogicalName;$filter=AttributeType ne 'Virtual';$top=3)";
    let nested = office.get(&format!("{CASE}?$select=LogicalName&{columns}")).await;
    assert_eq!(nested.body["Attributes"].as_array().map(Vec::len), Some(3), "{}", nested.text);
}

#[tokio::test]
async fn definitions_are_asked_for_by_a_query_and_only_once() {
    let office = Office::new().await;
    let query = json!({
        "Properties": { "PropertyNames": ["LogicalName", "EntitySetName", "Attributes", "Keys", "OneToManyRelationships"] },
        "Criteria": { "Conditions": [
            { "PropertyName": "LogicalName", "ConditionOperator": "In",
              "Value": { "Type": "System.String[]", "Value": "[\"incident\",\"account\"]" } }
        ], "Filters": [{ "FilterOperator": "Or", "Conditions": [
            { "PropertyName": "ObjectTypeCode", "ConditionOperator": "LessThan", "Value": { "Type": "System.Int32", "Value": "2" } },
            { "PropertyName": "IsIntersect", "ConditionOperator": "Equals", "Value": { "Type": "System.Boolean", "Value": "True" } },
        ] }] },
        "AttributeQuery": {
            "Properties": { "PropertyNames": ["LogicalName", "AttributeType", "MaxLength", "OptionSet"] },
            "Criteria": { "Conditions": [{ "PropertyName": "AttributeType", "ConditionOperator": "In", "Value": {
                "Type": "Microsoft.Xrm.Sdk.Metadata.AttributeTypeCode[]", "Value": "['String','Picklist']" } }] },
        },
        "KeyQuery": { "Properties": { "AllProperties": true } },
        "RelationshipQuery": { "Properties": { "PropertyNames": ["SchemaName"] } },
        "LabelQuery": { "FilterLanguages": [1033], "MissingLabelBehavior": 0 },
    });
    let encoded = query.to_string().replace('%', "%25").replace(' ', "+").replace('#', "%23");
    let path = format!("/RetrieveMetadataChanges(Query=@p1)?%40p1={encoded}");
    let reply = office.get(&path).await;
    let tables = reply.body["EntityMetadata"].as_array().unwrap_or_else(|| panic!("{}", reply.text));
    assert_eq!(tables.len(), 1, "{}", reply.text);
    let account = &tables[0];
    assert_eq!((&account["EntitySetName"], &account["HasChanged"]), (&json!("accounts"), &json!(true)));
    assert!(account.get("DisplayName").is_none());
    assert_eq!(account["Keys"][0]["KeyAttributes"], json!(["accountnumber"]));
    assert!(account["OneToManyRelationships"][0].get("ReferencedEntity").is_none());
    let columns = account["Attributes"].as_array().unwrap();
    let name = named(columns, "name");
    assert_eq!(
        (&name["MaxLength"], &name["@odata.type"]),
        (&json!(160), &json!("#Microsoft.Dynamics.CRM.ComplexStringAttributeMetadata"))
    );
    assert!(named(columns, "industrycode")["OptionSet"]["Options"].as_array().unwrap().len() > 10);
    assert!(
        columns
            .iter()
            .all(|column| column["AttributeType"] == "String" || column["AttributeType"] == "Picklist")
    );
    assert_eq!(reply.body["DeletedMetadata"], Value::Null);
    let stamp = reply.body["ServerVersionStamp"].as_str().unwrap();
    let since = |stamp: &str| {
        format!(
            "/RetrieveMetadataChanges(Query=@p1,DeletedMetadataFilters=@p2,ClientVersionStamp=@p3)?@p1={encoded}&\
             @p2=Microsoft.Dynamics.CRM.DeletedMetadataFilters'All'&@p3='{stamp}'"
        )
    };
    let again = office.get(&since(stamp)).await;
    assert_eq!(again.body["EntityMetadata"], json!([]), "{}", again.text);
    assert_eq!(again.body["DeletedMetadata"]["Count"], 0);
    let long = r#"{"Properties":{"PropertyNames":["Attributes"]},"AttributeQuery":{"Criteria":{"Conditions":[
        {"PropertyName":"MaxLength","ConditionOperator":"GreaterThan","Value":{"Type":"System.Int32","Value":"4000"}}]}},
        "Criteria":{"Conditions":[{"PropertyName":"LogicalName","ConditionOperator":"Equals","Value":{"Value":"annotation"}}]}}"#;
    let long = long.replace([' ', '\n'], "");
    let found = office.get(&format!("/RetrieveMetadataChanges(Query=@p1)?@p1={long}")).await;
    let names: Vec<_> = found.body["EntityMetadata"][0]["Attributes"]
        .as_array()
        .unwrap_or_else(|| panic!("{}", found.text))
        .iter()
        .map(|column| column["LogicalName"].clone())
        .collect();
    assert_eq!(names, ["notetext", "documentbody"]);
    let wrong = long.replace("MaxLength", "Nonsense");
    let wrong = office.get(&format!("/RetrieveMetadataChanges(Query=@p1)?@p1={wrong}")).await;
    assert_eq!(wrong.refusal(), (400, "0x80060888"), "{}", wrong.text);
    for expired in ["80649578!08/24/2020 12:00:00", "12!08/24/2026 12:00:00", "nonsense"] {
        assert_eq!(office.get(&since(expired)).await.refusal(), (400, "0x80044352"), "{expired}");
    }
}
