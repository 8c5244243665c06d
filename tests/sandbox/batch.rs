//! `$batch`: many requests in one, each by itself or together in a change set.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::{Office, Reply};

const PART: &str = "Content-Type: application/http\nContent-Transfer-Encoding: binary";

/// Sends lines as they are, with CRLF for their ends.
async fn send(office: &Office, headers: &[(&str, &str)], text: &str) -> Reply {
    let kind = ("content-type", "multipart/mixed; boundary=\"b\"");
    let text = text.replace('\n', "\r\n");
    office.send_text(Method::POST, "/$batch", &[headers, &[kind]].concat(), text).await
}

/// The answers in order, as status and body; those of change sets among them.
fn answers(reply: &Reply) -> Vec<(u16, Value)> {
    let parts = reply.text.split("\r\n\r\nHTTP/1.1 ").skip(1);
    let answers = parts.map(|part| {
        let status = part[..3].parse().unwrap();
        let (_, body) = part.split_once("\r\n\r\n").unwrap();
        let body = body.split("\r\n--").next().unwrap().trim();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    });
    answers.collect()
}

fn statuses(reply: &Reply) -> Vec<u16> {
    answers(reply).iter().map(|(status, _)| *status).collect()
}

#[tokio::test]
async fn a_change_set_and_a_query_are_answered_as_the_service_does() {
    let office = Office::new().await;
    let text = format!(
        "\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n{PART}\nContent-ID: 1\n\nPOST /api/data/v9.2/accounts \
         HTTP/1.1\nContent-Type: application/json; type=entry\n\n{{\"name\":\"Batch & Söhne\"}}\n--c\n{PART}\nContent-ID: \
         2\n\nPOST incidents HTTP/1.1\nContent-Type: application/json\n\n{{\"title\":\"From \
         batch\",\"customerid_account@odata.bind\":\"$1\"}}\n--c\n{PART}\nContent-ID: 3\n\nPATCH $2 \
         HTTP/1.1\nContent-Type: application/json\nPrefer: return=representation\n\n{{\"prioritycode\":1}}\n--c\n{PART}\n\
         Content-ID: 4\n\nPOST $1/Account_Tasks HTTP/1.1\n\n{{}}\n--c--\n\n--b\n{PART}\n\nGET \
         {root}/incidents?$select=title&$filter=title eq 'From batch'&$expand=customerid_account($select=name) \
         HTTP/1.1\nAccept: application/json\n--b--\nepilogue",
        root = office.address("")
    );
    let reply = send(
        &office,
        &[],
        &text.replace("POST $1/Account_Tasks HTTP/1.1\n\n{}", "DELETE $1/telephone1 HTTP/1.1\n"),
    )
    .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let outer = reply.header("content-type").strip_prefix("multipart/mixed; boundary=").unwrap();
    assert!(outer.starts_with("batchresponse_"));
    assert!(
        reply
            .text
            .starts_with(&format!("--{outer}\r\nContent-Type: multipart/mixed; boundary=changesetresponse_"))
    );
    assert!(reply.text.ends_with(&format!("\r\n--{outer}--\r\n")));
    for id in ["1", "2", "3", "4"] {
        let head = format!("Content-Transfer-Encoding: binary\r\nContent-ID: {id}\r\n\r\nHTTP/1.1 20");
        assert!(reply.text.contains(&head), "{}", reply.text);
    }
    let made = "HTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\nLocation: ";
    assert!(reply.text.contains(&format!("{made}{}", office.address("/accounts("))));
    assert!(reply.text.contains(&format!("\r\nOData-EntityId: {}", office.address("/incidents("))));
    let answers = answers(&reply);
    assert_eq!(answers.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [204, 204, 200, 204, 200]);
    assert_eq!(answers[2].1["prioritycode"], 1);
    let rows = answers[4].1["value"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["customerid_account"]["name"], "Batch & Söhne");
}

#[tokio::test]
async fn a_failed_change_set_leaves_nothing_and_gives_one_error() {
    let office = Office::new().await;
    let set = |title: &str| {
        format!(
            "--b\nContent-Type: multipart/mixed;boundary=\"c\"\n\n--c\n{PART}\nContent-ID: 1\n\nPOST accounts \
             HTTP/1.1\n\n{{\"name\":\"Half done\"}}\n--c\n{PART}\nContent-ID: 2\n\nPOST $1/Account_Tasks/$ref \
             HTTP/1.1\n\n{{\"@odata.id\":\"{title}\"}}\n--c--\n--b\n{PART}\n\nGET accounts?$filter=name eq 'Half \
             done'&$select=name HTTP/1.1\n\n--b--\n"
        )
    };
    let text = set("tasks(00000000-0000-0000-0000-000000000001)");
    let stopped = send(&office, &[], &text).await;
    assert_eq!(stopped.status, 400, "whatever the status of the part is");
    assert_eq!(statuses(&stopped), [404]);
    assert!(
        stopped.text.contains("\r\nContent-ID: 2\r\n\r\nHTTP/1.1 404 Not Found\r\nREQ_ID: "),
        "{}",
        stopped.text
    );
    assert!(stopped.text.contains("boundary=changesetresponse_"));
    let prefer = [("prefer", "odata.continue-on-error")];
    let went_on = send(&office, &prefer, &text).await;
    assert_eq!(
        (went_on.status.as_u16(), went_on.header("preference-applied")),
        (200, "odata.continue-on-error")
    );
    let answers = answers(&went_on);
    assert_eq!(answers[0].1["error"]["code"], "0x80040217");
    assert_eq!(answers[1].1["value"], json!([]), "the account was taken back");
    let unknown = send(&office, &prefer, &text.replace("POST $1/", "POST $7/")).await;
    assert!(
        unknown.text.contains("Content-ID Reference: '$7' does not exist in the batch context."),
        "{}",
        unknown.text
    );
}

#[tokio::test]
async fn parts_by_themselves_stop_at_the_first_failure_or_go_on() {
    let office = Office::new().await;
    let long = "x".repeat(201);
    let text = format!(
        "--b\n{PART}\n\nPOST tasks HTTP/1.1\nContent-Type: application/json\n\n{{\"subject\":\"{long}\"}}\n--b\n{PART}\n\
         Content-ID: one\n\nPOST tasks HTTP/1.1\n\n{{\"subject\":\"ok\"}}\n--b\n{PART}\n\nPATCH $one HTTP/1.1\nIf-Match: \
         W/\"1\"\n\n{{\"subject\":\"no\"}}\n--b\n{PART}\n\nDELETE $one HTTP/1.1\nContent-Type: application/json\nIf-Match: \
         *\n\n--b\n{PART}\n\nGET contacts/$count HTTP/1.1\n\n--b\n{PART}\n\nPOST $batch HTTP/1.1\n\n--b\n{PART}\n\nGET \
         http://evil.example/api/data/v9.2/accounts HTTP/1.1\n\n--b--"
    );
    let stopped = send(&office, &[], &text).await;
    assert_eq!((stopped.status.as_u16(), statuses(&stopped)), (400, vec![400]));
    for lines in [text.clone(), text.replace('\n', "\r\n")] {
        let kind = [("content-type", "multipart/mixed;boundary=b"), ("prefer", "odata.continue-on-error")];
        let all = office.send_text(Method::POST, "/$batch", &kind, lines).await;
        assert_eq!(
            (all.status.as_u16(), statuses(&all)),
            (200, vec![400, 204, 412, 204, 200, 400, 400]),
            "{}",
            all.text
        );
        assert_eq!(answers(&all)[0].1["error"]["code"], "0x80044331");
        assert!(all.text.contains("Content-Type: text/plain\r\n"), "{}", all.text);
    }
    let query = format!("name eq '{}'", "é".repeat(40_000));
    let get =
        |filter: &str| format!("--b\n{PART}\n\nGET accounts?$select=name&$filter={filter} HTTP/1.1\n\n--b--");
    assert_eq!(statuses(&send(&office, &[], &get(&query)).await), [200]);
    assert_eq!(statuses(&send(&office, &[], &get(&query.replace('é', "éé"))).await), [414]);
}

#[tokio::test]
async fn a_batch_that_is_not_one_is_refused_before_anything_is_done() {
    let office = Office::new().await;
    let post = format!("--b\n{PART}\n\nPOST accounts HTTP/1.1\n\n{{\"name\":\"Never\"}}\n");
    let set = |id: &str, line: &str| {
        let inner = "Content-Type: multipart/mixed; boundary=c";
        format!("{post}--b\n{inner}\n\n--c\n{PART}\n{id}\n{line} HTTP/1.1\n\n{{}}\n--c--\n--b--")
    };
    let many = format!("--b\n{PART}\n\nGET WhoAmI HTTP/1.1\n").repeat(1001);
    for (text, why) in [
        (post.clone(), "its end is missing"),
        (set("", "POST accounts"), "a Content-ID is missing"),
        (set("Content-ID: 1\n", "GET accounts"), "a query in a change set"),
        (format!("{post}--b\n{PART}\n\nnonsense\n--b--"), "no request line"),
        (format!("{post}--b\nContent-Type: text/plain\n\nx\n--b--"), "no request"),
        (format!("{post}--b\nnonsense\n\n--b--"), "no header"),
        (format!("{post}{many}--b--"), "too many parts"),
        (format!("--b\n{}\nGET WhoAmI HTTP/1.1\n--b--", "A: 1\n".repeat(40_000)), "too many headers"),
    ] {
        let reply = send(&office, &[], &text).await;
        assert_eq!(reply.refusal(), (400, "0x80060888"), "{why}: {}", reply.text);
    }
    for (kind, status) in [("application/json", 415), ("multipart/mixed", 400)] {
        let reply = office.send_text(Method::POST, "/$batch", &[("content-type", kind)], post.clone()).await;
        assert_eq!(reply.status, status, "{kind}");
    }
    assert_eq!(office.get("/$batch").await.status, 405);
    let never = office.get("/accounts?$filter=name eq 'Never'&$select=name").await;
    assert!(never.rows().is_empty(), "{}", never.text);
    let empty = send(&office, &[], "--b--").await;
    assert_eq!((empty.status.as_u16(), statuses(&empty)), (200, vec![]));
}
