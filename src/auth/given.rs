//! A ready access token from elsewhere: a pipe, a paste, a variable.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::inspect::{LARGEST, bare};
use super::{Claims, Error, Grant, Renewal};

/// Takes a token as people copy it: with `Bearer ` before it, quotes or blanks around it. `now` is the wall clock's, by
/// which the time that is left is counted where the token says when it ends.
///
/// # Errors
///
/// [`Error::NotAToken`] for what cannot stand in a request header, and for a token that has run out.
pub fn take(text: &str, now: SystemTime) -> Result<Grant, Error> {
    let token = bare(text);
    match token.as_str() {
        "" => return Err(Error::NotAToken("there is nothing")),
        token if token.len() > LARGEST => return Err(Error::NotAToken("it is far too long")),
        _ if is_prose(text) => return Err(Error::NotAToken("it is several words")),
        token if !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            return Err(Error::NotAToken("it holds blanks or characters that no token has"));
        }
        _ => {}
    }
    let claims = Claims::read(&token).unwrap_or_default();
    let seconds = claims.expires.and_then(|expires| u64::try_from(expires).ok());
    let end = seconds.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    let left = end.map(|end| end.duration_since(now).unwrap_or_default());
    if left == Some(Duration::ZERO) {
        return Err(Error::NotAToken("it has run out"));
    }
    Ok(Grant {
        user: claims.user.or(claims.name),
        access_token: token.into(),
        refresh_token: None,
        expires_in: left,
        renewal: Renewal::Never,
    })
}

/// Lines of a token may be broken where they were copied; words beside each other are something else.
fn is_prose(text: &str) -> bool {
    let words = text.split([' ', '\t']).map(|word| word.trim().trim_matches(['"', '\'']));
    let scheme =
        |word: &str| ["", "bearer", "authorization:"].iter().any(|known| word.eq_ignore_ascii_case(known));
    words.filter(|word| !scheme(word)).count() > 1
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use secrecy::ExposeSecret;

    use super::*;

    fn jwt(claims: &str) -> String {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn a_token_is_taken_as_people_copy_it_and_lives_as_long_as_it_says() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let token = jwt(r#"{"exp":1600,"upn":"anna@contoso.example"}"#);
        for text in
            [token.clone(), format!("Bearer {token}\n"), format!("\"bearer  {token}\""), format!("'{token}'")]
        {
            let grant = take(&text, now).unwrap();
            assert_eq!(grant.access_token.expose_secret(), token, "{text}");
            assert_eq!(
                (grant.expires_in, grant.user.as_deref()),
                (Some(Duration::from_secs(600)), Some("anna@contoso.example"))
            );
        }
        assert_eq!(take("opaque", now).unwrap().expires_in, None);
    }

    #[test]
    fn what_is_no_token_or_has_run_out_is_refused() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        for text in
            ["", " \n", "a b", "a\u{1b}b", "t\u{f6}ken", &jwt(r#"{"exp":1000}"#), &"a".repeat(LARGEST + 1)]
        {
            assert!(matches!(take(text, now), Err(Error::NotAToken(_))), "{text:.40}");
        }
    }
}
