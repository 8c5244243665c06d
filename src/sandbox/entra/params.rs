use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use url::form_urlencoded;

use super::refusal::Refusal;

/// The parameters of a request: its form, then its query. The first of a name counts; an empty one is absent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn of(request: &Request<Bytes>) -> Params {
        let is_form = request.headers().get(CONTENT_TYPE).is_some_and(|value| {
            let value = value.to_str().unwrap_or_default();
            value
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        let form: &[u8] = if is_form { request.body() } else { b"" };
        let query = request.uri().query().unwrap_or_default().as_bytes();
        let pairs = form_urlencoded::parse(form).into_owned();
        Params(pairs.chain(form_urlencoded::parse(query).into_owned()).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All of them as a query, but for those named.
    pub(crate) fn to_query_without(&self, names: &[&str]) -> String {
        let kept = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
    }

    pub(crate) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }
}
