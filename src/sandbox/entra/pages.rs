//! The pages a person sees. Plain forms: no script, but for the one that posts an answer back.

use std::fmt::Write;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};
use http::{HeaderValue, Response, StatusCode};
use url::Url;

use super::refusal::Refusal;
use crate::sandbox::answer;
use crate::sandbox::users::User;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:3em auto;padding:0 1em}\
    button,input{font:inherit;padding:.4em .8em;margin:.2em 0}fieldset{border:0;padding:0}label{display:block}\
    .problem{color:#a00}code{font-size:1.2em}";

pub(super) fn root() -> Response<Bytes> {
    let body = "<p>This is a stand-in for Entra ID on this machine. To sign a device in, \
                <a href=\"/devicelogin\">enter its code</a>.</p>";
    page(StatusCode::OK, "Sandbox sign-in", body)
}

/// What a person sees when there is no address to send a refusal to.
pub(super) fn refused(refusal: &Refusal) -> Response<Bytes> {
    message(refusal.status, "Sign-in is not possible", &refusal.to_string())
}

pub(super) fn message(status: StatusCode, title: &str, text: &str) -> Response<Bytes> {
    page(status, title, &format!("<p>{}</p>", escape(text)))
}

/// Asks for the code that a device shows.
pub(super) fn enter_code(status: StatusCode, problem: Option<&str>) -> Response<Bytes> {
    let mut body = String::new();
    if let Some(problem) = problem {
        let _ = write!(body, "<p class=\"problem\">{}</p>", escape(problem));
    }
    body.push_str(
        "<form method=\"post\" action=\"/devicelogin\"><label>Code <input name=\"user_code\" autofocus \
         autocomplete=\"off\" maxlength=\"20\"></label><button>Next</button></form>",
    );
    page(status, "Enter code", &body)
}

/// Asks who signs in on the device, and whether they want to.
pub(super) fn approve_device<'a>(
    user_code: &str,
    client: &str,
    people: impl Iterator<Item = &'a User>,
) -> Response<Bytes> {
    let body = format!(
        "<p>You are signing in to <b>{}</b> on another device with the code <code>{}</code>.</p>\
         <form method=\"post\" action=\"/devicelogin\"><input type=\"hidden\" name=\"user_code\" value=\"{}\">{}</form>",
        escape(client),
        escape(user_code),
        escape(user_code),
        people_list(people, None),
    );
    page(StatusCode::OK, "Sign in", &body)
}

/// Asks who signs in to an application in this browser. `address` takes the form.
pub(super) fn pick_user<'a>(
    address: &str,
    client: &str,
    hint: Option<&str>,
    people: impl Iterator<Item = &'a User>,
) -> Response<Bytes> {
    let body = format!(
        "<p>Sign in to <b>{}</b> as</p><form method=\"post\" action=\"{}\">{}</form>",
        escape(client),
        escape(address),
        people_list(people, hint),
    );
    page(StatusCode::OK, "Pick an account", &body)
}

/// Posts an answer to the client's address (`response_mode=form_post`).
pub(super) fn post_back(address: &Url, fields: &[(&str, &str)]) -> Response<Bytes> {
    let mut body = format!("<form method=\"post\" action=\"{}\">", escape(address.as_str()));
    for (name, value) in fields {
        let _ = write!(body, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value));
    }
    body.push_str("<button>Continue</button></form><script>document.forms[0].submit()</script>");
    page(StatusCode::OK, "Working", &body)
}

fn people_list<'a>(people: impl Iterator<Item = &'a User>, hint: Option<&str>) -> String {
    let mut list = String::from("<fieldset>");
    for person in people {
        let chosen = match hint {
            Some(hint) => person.is_called(hint),
            None => person.name == "anna",
        };
        let _ = write!(
            list,
            "<label><input type=\"radio\" name=\"user\" value=\"{}\"{}> {} ({})</label>",
            escape(person.name),
            if chosen { " checked" } else { "" },
            escape(person.full_name),
            escape(person.upn),
        );
    }
    list.push_str(
        "</fieldset><button name=\"action\" value=\"approve\">Continue</button> \
         <button name=\"action\" value=\"deny\">Cancel</button>",
    );
    list
}

fn page(status: StatusCode, title: &str, body: &str) -> Response<Bytes> {
    let title = escape(title);
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style><h1>{title}</h1>{body}</html>"
    );
    let mut response = answer::html(status, text);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"),
    );
    response
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
