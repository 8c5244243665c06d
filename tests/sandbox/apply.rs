//! `$apply` against the same rows added up here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::office::Office;

const ALL: &str = "odata.include-annotations=\"*\"";

#[tokio::test]
async fn groups_count_and_add_up_what_the_rows_say() {
    let office = Office::new().await;
    let accounts = office.get_preferring("/accounts?$filter=statecode eq 0", ALL).await;
    // Amounts in ten-thousandths.
    let amount =
        |row: &Value, column: &str| row[column].as_f64().map(|value| (value * 10_000.0).round() as i64);
    let mut groups: BTreeMap<i64, (i64, i64, Vec<i64>)> = BTreeMap::new();
    for row in accounts.rows() {
        let group = groups.entry(row["industrycode"].as_i64().unwrap_or(-1)).or_default();
        group.0 += 1;
        group.1 += amount(row, "revenue").unwrap_or(0);
        group.2.extend(row["numberofemployees"].as_i64());
    }
    let path = "/accounts?$apply=filter(statecode eq 0)/groupby((industrycode),aggregate($count as n,\
                revenue with sum as total,numberofemployees with max as most,numberofemployees with min as least,\
                numberofemployees with average as mean,accountid with countdistinct as keys))";
    let reply = office.get_preferring(path, ALL).await;
    assert_eq!(reply.rows().len(), groups.len(), "{}", reply.text);
    let context = reply.body["@odata.context"].as_str().unwrap();
    assert!(context.ends_with("$metadata#accounts(industrycode,n,total,most,least,mean,keys)"), "{context}");
    assert_eq!(reply.header("preference-applied"), ALL);
    for row in reply.rows() {
        let (count, total, employees) = &groups[&row["industrycode"].as_i64().unwrap_or(-1)];
        assert_eq!((&row["n"], &row["keys"]), (&json!(count), &json!(count)));
        assert_eq!(amount(row, "total").unwrap_or(0), *total);
        assert_eq!(row["most"].as_i64(), employees.iter().max().copied());
        assert_eq!(row["least"].as_i64(), employees.iter().min().copied());
        let mean = employees.iter().sum::<i64>() as f64 / employees.len() as f64;
        assert!(employees.is_empty() || (row["mean"].as_f64().unwrap() - mean).abs() < 1e-6, "{row}");
        assert!(row.get("@odata.etag").is_none());
        if row["industrycode"].is_null() {
            continue;
        }
        let label = "industrycode@OData.Community.Display.V1.FormattedValue";
        let same = accounts.rows().iter().find(|account| account["industrycode"] == row["industrycode"]);
        assert_eq!(row[label], same.unwrap()[label]);
        let total = row["total@OData.Community.Display.V1.FormattedValue"].as_str();
        assert!(total.is_none_or(|total| total.starts_with('$') && total.contains('.')), "{row}");
    }
    assert!(groups.len() > 3);
}

#[tokio::test]
async fn lookups_group_by_themselves_and_by_what_they_lead_to() {
    let office = Office::new().await;
    let cases = office.get_preferring("/incidents?$select=title,_customerid_value,_ownerid_value", ALL).await;
    let path = "/incidents?$apply=groupby((_customerid_value),aggregate($count as n))&$orderby=_customerid_value desc";
    let reply = office.get_preferring(path, ALL).await;
    let names = reply.column("_customerid_value@OData.Community.Display.V1.FormattedValue");
    let mut sorted = names.clone();
    sorted.sort_by_key(|name| std::cmp::Reverse(name.to_lowercase()));
    assert_eq!(names, sorted);
    let kind = "_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname";
    for row in reply.rows() {
        let same: Vec<_> = cases
            .rows()
            .iter()
            .filter(|case| case["_customerid_value"] == row["_customerid_value"])
            .collect();
        assert_eq!(row["n"], same.len());
        assert_eq!(row[kind], same[0][kind]);
    }
    let path = "/incidents?$apply=groupby((owninguser/fullname,statecode),aggregate($count as n))";
    let reply = office.get(path).await;
    let hers = reply.rows().iter().filter(|row| row["owninguser_fullname"] == "Anna Moss");
    let hers: i64 = hers.map(|row| row["n"].as_i64().unwrap()).sum();
    let anna = "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02";
    assert_eq!(hers as usize, cases.rows().iter().filter(|case| case["_ownerid_value"] == anna).count());
    assert!(reply.rows().iter().all(|row| row.as_object().unwrap().len() == 3), "{}", reply.text);
    let plain = office.get("/incidents?$apply=groupby((statecode))&$top=2&$orderby=statecode desc").await;
    assert_eq!(plain.column("statecode"), ["2", "1"]);
    let path = "/incidents?$apply=aggregate(customerid_account/revenue with sum as revenue,$count as n)";
    let reply = office.get(path).await;
    assert_eq!((reply.rows().len(), &reply.rows()[0]["n"]), (1, &json!(300)));
    assert!(reply.rows()[0]["revenue"].is_number());
    let first = cases.rows()[0]["_customerid_value"].as_str().unwrap();
    let set = if cases.rows()[0][kind] == "account" { "account" } else { "contact" };
    let path = format!("/{set}s({first})/incident_customer_{set}s?$apply=aggregate($count as n)");
    let same = cases.rows().iter().filter(|case| case["_customerid_value"] == first).count();
    assert_eq!(office.get(&path).await.rows()[0]["n"], same);
}

#[tokio::test]
async fn sums_are_exact_however_large() {
    let office = Office::new().await;
    for _ in 0..12 {
        let body: Value =
            serde_json::from_str("{\"name\":\"Rich\",\"revenue\":99999999999999.9999}").unwrap();
        assert_eq!(office.post("/accounts", body).await.status, 204);
    }
    let path = "/accounts?$apply=filter(name eq 'Rich')/aggregate(revenue with sum as total,revenue with average as mean)";
    let reply = office.get_preferring(path, ALL).await;
    assert!(reply.text.contains("\"total\":1199999999999999.9988"), "{}", reply.text);
    assert!(reply.text.contains("\"mean\":99999999999999.9999"), "{}", reply.text);
    assert!(reply.text.contains("\"$1,200,000,000,000,000.00\""), "{}", reply.text);
    let path = "/accounts?$apply=filter(name eq 'Nobody')/aggregate(revenue with sum as total,$count as n,\
                createdon with max as newest)";
    let reply = office.get(path).await;
    assert_eq!(reply.body["value"], json!([{ "total": null, "n": 0, "newest": null }]));
    let path = "/contoso_inspections?$apply=aggregate(contoso_deviation with average as mean,createdon with max as newest)";
    let reply = office.get(path).await;
    assert!(reply.rows()[0]["mean"].is_f64() && reply.rows()[0]["newest"].is_string(), "{}", reply.text);
}

#[tokio::test]
async fn what_cannot_be_aggregated_is_refused() {
    let office = Office::new().await;
    for query in [
        "$apply=aggregate(title with sum as x)",
        "$apply=aggregate(prioritycode with sum as x)",
        "$apply=aggregate(_ownerid_value with max as x)",
        "$apply=aggregate(nonsense with sum as x)",
        "$apply=groupby((nonsense))",
        "$apply=groupby((year(createdon)))",
        "$apply=groupby((primarycontactid))",
        "$apply=filter(nonsense eq 1)/aggregate($count as n)",
        "$apply=groupby((statecode),aggregate($count as n))&$orderby=n",
        "$apply=groupby((statecode))&$orderby=title",
        "$apply=groupby((statecode))&$filter=statecode eq 1",
        "$apply=groupby((statecode))&$select=statecode",
        "$apply=concat(groupby((statecode)),aggregate($count as n))",
    ] {
        let reply = office.get(&format!("/incidents?{query}")).await;
        assert_eq!(reply.refusal(), (400, "0x80060888"), "{query}: {}", reply.text);
    }
    let id = office.first("incidents", "incidentid").await;
    let reply = office.get(&format!("/incidents({id})?$apply=aggregate($count as n)")).await;
    assert_eq!(reply.refusal(), (400, "0x80060888"));
}
