//! How tables are shown: system and personal views, and forms.

use super::declare::*;

const RETURNED_TYPE: Declared = Declared {
    create: true,
    required: Required::System,
    indexed: true,
    ..entity_name("ReturnedTypeCode", "Entity Name")
};
const FETCH_XML: Declared = memo("FetchXml", "Fetch XML", 1_073_741_823);
const LAYOUT_XML: Declared = memo("LayoutXml", "Layout XML", 1_073_741_823);
const LAYOUT_JSON: Declared = memo("LayoutJson", "Layout JSON", 1_073_741_823);
const COLUMN_SET_XML: Declared = memo("ColumnSetXml", "Column Set XML", 1_073_741_823);
const OFFLINE_QUERY: Declared = memo("OfflineSqlQuery", "Offline SQL Query", 1_073_741_823);
/// Whether a solution's component is live.
const COMPONENT_STATE: Declared = choice(
    "ComponentState",
    "Component State",
    &[
        option(0, "Published"),
        option(1, "Unpublished"),
        option(2, "Deleted"),
        option(3, "Deleted Unpublished"),
    ],
    Some(0),
)
.read_only();

pub(crate) const SAVEDQUERY: Declaration = Declaration {
    schema: "SavedQuery",
    set: "savedqueries",
    display: "View",
    plural: "Views",
    description: "Saved query against the database.",
    code: 1039,
    key: "SavedQueryId",
    primary_name: "name",
    ownership: Ownership::Organization,
    stem: "savedquerybase",
    owned: "savedqueries",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("Name", "Name", 200).required().indexed(),
        memo("Description", "Description", 2000),
        RETURNED_TYPE,
        whole("QueryType", "Query Type", 0, 1_000_000_000).system_required(),
        FETCH_XML,
        LAYOUT_XML,
        LAYOUT_JSON,
        COLUMN_SET_XML,
        OFFLINE_QUERY,
        text("QueryAPI", "Query API", 200),
        yes_no("IsDefault", "Default View", false),
        yes_no("IsQuickFindQuery", "Is Quick Find Query", false),
        yes_no("IsPrivate", "Is Private", false).read_only(),
        yes_no("IsUserDefined", "User-Defined", true).read_only(),
        yes_no("IsManaged", "State", false).read_only(),
        yes_no("IsCustom", "Is Custom", false).read_only(),
        yes_no("EnableCrossPartition", "Enable Cross Partition", false),
        COMPONENT_STATE,
        whole("QueryAppUsage", "Query App Usage", 0, i32::MAX as i64).read_only(),
        id("SavedQueryIdUnique", "Saved Query Id Unique").read_only(),
        id("SolutionId", "Solution").read_only(),
        text("IntroducedVersion", "Introduced Version", 48),
        state(ACTIVE_OR_NOT),
        status(ACTIVE_OR_NOT_REASONS),
        lookup(
            "OrganizationId",
            "Organization",
            &[to("organization", "organizationid", "organization_saved_queries")],
        )
        .read_only(),
    ],
};

pub(crate) const USERQUERY: Declaration = Declaration {
    schema: "UserQuery",
    set: "userqueries",
    display: "Saved View",
    plural: "Saved Views",
    description: "Saved database query that is owned by a user.",
    code: 4230,
    key: "UserQueryId",
    primary_name: "name",
    ownership: Ownership::User,
    stem: "userquery",
    owned: "userqueries",
    owning_user: "user_userquery",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("Name", "Name", 200).required().indexed(),
        memo("Description", "Description", 2000),
        RETURNED_TYPE,
        whole("QueryType", "Query Type", 0, 1_000_000_000).system_required(),
        Declared { required: Required::System, ..FETCH_XML },
        LAYOUT_XML,
        LAYOUT_JSON,
        COLUMN_SET_XML,
        OFFLINE_QUERY,
        lookup(
            "ParentQueryId",
            "Parent Query",
            &[to("savedquery", "parentqueryid", "SavedQuery_UserQueries").cascade()],
        ),
        state(ACTIVE_OR_NOT),
        status(ACTIVE_OR_NOT_REASONS),
    ],
};

pub(crate) const SYSTEMFORM: Declaration = Declaration {
    schema: "SystemForm",
    set: "systemforms",
    display: "System Form",
    plural: "System Forms",
    description: "Organization-owned entity customizations including form layout and dashboards.",
    code: 1030,
    key: "FormId",
    primary_name: "name",
    ownership: Ownership::Organization,
    stem: "systemform",
    owned: "systemforms",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("Name", "Name", 100).required().indexed(),
        memo("Description", "Description", 2000),
        Declared {
            create: true,
            required: Required::System,
            indexed: true,
            ..entity_name("ObjectTypeCode", "Entity Name")
        },
        choice(
            "Type",
            "Form Type",
            &[
                option(0, "Dashboard"),
                option(1, "AppointmentBook"),
                option(2, "Main"),
                option(3, "MiniCampaignBO"),
                option(4, "Preview"),
                option(5, "Mobile - Express"),
                option(6, "Quick View Form"),
                option(7, "Quick Create"),
                option(8, "Dialog"),
                option(9, "Task Flow Form"),
                option(10, "InteractionCentricDashboard"),
                option(11, "Card"),
                option(12, "Main - Interactive experience"),
                option(13, "Contextual Dashboard"),
                option(100, "Other"),
                option(101, "MainBackup"),
                option(102, "AppointmentBookBackup"),
                option(103, "Power BI Dashboard"),
            ],
            None,
        )
        .system_required()
        .create_only(),
        choice("FormActivationState", "Form State", &[option(0, "Inactive"), option(1, "Active")], Some(1)),
        choice(
            "FormPresentation",
            "AIR Refreshed",
            &[option(0, "ClassicForm"), option(1, "AirForm"), option(2, "ConvertedICForm")],
            Some(1),
        ),
        yes_no("IsDefault", "Default Form", false),
        memo("FormXml", "Form XML", 1_073_741_823),
        memo("FormJson", "Form JSON", 1_073_741_823),
        text("UniqueName", "Unique Name", 100),
        whole("Version", "Version", 0, i32::MAX as i64).read_only(),
        yes_no("IsManaged", "State", false).read_only(),
        yes_no("IsDesktopEnabled", "Is Desktop Enabled", true),
        yes_no("IsTabletEnabled", "Is Tablet Enabled", true),
        COMPONENT_STATE,
        id("FormIdUnique", "Form Id Unique").read_only(),
        id("AncestorFormId", "Parent Form"),
        id("SolutionId", "Solution").read_only(),
        text("IntroducedVersion", "Introduced Version", 48),
        lookup(
            "OrganizationId",
            "Organization",
            &[to("organization", "organizationid", "organization_systemforms")],
        )
        .read_only(),
    ],
};
