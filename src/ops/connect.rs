//! The first requests of a session: who is signed in, and what kind of environment it is.

use uuid::Uuid;

use crate::dataverse::{Client, EnvironmentKind, Error, RowId, RowQuery};

/// Who is signed in, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Key of the user's row.
    pub user_id: Uuid,
    /// The user's business unit.
    pub business_unit_id: Uuid,
    /// The environment's organization.
    pub organization_id: Uuid,
    /// The user's full name; none where the user may not read it.
    pub user: Option<String>,
    /// The environment's name for people; none where it could not be read.
    pub organization: Option<String>,
    /// What the environment is for; unknown where it could not be read.
    pub kind: EnvironmentKind,
}

impl Identity {
    /// Whether writes here touch real work. Unknown counts as production.
    pub fn is_production(&self) -> bool {
        self.kind.is_production()
    }
}

/// Asks who is signed in and what the environment is, and sets the client's guard: writes are allowed only where
/// the environment is known to be no production.
///
/// # Errors
///
/// Only when nobody can be named: no connection, no sign-in, a user who is not in the environment. What else
/// cannot be read is left out.
pub async fn connect(client: &Client) -> Result<Identity, Error> {
    let (who, organization) = futures_util::future::join(client.who_am_i(), client.organization()).await;
    let who = who?;
    let (organization, kind) = match organization {
        Ok(organization) => (organization.friendly_name.or(organization.url_name), organization.kind),
        Err(error) => {
            tracing::warn!(%error, "the kind of the environment could not be read");
            (None, EnvironmentKind::UNKNOWN)
        }
    };
    match kind {
        kind if !kind.is_production() => client.guard().open(),
        EnvironmentKind::UNKNOWN => {
            client.guard().close(
                "The kind of this environment could not be read, so it counts as production: read-only.",
            );
        }
        _ => client.guard().close("This is a production environment: read-only."),
    }
    let user = full_name(client, who.user_id).await;
    Ok(Identity {
        user_id: who.user_id,
        business_unit_id: who.business_unit_id,
        organization_id: who.organization_id,
        user,
        organization,
        kind,
    })
}

async fn full_name(client: &Client, user: Uuid) -> Option<String> {
    let query = RowQuery {
        select: vec!["fullname".to_owned()],
        annotations: false,
        ..RowQuery::new("systemusers", RowId(user))
    };
    let row = client.row(&query).await.ok()?;
    let name = row.cell("fullname")?.text()?.into_owned();
    Some(name).filter(|name| !name.trim().is_empty())
}
