//! Another user's write, for tests of clients that read, wait and write.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, IF_MATCH};
use http::{Method, Request};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Api, Caller, route};
use crate::sandbox::faults::TouchFault;
use crate::sandbox::odata::uri::segments;
use crate::sandbox::schema::Table;

impl Api {
    /// Changes the row that the path of a request names, as the person with this object id, by the way that every
    /// write goes. Says, in words, why it could not.
    pub(crate) async fn touch(&self, oid: Uuid, touch: &TouchFault, path: &str) -> Result<(), String> {
        let (version, rest) = route::version(path).map_err(|error| error.message)?;
        let row = touch.row.as_deref().unwrap_or(first_segment(rest));
        let set = segments(row).ok().and_then(|segments| segments.into_iter().next());
        let set = set.filter(|segment| segment.key.is_some()).ok_or_else(|| format!("{row:?} is no row"))?;
        let schema = self.environment.schema();
        let table = schema.set(&set.name);
        let table = table.ok_or_else(|| format!("there is no set {:?}", set.name))?;
        let column = touch.column.as_deref().unwrap_or_else(|| usual_column(table));
        // Each touch says something else, as people do.
        let value =
            touch.value.clone().unwrap_or_else(|| json!(format!("Changed meanwhile ({})", Uuid::new_v4())));
        let body = Value::Object(serde_json::Map::from_iter([(column.to_owned(), value)]));
        let request = Request::builder()
            .method(Method::PATCH)
            .uri(format!("/api/data/{version}/{row}"))
            .header(CONTENT_TYPE, "application/json")
            .header(IF_MATCH, "*")
            .body(Bytes::from(body.to_string()))
            .map_err(|error| error.to_string())?;
        let response = self.respond(&Caller { oid, app_id: None }, request).await;
        if response.status().is_success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(response.body()).into_owned())
    }
}

fn usual_column(table: &Table) -> &str {
    table.column("description").map_or(table.declared.primary_name, |column| &column.name)
}

/// Up to the first slash that is not within quotes.
fn first_segment(path: &str) -> &str {
    let path = path.trim_start_matches('/');
    let mut quoted = false;
    let end = path.find(|letter| {
        quoted ^= letter == '\'';
        letter == '/' && !quoted
    });
    &path[..end.unwrap_or(path.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_the_first_segment_with_its_key() {
        for (path, row) in [
            ("/accounts(1)/name", "accounts(1)"),
            ("/accounts(1)", "accounts(1)"),
            ("/accounts(name='a/b')/$ref", "accounts(name='a/b')"),
            ("/$batch", "$batch"),
        ] {
            assert_eq!(first_segment(path), row);
        }
    }
}
