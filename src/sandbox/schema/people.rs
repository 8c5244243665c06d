//! Who owns rows: users, teams and business units.

use super::declare::*;

pub(crate) const SYSTEMUSER: Declaration = Declaration {
    schema: "SystemUser",
    set: "systemusers",
    display: "User",
    plural: "Users",
    description: "Person with access to the Microsoft CRM system and who owns objects in the Microsoft CRM database.",
    code: 8,
    key: "SystemUserId",
    primary_name: "fullname",
    ownership: Ownership::Business,
    stem: "systemuserbase",
    owned: "systemusers",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("FullName", "Full Name", 200).read_only().indexed(),
        text("FirstName", "First Name", 64).required(),
        text("LastName", "Last Name", 64).required(),
        text("DomainName", "User Name", 1024).required(),
        formatted("InternalEMailAddress", "Primary Email", 100, "Email").required(),
        text("Title", "Title", 128),
        text("JobTitle", "Job Title", 100),
        id("AzureActiveDirectoryObjectId", "Azure AD Object ID").create_only(),
        id("ApplicationId", "Application ID").create_only(),
        text("ApplicationIdUri", "Application ID URI", 1024).read_only(),
        Declared {
            kind: Kind::YesNo { default: false, no: "Enabled", yes: "Disabled" },
            ..yes_no("IsDisabled", "Status", false)
        },
        yes_no("IsLicensed", "User Licensed", false).read_only(),
        choice(
            "AccessMode",
            "Access Mode",
            &[
                option(0, "Read-Write"),
                option(1, "Administrative"),
                option(2, "Read"),
                option(3, "Support User"),
                option(4, "Non-interactive"),
                option(5, "Delegated Admin"),
            ],
            Some(0),
        ),
        choice(
            "CALType",
            "License Type",
            &[
                option(0, "Professional"),
                option(1, "Administrative"),
                option(2, "Basic"),
                option(3, "Device Professional"),
                option(4, "Device Basic"),
                option(5, "Essential"),
                option(6, "Device Essential"),
                option(7, "Enterprise"),
                option(8, "Device Enterprise"),
            ],
            Some(0),
        ),
        lookup(
            "BusinessUnitId",
            "Business Unit",
            &[to("businessunit", "businessunitid", "business_unit_system_users").restrict()],
        )
        .system_required(),
        lookup(
            "ParentSystemUserId",
            "Manager",
            &[to("systemuser", "parentsystemuserid", "user_parent_user")],
        ),
        lookup("QueueId", "Default Queue", &[to("queue", "queueid", "queue_system_user")]),
        lookup(
            "DefaultMailbox",
            "Mailbox",
            &[to("mailbox", "defaultmailbox", "systemuser_defaultmailbox_mailbox")],
        ),
        lookup("PositionId", "Position", &[to("position", "positionid", "position_users")]),
        lookup("TerritoryId", "Site", &[to("territory", "territoryid", "territory_system_users")]),
        lookup(
            "TransactionCurrencyId",
            "Currency",
            &[to("transactioncurrency", "transactioncurrencyid", "TransactionCurrency_SystemUser")
                .restrict()],
        ),
        decimal("ExchangeRate", "Exchange Rate", 0, 100_000_000_000, 12).read_only(),
    ],
};

pub(crate) const TEAM: Declaration = Declaration {
    schema: "Team",
    set: "teams",
    display: "Team",
    plural: "Teams",
    description: "Collection of system users that routinely collaborate.",
    code: 9,
    key: "TeamId",
    primary_name: "name",
    ownership: Ownership::Business,
    stem: "teambase",
    owned: "teams",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("Name", "Team Name", 160).system_required().indexed(),
        memo("Description", "Description", 2000),
        formatted("EMailAddress", "Email", 100, "Email"),
        choice(
            "TeamType",
            "Team Type",
            &[
                option(0, "Owner"),
                option(1, "Access"),
                option(2, "Security Group"),
                option(3, "Office Group"),
            ],
            Some(0),
        )
        .create_only(),
        choice(
            "MembershipType",
            "Membership Type",
            &[
                option(0, "Members and guests"),
                option(1, "Members"),
                option(2, "Owners"),
                option(3, "Guests"),
            ],
            Some(0),
        )
        .create_only(),
        yes_no("IsDefault", "Is Default", false).read_only(),
        id("AzureActiveDirectoryObjectId", "Object Id for a group").create_only(),
        lookup(
            "BusinessUnitId",
            "Business Unit",
            &[to("businessunit", "businessunitid", "business_unit_teams").restrict()],
        )
        .system_required(),
        lookup(
            "AdministratorId",
            "Administrator",
            &[to("systemuser", "administratorid", "lk_teambase_administratorid").restrict()],
        )
        .system_required(),
        lookup("QueueId", "Default Queue", &[to("queue", "queueid", "queue_team")]),
        lookup(
            "TransactionCurrencyId",
            "Currency",
            &[to("transactioncurrency", "transactioncurrencyid", "TransactionCurrency_Team").restrict()],
        ),
        decimal("ExchangeRate", "Exchange Rate", 0, 100_000_000_000, 12).read_only(),
    ],
};

pub(crate) const BUSINESSUNIT: Declaration = Declaration {
    schema: "BusinessUnit",
    set: "businessunits",
    display: "Business Unit",
    plural: "Business Units",
    description: "Business, division, or department in the Microsoft Dynamics 365 database.",
    code: 10,
    key: "BusinessUnitId",
    primary_name: "name",
    ownership: Ownership::Organization,
    stem: "businessunitbase",
    owned: "businessunits",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("Name", "Name", 160).system_required().indexed(),
        text("DivisionName", "Division", 100),
        memo("Description", "Description", 2000),
        formatted("EMailAddress", "Email", 100, "Email"),
        formatted("WebSiteUrl", "Website", 200, "Url"),
        text("CostCenter", "Cost Center", 100),
        Declared {
            kind: Kind::YesNo { default: false, no: "No", yes: "Yes" },
            ..yes_no("IsDisabled", "Is Disabled", false).read_only()
        },
        lookup(
            "ParentBusinessUnitId",
            "Parent Business",
            &[to("businessunit", "parentbusinessunitid", "business_unit_parent_business_unit").restrict()],
        ),
        lookup(
            "TransactionCurrencyId",
            "Currency",
            &[to("transactioncurrency", "transactioncurrencyid", "TransactionCurrency_BusinessUnit")
                .restrict()],
        ),
        decimal("ExchangeRate", "Exchange Rate", 0, 100_000_000_000, 12).read_only(),
    ],
};

pub(crate) const TEAMMEMBERSHIP: Declaration = Declaration {
    schema: "TeamMembership",
    set: "teammemberships",
    display: "Team Membership",
    plural: "Team Memberships",
    description: "Links between teams and their members.",
    code: 23,
    key: "TeamMembershipId",
    primary_name: "",
    ownership: Ownership::None,
    stem: "teammembership",
    owned: "",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Intersect,
    keys: &[],
    columns: &[id("TeamId", "Team").indexed(), id("SystemUserId", "User").indexed()],
};
