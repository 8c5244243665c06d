//! The `WWW-Authenticate` challenge of an environment.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::http::HeaderMap;

/// What a Bearer challenge says. Keys and scheme are case-insensitive, values may be quoted or not, and what is not
/// known is passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Challenge {
    /// `authorization_uri` (or `authorization`): the authorize endpoint of the tenant.
    pub authorization_uri: Option<String>,
    /// `resource_id`: what a token must be for.
    pub resource_id: Option<String>,
    /// `error`, such as `invalid_token`.
    pub error: Option<String>,
    /// `claims`, for a step-up.
    pub claims: Option<String>,
}

impl Challenge {
    /// The first Bearer challenge among the headers of an answer.
    pub fn of(headers: &HeaderMap) -> Option<Challenge> {
        let values = headers.get_all("www-authenticate").iter();
        values.filter_map(|value| value.to_str().ok()).find_map(Challenge::parse)
    }

    /// Reads one header value, which may hold challenges of several schemes.
    pub fn parse(value: &str) -> Option<Challenge> {
        let mut found: Option<Challenge> = None;
        let mut bearer = false;
        for item in items(value) {
            let (head, rest) = item.split_once(char::is_whitespace).unwrap_or((item, ""));
            // `Bearer`, `Bearer key=value`; but `key = value` is a parameter.
            let parameter = match head.contains('=') || rest.trim_start().starts_with('=') {
                true => item,
                false => {
                    if found.is_some() {
                        break;
                    }
                    bearer = head.eq_ignore_ascii_case("bearer");
                    if bearer {
                        found = Some(Challenge::default());
                    }
                    rest
                }
            };
            if let (true, Some(challenge)) = (bearer, &mut found) {
                challenge.take(parameter);
            }
        }
        found
    }

    /// The claims that a new token must fulfil, as JSON. They come in base64, of either alphabet, with or without padding.
    pub fn claims(&self) -> Option<String> {
        let sent = self.claims.as_deref()?;
        let alphabet = |c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        };
        let plain: String = sent.trim_end_matches('=').chars().map(alphabet).collect();
        let decoded = STANDARD_NO_PAD.decode(plain).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let json = decoded.unwrap_or_else(|| sent.to_owned());
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&json).ok()?;
        Some(json)
    }

    fn take(&mut self, parameter: &str) {
        let Some((key, value)) = parameter.split_once('=') else { return };
        let value = unquoted(value.trim());
        let slot = match key.trim().to_ascii_lowercase().as_str() {
            "authorization_uri" | "authorization" => &mut self.authorization_uri,
            "resource_id" => &mut self.resource_id,
            "error" => &mut self.error,
            "claims" => &mut self.claims,
            _ => return,
        };
        slot.get_or_insert(value);
    }
}

/// The parts between commas that are not inside quotes.
fn items(value: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    value
        .split(move |c| {
            if escaped {
                escaped = false;
                return false;
            }
            match c {
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                ',' => return !quoted,
                _ => {}
            }
            false
        })
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str =
        "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/authorize";
    const RESOURCE: &str = "https://contoso.crm4.dynamics.com/";

    #[test]
    fn a_challenge_is_read_in_every_spelling() {
        let cases = [
            format!("Bearer authorization_uri={URI}, resource_id={RESOURCE}"),
            format!("bearer Authorization_Uri=\"{URI}\",resource_id=\"{RESOURCE}\""),
            format!(
                "BEARER  authorization_uri = {URI} , trusted_issuers=\"a, b\", resource_id = \"{RESOURCE}\""
            ),
            format!("Negotiate, Bearer authorization_uri={URI}, resource_id={RESOURCE}"),
            format!(
                "Basic realm=\"x, Bearer y\", Bearer authorization_uri={URI}, resource_id={RESOURCE}, NTLM"
            ),
            format!(
                "Bearer error=\"invalid_token\", error_description=\"no \\\", go\", authorization_uri={URI}, resource_id={RESOURCE}"
            ),
        ];
        for case in cases {
            let challenge = Challenge::parse(&case).unwrap_or_default();
            assert_eq!(challenge.authorization_uri.as_deref(), Some(URI), "{case}");
            assert_eq!(challenge.resource_id.as_deref(), Some(RESOURCE), "{case}");
        }
    }

    #[test]
    fn claims_are_read_in_every_spelling_of_base64() {
        let json = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"\u{ff}\u{fe}~~??>>\"}}}";
        let padded = base64::engine::general_purpose::STANDARD.encode(json);
        let url = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json);
        assert_ne!(padded.trim_end_matches('='), url, "the alphabets differ here");
        for sent in [padded, url] {
            let header = format!("Bearer error=\"insufficient_claims\", claims=\"{sent}\"");
            assert_eq!(Challenge::parse(&header).unwrap().claims().as_deref(), Some(json), "{sent}");
        }
        for odd in ["", "%%%", "bm8ganNvbg=="] {
            let header = format!("Bearer claims=\"{odd}\"");
            assert_eq!(Challenge::parse(&header).unwrap().claims(), None, "{odd}");
        }
    }

    #[test]
    fn other_schemes_are_no_challenge_for_us() {
        for case in ["", "Negotiate", "Basic realm=\"Bearer\"", "NTLM, Basic realm=x", ", ,"] {
            assert_eq!(Challenge::parse(case), None, "{case}");
        }
        assert_eq!(Challenge::parse("Bearer"), Some(Challenge::default()));
    }

    #[test]
    fn the_first_value_of_a_key_counts() {
        let challenge = Challenge::parse("Bearer resource_id=a, resource_id=b").unwrap();
        assert_eq!(challenge.resource_id.as_deref(), Some("a"));
    }
}
