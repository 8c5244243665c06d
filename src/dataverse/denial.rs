//! What an environment means when it knows who asks and says no, by its code.
//!
//! Source: "Web service error codes" of the Dataverse documentation.

/// A refusal that is about the person or the application, not about the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denial {
    /// What is the matter, in a few words.
    pub what: &'static str,
    /// Whom to ask for what.
    pub next: &'static str,
}

/// Code, what is the matter, whom to ask for what.
const DENIALS: &[(&str, &str, &str)] = &[
    (
        "0x80072560",
        "the user is not a member of this environment",
        "ask an administrator to add this user to the environment; an application needs an application user",
    ),
    ("0x80042f09", "the user has no security role", "ask an administrator to give this user a security role"),
    (
        "0x80040225",
        "the user is disabled in this environment",
        "ask an administrator to enable this user in the environment",
    ),
    (
        "0x8004a112",
        "the user is disabled in this environment",
        "ask an administrator to enable this user in the environment",
    ),
    ("0x8004d24b", "the user has no licence", "ask an administrator to assign this user a licence"),
    (
        "0x8004a104",
        "the environment is disabled",
        "ask an administrator of Power Platform to enable the environment, or choose another one",
    ),
    (
        "0x80095ffc",
        "the application is not allowed in this environment",
        "ask an administrator to allow this application id, or use --client-id",
    ),
    (
        PRIVILEGE,
        "a privilege is missing",
        "ask an administrator for a security role with the privilege named above",
    ),
];

const PRIVILEGE: &str = "0x80040220";

/// What a code means, if it is about who asks.
pub fn of_code(code: &str) -> Option<Denial> {
    let found = DENIALS.iter().find(|(known, ..)| code.eq_ignore_ascii_case(known));
    found.map(|(_, what, next)| Denial { what, next })
}

/// The privilege that the server's words name for a missing one. The words are not matched on: a name is looked for.
pub fn missing_privilege<'m>(code: &str, message: &'m str) -> Option<&'m str> {
    let mut words = message.split(|c: char| !c.is_alphanumeric() && c != '_');
    (code == PRIVILEGE).then(|| words.find(|word| word.starts_with("prv") && word.len() > 3))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_privilege_is_named_as_the_server_names_it() {
        let message = "Principal user (Id=1), is missing prvReadnew_order privilege (Id=2) on OTC=112.";
        assert_eq!(missing_privilege(PRIVILEGE, message), Some("prvReadnew_order"));
        assert_eq!(missing_privilege("0x80040217", message), None);
        assert_eq!(missing_privilege(PRIVILEGE, "no name here"), None);
    }
}
