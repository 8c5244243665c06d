//! The people of the directory and what each may do.

use uuid::{Uuid, uuid};

/// The tenant of the sandbox's environments.
pub(crate) const TENANT: Uuid = uuid!("5b1d7c3e-6f0a-4c52-9d0e-8a41c2f7b690");
/// The directory that `other-tenant` comes from.
pub(crate) const OTHER_TENANT: Uuid = uuid!("c9a4e2d1-38f7-4b06-a5c3-17d09be86f42");
/// The client id of the application user.
pub(crate) const CONFIDENTIAL_CLIENT: Uuid = uuid!("7d2f4b8c-91e3-4a6d-b5f0-3c8e1a97d264");

/// The client id of an application that no environment has a user for.
pub(crate) const UNREGISTERED_CLIENT: Uuid = uuid!("3e0c65a1-0000-4807-8256-000080072560");

/// What somebody may do in the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Everything.
    SystemAdministrator,
    /// Reads everything, writes accounts, contacts, cases and what hangs on them.
    CaseWorker,
    /// Reads everything, writes nothing.
    Reader,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::SystemAdministrator => "System Administrator",
            Role::CaseWorker => "Customer Service Representative",
            Role::Reader => "Read Only",
        }
    }
}

/// Somebody in the directory, or an application's service principal.
#[derive(Debug, Clone)]
pub(crate) struct User {
    /// The short name of the controls and the sign-in page.
    pub(crate) name: &'static str,
    pub(crate) full_name: &'static str,
    pub(crate) upn: &'static str,
    /// Object id in the directory, `azureactivedirectoryobjectid` of the row.
    pub(crate) oid: Uuid,
    pub(crate) systemuserid: Uuid,
    /// Set for an application user: the client id.
    pub(crate) application_id: Option<Uuid>,
    pub(crate) tenant: Uuid,
    /// Whether the environment has a `systemuser` row for them.
    pub(crate) in_environment: bool,
    pub(crate) disabled_in_environment: bool,
    pub(crate) licensed: bool,
    pub(crate) roles: Vec<Role>,
    /// The AADSTS number that every sign-in of this user ends with.
    pub(crate) refused_with: Option<u32>,
}

impl User {
    /// Whether this is their short name or their user principal name, in any case.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.upn.eq_ignore_ascii_case(name)
    }
}

/// Everybody, in the order in which the sign-in page shows them.
pub(crate) fn users() -> Vec<User> {
    let anna = User {
        name: "anna",
        full_name: "Anna Moss",
        upn: "anna@contoso.example",
        oid: uuid!("a1f5c0de-0002-4e6b-9a51-6c1e5b7d0a02"),
        systemuserid: uuid!("e4b0a7d2-0002-ef11-9f89-000d3a2b1c02"),
        application_id: None,
        tenant: TENANT,
        in_environment: true,
        disabled_in_environment: false,
        licensed: true,
        roles: vec![Role::CaseWorker],
        refused_with: None,
    };
    vec![
        User {
            name: "admin",
            full_name: "Maya Okafor",
            upn: "admin@contoso.example",
            oid: uuid!("a1f5c0de-0001-4e6b-9a51-6c1e5b7d0a01"),
            systemuserid: uuid!("e4b0a7d2-0001-ef11-9f89-000d3a2b1c01"),
            roles: vec![Role::SystemAdministrator],
            ..anna.clone()
        },
        anna.clone(),
        User {
            name: "bo",
            full_name: "Bo Lindqvist",
            upn: "bo@contoso.example",
            oid: uuid!("a1f5c0de-0003-4e6b-9a51-6c1e5b7d0a03"),
            systemuserid: uuid!("e4b0a7d2-0003-ef11-9f89-000d3a2b1c03"),
            ..anna.clone()
        },
        User {
            name: "reader",
            full_name: "Rita Sol",
            upn: "reader@contoso.example",
            oid: uuid!("a1f5c0de-0004-4e6b-9a51-6c1e5b7d0a04"),
            systemuserid: uuid!("e4b0a7d2-0004-ef11-9f89-000d3a2b1c04"),
            roles: vec![Role::Reader],
            ..anna.clone()
        },
        User {
            name: "norole",
            full_name: "Nils Orre",
            upn: "norole@contoso.example",
            oid: uuid!("a1f5c0de-0005-4e6b-9a51-6c1e5b7d0a05"),
            systemuserid: uuid!("e4b0a7d2-0005-ef11-9f89-000d3a2b1c05"),
            roles: Vec::new(),
            ..anna.clone()
        },
        User {
            name: "stranger",
            full_name: "Sam Traveller",
            upn: "stranger@contoso.example",
            oid: uuid!("a1f5c0de-0006-4e6b-9a51-6c1e5b7d0a06"),
            systemuserid: uuid!("e4b0a7d2-0006-ef11-9f89-000d3a2b1c06"),
            in_environment: false,
            roles: Vec::new(),
            ..anna.clone()
        },
        User {
            name: "disabled",
            full_name: "Dora Idle",
            upn: "disabled@contoso.example",
            oid: uuid!("a1f5c0de-0007-4e6b-9a51-6c1e5b7d0a07"),
            systemuserid: uuid!("e4b0a7d2-0007-ef11-9f89-000d3a2b1c07"),
            disabled_in_environment: true,
            ..anna.clone()
        },
        User {
            name: "unlicensed",
            full_name: "Uma Free",
            upn: "unlicensed@contoso.example",
            oid: uuid!("a1f5c0de-0008-4e6b-9a51-6c1e5b7d0a08"),
            systemuserid: uuid!("e4b0a7d2-0008-ef11-9f89-000d3a2b1c08"),
            licensed: false,
            ..anna.clone()
        },
        User {
            name: "blocked",
            full_name: "Ben Locke",
            upn: "blocked@contoso.example",
            oid: uuid!("a1f5c0de-0009-4e6b-9a51-6c1e5b7d0a09"),
            systemuserid: uuid!("e4b0a7d2-0009-ef11-9f89-000d3a2b1c09"),
            refused_with: Some(53003),
            ..anna.clone()
        },
        User {
            name: "other-tenant",
            full_name: "Olga Fabrikam",
            upn: "olga@fabrikam.example",
            oid: uuid!("a1f5c0de-000a-4e6b-9a51-6c1e5b7d0a0a"),
            systemuserid: uuid!("e4b0a7d2-000a-ef11-9f89-000d3a2b1c0a"),
            tenant: OTHER_TENANT,
            in_environment: false,
            roles: Vec::new(),
            refused_with: Some(50020),
            ..anna.clone()
        },
        User {
            name: "leaver",
            full_name: "Lea Dunn",
            upn: "leaver@contoso.example",
            oid: uuid!("a1f5c0de-000c-4e6b-9a51-6c1e5b7d0a0c"),
            systemuserid: uuid!("e4b0a7d2-000c-ef11-9f89-000d3a2b1c0c"),
            in_environment: false,
            roles: Vec::new(),
            refused_with: Some(50057),
            ..anna.clone()
        },
        User {
            name: "mfa",
            full_name: "Mika Facht",
            upn: "mfa@contoso.example",
            oid: uuid!("a1f5c0de-000d-4e6b-9a51-6c1e5b7d0a0d"),
            systemuserid: uuid!("e4b0a7d2-000d-ef11-9f89-000d3a2b1c0d"),
            in_environment: false,
            roles: Vec::new(),
            refused_with: Some(50076),
            ..anna.clone()
        },
        User {
            name: "application",
            full_name: "# Contoso Integration",
            upn: "integration@contoso.example",
            oid: uuid!("a1f5c0de-000b-4e6b-9a51-6c1e5b7d0a0b"),
            systemuserid: uuid!("e4b0a7d2-000b-ef11-9f89-000d3a2b1c0b"),
            application_id: Some(CONFIDENTIAL_CLIENT),
            roles: vec![Role::SystemAdministrator],
            ..anna.clone()
        },
        User {
            name: "unregistered",
            full_name: "# Contoso Reports",
            upn: "reports@contoso.example",
            oid: uuid!("a1f5c0de-000e-4e6b-9a51-6c1e5b7d0a0e"),
            systemuserid: uuid!("e4b0a7d2-000e-ef11-9f89-000d3a2b1c0e"),
            application_id: Some(UNREGISTERED_CLIENT),
            in_environment: false,
            roles: Vec::new(),
            ..anna
        },
    ]
}
