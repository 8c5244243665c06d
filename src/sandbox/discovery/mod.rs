//! Global Discovery: the environments that a person may enter, to be filtered and selected from. It knows what the
//! environments are; of their rows it knows nothing.

mod filter;
mod instance;

use bytes::Bytes;
use http::header::ALLOW;
use http::{HeaderName, Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use self::filter::Filter;
use super::answer;
use super::api::Caller;
use super::environments::Environments;
use super::sites::{Origin, Seen};

const ROOT: &str = "/api/discovery/v2.0/";
/// The service names an internal host here; no client may follow it.
const INTERNAL: &str = "https://10.0.1.76:20193/api/discovery/v2.0/$metadata";

/// What a request asks of the list.
#[derive(Debug, Default)]
struct Query {
    /// None is every property.
    select: Option<Vec<String>>,
    filter: Option<Filter>,
}

/// Answers a request whose token has been checked.
pub(crate) fn respond(
    environments: &Environments,
    seen: &Seen<'_>,
    caller: &Caller,
    request: &Request<Bytes>,
) -> Response<Bytes> {
    let path = percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
    let Some(resource) = path.strip_prefix(ROOT) else { return not_found() };
    if request.method() != Method::GET {
        let text = format!("The method {} is not allowed.", request.method());
        let mut refused = answer::odata_error(StatusCode::METHOD_NOT_ALLOWED, "0x80060888", &text);
        answer::set(&mut refused, ALLOW, "GET,HEAD");
        return refused;
    }
    let key = match resource {
        "" => {
            let sets = json!([{ "name": "Instances", "kind": "EntitySet", "url": "Instances" }]);
            return document(&json!({ "@odata.context": INTERNAL, "value": sets }));
        }
        "$metadata" => return answer::with_type(StatusCode::OK, "application/xml", instance::metadata()),
        "Instances" => None,
        other => match other.strip_prefix("Instances(").and_then(|rest| rest.strip_suffix(')')) {
            Some(key) => Some(key),
            None => return not_found(),
        },
    };
    let query = match Query::parse(request.uri().query().unwrap_or_default()) {
        Ok(query) => query,
        Err(refused) => return *refused,
    };
    let key = match key.map(Filter::of_key).transpose() {
        Ok(key) => key,
        Err(why) => return bad_request(&why),
    };
    let wanted = |row: &Map<String, Value>| {
        [&key, &query.filter].into_iter().flatten().all(|filter| filter.keeps(row))
    };
    let rows: Vec<Map<String, Value>> =
        rows(environments, seen, caller).filter(wanted).map(|row| query.project(row)).collect();
    let context = match &query.select {
        Some(columns) => format!("{INTERNAL}#Instances({})", columns.join(",")),
        None => format!("{INTERNAL}#Instances"),
    };
    document(&json!({ "@odata.context": context, "value": rows }))
}

/// Every environment that the caller may enter. The service is for people: an application is in no list, also when
/// an environment has a user for it.
fn rows(
    environments: &Environments,
    seen: &Seen<'_>,
    caller: &Caller,
) -> impl Iterator<Item = Map<String, Value>> {
    let person = caller.app_id.is_none().then_some(caller.oid);
    environments.iter().enumerate().filter_map(move |(index, environment)| {
        let member = environment.member(person?)?;
        Some(instance::row(environment, member, &seen.root(Origin::Api(index))))
    })
}

impl Query {
    fn parse(text: &str) -> Result<Query, Box<Response<Bytes>>> {
        let mut query = Query::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            match name.as_ref() {
                "$select" => query.select = select(&value).map_err(|why| Box::new(bad_request(&why)))?,
                "$filter" => {
                    query.filter = Some(Filter::parse(&value).map_err(|why| Box::new(bad_request(&why)))?);
                }
                name if name.starts_with('$') => {
                    let text = format!("The query option {name} is not supported by this sandbox.");
                    let refused = answer::odata_error(StatusCode::NOT_IMPLEMENTED, "0x80060888", &text);
                    return Err(Box::new(refused));
                }
                _ => {}
            }
        }
        Ok(query)
    }

    fn project(&self, mut row: Map<String, Value>) -> Map<String, Value> {
        let Some(columns) = &self.select else { return row };
        columns.iter().filter_map(|name| Some((name.clone(), row.remove(name)?))).collect()
    }
}

fn select(text: &str) -> Result<Option<Vec<String>>, String> {
    let names: Vec<String> =
        text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    if names.is_empty() || names.iter().any(|name| name == "*") {
        return Ok(None);
    }
    match names.iter().find(|name| instance::kind(name).is_none()) {
        Some(odd) => Err(instance::unknown(odd)),
        None => Ok(Some(names)),
    }
}

fn document(body: &Value) -> Response<Bytes> {
    let kind = "application/json; odata.metadata=minimal";
    let mut response = answer::with_type(StatusCode::OK, kind, body.to_string());
    answer::set(&mut response, HeaderName::from_static("odata-version"), "4.0");
    response
}

fn not_found() -> Response<Bytes> {
    answer::odata_error(StatusCode::NOT_FOUND, "0x80060888", "Resource not found.")
}

fn bad_request(why: &str) -> Response<Bytes> {
    answer::odata_error(StatusCode::BAD_REQUEST, "0x80060888", why)
}
