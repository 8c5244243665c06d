//! What people may do: roles with their privileges, and rows that are shared one by one.

use super::declare::*;

pub(crate) const ROLE: Declaration = Declaration {
    schema: "Role",
    set: "roles",
    display: "Security Role",
    plural: "Security Roles",
    description: "Grouping of security privileges. Users are assigned roles that authorize their access to the \
                  Microsoft CRM system.",
    code: 1036,
    key: "RoleId",
    primary_name: "name",
    ownership: Ownership::Business,
    stem: "rolebase",
    owned: "roles",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("Name", "Name", 100).system_required().indexed(),
        id("RoleTemplateId", "Role Template ID").read_only(),
        choice(
            "IsInherited",
            "Member's privilege inheritance",
            &[
                option(0, "Team privileges only"),
                option(1, "Direct User (Basic) access level and Team privileges"),
            ],
            Some(1),
        ),
        lookup(
            "BusinessUnitId",
            "Business Unit",
            &[to("businessunit", "businessunitid", "business_unit_roles").restrict()],
        )
        .system_required()
        .create_only(),
        lookup("ParentRoleId", "Parent Role", &[to("role", "parentroleid", "role_parent_role").restrict()])
            .read_only(),
        lookup(
            "ParentRootRoleId",
            "Parent Root Role",
            &[to("role", "parentrootroleid", "role_parent_root_role").restrict()],
        )
        .read_only(),
        yes_no("IsManaged", "State", false).read_only(),
    ],
};

pub(crate) const PRIVILEGE: Declaration = Declaration {
    schema: "Privilege",
    set: "privileges",
    display: "Privilege",
    plural: "Privileges",
    description: "Permission to perform an action in Microsoft CRM. The platform checks for the privilege and \
                  rejects the attempt if the user does not hold the privilege.",
    code: 1023,
    key: "PrivilegeId",
    primary_name: "name",
    ownership: Ownership::None,
    stem: "privilege",
    owned: "",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Platform,
    keys: &[],
    columns: &[
        text("Name", "Name", 100).read_only().indexed(),
        whole("AccessRight", "Access Right", 0, 1_000_000_000).read_only(),
        yes_no("CanBeBasic", "Can Be Basic", true).read_only(),
        yes_no("CanBeLocal", "Can Be Local", true).read_only(),
        yes_no("CanBeDeep", "Can Be Deep", true).read_only(),
        yes_no("CanBeGlobal", "Can Be Global", true).read_only(),
    ],
};

/// What the tables of links differ from.
const LINKS: Declaration = Declaration {
    schema: "",
    set: "",
    display: "",
    plural: "",
    description: "",
    code: 0,
    key: "",
    primary_name: "",
    ownership: Ownership::None,
    stem: "",
    owned: "",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Intersect,
    keys: &[],
    columns: &[],
};

pub(crate) const ROLEPRIVILEGES: Declaration = Declaration {
    schema: "RolePrivileges",
    set: "roleprivilegescollection",
    display: "Role Privileges",
    plural: "Role Privileges",
    code: 12,
    key: "RolePrivilegeId",
    stem: "roleprivileges",
    columns: &[
        id("RoleId", "Role").indexed(),
        id("PrivilegeId", "Privilege").indexed(),
        whole("PrivilegeDepthMask", "Depth", 0, 1_000_000_000),
    ],
    ..LINKS
};

pub(crate) const SYSTEMUSERROLES: Declaration = Declaration {
    schema: "SystemUserRoles",
    set: "systemuserrolescollection",
    display: "System User Roles",
    plural: "System User Roles",
    code: 15,
    key: "SystemUserRoleId",
    stem: "systemuserroles",
    columns: &[id("SystemUserId", "User").indexed(), id("RoleId", "Role").indexed()],
    ..LINKS
};

pub(crate) const TEAMROLES: Declaration = Declaration {
    schema: "TeamRoles",
    set: "teamrolescollection",
    display: "Team Roles",
    plural: "Team Roles",
    code: 40,
    key: "TeamRoleId",
    stem: "teamroles",
    columns: &[id("TeamId", "Team").indexed(), id("RoleId", "Role").indexed()],
    ..LINKS
};

pub(crate) const PRINCIPALOBJECTACCESS: Declaration = Declaration {
    schema: "PrincipalObjectAccess",
    set: "principalobjectaccessset",
    display: "Principal Object Access",
    plural: "Principal Object Access",
    description: "A row that is shared with a user or a team.",
    code: 11,
    key: "PrincipalObjectAccessId",
    stem: "principalobjectaccess",
    origin: Origin::Platform,
    columns: &[
        id("PrincipalId", "Principal").read_only().indexed(),
        entity_name("PrincipalTypeCode", "Principal Type"),
        id("ObjectId", "Object").read_only().indexed(),
        entity_name("ObjectTypeCode", "Object Type"),
        whole("AccessRightsMask", "Access Rights Mask", 0, i32::MAX as i64).read_only(),
        instant("ChangedOn", "Changed On").read_only(),
    ],
    ..LINKS
};
