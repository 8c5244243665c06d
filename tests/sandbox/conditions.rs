//! The conditions that only this service has, in both spellings: as functions of OData filters and as operators of
//! FetchXML. Each is compared with the same rows filtered here.

use serde_json::{Value, json};

use crate::office::Office;

type Keep = fn(&Value) -> bool;

const ANNA: &str = "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02";

/// A condition on a column of inspections: its name in OData and in FetchXML, its values, what it lets through.
struct Case(&'static str, &'static str, &'static str, &'static [&'static str], Keep);

fn text<'a>(row: &'a Value, column: &str) -> &'a str {
    row[column].as_str().unwrap_or_default()
}

fn options(row: &Value, column: &str) -> Vec<String> {
    text(row, column).split(',').map(str::to_owned).collect()
}

fn findings(row: &Value) -> Vec<String> {
    options(row, "contoso_findings")
}

fn quarter(row: &Value) -> u32 {
    text(row, "createdon").get(5..7).map_or(0, |month| month.parse::<u32>().unwrap().div_ceil(3))
}

fn year(row: &Value) -> &str {
    &text(row, "createdon")[..4]
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case("contoso_number", "In", "in", &["1", "5", "1000000"], |row| [1, 5].contains(&row["contoso_number"].as_i64().unwrap())),
    Case("contoso_number", "NotIn", "not-in", &["1", "5"], |row| ![1, 5].contains(&row["contoso_number"].as_i64().unwrap())),
    Case("contoso_assetkind", "NotIn", "not-in", &["100000000"], |row| row["contoso_assetkind"] != 100_000_000),
    Case("contoso_number", "Between", "between", &["10", "20"], |row| (10..=20).contains(&row["contoso_number"].as_i64().unwrap())),
    Case("contoso_number", "NotBetween", "not-between", &["10", "20"], |row| !(10..=20).contains(&row["contoso_number"].as_i64().unwrap())),
    Case("contoso_findings", "ContainValues", "contain-values", &["2", "8"], |row| findings(row).iter().any(|of| of == "2" || of == "8")),
    Case("contoso_findings", "DoesNotContainValues", "not-contain-values", &["2"], |row| !findings(row).contains(&"2".to_owned())),
    Case("contoso_findings", "In", "in", &["2", "1"], |row| text(row, "contoso_findings") == "1,2"),
    Case("ownerid", "EqualUserId", "eq-userid", &[], |row| row["_ownerid_value"] == ANNA),
    Case("ownerid", "NotEqualUserId", "ne-userid", &[], |row| row["_ownerid_value"] != ANNA),
    Case("owninguser", "NotEqualUserId", "ne-userid", &[], |row| row["_owninguser_value"] != ANNA),
    Case("createdon", "InFiscalPeriod", "in-fiscal-period", &["3"], |row| quarter(row) == 3),
    Case("createdon", "InFiscalYear", "in-fiscal-year", &["2025"], |row| year(row) == "2025"),
    Case("createdon", "InFiscalPeriodAndYear", "in-fiscal-period-and-year", &["2", "2025"], |row| year(row) == "2025" && quarter(row) == 2),
    Case("createdon", "InOrAfterFiscalPeriodAndYear", "in-or-after-fiscal-period-and-year", &["2", "2025"], |row| text(row, "createdon") >= "2025-04"),
    Case("createdon", "InOrBeforeFiscalPeriodAndYear", "in-or-before-fiscal-period-and-year", &["2", "2025"], |row| text(row, "createdon") < "2025-07"),
    Case("createdon", "OnOrAfter", "on-or-after", &["2025-06-15"], |row| text(row, "createdon") >= "2025-06-15"),
    Case("createdon", "OnOrBefore", "on-or-before", &["2025-06-15"], |row| text(row, "createdon") < "2025-06-16"),
    Case("contoso_dueon", "OnOrBefore", "on-or-before", &["2025-06-15"], |row| !row["contoso_dueon"].is_null() && text(row, "contoso_dueon") <= "2025-06-15"),
];

fn function(column: &str, name: &str, values: &[&str]) -> String {
    let list: Vec<_> = values.iter().map(|value| format!("'{value}'")).collect();
    let values = match (name, values) {
        (_, []) => String::new(),
        ("In" | "NotIn" | "Between" | "NotBetween" | "ContainValues" | "DoesNotContainValues", _) => {
            format!(",PropertyValues=[{}]", list.join(","))
        }
        (_, [_]) => format!(",PropertyValue={}", list[0]),
        _ => format!(",PropertyValue1={},PropertyValue2={}", values[0], values[1]),
    };
    format!("Microsoft.Dynamics.CRM.{name}(PropertyName='{column}'{values})")
}

fn condition(column: &str, operator: &str, values: &[&str]) -> String {
    let values: String = values.iter().map(|value| format!("<value>{value}</value>")).collect();
    format!("<condition attribute='{column}' operator='{operator}'>{values}</condition>")
}

/// The keys that both spellings let through, which must be the same.
async fn keys(office: &Office, set: &str, case: (&str, &str, &str, &[&str])) -> Vec<String> {
    let (column, name, operator, values) = case;
    let table = set.trim_end_matches('s');
    let key = format!("{table}id");
    let filter = function(column, name, values);
    let reply = office.get(&format!("/{set}?$select={key}&$filter={filter}")).await;
    assert_eq!(reply.status, 200, "{filter}: {}", reply.text);
    let condition = condition(column, operator, values);
    let xml = format!(
        "<fetch><entity name='{table}'><attribute name='{key}'/><filter>{condition}</filter></entity></fetch>"
    );
    let fetched = office.fetch(set, &xml, "").await;
    assert_eq!(fetched.status, 200, "{condition}: {}", fetched.text);
    assert_eq!(fetched.column(&key), reply.column(&key), "{condition}");
    reply.column(&key)
}

#[tokio::test]
async fn every_condition_lets_through_what_it_says_in_both_spellings() {
    let office = Office::new().await;
    let all = office.get("/contoso_inspections").await;
    assert_eq!(all.rows().len(), 60);
    for Case(column, name, operator, values, keep) in CASES {
        let found = keys(&office, "contoso_inspections", (column, name, operator, values)).await;
        let mut expected: Vec<_> = all.rows().iter().filter(|row| keep(row)).collect();
        expected.sort_by_key(|row| row["contoso_inspectionid"].to_string());
        let expected: Vec<_> = expected.iter().map(|row| row["contoso_inspectionid"].to_string()).collect();
        assert_eq!(found, expected, "{name} {values:?}");
        assert!(!found.is_empty() && found.len() < 60, "{name} {values:?} tells rows apart: {}", found.len());
    }
}

#[tokio::test]
async fn conditions_about_now_know_what_is_near() {
    let office = Office::of("admin").await;
    let now = jiff::Timestamp::now();
    // Far enough from every edge that the minute of the test does not matter.
    let at = |hours: i64| now.checked_add(jiff::SignedDuration::from_hours(hours)).unwrap();
    for (name, hours) in [
        ("long ago", -24 * 800),
        ("last week", -24 * 5),
        ("just now", -2),
        ("soon", 2),
        ("later", 24 * 5),
        ("far", 24 * 800),
    ] {
        let started = at(hours).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let body = json!({ "contoso_name": name, "contoso_startedat": started, "contoso_code": format!("near {hours}") });
        let made = office.post("/contoso_inspections", body).await;
        assert_eq!(made.status, 204, "{}", made.text);
    }
    for (name, operator, values, expected) in [
        ("LastXHours", "last-x-hours", vec!["6"], vec!["just now"]),
        ("NextXHours", "next-x-hours", vec!["6"], vec!["soon"]),
        ("LastXDays", "last-x-days", vec!["10"], vec!["just now", "last week"]),
        ("NextXDays", "next-x-days", vec!["10"], vec!["later", "soon"]),
        ("LastXWeeks", "last-x-weeks", vec!["2"], vec!["just now", "last week"]),
        ("NextXWeeks", "next-x-weeks", vec!["2"], vec!["later", "soon"]),
        ("LastXMonths", "last-x-months", vec!["2"], vec!["just now", "last week"]),
        ("NextXMonths", "next-x-months", vec!["2"], vec!["later", "soon"]),
        ("LastXYears", "last-x-years", vec!["4"], vec!["just now", "last week", "long ago"]),
        ("NextXYears", "next-x-years", vec!["4"], vec!["far", "later", "soon"]),
        ("LastXFiscalPeriods", "last-x-fiscal-periods", vec!["2"], vec!["just now", "last week"]),
        ("NextXFiscalYears", "next-x-fiscal-years", vec!["4"], vec!["far", "later", "soon"]),
        ("Last7Days", "last-seven-days", vec![], vec!["just now", "last week"]),
        ("Next7Days", "next-seven-days", vec![], vec!["later", "soon"]),
        ("OlderThanXMinutes", "olderthan-x-minutes", vec!["30"], vec!["just now", "last week", "long ago"]),
        ("OlderThanXHours", "olderthan-x-hours", vec!["12"], vec!["last week", "long ago"]),
        ("OlderThanXDays", "olderthan-x-days", vec!["2"], vec!["last week", "long ago"]),
        ("OlderThanXWeeks", "olderthan-x-weeks", vec!["3"], vec!["long ago"]),
        ("OlderThanXMonths", "olderthan-x-months", vec!["3"], vec!["long ago"]),
        ("OlderThanXYears", "olderthan-x-years", vec!["1"], vec!["long ago"]),
    ] {
        let filter = function("contoso_startedat", name, &values);
        let path = format!(
            "/contoso_inspections?$select=contoso_name&$orderby=contoso_name&$filter=startswith(contoso_code,'near') and {filter}"
        );
        let reply = office.get(&path).await;
        let expected: Vec<_> = expected.iter().map(|name| format!("\"{name}\"")).collect();
        assert_eq!(reply.column("contoso_name"), expected, "{name}: {}", reply.text);
        keys(&office, "contoso_inspections", ("contoso_startedat", name, operator, &values)).await;
    }
    for unit in ["Week", "Month", "Year", "FiscalPeriod", "FiscalYear"] {
        for (which, prefix) in [("Last", "last"), ("This", "this"), ("Next", "next")] {
            let operator = unit.replace("Fiscal", "fiscal-").to_lowercase();
            let (name, operator) = (format!("{which}{unit}"), format!("{prefix}-{operator}"));
            keys(&office, "contoso_inspections", ("contoso_startedat", &name, &operator, &[])).await;
        }
    }
    for (name, operator) in [("Today", "today"), ("Yesterday", "yesterday"), ("Tomorrow", "tomorrow")] {
        keys(&office, "contoso_inspections", ("contoso_startedat", name, operator, &[])).await;
    }
}

#[tokio::test]
async fn conditions_on_who_asks_follow_teams_units_and_managers() {
    let mut office = Office::new().await;
    let teams = office.get(&format!("/systemusers({ANNA})/teammembership_association?$select=teamid")).await;
    let teams = teams.column("teamid");
    assert!(!teams.is_empty());
    let cases = office.get("/incidents?$select=_ownerid_value").await;
    let of = |keep: &dyn Fn(&str) -> bool| {
        let mut kept: Vec<_> =
            cases.rows().iter().filter(|row| keep(&row["_ownerid_value"].to_string())).collect();
        kept.sort_by_key(|row| row["incidentid"].to_string());
        kept.iter().map(|row| row["incidentid"].to_string()).collect::<Vec<_>>()
    };
    let anna = format!("\"{ANNA}\"");
    let mine = keys(&office, "incidents", ("ownerid", "EqualUserTeams", "eq-userteams", &[])).await;
    assert_eq!(mine, of(&|owner| teams.iter().any(|team| team == owner)));
    assert!(!mine.is_empty());
    let both =
        keys(&office, "incidents", ("ownerid", "EqualUserOrUserTeams", "eq-useroruserteams", &[])).await;
    assert_eq!(both, of(&|owner| owner == anna || teams.iter().any(|team| team == owner)));
    // Somebody reports to Anna, and somebody to them.
    let users =
        office.get(&format!("/systemusers?$select=systemuserid&$filter=systemuserid ne {ANNA}&$top=2")).await;
    let below = users.column("systemuserid");
    office.token_of("admin").await;
    for (user, manager) in [(&below[0], ANNA), (&below[1], below[0].trim_matches('"'))] {
        let body = json!({ "parentsystemuserid@odata.bind": format!("/systemusers({manager})") });
        let reply = office.patch(&format!("/systemusers({})", user.trim_matches('"')), &[], body).await;
        assert_eq!(reply.status, 204, "{}", reply.text);
    }
    office.token_of("anna").await;
    let name = "EqualUserOrUserHierarchy";
    let reports = keys(&office, "incidents", ("ownerid", name, "eq-useroruserhierarchy", &[])).await;
    assert_eq!(reports, of(&|owner| owner == anna || below.iter().any(|user| user == owner)));
    assert!(reports.len() > of(&|owner| owner == anna).len());
    let name = "EqualUserOrUserHierarchyAndTeams";
    let all = keys(&office, "incidents", ("ownerid", name, "eq-useroruserhierarchyandteams", &[])).await;
    assert!(both.iter().chain(&reports).all(|key| all.contains(key)));
    let unit = office.get(&format!("/systemusers({ANNA})?$select=_businessunitid_value")).await;
    let expected = office
        .get(&format!(
            "/incidents?$select=incidentid&$filter=_owningbusinessunit_value eq {}",
            text(&unit.body, "_businessunitid_value")
        ))
        .await;
    let found =
        keys(&office, "incidents", ("owningbusinessunit", "EqualBusinessId", "eq-businessid", &[])).await;
    assert_eq!(found, expected.column("incidentid"));
    let others =
        keys(&office, "incidents", ("owningbusinessunit", "NotEqualBusinessId", "ne-businessid", &[])).await;
    assert_eq!(found.len() + others.len(), 300);
    keys(&office, "contoso_inspections", ("contoso_number", "EqualUserLanguage", "eq-userlanguage", &[]))
        .await;
}

#[tokio::test]
async fn hierarchies_are_followed_up_and_down() {
    let office = Office::new().await;
    let mut chain = Vec::new();
    for title in ["Top", "Middle", "Bottom"] {
        let (path, id) = office.new_case(title).await;
        if let Some(parent) = chain.last() {
            let body = json!({ "parentcaseid@odata.bind": format!("/incidents({parent})") });
            assert_eq!(office.patch(&path, &[], body).await.status, 204);
        }
        chain.push(id);
    }
    let named = |keys: Vec<String>| -> Vec<usize> {
        let mut places: Vec<_> =
            keys.iter().filter_map(|key| chain.iter().position(|id| key.contains(id.as_str()))).collect();
        places.sort_unstable();
        places
    };
    let middle = chain[1].as_str();
    for (name, operator, expected) in [
        ("Under", "under", vec![2]),
        ("UnderOrEqual", "eq-or-under", vec![1, 2]),
        ("Above", "above", vec![0]),
        ("AboveOrEqual", "eq-or-above", vec![0, 1]),
        ("NotUnder", "not-under", vec![0, 1]),
    ] {
        let found = keys(&office, "incidents", ("incidentid", name, operator, &[middle])).await;
        assert_eq!(named(found.clone()), expected, "{name}");
        assert_eq!(found.len() > 300, name == "NotUnder", "{name}");
    }
    let by_lookup =
        keys(&office, "incidents", ("parentcaseid", "UnderOrEqual", "eq-or-under", &[&chain[0]])).await;
    assert_eq!(named(by_lookup), [1, 2], "the cases whose parent is the first or below it");
    // A circle is followed once.
    let body = json!({ "parentcaseid@odata.bind": format!("/incidents({})", chain[2]) });
    office.patch(&format!("/incidents({})", chain[0]), &[], body).await;
    let found = keys(&office, "incidents", ("incidentid", "Under", "under", &[middle])).await;
    assert!(found.len() <= 3);
}

#[tokio::test]
async fn conditions_that_do_not_fit_are_refused() {
    let office = Office::new().await;
    for filter in [
        "Microsoft.Dynamics.CRM.Nonsense(PropertyName='createdon')",
        "Microsoft.Dynamics.CRM.Today(PropertyName='contoso_name')",
        "Microsoft.Dynamics.CRM.Today(PropertyName='nonsense')",
        "Microsoft.Dynamics.CRM.Today()",
        "Microsoft.Dynamics.CRM.On(PropertyName='createdon')",
        "Microsoft.Dynamics.CRM.On(PropertyName='createdon',PropertyValue='soon')",
        "Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue='many')",
        "Microsoft.Dynamics.CRM.LastXHours(PropertyName='contoso_dueon',PropertyValue=5)",
        "Microsoft.Dynamics.CRM.OlderThanXMinutes(PropertyName='contoso_dueon',PropertyValue=5)",
        "Microsoft.Dynamics.CRM.InFiscalPeriod(PropertyName='createdon',PropertyValue=5)",
        "Microsoft.Dynamics.CRM.Between(PropertyName='contoso_number',PropertyValues=['1'])",
        "Microsoft.Dynamics.CRM.In(PropertyName='contoso_number',PropertyValues=[])",
        "Microsoft.Dynamics.CRM.In(PropertyName='contoso_number',PropertyValues=['one'])",
        "Microsoft.Dynamics.CRM.ContainValues(PropertyName='contoso_grade',PropertyValues=['1'])",
        "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='contoso_name')",
        "Microsoft.Dynamics.CRM.Under(PropertyName='contoso_regarding',PropertyValue='x')",
        "Microsoft.Dynamics.CRM.Under(PropertyName='contoso_inspectionid',PropertyValue='e4b0a7d2-0002-ef11-9f89-000d3a2b1c02')",
        "not Microsoft.Dynamics.CRM.ThisWeek(PropertyName='createdon')",
        "year(createdon) eq 2026",
    ] {
        let reply = office.get(&format!("/contoso_inspections?$filter={filter}")).await;
        assert_eq!(reply.refusal(), (400, "0x80060888"), "{filter}: {}", reply.text);
    }
    let many = vec!["'1'"; 2001].join(",");
    let filter = format!("Microsoft.Dynamics.CRM.In(PropertyName='contoso_number',PropertyValues=[{many}])");
    let reply = office.get(&format!("/contoso_inspections?$filter={filter}")).await;
    assert_eq!(reply.refusal(), (400, "0x8004430e"));
}
