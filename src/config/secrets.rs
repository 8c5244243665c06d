//! Keys of a profile that would hold a secret.

/// Words that a key of ours never has, unless it names a file.
const WORDS: [&str; 7] =
    ["secret", "password", "passphrase", "token", "private_key", "api_key", "connection_string"];

/// The first key, at any depth, whose value would be a secret.
pub(super) fn find(table: &toml::Table) -> Option<String> {
    table.iter().find_map(|(key, value)| match value {
        _ if is_secret(key) => Some(key.clone()),
        toml::Value::Table(inner) => find(inner),
        toml::Value::Array(items) => items.iter().find_map(|item| find(item.as_table()?)),
        _ => None,
    })
}

fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase().replace('-', "_");
    !key.ends_with("_file") && WORDS.iter().any(|word| key.contains(word))
}

/// What to write instead of a secret.
pub(super) fn instead(key: &str) -> &'static str {
    let key = key.to_lowercase();
    if key.contains("token") {
        "sign in with `dv login`, which keeps tokens where nobody else reads them; or set DV_TOKEN"
    } else if key.contains("certificate") || key.contains("private") || key.contains("pfx") {
        "name the files instead, certificate_file and private_key_file; a password goes into DV_CERTIFICATE_PASSWORD"
    } else {
        "name a file that holds it instead, client_secret_file = \"FILE\", or set DV_CLIENT_SECRET"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_would_hold_secrets_are_found_and_names_of_files_are_not() {
        for key in ["client_secret", "Client-Secret", "password", "pfx_password", "refresh_token", "token"] {
            assert!(is_secret(key), "{key}");
        }
        for key in ["client_secret_file", "certificate_file", "url", "tenant", "account", "client_id"] {
            assert!(!is_secret(key), "{key}");
        }
    }

    #[test]
    fn what_to_do_instead_fits_the_secret() {
        assert!(instead("client_secret").contains("client_secret_file"));
        assert!(instead("refresh_token").contains("dv login"));
        assert!(instead("certificate_password").contains("DV_CERTIFICATE_PASSWORD"));
    }
}
