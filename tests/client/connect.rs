//! The kind of an environment decides whether it may be written to.

use dvtui::dataverse::Guard;
use dvtui::ops::{Outcome, connect, save};

use crate::scripted::{Answer, Seen, Server, error, json};
use crate::writes::{patch, saved};

const WHO: &str = r#"{"BusinessUnitId":"38e0dbe4-131b-e111-ba7e-78e7d1620f5e",
    "UserId":"4026be43-6b69-e111-8f65-78e7d1620f5e","OrganizationId":"883278f5-07af-45eb-a0bc-3fea67caa544"}"#;

/// A server whose environment is of this type, as JSON.
fn environment(kind: &'static str) -> impl Fn(&Seen) -> Answer {
    move |request| match request.target.rsplit('/').next().unwrap() {
        "WhoAmI" => json(WHO),
        target if target.starts_with("RetrieveCurrentOrganization") => {
            json(&format!(r#"{{"Detail":{{"FriendlyName":"Contoso","OrganizationType":{kind}}}}}"#))
        }
        target if target.starts_with("systemusers") => error(403, "0x80040220"),
        _ => saved(),
    }
}

#[tokio::test]
async fn production_and_what_is_unknown_stay_read_only() {
    for (kind, word) in
        [("\"Customer\"", "production"), ("0", "production"), ("99", "production"), ("null", "unknown")]
    {
        let server = Server::answering(environment(kind)).await;
        let client = server.client_with(Guard::new());
        let identity = connect(&client).await.unwrap();
        assert!(identity.is_production(), "{kind}");
        assert_eq!(identity.kind.word(), word);
        assert_eq!((identity.user, identity.organization.as_deref()), (None, Some("Contoso")));
        let outcome = save(&client, &patch()).await;
        assert!(matches!(&outcome, Outcome::NotSaved(error) if error.is_refused()), "{kind}: {outcome:?}");
        assert!(server.seen().iter().all(|seen| seen.method == "GET"));
    }
}

#[tokio::test]
async fn a_sandbox_may_be_written_to_unless_the_guard_is_locked() {
    let server = Server::answering(environment("\"CustomerTest\"")).await;
    let client = server.client_with(Guard::new());
    assert!(!connect(&client).await.unwrap().is_production());
    assert!(matches!(save(&client, &patch()).await, Outcome::Saved(_)));

    let locked = server.client_with(Guard::locked("Read-only was asked for."));
    connect(&locked).await.unwrap();
    assert!(matches!(save(&locked, &patch()).await, Outcome::NotSaved(error) if error.is_refused()));
}
