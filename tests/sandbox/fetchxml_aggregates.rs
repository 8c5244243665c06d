//! Aggregates in FetchXML, against the same sums made here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::office::{Office, Reply};

const ALL: &str = "odata.include-annotations=\"*\"";

async fn aggregate(office: &Office, set: &str, inner: &str) -> Reply {
    let table = set.trim_end_matches('s');
    let query = format!("<fetch aggregate='true'><entity name='{table}'>{inner}</entity></fetch>");
    let reply = office.fetch(set, &query, ALL).await;
    assert_eq!(reply.status, 200, "{inner}: {}", reply.text);
    reply
}

#[tokio::test]
async fn sums_are_those_of_the_rows() {
    let office = Office::new().await;
    let rows = office.get("/accounts?$select=revenue,numberofemployees,createdon,industrycode").await;
    let numbers: Vec<i64> = rows.rows().iter().filter_map(|row| row["numberofemployees"].as_i64()).collect();
    let kinds: std::collections::BTreeSet<_> =
        rows.rows().iter().filter_map(|row| row["industrycode"].as_i64()).collect();
    let reply = aggregate(
        &office,
        "accounts",
        "<attribute name='accountid' alias='n' aggregate='count'/><attribute name='numberofemployees' alias='filled' aggregate='countcolumn'/>
         <attribute name='numberofemployees' alias='total' aggregate='sum'/><attribute name='numberofemployees' alias='mean' aggregate='avg'/>
         <attribute name='numberofemployees' alias='least' aggregate='min'/><attribute name='numberofemployees' alias='most' aggregate='max'/>
         <attribute name='industrycode' alias='kinds' aggregate='countcolumn' distinct='true'/>
         <attribute name='createdon' alias='newest' aggregate='max'/><attribute name='revenue' alias='money' aggregate='sum'/>",
    )
    .await;
    let row = &reply.rows()[0];
    let total: i64 = numbers.iter().sum();
    for (name, value) in [
        ("n", json!(60)),
        ("filled", json!(numbers.len())),
        ("total", json!(total)),
        ("mean", json!(total / numbers.len() as i64)),
        ("least", json!(numbers.iter().min())),
        ("most", json!(numbers.iter().max())),
        ("kinds", json!(kinds.len())),
        ("n@OData.Community.Display.V1.FormattedValue", json!("60")),
        ("n@OData.Community.Display.V1.AttributeName", json!("accountid")),
        ("@odata.etag", Value::Null),
    ] {
        assert_eq!(row[name], value, "{name}");
    }
    let newest = rows.rows().iter().map(|row| row["createdon"].as_str().unwrap()).max().unwrap();
    assert_eq!(row["newest"], newest);
    let tens = |value: &Value| value.to_string().replace('.', "").parse::<i128>().unwrap_or_default();
    let money: i128 = rows.rows().iter().map(|row| tens(&row["revenue"])).sum();
    assert_eq!(tens(&row["money"]), money);
    assert!(row["money@OData.Community.Display.V1.FormattedValue"].as_str().unwrap().starts_with('$'));
    assert!(reply.body["@odata.context"].as_str().unwrap().contains("#accounts(n,filled,total"));
}

#[tokio::test]
async fn groups_are_made_by_choice_lookup_linked_column_and_date() {
    let office = Office::new().await;
    let rows = office.get_preferring("/incidents?$select=prioritycode,_ownerid_value,createdon", ALL).await;
    let counted = |key: &dyn Fn(&Value) -> String| {
        let mut groups: BTreeMap<String, i64> = BTreeMap::new();
        for row in rows.rows() {
            *groups.entry(key(row)).or_default() += 1;
        }
        groups
    };
    let text =
        |row: &Value, name: &str| row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned);
    let found = |reply: &Reply, name: &str| -> BTreeMap<String, i64> {
        reply.rows().iter().map(|row| (text(row, name), row["n"].as_i64().unwrap())).collect()
    };
    let count = "<attribute name='incidentid' alias='n' aggregate='count'/>";
    let shown = "g@OData.Community.Display.V1.FormattedValue";
    let of = |group: &str| format!("{count}<attribute name='{group}' alias='g' groupby='true'/>");
    let choice = aggregate(&office, "incidents", &of("prioritycode")).await;
    assert_eq!(found(&choice, "g"), counted(&|row| text(row, "prioritycode")));
    assert_eq!(
        found(&choice, shown),
        counted(&|row| text(row, "prioritycode@OData.Community.Display.V1.FormattedValue"))
    );
    let lookup = aggregate(&office, "incidents", &of("ownerid")).await;
    assert_eq!(found(&lookup, "g"), counted(&|row| text(row, "_ownerid_value")));
    assert!(lookup.rows().iter().all(|row| {
        let kind = row["g@Microsoft.Dynamics.CRM.lookuplogicalname"].as_str().unwrap();
        row[shown].is_string() && matches!(kind, "systemuser" | "team")
    }));
    type Part = fn(&str) -> i64;
    let parts: &[(&str, Part)] = &[
        ("day", |time| time[8..10].parse().unwrap()),
        ("month", |time| time[5..7].parse().unwrap()),
        ("quarter", |time| (time[5..7].parse::<i64>().unwrap() + 2) / 3),
        ("year", |time| time[..4].parse().unwrap()),
        ("fiscal-year", |time| time[..4].parse().unwrap()),
        ("fiscal-period", |time| {
            time[..4].parse::<i64>().unwrap() * 10 + (time[5..7].parse::<i64>().unwrap() + 2) / 3
        }),
        ("week", |time| {
            let date: jiff::civil::Date = time[..10].parse().unwrap();
            let first = date.first_of_year().weekday().to_sunday_zero_offset();
            (i64::from(date.day_of_year()) - 1 + i64::from(first)) / 7 + 1
        }),
    ];
    for (part, key) in parts {
        let inner = format!(
            "{count}<attribute name='createdon' alias='g' groupby='true' dategrouping='{part}' usertimezone='false'/>"
        );
        let reply = aggregate(&office, "incidents", &inner).await;
        assert_eq!(
            found(&reply, "g"),
            counted(&|row| key(row["createdon"].as_str().unwrap()).to_string()),
            "{part}"
        );
        let value = reply.rows()[0]["g"].as_i64().unwrap();
        let expected = match *part {
            "year" => format!("{},{:03}", value / 1000, value % 1000),
            "fiscal-year" => format!("FY{value}"),
            "fiscal-period" => format!("Quarter {} FY{}", value % 10, value / 10),
            _ => value.to_string(),
        };
        assert_eq!(reply.rows()[0][shown], expected, "{part}");
    }
    let linked = aggregate(
        &office,
        "incidents",
        &format!("{count}<order alias='n' descending='true'/><link-entity name='account' from='accountid' to='customerid'>\
                  <attribute name='name' alias='g' groupby='true'/></link-entity>"),
    )
    .await;
    let counts: Vec<_> = linked.rows().iter().map(|row| row["n"].as_i64().unwrap()).collect();
    assert!(counts.windows(2).all(|pair| pair[0] >= pair[1]), "{counts:?}");
    let with_account =
        office.get("/incidents?$select=incidentid&$filter=_accountid_value ne null").await.rows().len();
    assert_eq!(counts.iter().sum::<i64>(), with_account as i64);
    let labels = aggregate(&office, "incidents", &format!("{}<order alias='g'/>", of("prioritycode"))).await;
    assert_eq!(labels.column(shown), ["\"High\"", "\"Low\"", "\"Normal\""]);
}

#[tokio::test]
async fn aggregates_that_make_no_sense_are_refused() {
    let office = Office::new().await;
    let count = "<attribute name='incidentid' alias='n' aggregate='count'/>";
    for (aggregate, inner, code) in [
        (true, format!("{count}<attribute name='title'/>"), "0x80041107"),
        (true, format!("{count}<attribute name='title' alias='t'/>"), "0x80041107"),
        (true, format!("{count}<all-attributes/>"), "0x80041107"),
        (true, "<attribute name='incidentid' aggregate='count'/>".to_owned(), "0x8004110b"),
        (true, "<attribute name='title' groupby='true'/>".to_owned(), "0x8004110b"),
        (true, format!("{count}{count}"), "0x80041109"),
        (true, String::new(), "0x8004111a"),
        (true, "<attribute name='title' alias='x' aggregate='sum'/>".to_owned(), "0x8004111a"),
        (true, "<attribute name='customerid' alias='x' aggregate='max'/>".to_owned(), "0x8004111a"),
        (
            true,
            "<attribute name='title' alias='x' groupby='true' dategrouping='day'/>".to_owned(),
            "0x80040203",
        ),
        (true, format!("{count}<order attribute='title'/>"), "0x80041121"),
        (true, format!("{count}<order alias='m'/>"), "0x8004110a"),
        (false, count.to_owned(), "0x8004111a"),
    ] {
        let query =
            format!("<fetch aggregate='{aggregate}'><entity name='incident'>{inner}</entity></fetch>");
        assert_eq!(office.fetch("incidents", &query, "").await.refusal(), (400, code), "{query}");
    }
    let few = format!(
        "<fetch aggregate='true' aggregatelimit='299'><entity name='incident'>{count}</entity></fetch>"
    );
    assert_eq!(office.fetch("incidents", &few, "").await.refusal(), (400, "0x8004e023"));
    let enough = few.replace("299", "300");
    assert_eq!(office.fetch("incidents", &enough, "").await.column("n"), ["300"]);
}
