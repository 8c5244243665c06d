//! Where a bent link, a redirect or a header leads.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One of the words `foreign`, `api`, `self`, `relative` and `first`, or an address with places to fill:
/// `{root}`, `{scheme}`, `{host}`, `{path}`, `{foreign}`, `{foreign_host}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Target(String);

/// The addresses that words and places stand for, of one request.
#[derive(Debug, Clone)]
pub(crate) struct Here {
    /// `scheme://host:port` of the listener that was asked, of the first environment and of the stranger.
    pub(crate) root: String,
    pub(crate) api: String,
    pub(crate) foreign: String,
    /// Path and query of the request.
    pub(crate) path: String,
}

impl Target {
    /// The address, with the request's own path.
    pub(super) fn of_request(&self, here: &Here) -> String {
        self.fill(here, &here.root, &here.path)
    }

    /// The address in the place of `link`, with the path of that link.
    pub(super) fn of_link(&self, here: &Here, link: &str) -> String {
        let (root, path) = split(link);
        self.fill(here, if root.is_empty() { &here.root } else { root }, path)
    }

    fn fill(&self, here: &Here, root: &str, path: &str) -> String {
        match self.0.as_str() {
            "foreign" => format!("{}{path}", here.foreign),
            "api" => format!("{}{path}", here.api),
            "self" => format!("{root}{}", here.path),
            "relative" => path.to_owned(),
            "first" => format!("{root}{}", first_page(&here.path)),
            template => here.filled(template, root, path),
        }
    }
}

impl Here {
    /// A value whose text has its places filled.
    pub(super) fn filled_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.filled(text, &self.root, &self.path)),
            other => other.clone(),
        }
    }

    pub(super) fn filled(&self, template: &str, root: &str, path: &str) -> String {
        let (scheme, host) = root.split_once("://").unwrap_or(("http", root));
        let foreign_host = self.foreign.split_once("://").map_or("", |(_, host)| host);
        [
            ("{root}", root),
            ("{scheme}", scheme),
            ("{host}", host),
            ("{foreign}", &self.foreign),
            ("{foreign_host}", foreign_host),
            ("{path}", path),
        ]
        .iter()
        .fold(template.to_owned(), |text, (place, filling)| text.replace(place, filling))
    }
}

/// A link's `scheme://host:port` and the rest of it.
fn split(link: &str) -> (&str, &str) {
    let host = link.find("://").map_or(0, |at| at + 3);
    let slash = link.get(host..).and_then(|rest| rest.find('/')).map_or(link.len(), |at| host + at);
    link.split_at(slash)
}

/// The path without the place in the list.
fn first_page(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let is_place = |pair: &&str| pair.starts_with("$skiptoken=") || pair.starts_with("%24skiptoken=");
    let kept: Vec<&str> = query.split('&').filter(|pair| !is_place(pair)).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_places_stand_for_addresses() {
        let here = Here {
            root: "http://127.0.0.1:81".to_owned(),
            api: "http://127.0.0.1:81".to_owned(),
            foreign: "http://127.0.0.1:84".to_owned(),
            path: "/api/data/v9.2/accounts?$top=5&$skiptoken=abc".to_owned(),
        };
        let link = "http://127.0.0.1:81/api/x?y";
        for (target, expected) in [
            ("foreign", "http://127.0.0.1:84/api/x?y"),
            ("api", "http://127.0.0.1:81/api/x?y"),
            ("self", "http://127.0.0.1:81/api/data/v9.2/accounts?$top=5&$skiptoken=abc"),
            ("relative", "/api/x?y"),
            ("first", "http://127.0.0.1:81/api/data/v9.2/accounts?$top=5"),
            ("{scheme}://{host}@{foreign_host}{path}", "http://127.0.0.1:81@127.0.0.1:84/api/x?y"),
            ("https://{host}.evil.example/", "https://127.0.0.1:81.evil.example/"),
            ("file:///etc/passwd", "file:///etc/passwd"),
        ] {
            assert_eq!(Target(target.to_owned()).of_link(&here, link), expected, "{target}");
        }
        assert_eq!(Target("relative".to_owned()).of_request(&here), here.path);
        assert_eq!(first_page("/x?$skiptoken=1"), "/x");
        assert_eq!(first_page("/x"), "/x");
    }
}
