//! `dv call`: functions as reads, actions as writes, their parameters and answers.

use serde_json::{Value, json};

use crate::writing::{Desk, id};

#[tokio::test(flavor = "multi_thread")]
async fn a_function_is_a_read_and_its_answer_is_printed() {
    let desk = Desk::new().await;
    let me = desk.row(&["whoami", "--json"]).await["user_id"].clone();
    let who = desk.row(&["call", "WhoAmI", "--function", "--json", "--read-only"]).await;
    assert_eq!(who["UserId"], me);
    let plain = desk.dv(&["call", "WhoAmI", "--function"]).await;
    let expected = format!("UserId          {}\n", me.as_str().unwrap());
    assert!(plain.expect(0, &[]).out.contains(&expected), "{plain:#?}");
    let counts = ["call", "RetrieveTotalRecordCount", "--function", "EntityNames=[\"account\"]", "--json"];
    let counts = desk.row(&counts).await;
    assert_eq!(counts["EntityRecordCountCollection"]["Keys"], json!(["account"]));
    let zone = ["LocaleId=1033", "LocalizedStandardName=Tokyo Standard Time"];
    let zone = [&["call", "GetTimeZoneCodeByLocalizedName", "--function", "--json"], &zone[..]].concat();
    assert_eq!(desk.row(&zone).await["TimeZoneCode"], 235);
    let case = desk.a_case().await;
    let number = id(&case, "ticketnumber");
    let time = ["call", "CalculateTotalTimeIncident", "--function", "--on", "incident", number, "--json"];
    assert!(desk.row(&time).await["TotalTime"].is_number());
    assert!(desk.writes().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_is_sent_with_its_parameters_or_its_body() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let account = desk.an_account("Of the case").await;
    let customer = format!("customerid=account:{account}");
    let made = desk.dv(&["create", "incident", "title=Waiting", &customer]).await;
    let made = made.expect(0, &[]).out.trim().to_owned();
    let queue = desk.row(&["rows", "queue", "--filter", "name eq 'Support'", "--json"]).await;
    let on = ["--on", "queue", id(&queue, "queueid")];
    let target = json!({ "@odata.type": "Microsoft.Dynamics.CRM.incident", "incidentid": made });
    let given = format!("Target={target}");
    let add = [&["call", "AddToQueue", &given], &on[..]].concat();
    let answer = desk.row(&[&add[..], &["--json"]].concat()).await;
    let item = id(&answer, "QueueItemId").to_owned();

    let user = desk.row(&["whoami", "--json"]).await["user_id"].clone();
    let body = json!({ "SystemUser": { "systemuserid": user }, "RemoveQueueItem": false }).to_string();
    let pick = ["call", "PickFromQueue", "--on", "queueitem", &item, "--body", "-"];
    let picked = tokio::task::block_in_place(|| desk.home.dv_fed(&pick, &body));
    assert_eq!(picked.expect(0, &[]).out, "done: PickFromQueue\n");
    assert_eq!(desk.get("queueitem", &item).await["_workerid_value"], user);
    let release = ["call", "ReleaseToQueue", "--on", "queueitem", &item, "--json"];
    assert_eq!(desk.dv(&release).await.expect(0, &[]).out, "");
    assert_eq!(desk.get("queueitem", &item).await["_workerid_value"], Value::Null);
    let refused = desk.dv(&["call", "RouteTo", "--on", "queueitem", &item]).await;
    refused.expect(1, &["request"]);
    drop(case);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_request_and_sends_nothing() {
    let desk = Desk::new().await;
    let before = desk.asked("requests").await.as_array().unwrap().len();
    let call = ["call", "CloseIncident", "Status=5", "Text=O'Neil", "--dry-run", "--read-only"];
    let shown = desk.dv(&call).await;
    let expected = "POST /api/data/v9.2/CloseIncident\n{\"Status\":5,\"Text\":\"O'Neil\"}\n";
    assert_eq!(shown.expect(0, &[]).out, expected);
    let ask = ["call", "F", "--function", "A=O'Neil", "B=5", "--dry-run"];
    let path = "/api/data/v9.2/F(A=@p1,B=@p2)?@p1=%27O%27%27Neil%27&@p2=5";
    assert_eq!(desk.dv(&ask).await.expect(0, &[]).out, format!("GET {path}\n"));
    let sent = desk.asked("requests").await;
    let sent = &sent.as_array().unwrap()[before..];
    assert!(sent.iter().all(|entry| !entry["path"].as_str().unwrap().contains("/F(")), "{sent:?}");
    assert!(desk.writes().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_wrongly_is_told_with_what_to_do() {
    let desk = Desk::new().await;
    for (args, code, words) in [
        (&["WhoAmI"][..], 1, ["0x80060888", "if it is a function: --function"]),
        (&["Merge", "--function"], 1, ["0x80060888", "leave out --function"]),
        (&["NoSuchThing"], 1, ["0x80060888", "spelled as in $metadata"]),
        (&["Who/AmI", "--function"], 2, ["`Who/AmI` is no name", "such as CloseIncident"]),
        (&["Merge", "A B=1"], 2, ["`A B` is no name of a parameter", "letters"]),
        (&["Merge", "Target"], 2, ["`Target` is no `column=value`", "such as"]),
        (&["Merge", "--body", "[1]"], 2, ["--body: this is JSON, but no object", "one JSON object"]),
        (&["Merge", "--body", "{"], 2, ["--body", "EOF"]),
        (&["Merge", "A=1", "--body", "{}"], 2, ["--body", "cannot be used with"]),
        (&["Merge", "--on", "queue"], 2, ["--on", "2 values required"]),
    ] {
        desk.dv(&[&["call"], args].concat()).await.expect(code, &words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_whose_answer_was_lost_may_have_been_carried_out_and_is_not_repeated() {
    let desk = Desk::new().await;
    for kind in ["reset_after", "reset_before", "html"] {
        let before = desk.writes().await.len();
        desk.order("POST", "/Merge", json!({ "kind": kind })).await;
        let lost = desk.dv(&["call", "Merge", "--body", "{}"]).await;
        // Where the request never arrived, that cannot be told from here.
        lost.expect(1, &["may have been carried out", "sent once"]);
        assert_eq!(desk.writes().await.len(), before + 1, "{kind}");
    }
}
