//! The first requests of a session: who is signed in, what kind of environment it is, and whether it is the one that
//! was meant.

use uuid::Uuid;

use crate::dataverse::{Client, EnvironmentKind, Error, Moment, RowId, RowQuery, WhoAmI};

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
    production: bool,
}

impl Identity {
    /// Whether writes here touch real work. Unknown counts as production.
    pub fn is_production(&self) -> bool {
        self.production
    }
}

/// What is known of an environment before it is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Name of the profile that says so.
    pub profile: Option<String>,
    /// The organization that must be behind the address.
    pub organization: Option<Uuid>,
    /// A person's word on whether it is production.
    pub production: Option<bool>,
    /// Writes were unlocked by its alias before the start.
    pub unlocked: bool,
}

/// Another organization answers at the address than the one that was pinned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host} is organization {found}, not {expected}, which {} is for", whose(profile.as_deref()))]
pub struct OtherOrganization {
    pub host: String,
    pub profile: Option<String>,
    pub expected: Uuid,
    pub found: Uuid,
}

impl OtherOrganization {
    /// How that comes about.
    pub const WHY: &str = "An environment that is reset, deleted and made anew, or moved leaves its address to another \
        organization, with other rows under the same names. Nothing more was sent there.";

    /// What to do when it is as it should be.
    pub fn next(&self) -> Option<String> {
        self.profile.as_ref().map(|name| format!("dv env tag {name} --repin"))
    }
}

fn whose(profile: Option<&str>) -> String {
    profile.map_or_else(|| "the profile".to_owned(), |name| format!("profile `{name}`"))
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Another organization than the one that was meant.
    #[error(transparent)]
    OtherOrganization(#[from] OtherOrganization),
    /// A request failed.
    #[error(transparent)]
    Dataverse(#[from] Error),
}

impl Expected {
    /// Whether these are not production for certain: what the environment says of itself counts, and where it says
    /// nothing that is known, a person's word does.
    pub fn is_production(&self, kind: EnvironmentKind) -> bool {
        match self.production {
            Some(true) => true,
            Some(false) if !kind.is_known() => false,
            _ => kind.is_production(),
        }
    }

    fn check(&self, client: &Client, found: Uuid) -> Result<(), OtherOrganization> {
        match self.organization {
            Some(expected) if expected != found => Err(OtherOrganization {
                host: client.environment().host().to_owned(),
                profile: self.profile.clone(),
                expected,
                found,
            }),
            _ => Ok(()),
        }
    }

    /// Makes sure that the organization is the one that was meant, where one is pinned: one request, before any other.
    ///
    /// # Errors
    ///
    /// [`Failure::OtherOrganization`], and whatever keeps the request from being answered.
    pub async fn verify(&self, client: &Client) -> Result<Option<WhoAmI>, Failure> {
        if self.organization.is_none() {
            return Ok(None);
        }
        let who = client.who_am_i().await?;
        self.check(client, who.organization_id)?;
        Ok(Some(who))
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
    connect_as(client, &Expected::default()).await.map_err(|failure| match failure {
        Failure::Dataverse(error) => error,
        Failure::OtherOrganization(other) => Error::Refused { reason: other.to_string() },
    })
}

/// The same for an environment of which something is known.
///
/// # Errors
///
/// As [`connect`], and when another organization is there than the one that is pinned: nothing but the question who
/// is signed in was sent then.
pub async fn connect_as(client: &Client, expected: &Expected) -> Result<Identity, Failure> {
    let (who, organization) = match expected.verify(client).await? {
        Some(who) => (who, client.organization().await),
        None => {
            let (who, organization) =
                futures_util::future::join(client.who_am_i(), client.organization()).await;
            (who?, organization)
        }
    };
    let (organization, kind) = match organization {
        Ok(organization) => (organization.friendly_name.or(organization.url_name), organization.kind),
        Err(error) => {
            tracing::warn!(%error, "the kind of the environment could not be read");
            (None, EnvironmentKind::UNKNOWN)
        }
    };
    let production = expected.is_production(kind);
    match kind {
        _ if !production => client.guard().open(),
        EnvironmentKind::UNKNOWN => {
            client.guard().close(
                "The kind of this environment could not be read, so it counts as production: read-only.",
            );
        }
        _ => client.guard().close("This is a production environment: read-only."),
    }
    if expected.unlocked {
        client.guard().unlock(Moment::now());
    }
    let user = full_name(client, who.user_id).await;
    Ok(Identity {
        user_id: who.user_id,
        business_unit_id: who.business_unit_id,
        organization_id: who.organization_id,
        user,
        organization,
        kind,
        production,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_word_makes_production_and_takes_back_only_what_nobody_knows() {
        let kinds = [Some(0), Some(5), Some(99), None];
        let judged = |production| {
            let expected = Expected { production, ..Expected::default() };
            kinds.map(|kind| {
                expected.is_production(kind.map_or(EnvironmentKind::UNKNOWN, EnvironmentKind::of_number))
            })
        };
        assert_eq!(judged(None), [true, false, true, true]);
        assert_eq!(judged(Some(true)), [true; 4]);
        assert_eq!(judged(Some(false)), [true, false, false, false]);
    }
}
