//! Tables without rows or rules of their own: they make the list of tables as long as a real one.

use std::sync::LazyLock;

use super::declare::*;
use super::model::kept;

/// How many there are in all.
const COUNT: usize = 698;
/// Custom tables have type codes from here on.
const FIRST_CUSTOM_CODE: i32 = 10_100;
const FIRST_CODE: i32 = 5_000;

/// Tables that every environment is delivered with.
const SHIPPED: &[&str] = &[
    "ActionCard",
    "ActivityFileAttachment",
    "AppModule",
    "AppConfig",
    "Article",
    "AsyncOperation",
    "AttributeMap",
    "BookableResource",
    "BookableResourceBooking",
    "BookableResourceCategory",
    "BulkOperation",
    "Calendar",
    "CalendarRule",
    "Campaign",
    "CampaignActivity",
    "CampaignResponse",
    "CanvasApp",
    "CatalogItem",
    "Category",
    "Characteristic",
    "Commitment",
    "Competitor",
    "Connection",
    "ConnectionReference",
    "ConnectionRole",
    "Connector",
    "Contract",
    "ContractDetail",
    "ContractTemplate",
    "CustomApi",
    "CustomerAddress",
    "CustomerOpportunityRole",
    "CustomerRelationship",
    "DataLakeFolder",
    "Discount",
    "DiscountType",
    "DisplayString",
    "DocumentTemplate",
    "DuplicateRule",
    "EmailSignature",
    "Entitlement",
    "EntitlementChannel",
    "EntitlementTemplate",
    "EnvironmentVariableDefinition",
    "EnvironmentVariableValue",
    "Equipment",
    "ExchangeSyncIdMapping",
    "ExternalParty",
    "FeatureControlSetting",
    "Feedback",
    "FieldPermission",
    "FieldSecurityProfile",
    "FlowMachine",
    "FlowSession",
    "Goal",
    "GoalRollupQuery",
    "HierarchyRule",
    "Holiday",
    "ImportFile",
    "ImportMap",
    "IncidentKnowledgeArticle",
    "InteractionForEmail",
    "Invoice",
    "InvoiceDetail",
    "KbArticle",
    "KbArticleComment",
    "KbArticleTemplate",
    "KnowledgeArticle",
    "KnowledgeArticleViews",
    "Lead",
    "LeadAddress",
    "License",
    "List",
    "ListMember",
    "MailMergeTemplate",
    "Mailbox",
    "MetadataIndex",
    "Metric",
    "MobileOfflineProfile",
    "NavigationSetting",
    "NewProcess",
    "OfficeDocument",
    "Opportunity",
    "OpportunityClose",
    "OpportunityProduct",
    "OrderClose",
    "OrganizationUi",
    "PluginAssembly",
    "PluginType",
    "Position",
    "Post",
    "PostComment",
    "PostFollow",
    "PriceLevel",
    "ProcessSession",
    "ProcessStage",
    "ProcessTrigger",
    "ProductAssociation",
    "ProductPriceLevel",
    "ProductSubstitute",
    "Publisher",
    "QueueMember",
    "Quote",
    "QuoteClose",
    "QuoteDetail",
    "RatingModel",
    "RatingValue",
    "RecurringAppointmentMaster",
    "RelationshipRole",
    "ReportCategory",
    "Resource",
    "ResourceGroup",
    "ResourceSpec",
    "RibbonCommand",
    "RollupField",
    "RoutingRule",
    "RoutingRuleItem",
    "SalesLiterature",
    "SalesOrder",
    "SalesOrderDetail",
    "SdkMessageProcessingStep",
    "Service",
    "ServiceAppointment",
    "ServiceContractContacts",
    "ServiceEndpoint",
    "SharePointDocument",
    "SharePointDocumentLocation",
    "SharePointSite",
    "SimilarityRule",
    "Site",
    "SiteMap",
    "Sla",
    "SlaItem",
    "SlaKpiInstance",
    "SocialActivity",
    "SocialInsightsConfiguration",
    "SocialProfile",
    "Solution",
    "SolutionComponent",
    "SubscriptionClients",
    "SyncError",
    "TeamTemplate",
    "Template",
    "Territory",
    "Theme",
    "TimeZoneRule",
    "TraceLog",
    "UntrackedEmail",
    "Uom",
    "UomSchedule",
    "UserForm",
    "UserMapping",
    "WebResource",
    "WebWizard",
    "WorkflowLog",
];

/// What the organization's own tables are about: one word of each list.
const AREAS: &[&str] = &[
    "Asset",
    "Audit",
    "Badge",
    "Budget",
    "Building",
    "Checklist",
    "Depot",
    "Energy",
    "Fleet",
    "Grant",
    "Hardware",
    "Intake",
    "Journey",
    "Kiosk",
    "Lease",
    "Meeting",
    "Network",
    "Onboarding",
    "Parking",
    "Quality",
    "Rental",
    "Safety",
    "Training",
    "Visitor",
];
const THINGS: &[&str] = &[
    "Approval", "Batch", "Booking", "Category", "Comment", "Contact", "Document", "Entry", "Event", "Group",
    "Issue", "Item", "Location", "Log", "Note", "Plan", "Profile", "Record", "Request", "Review", "Rule",
    "Schedule", "Step", "Template", "Type",
];

/// The tables, made once: the names are put together, and declarations live as long as the program.
pub(super) fn tables() -> impl Iterator<Item = &'static Declaration> {
    static TABLES: LazyLock<Vec<Declaration>> = LazyLock::new(|| {
        let shipped = SHIPPED.iter().zip(FIRST_CODE..).map(|(name, code)| shipped(name, code));
        let pairs = AREAS.iter().flat_map(|area| THINGS.iter().map(move |thing| (area, thing)));
        let own = pairs.zip(FIRST_CUSTOM_CODE..).map(|((area, thing), code)| own(area, thing, code));
        shipped.chain(own).take(COUNT).collect()
    });
    TABLES.iter()
}

fn shipped(name: &'static str, code: i32) -> Declaration {
    Declaration {
        origin: Origin::Plain { custom: false },
        ..plain(kept(name), name, kept(&spaced(name)), code, Ownership::Organization)
    }
}

fn own(area: &str, thing: &str, code: i32) -> Declaration {
    let schema = kept(&format!("contoso_{area}{thing}"));
    let display = kept(&format!("{area} {thing}"));
    plain(kept(&schema.to_lowercase()), schema, display, code, Ownership::User)
}

fn plain(
    stem: &'static str,
    schema: &'static str,
    display: &'static str,
    code: i32,
    ownership: Ownership,
) -> Declaration {
    let custom = schema.starts_with("contoso_");
    let stem = kept(&stem.to_lowercase());
    Declaration {
        schema,
        set: kept(&plural(stem)),
        display,
        plural: kept(&plural(display)),
        description: "",
        code,
        key: kept(&format!("{schema}Id")),
        primary_name: if custom { "contoso_name" } else { "name" },
        ownership,
        stem,
        owned: stem,
        owning_user: kept(&format!("user_{stem}")),
        traits: Traits::NONE,
        origin: Origin::Plain { custom },
        keys: &[],
        columns: if custom { OWN_COLUMNS } else { SHIPPED_COLUMNS },
    }
}

const SHIPPED_COLUMNS: &[Declared] = &[
    text("Name", "Name", 160).required(),
    memo("Description", "Description", 2000),
    state(ACTIVE_OR_NOT),
    status(ACTIVE_OR_NOT_REASONS),
];
const OWN_COLUMNS: &[Declared] = &[
    text("contoso_Name", "Name", 100).required(),
    memo("contoso_Description", "Description", 2000),
    whole("contoso_Order", "Order", 0, 1_000_000),
    date("contoso_Day", "Day"),
    state(ACTIVE_OR_NOT),
    status(ACTIVE_OR_NOT_REASONS),
];

/// `EntitlementChannel` as `Entitlement Channel`.
fn spaced(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}

pub(crate) fn plural(name: &str) -> String {
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if name.ends_with(['s', 'x', 'h']) => format!("{name}es"),
        _ => format!("{name}s"),
    }
}
