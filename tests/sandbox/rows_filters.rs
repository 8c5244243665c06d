//! What a filter lets through, against the same rows filtered here.

use serde_json::{Value, json};

use crate::office::Office;

type Keep = fn(&Value) -> bool;

fn text<'a>(row: &'a Value, column: &str) -> &'a str {
    row[column].as_str().unwrap_or_default()
}

/// Filters of cases, each with its meaning in plain code.
const CASES: &[(&str, Keep)] = &[
    ("prioritycode eq 1", |row| row["prioritycode"] == 1),
    ("1 eq prioritycode", |row| row["prioritycode"] == 1),
    ("prioritycode ne 1 and statecode eq 0", |row| row["prioritycode"] != 1 && row["statecode"] == 0),
    ("prioritycode eq 1 or prioritycode eq 3 and statecode eq 1", |row| {
        row["prioritycode"] == 1 || row["prioritycode"] == 3 && row["statecode"] == 1
    }),
    ("(prioritycode eq 1 or prioritycode eq 3) and statecode eq 1", |row| {
        (row["prioritycode"] == 1 || row["prioritycode"] == 3) && row["statecode"] == 1
    }),
    ("not (prioritycode ge 2)", |row| row["prioritycode"].as_i64() < Some(2)),
    ("description eq null", |row| row["description"].is_null()),
    ("description ne null", |row| !row["description"].is_null()),
    ("description ne 'Customer called twice.'", |row| row["description"] != "Customer called twice."),
    ("not contains(description,'customer')", |row| {
        !text(row, "description").to_lowercase().contains("customer")
    }),
    ("_primarycontactid_value eq null", |row| row["_primarycontactid_value"].is_null()),
    ("primarycontactid ne null", |row| !row["_primarycontactid_value"].is_null()),
    ("contains(title,'PRINTER')", |row| text(row, "title").to_lowercase().contains("printer")),
    ("startswith(title,'gateway')", |row| text(row, "title").to_lowercase().starts_with("gateway")),
    ("endswith(title,'DAMAGED')", |row| text(row, "title").to_lowercase().ends_with("damaged")),
    ("contains(title,'can''t')", |row| text(row, "title").contains("can't")),
    ("contains(title,'STÖRUNG')", |row| text(row, "title").contains("Störung")),
    ("contains(title,'起動')", |row| text(row, "title").contains("起動")),
    ("contains(title,'50[%]')", |row| text(row, "title").contains("50%")),
    ("contains(title,'spare_part')", |row| {
        let title = text(row, "title").to_lowercase();
        title.contains("spare part") || title.contains("spare_part")
    }),
    ("contains(title,'spare[_]part')", |row| text(row, "title").contains("spare_part")),
    ("title eq '%offline'", |row| text(row, "title").ends_with("offline")),
    ("startswith(title,'[a-c]')", |row| {
        matches!(text(row, "title").to_lowercase().as_bytes()[0], b'a'..=b'c')
    }),
    ("isescalated eq true", |row| row["isescalated"] == true),
    ("isescalated eq false and activitiescomplete eq false", |row| row["isescalated"] == false),
    ("sentimentvalue gt -5.5", |row| row["sentimentvalue"].as_f64() > Some(-5.5)),
    ("actualserviceunits le 10", |row| row["actualserviceunits"].as_i64().is_some_and(|units| units <= 10)),
    ("createdon ge 2026-01-01T00:00:00Z", |row| text(row, "createdon") >= "2026-01-01T00:00:00Z"),
    ("createdon lt 2025-06-01T02:00:00+02:00", |row| text(row, "createdon") < "2025-06-01T00:00:00Z"),
    ("createdon lt 9999-12-31T23:59:59.9999999Z", |_| true),
    ("createdon ge 9999-12-31", |_| false),
    ("Microsoft.Dynamics.CRM.OnOrBefore(PropertyName='createdon',PropertyValue='9999-12-31')", |_| true),
    ("createdon lt modifiedon", |row| text(row, "createdon") < text(row, "modifiedon")),
    ("Microsoft.Dynamics.CRM.In(PropertyName='statuscode',PropertyValues=['2','3'])", |row| {
        row["statuscode"] == 2 || row["statuscode"] == 3
    }),
    ("Microsoft.Dynamics.CRM.NotIn(PropertyName='statuscode',PropertyValues=[\"2\",\"3\"])", |row| {
        row["statuscode"] != 2 && row["statuscode"] != 3
    }),
    ("Microsoft.Dynamics.CRM.Between(PropertyName='statuscode',PropertyValues=['2','5'])", |row| {
        (2..=5).contains(&row["statuscode"].as_i64().unwrap())
    }),
    ("Microsoft.Dynamics.CRM.OnOrAfter(PropertyName='createdon',PropertyValue='2026-06-01')", |row| {
        text(row, "createdon") >= "2026-06-01"
    }),
    ("_ownerid_value eq e4b0a7d2-0002-ef11-9f89-000d3a2b1c02", |row| {
        row["_ownerid_value"] == "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02"
    }),
    ("Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')", |row| {
        row["_ownerid_value"] == "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02"
    }),
    ("customerid_account/name ne null", |row| !row["_accountid_value"].is_null()),
    ("customerid_contact/fullname eq null", |row| row["_contactid_value"].is_null()),
    ("owninguser/fullname eq 'anna moss'", |row| {
        row["_owninguser_value"] == "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02"
    }),
    ("ownerid/fullname eq 'Anna Moss'", |row| {
        row["_ownerid_value"] == "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02"
    }),
];

#[tokio::test]
async fn a_filter_lets_through_what_it_says() {
    let office = Office::new().await;
    let all = office.get("/incidents").await;
    assert_eq!(all.rows().len(), 300);
    let mut met = 0;
    for (filter, keep) in CASES {
        let reply = office.get(&format!("/incidents?$filter={}", filter.replace('+', "%2B"))).await;
        let expected: Vec<_> =
            all.rows().iter().filter(|row| keep(row)).map(|row| row["incidentid"].to_string()).collect();
        assert_eq!(reply.column("incidentid"), expected, "{filter}");
        met += usize::from(!expected.is_empty() && expected.len() < 300);
    }
    assert!(met > 25, "most of the filters let some rows through and keep some back, not only {met}");
}

#[tokio::test]
async fn amounts_are_compared_digit_by_digit() {
    let office = Office::new().await;
    for (id, revenue) in [(1, "99999999999999.9998"), (2, "99999999999999.9999")] {
        let body: Value =
            serde_json::from_str(&format!("{{\"name\":\"Exact {id}\",\"revenue\":{revenue}}}")).unwrap();
        assert_eq!(office.post("/accounts", body).await.status, 204);
    }
    for (filter, names) in [
        ("revenue eq 99999999999999.9999", vec!["\"Exact 2\""]),
        ("revenue gt 99999999999999.9998", vec!["\"Exact 2\""]),
        ("revenue ge 99999999999999.9998", vec!["\"Exact 1\"", "\"Exact 2\""]),
        ("revenue gt 99999999999999.99985", vec!["\"Exact 2\""]),
        ("revenue lt 99999999999999.99985 and revenue gt 99999999999999", vec!["\"Exact 1\""]),
    ] {
        let reply =
            office.get(&format!("/accounts?$select=name,revenue&$orderby=name&$filter={filter}")).await;
        assert_eq!(reply.column("name"), names, "{filter}");
        assert!(reply.text.contains("\"revenue\":99999999999999.999"), "{}", reply.text);
    }
}

#[tokio::test]
async fn aliases_encoding_and_plus_are_read() {
    let office = Office::new().await;
    office.post("/accounts", json!({ "name": "A+B & C / D's 100%" })).await;
    for query in [
        "$filter=name eq @n&@n='A%2BB %26 C / D''s 100[%25]'",
        "$filter=name+eq+'A%2BB+%26+C+%2F+D''s+100[%25]'",
        "$filter=contains(name,@n)&@n='%2BB'",
    ] {
        let reply = office.get(&format!("/accounts?$select=name&{query}")).await;
        assert_eq!(reply.column("name"), ["\"A+B & C / D's 100%\""], "{query}");
    }
    assert_eq!(office.get("/accounts?$filter=name eq @missing").await.rows().len(), 0);
    let named = "/accounts?$select=name&$orderby=@p desc&$filter=@p gt @v and @p ne @none&@p=name&@v='M'";
    let plain = "/accounts?$select=name&$orderby=name desc&$filter=name gt 'M'";
    assert_eq!(office.get(named).await.column("name"), office.get(plain).await.column("name"));
}

#[tokio::test]
async fn what_is_no_filter_is_refused() {
    let office = Office::new().await;
    for (query, refusal) in [
        ("$filter=nonsense eq 1", (400, "0x80060888")),
        ("$filter=customerid eq 1", (400, "0x80060888")),
        ("$filter=title eq 5", (400, "0x80060888")),
        ("$filter=prioritycode eq 'High'", (400, "0x80060888")),
        ("$filter=createdon gt 'yesterday'", (400, "0x80060888")),
        ("$filter=title eq 'x", (400, "0x80060888")),
        ("$filter=length(title) eq 5", (400, "0x80060888")),
        ("$filter=not Microsoft.Dynamics.CRM.Today(PropertyName='createdon')", (400, "0x80060888")),
        ("$filter=prioritycode eq 1.5", (400, "0x80060888")),
        ("$filter=createdon ge 2026-13-45", (400, "0x80060888")),
        ("$filter=title eq '%FF'", (400, "0x80060888")),
        ("$select=title&$select=description", (400, "0x80060888")),
        ("$select=title,,description", (400, "0x80060888")),
        ("$expand=owninguser($select=fullname;$select=title)", (400, "0x80060888")),
        (
            "$expand=primarycontactid($select=fullname),primarycontactid($select=lastname)",
            (400, "0x80060888"),
        ),
        ("$expand=primarycontactid($orderby=fullname)", (400, "0x80060888")),
        ("$expand=ownerid($filter=nonsense eq 'x')", (400, "0x80060888")),
        ("$orderby=nonsense", (400, "0x80060888")),
        ("$skip=10", (400, "0x80060888")),
        ("$search=x", (400, "0x80060888")),
        ("$Filter=title eq 'x'", (400, "0x80060888")),
        ("$top=-1", (400, "0x80060888")),
        ("$select=customeridname", (400, "0x80060888")),
        ("$select=primarycontactid", (400, "0x80060888")),
        ("sql=SELECT name FROM account", (501, "0x80040219")),
        ("$expand=nonsense", (400, "0x80060888")),
        ("$expand=owninguser($count=true)", (400, "0x80060888")),
    ] {
        let reply = office.get(&format!("/incidents?{query}")).await;
        assert_eq!(reply.refusal(), refusal, "{query}: {}", reply.text);
    }
    let reply = office.get("/incidents?$filter=createdon ge 2026-13-45").await;
    let message = "Unrecognized 'Edm.DateTimeOffset' literal '2026-13-45' for the column 'createdon'.";
    assert_eq!(reply.message(), message);
    for (join, rows) in [(" or ", 300), (" and ", 0)] {
        let filter = ["statecode eq 0", "statecode ne 0"].repeat(250).join(join);
        for query in [format!("$filter={filter}"), format!("$apply=filter({filter})/groupby((incidentid))")] {
            assert_eq!(
                office.get(&format!("/incidents?{query}")).await.rows().len(),
                rows,
                "500 times{join}"
            );
        }
    }
    let many = vec!["prioritycode eq 1"; 501].join(" or ");
    assert_eq!(office.get(&format!("/incidents?$filter={many}")).await.refusal(), (400, "0x8004430c"));
}

#[tokio::test]
async fn every_kind_of_column_is_compared_with_its_own_kind_of_literal() {
    let office = Office::new().await;
    let set = "/contoso_inspections";
    let all = office.get(set).await;
    let cases: &[(&str, Keep)] = &[
        ("contoso_findings eq '2,3,8'", |row| row["contoso_findings"] == "2,3,8"),
        ("contoso_findings ne null", |row| !row["contoso_findings"].is_null()),
        ("contoso_photo eq null", |row| row["contoso_photo"].is_null()),
        ("contoso_report ne null", |row| !row["contoso_report"].is_null()),
        ("contoso_counter ge 9007199254740993", |row| {
            row["contoso_counter"].as_i64().is_some_and(|counter| counter >= 9_007_199_254_740_993)
        }),
        ("contoso_temperature lt -1.5", |row| {
            row["contoso_temperature"].as_f64().is_some_and(|temperature| temperature < -1.5)
        }),
        ("contoso_plannedfor ge 2026-01-01", |row| text(row, "contoso_plannedfor") >= "2026-01-01"),
        ("contoso_opensat lt 2026-01-01T00:00:00Z", |row| {
            row["contoso_opensat"].is_string() && text(row, "contoso_opensat") < "2026-01-01"
        }),
        ("contoso_externalid ne null", |row| !row["contoso_externalid"].is_null()),
        ("contoso_passed", |row| row["contoso_passed"] == true),
        ("contoso_grade eq contoso_number", |row| row["contoso_grade"] == row["contoso_number"]),
        ("contoso_Regarding_contact/fullname ne null", |row| !row["_contoso_regarding_value"].is_null()),
        (
            "contoso_AccountId/primarycontactid/parentcustomerid_account/name ne null or contoso_grade eq 1",
            |row| row["contoso_grade"] == 1,
        ),
    ];
    for (filter, keep) in cases {
        let reply = office.get(&format!("{set}?$filter={filter}")).await;
        let found: Vec<_> = reply.column("contoso_inspectionid");
        let expected: Vec<_> = all
            .rows()
            .iter()
            .filter(|row| keep(row))
            .map(|row| row["contoso_inspectionid"].to_string())
            .collect();
        match filter.contains(" or ") {
            true => assert!(expected.iter().all(|key| found.contains(key)), "{filter}"),
            false => assert_eq!(found, expected, "{filter}"),
        }
    }
    for (filter, left, right, kind) in [
        ("contoso_photo eq 'x'", "Edm.Binary", "Edm.String", "Equal"),
        ("contoso_grade eq 'Good'", "Edm.Int32", "Edm.String", "Equal"),
        ("contoso_name gt 5", "Edm.String", "Edm.Int32", "GreaterThan"),
        (
            "_contoso_accountid_value ne '7d577253-3ef0-4a0a-bb7f-8335c2596e70'",
            "Edm.Guid",
            "Edm.String",
            "NotEqual",
        ),
        ("contoso_startedat le 'now'", "Edm.DateTimeOffset", "Edm.String", "LessThanOrEqual"),
        ("contoso_passed eq 1", "Edm.Boolean", "Edm.Int32", "Equal"),
        ("contoso_name eq contoso_number", "Edm.String", "Edm.Int32", "Equal"),
    ] {
        let reply = office.get(&format!("{set}?$filter={filter}")).await;
        assert_eq!(reply.refusal(), (400, "0x80060888"), "{filter}");
        let message = format!(
            "A binary operator with incompatible types was detected. Found operand types '{left}' and '{right}' for \
             operator kind '{kind}'."
        );
        assert_eq!(reply.message(), message, "{filter}");
    }
    for filter in [
        "contains(_contoso_accountid_value,'x')",
        "contains(contoso_grade,'1')",
        "startswith(contoso_name,5)",
    ] {
        assert_eq!(
            office.get(&format!("{set}?$filter={filter}")).await.refusal(),
            (400, "0x80060888"),
            "{filter}"
        );
    }
}
