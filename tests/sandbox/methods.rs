//! Methods, hosts and addresses at their limits.

use reqwest::Method;

use crate::office::Office;
use crate::{raw, support};

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let office = Office::new().await;
    let (case, _) = office.new_case("Headless").await;
    let discovery = format!("{}/api/discovery/v2.0/Instances", office.desk.ready().discovery);
    for path in [case.as_str(), "/incidents?$top=3", "/incidents/$count", "/WhoAmI", "/EntityDefinitions"] {
        let get = office.get(path).await;
        let head = office.send(Method::HEAD, path, &[], None).await;
        assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""), "{path}");
        assert_eq!(head.header("content-length"), get.text.len().to_string(), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"));
        assert_eq!(head.header("etag"), get.header("etag"));
    }
    assert_eq!(office.send(Method::HEAD, "/incidentz", &[], None).await.status, 404);
    let unsigned = office.desk.http.head(&discovery).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
}

#[tokio::test]
async fn each_address_says_which_methods_it_takes() {
    let office = Office::new().await;
    let (case, _) = office.new_case("Methods").await;
    for (path, allow, refused) in [
        ("/incidents".to_owned(), "OPTIONS,GET,HEAD,POST", Method::DELETE),
        (case.clone(), "OPTIONS,GET,HEAD,PATCH,DELETE", Method::POST),
        (format!("{case}/title"), "OPTIONS,GET,HEAD,PUT,DELETE", Method::PATCH),
        (format!("{case}/title/$value"), "OPTIONS,GET,HEAD", Method::PUT),
        (format!("{case}/_customerid_value"), "OPTIONS,GET,HEAD", Method::PUT),
        (format!("{case}/customerid_account"), "OPTIONS,GET,HEAD", Method::PUT),
        (format!("{case}/Incident_Tasks"), "OPTIONS,GET,HEAD,POST", Method::PATCH),
        (format!("{case}/Incident_Tasks/$ref"), "OPTIONS,GET,HEAD,POST,DELETE", Method::PATCH),
        ("/incidents/Microsoft.Dynamics.CRM.CreateMultiple".to_owned(), "OPTIONS,POST", Method::GET),
        ("/$batch".to_owned(), "OPTIONS,POST", Method::GET),
        ("/incidents/$count".to_owned(), "OPTIONS,GET,HEAD", Method::POST),
        ("/WhoAmI".to_owned(), "OPTIONS,GET,HEAD", Method::POST),
        ("/EntityDefinitions".to_owned(), "OPTIONS,GET,HEAD,POST", Method::PATCH),
        ("/PublishAllXml()".to_owned(), "OPTIONS,POST", Method::GET),
        ("/$metadata".to_owned(), "OPTIONS,GET,HEAD", Method::POST),
        ("/".to_owned(), "OPTIONS,GET,HEAD", Method::POST),
    ] {
        let asked = office.send(Method::OPTIONS, &path, &[], None).await;
        assert_eq!((asked.status.as_u16(), asked.header("allow")), (204, allow), "{path}");
        let reply = office.send(refused.clone(), &path, &[], None).await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, allow), "{refused} {path}");
        assert!(reply.message().contains(refused.as_str()), "{}", reply.text);
    }
    assert_eq!(office.send(Method::OPTIONS, "/incidentz", &[], None).await.status, 404);
}

#[tokio::test]
async fn an_address_that_is_too_long_is_refused_in_the_services_form() {
    let office = Office::new().await;
    let start = office.address("/incidents?$top=1&x=");
    for (length, status) in [(32_768, 200), (32_769, 414)] {
        let address = format!("{start}{}", "x".repeat(length - start.len()));
        let reply = office.get(&address).await;
        assert_eq!(reply.status, status, "{length}: {}", reply.text);
        if status == 414 {
            assert!(reply.message().contains("32,768"), "{}", reply.text);
        }
    }
}

#[tokio::test]
async fn a_request_with_two_hosts_is_refused() {
    let office = Office::new().await;
    let ready = office.desk.ready();
    for root in [&ready.url, &ready.discovery, ready.controls.as_ref().unwrap()] {
        let hosts = format!("{0}{0}", raw::host(root));
        assert_eq!(raw::get(root, "/_sandbox/requests", &hosts).await.status(), 400, "{root}");
    }
}

/// HTTP does not care, but clients that keep headers in a plain map do.
#[tokio::test]
async fn names_of_headers_are_spelled_as_the_service_spells_them() {
    let office = Office::new().await;
    let root = &office.desk.ready().url;
    let token = support::user_token(&office.desk.sandbox, "anna").await;
    let body = r#"{"lastname":"Spelled"}"#;
    let request = format!(
        "POST /api/data/v9.2/contacts HTTP/1.1\r\n{}Authorization: Bearer {token}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        raw::host(root),
        body.len(),
    );
    let made = raw::exchange(root, &request).await;
    let refused = raw::get(root, "/api/data/v9.2/", &raw::host(root)).await;
    let spelled = [
        (&made, "OData-EntityId"),
        (&made, "OData-Version"),
        (&made, "REQ_ID"),
        (&made, "x-ms-service-request-id"),
        (&refused, "WWW-Authenticate"),
        (&refused, "Content-Type"),
    ];
    for (reply, name) in spelled {
        assert!(reply.text.contains(&format!("\r\n{name}: ")), "no {name} in {}", reply.text);
    }
}

#[tokio::test]
async fn a_body_that_will_be_too_long_is_refused_before_it_comes() {
    let office = Office::new().await;
    let root = &office.desk.ready().url;
    let head = format!(
        "POST /api/data/v9.2/accounts HTTP/1.1\r\n{}Content-Length: 99999999999\r\n\r\n",
        raw::host(root)
    );
    let (_kept, begun) = raw::beginning(root, &head, 12).await;
    assert_eq!(begun, b"HTTP/1.1 413");
}
