//! Addresses inside requests: of a row to bind, of a part of a batch. They come relative, from the root of the host,
//! or whole, and within a batch as `$1`, which stands for what an earlier part has made.

use std::collections::BTreeMap;

use rusqlite::Connection;
use url::Url;

use super::call::Call;
use super::error::{ApiError, Result};
use super::key::{self, RowKey};
use super::route;
use crate::sandbox::odata::uri::{Key, segments};
use crate::sandbox::schema::Table;
use crate::sandbox::sites::is_loopback;

/// The rows that parts of a batch have made or changed, by the parts' Content-ID: `/accounts(…)`.
pub(super) type References = BTreeMap<String, String>;

/// The row that an address names; None when it names none of ours. The row itself need not be there.
pub(super) fn row<'a>(
    call: &'a Call<'_>,
    connection: &Connection,
    address: &str,
) -> Result<Option<(&'a Table, RowKey)>> {
    let address = referred(call.references, address)?;
    let Some(path) = local(&call.config().root, &address) else { return Ok(None) };
    let path = match path.starts_with("/api/data/") {
        true => route::version(path)?.1,
        false => path,
    };
    let Ok(segments) = segments(path) else { return Ok(None) };
    let [segment] = segments.as_slice() else { return Ok(None) };
    let table = call.schema().set(&segment.name);
    match (table, &segment.key) {
        (Some(table), Some(key @ (Key::Id(_) | Key::Named(_)))) => {
            Ok(Some((table, key::find_in(connection, table, key)?)))
        }
        _ => Ok(None),
    }
}

/// An address in which `$1` at its beginning is what part 1 of the batch has brought.
pub(super) fn referred(references: Option<&References>, address: &str) -> Result<String> {
    let (Some(references), Some(rest)) = (references, address.trim_start_matches('/').strip_prefix('$'))
    else {
        return Ok(address.to_owned());
    };
    let end = rest.find(['/', '?', '(']).unwrap_or(rest.len());
    let (id, rest) = rest.split_at(end);
    match references.get(id) {
        Some(row) => Ok(format!("{row}{rest}")),
        // Resources of their own begin so too.
        None if matches!(id, "metadata" | "batch" | "entity") => Ok(address.to_owned()),
        None => Err(ApiError::query(format!(
            "Content-ID Reference: '${id}' does not exist in the batch context."
        ))),
    }
}

/// An address without scheme and host, when these are our own by any of loopback's names.
pub(super) fn local<'a>(root: &str, address: &'a str) -> Option<&'a str> {
    let whole = ["http://", "https://"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    if !whole {
        return Some(address);
    }
    let start = address.find("://")? + 3;
    let end = address[start..].find(['/', '?']).map_or(address.len(), |at| start + at);
    let (ours, theirs) = (Url::parse(root).ok()?, Url::parse(&address[..end]).ok()?);
    let same = ours.scheme() == theirs.scheme()
        && ours.port_or_known_default() == theirs.port_or_known_default()
        && theirs.username().is_empty()
        && theirs.host().is_some_and(is_loopback);
    same.then_some(&address[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_ours_under_every_name_of_loopback() {
        let local = |address| local("http://127.0.0.1:81", address);
        assert_eq!(
            local("http://127.0.0.1:81/api/data/v9.2/accounts(1)"),
            Some("/api/data/v9.2/accounts(1)")
        );
        assert_eq!(local("HTTP://LocalHost:81/x"), Some("/x"));
        assert_eq!(local("http://[::1]:81/x"), Some("/x"));
        assert_eq!(local("http://127.0.0.1:81"), Some(""));
        assert_eq!(local("accounts(websiteurl='http://x')"), Some("accounts(websiteurl='http://x')"));
        for other in [
            "http://127.0.0.1:82/x",
            "https://127.0.0.1:81/x",
            "http://evil.example:81/x",
            "http://a@127.0.0.1:81/x",
            "http://",
        ] {
            assert_eq!(local(other), None, "{other}");
        }
    }

    #[test]
    fn a_reference_stands_for_a_row_of_the_batch() {
        let references = References::from([("1".to_owned(), "/accounts(a)".to_owned())]);
        let referred = |address| referred(Some(&references), address);
        assert_eq!(referred("$1").unwrap(), "/accounts(a)");
        assert_eq!(referred("/$1/name?$select=x").unwrap(), "/accounts(a)/name?$select=x");
        assert_eq!(referred("$metadata").unwrap(), "$metadata");
        assert_eq!(referred("/accounts(a)/$ref").unwrap(), "/accounts(a)/$ref");
        assert_eq!(
            referred("$12").unwrap_err().message,
            "Content-ID Reference: '$12' does not exist in the batch context."
        );
    }
}
