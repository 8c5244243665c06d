//! What stands in an access token. For diagnosis only: nothing is verified, and nothing is decided by it that a
//! server would decide.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

/// Longer texts are not looked at. Tokens with many groups or claims are some ten kB long.
pub const LARGEST: usize = 256 << 10;
/// A claim is kept up to so many characters.
const LONGEST_CLAIM: usize = 400;
/// Of a list of claims so many are kept.
const MOST: usize = 50;

/// The claims of an access token that explain why a server takes it or not. The token itself is not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// `aud`: whom the token is for.
    pub audiences: Vec<String>,
    /// `iss`: who made it.
    pub issuer: Option<String>,
    /// `ver`: `1.0` or `2.0`.
    pub version: Option<String>,
    /// `tid`: the tenant.
    pub tenant: Option<String>,
    /// `appid` or `azp`: the application it was given to.
    pub application: Option<String>,
    /// `appidacr` or `azpacr`: how the application proved who it is; `0` not at all, `1` secret, `2` certificate.
    pub application_proof: Option<String>,
    /// `scp`: what the application may do for the person, word by word.
    pub scopes: Vec<String>,
    /// `roles`: what an application may do by itself.
    pub roles: Vec<String>,
    /// `idtyp`: `app` or `user`.
    pub kind: Option<String>,
    /// `oid`: the person or the application in the directory.
    pub object: Option<String>,
    /// `sub`: the same for this audience.
    pub subject: Option<String>,
    /// `upn`, `unique_name`, `preferred_username` or `email`.
    pub user: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// `iat`, in Unix seconds.
    pub issued_at: Option<i64>,
    /// `nbf`, in Unix seconds.
    pub not_before: Option<i64>,
    /// `exp`, in Unix seconds.
    pub expires: Option<i64>,
    /// `xms_cc`: what the application can handle; `cp1` is continuous access evaluation.
    pub capabilities: Vec<String>,
}

/// Why a text is no token whose claims can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAToken {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// Too long to be one.
    #[error("it is longer than {} kB", LARGEST >> 10)]
    TooLong,
    /// The answer of a token endpoint in place of one of its fields.
    #[error("it is JSON: the token is the value of `access_token` in it")]
    WholeAnswer,
    /// A refresh token, a code or another text that only its issuer can read.
    #[error("it is no JWT: {parts} instead of 3 parts between points")]
    Parts { parts: usize },
    /// Encrypted for somebody.
    #[error("it is encrypted (a JWE), so only whom it is for can read it")]
    Encrypted,
    /// Parts that are not base64url.
    #[error("it is no JWT: its {0} is not base64url")]
    Base64(&'static str),
    /// Parts that are not JSON objects.
    #[error("it is no JWT: its {0} is not a JSON object")]
    Json(&'static str),
}

impl Claims {
    /// Reads the claims of a pasted token. A `Bearer` in front, quotes and white space are taken off.
    ///
    /// # Errors
    ///
    /// When the text is no JWT that can be read. The error holds nothing of it.
    pub fn read(text: &str) -> Result<Claims, NotAToken> {
        let token = bare(text);
        if token.is_empty() {
            return Err(NotAToken::Empty);
        }
        if token.len() > LARGEST {
            return Err(NotAToken::TooLong);
        }
        if token.starts_with('{') {
            return Err(NotAToken::WholeAnswer);
        }
        let parts: Vec<&str> = token.split('.').collect();
        let (header, payload) = match parts.as_slice() {
            [header, payload, _] => (header, payload),
            [_, _, _, _, _] if object(parts[0], "header").is_ok() => return Err(NotAToken::Encrypted),
            parts => return Err(NotAToken::Parts { parts: parts.len() }),
        };
        object(header, "header")?;
        Ok(Claims::of(&object(payload, "payload")?))
    }

    fn of(claims: &Map<String, Value>) -> Claims {
        let text = |names: &[&str]| names.iter().find_map(|name| claims.get(*name).and_then(as_text));
        let seconds = |name: &str| claims.get(name).and_then(as_seconds);
        let list = |name: &str| claims.get(name).map(as_list).unwrap_or_default();
        Claims {
            audiences: list("aud"),
            issuer: text(&["iss"]),
            version: text(&["ver"]),
            tenant: text(&["tid"]),
            application: text(&["appid", "azp"]),
            application_proof: text(&["appidacr", "azpacr"]),
            scopes: list("scp")
                .iter()
                .flat_map(|scope| scope.split_whitespace())
                .map(cut)
                .take(MOST)
                .collect(),
            roles: list("roles"),
            kind: text(&["idtyp"]),
            object: text(&["oid"]),
            subject: text(&["sub"]),
            user: text(&["upn", "unique_name", "preferred_username", "email"]),
            name: text(&["name"]),
            issued_at: seconds("iat"),
            not_before: seconds("nbf"),
            expires: seconds("exp"),
            capabilities: list("xms_cc"),
        }
    }

    /// The application speaks for itself, not for a person.
    pub fn is_application(&self) -> bool {
        match self.kind.as_deref() {
            Some("app") => true,
            Some(_) => false,
            None => {
                self.scopes.is_empty()
                    && self.user.is_none()
                    && (!self.roles.is_empty() || (self.object.is_some() && self.object == self.subject))
            }
        }
    }

    /// Who the token speaks for, as people call them.
    pub fn who(&self) -> Option<&str> {
        let person = self.user.as_deref().or(self.name.as_deref());
        match self.is_application() {
            true => self.application.as_deref().or(person),
            false => person.or(self.object.as_deref()),
        }
    }
}

/// The token in a pasted text. A line break within comes from a terminal that wrapped it.
pub(super) fn bare(text: &str) -> String {
    let quotes: &[char] = &['"', '\'', '`', ',', ';'];
    let trimmed = text.trim_start_matches('\u{feff}').trim().trim_matches(quotes).trim();
    let trimmed = match trimmed.get(.."authorization:".len()) {
        Some(start) if start.eq_ignore_ascii_case("authorization:") => trimmed[start.len()..].trim_start(),
        _ => trimmed,
    };
    let token = match trimmed.get(.."bearer".len()) {
        Some(start)
            if start.eq_ignore_ascii_case("bearer")
                && trimmed[start.len()..].starts_with(char::is_whitespace) =>
        {
            &trimmed[start.len()..]
        }
        _ => trimmed,
    };
    token.trim().trim_matches(quotes).chars().filter(|c| !c.is_whitespace()).collect()
}

fn object(part: &str, which: &'static str) -> Result<Map<String, Value>, NotAToken> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let bytes = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT)
        .decode(part)
        .map_err(|_| NotAToken::Base64(which))?;
    serde_json::from_slice(&bytes).map_err(|_| NotAToken::Json(which))
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_CLAIM).collect()
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(cut(text)),
        Value::Number(number) => Some(cut(&number.to_string())),
        _ => None,
    }
}

fn as_list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(as_text).take(MOST).collect(),
        value => as_text(value).into_iter().collect(),
    }
}

/// Seconds as a number, with or without a fraction, or as text.
fn as_seconds(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let whole = text.split(['.', 'e', 'E']).next().filter(|_| !text.contains(['e', 'E']))?;
    whole.parse().ok()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn token(claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2lnbmF0dXJl", part(&json!({"typ": "JWT", "alg": "RS256"})), part(claims))
    }

    fn usual() -> Value {
        json!({
            "aud": "https://contoso.crm4.dynamics.com/", "iss": "https://sts.windows.net/t/", "ver": "1.0",
            "tid": "t", "appid": "a", "appidacr": "0", "scp": "user_impersonation other", "oid": "o",
            "sub": "s", "upn": "anna@contoso.example", "name": "Anna", "iat": 1, "nbf": 2, "exp": 3.9,
            "xms_cc": ["cp1"],
        })
    }

    #[test]
    fn the_claims_of_both_versions_are_read() {
        let claims = Claims::read(&token(&usual())).unwrap();
        assert_eq!(claims.audiences, ["https://contoso.crm4.dynamics.com/"]);
        assert_eq!(claims.application.as_deref(), Some("a"));
        assert_eq!(claims.scopes, ["user_impersonation", "other"]);
        assert_eq!((claims.issued_at, claims.not_before, claims.expires), (Some(1), Some(2), Some(3)));
        assert_eq!(claims.who(), Some("anna@contoso.example"));
        assert!(!claims.is_application());
        let second = json!({"aud": ["x", "y"], "ver": "2.0", "azp": "a", "azpacr": "2",
            "preferred_username": "bo", "exp": "1793487550", "roles": ["Reader"], "idtyp": "user"});
        let claims = Claims::read(&token(&second)).unwrap();
        assert_eq!((claims.audiences.len(), claims.application.as_deref()), (2, Some("a")));
        assert_eq!((claims.user.as_deref(), claims.expires), (Some("bo"), Some(1_793_487_550)));
        assert_eq!(claims.application_proof.as_deref(), Some("2"));
    }

    #[test]
    fn an_application_is_known_by_what_it_lacks() {
        let kind = |claims: Value| Claims::read(&token(&claims)).unwrap().is_application();
        assert!(kind(json!({"idtyp": "app"})));
        assert!(kind(json!({"oid": "x", "sub": "x"})));
        assert!(kind(json!({"roles": ["a"]})));
        assert!(!kind(json!({"oid": "x", "sub": "y"})));
        assert!(!kind(json!({"oid": "x", "sub": "x", "scp": "user_impersonation"})));
        assert!(!kind(json!({"oid": "x", "sub": "x", "upn": "anna"})));
    }

    #[test]
    fn a_token_is_taken_as_people_paste_it() {
        let token = token(&usual());
        let (start, end) = token.split_at(60);
        for pasted in [
            format!("Bearer {token}\n"),
            format!("  bearer\t{token}"),
            format!("Authorization: Bearer {token}\r\n"),
            format!("\"{token}\","),
            format!("'Bearer {token}'"),
            format!("\u{feff}{token}"),
            format!("{start}\r\n{end}"),
        ] {
            assert!(Claims::read(&pasted).is_ok(), "{pasted}");
        }
    }

    #[test]
    fn what_is_no_token_is_told_apart() {
        let cases = [
            (" \n", NotAToken::Empty),
            ("Bearer ", NotAToken::Parts { parts: 1 }),
            ("no-points", NotAToken::Parts { parts: 1 }),
            ("1.AXoA.AgAB", NotAToken::Base64("header")),
            ("!.e30.x", NotAToken::Base64("header")),
            ("e30.e30", NotAToken::Parts { parts: 2 }),
            ("e30.e30.e30.e30.e30", NotAToken::Encrypted),
            ("e30.W10.x", NotAToken::Json("payload")),
            (r#"{"access_token":"x"}"#, NotAToken::WholeAnswer),
        ];
        for (text, expected) in cases {
            assert_eq!(Claims::read(text), Err(expected), "{text}");
        }
        assert_eq!(Claims::read(&"x".repeat(LARGEST + 1)), Err(NotAToken::TooLong));
    }

    #[test]
    fn tokens_of_100_kb_are_read_and_only_a_little_of_them_is_kept() {
        let groups: Vec<String> = (0..1_300).map(|number| format!("{number:036}")).collect();
        let mut claims = usual();
        claims["groups"] = json!(groups);
        claims["roles"] = json!(groups);
        claims["name"] = json!("x".repeat(10_000));
        let token = token(&claims);
        assert!(token.len() > 100_000);
        let read = Claims::read(&token).unwrap();
        assert_eq!((read.roles.len(), read.name.unwrap().len()), (MOST, LONGEST_CLAIM));
    }

    #[test]
    fn neither_claims_nor_errors_show_the_token() {
        let token = token(&usual());
        let read = format!("{:?}", Claims::read(&token).unwrap());
        for part in token.split('.') {
            assert!(!read.contains(part), "{read}");
        }
        let wrong = Claims::read("sec-ret.tok-en").unwrap_err();
        assert!(!format!("{wrong:?} {wrong}").contains("sec-ret"));
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(text in "\\PC*", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let encoded = URL_SAFE_NO_PAD.encode(&bytes);
            for token in [text.clone(), format!("{encoded}.{encoded}.x"), format!("e30.{encoded}.{text}")] {
                let _ = Claims::read(&token);
            }
        }

        #[test]
        fn claims_of_every_kind_never_panic(number in any::<f64>(), text in ".*") {
            let odd = json!({"aud": number, "exp": number, "iat": text, "scp": [text, number], "tid": {"a": 1},
                "nbf": text, "roles": text, "upn": [], "iss": null});
            let _ = Claims::read(&token(&odd));
        }
    }
}
