//! The address that the browser is sent back to, with a code or an error in its query.

use url::Url;

use super::Refusal;
use crate::http::is_loopback;

/// What came back: a code, or what the authority said in its place.
pub(super) type Answer = Result<String, Refusal>;

/// Why a query is not the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stranger {
    /// It belongs to no sign-in, or to another.
    State,
    /// It has neither a code nor an error, or both, or one twice.
    Malformed,
}

/// Why a pasted text is not the answer, as a sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadPaste(pub(super) &'static str);

/// Reads the query of a redirect that belongs to `state`.
pub(super) fn answer(query: &str, state: &str) -> Result<Answer, Stranger> {
    let value = |name: &str| {
        let mut values = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) if !value.is_empty() => Some(value.into_owned()),
            _ => None,
        }
    };
    if value("state").as_deref() != Some(state) {
        return Err(Stranger::State);
    }
    match (value("code"), value("error")) {
        (Some(code), None) => Ok(Ok(code)),
        (None, Some(error)) => Ok(Err(Refusal::from_redirect(error, value("error_description")))),
        _ => Err(Stranger::Malformed),
    }
}

/// Reads the address that a person copied from a browser on another machine, where it showed an error page.
pub(super) fn pasted(text: &str, state: &str) -> Result<Answer, BadPaste> {
    // Terminals and mail programs break long lines.
    let text: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '<' | '>')).collect();
    if text.is_empty() {
        return Err(BadPaste("Nothing was pasted."));
    }
    let whole = if text.contains("://") { text } else { format!("http://{text}") };
    let Ok(url) = Url::parse(&whole) else {
        return Err(BadPaste("That is no address. Copy all of what the browser's address bar shows."));
    };
    if url.query_pairs().any(|(name, _)| name == "redirect_uri") {
        return Err(BadPaste(
            "That is the address to open. Paste the one that the browser shows after the sign-in.",
        ));
    }
    if !is_loopback(&url) {
        return Err(BadPaste(
            "That is not the address that the sign-in ends at: it begins with http://localhost.",
        ));
    }
    answer(url.query().unwrap_or_default(), state).map_err(|stranger| match stranger {
        Stranger::State => BadPaste("That address belongs to another sign-in, or is not whole."),
        Stranger::Malformed => BadPaste("There is no code in that address. Copy all of it."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_people_copy_it() {
        for text in [
            "http://localhost:4711/?code=C%2B1&state=S&session_state=x",
            "  localhost:4711/?code=C%2B1&state=S\r\n",
            "http://127.0.0.1:4711/?state=S&code=C%2B1#",
            "\"http://localhost:4711/?code=C%2B1\n&state=S\"",
        ] {
            assert_eq!(pasted(text, "S"), Ok(Ok("C+1".to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_not_the_answer_says_what_is_wrong_with_it() {
        let cases = [
            ("", "Nothing"),
            ("http://localhost:1/?code=C&state=T", "another sign-in"),
            ("http://localhost:1/?code=C", "another sign-in"),
            ("http://localhost:1/?state=S", "no code"),
            ("http://localhost:1/?state=S&code=C&error=e", "no code"),
            ("https://evil.example/?code=C&state=S", "begins with http://localhost"),
            (
                "https://login.example/authorize?redirect_uri=http%3A%2F%2Flocalhost&state=S",
                "address to open",
            ),
            ("C0D3", "begins with"),
            ("http://[", "no address"),
        ];
        for (text, words) in cases {
            let Err(BadPaste(said)) = pasted(text, "S") else { panic!("{text}") };
            assert!(said.contains(words), "{text}: {said}");
        }
    }

    #[test]
    fn an_error_of_the_authority_is_an_answer_too() {
        let Ok(Err(refusal)) = pasted("localhost:1/?error=access_denied&state=S", "S") else { panic!() };
        assert!(refusal.is_declined());
    }
}
