//! The organization's own table: a column of every kind, and status reasons with rules of what may follow.

use super::declare::*;

/// The choice that several columns share.
pub(super) const ASSET_KINDS: &[Choice] = &[
    option(100_000_000, "Sensor"),
    option(100_000_001, "Printer"),
    option(100_000_002, "Scanner"),
    option(100_000_003, "Camera"),
    option(100_000_004, "Battery"),
];

pub(crate) const INSPECTION: Declaration = Declaration {
    schema: "contoso_Inspection",
    set: "contoso_inspections",
    display: "Inspection",
    plural: "Inspections",
    description: "A visit to a customer's equipment and what was found there.",
    code: 10_001,
    key: "contoso_InspectionId",
    primary_name: "contoso_name",
    ownership: Ownership::User,
    stem: "contoso_inspection",
    owned: "contoso_inspection",
    owning_user: "user_contoso_inspection",
    traits: Traits { activity: false, notes: true, activities: false, queue: true, duplicates: false },
    origin: Origin::Custom,
    keys: &[
        Key { schema: "contoso_CodeKey", label: "Inspection Code", columns: &["contoso_code"] },
        Key {
            schema: "contoso_AccountNumberKey",
            label: "Account and Number",
            columns: &["contoso_accountid", "contoso_number"],
        },
    ],
    columns: &[
        text("contoso_Name", "Name", 100).required().indexed(),
        text("contoso_Code", "Code", 20).indexed(),
        choice("contoso_AssetKind", "Asset Kind", ASSET_KINDS, None).shared("contoso_assetkind"),
        multi_choice("contoso_AlsoChecked", "Also Checked", ASSET_KINDS).shared("contoso_assetkind"),
        multi_choice(
            "contoso_Findings",
            "Findings",
            &[
                option(1, "Clean"),
                option(2, "Worn"),
                option(3, "Loose"),
                option(4, "Wet"),
                option(8, "Missing Parts"),
            ],
        ),
        choice("contoso_Grade", "Grade", &[option(1, "Good"), option(2, "Fair"), option(3, "Poor")], Some(2)),
        Declared {
            kind: Kind::YesNo { default: false, no: "Failed", yes: "Passed" },
            ..yes_no("contoso_Passed", "Result", false)
        },
        whole("contoso_Number", "Number", 0, 1_000_000),
        big("contoso_Counter", "Counter"),
        decimal("contoso_Temperature", "Temperature", -273, 100_000, 3),
        double("contoso_Deviation", "Deviation", -1000.0, 1000.0),
        money("contoso_Cost", "Cost"),
        date("contoso_DueOn", "Due On"),
        day("contoso_PlannedFor", "Planned For"),
        instant("contoso_StartedAt", "Started At").indexed(),
        wall_time("contoso_OpensAt", "Opens At"),
        formatted("contoso_Email", "Email", 100, "Email"),
        formatted("contoso_Phone", "Phone", 50, "Phone"),
        formatted("contoso_Website", "Website", 200, "Url"),
        memo("contoso_Remarks", "Remarks", 4000),
        lookup(
            "contoso_AccountId",
            "Account",
            &[to("account", "contoso_AccountId", "contoso_account_inspection")],
        ),
        lookup(
            "contoso_Regarding",
            "Regarding",
            &[
                to("incident", "contoso_Regarding_incident", "contoso_incident_inspection").cascade(),
                to("contact", "contoso_Regarding_contact", "contoso_contact_inspection"),
                to("product", "contoso_Regarding_product", "contoso_product_inspection").restrict(),
            ],
        ),
        file("contoso_Report", "Report", 32_768),
        image("contoso_Photo", "Photo"),
        id("contoso_ExternalId", "External Id"),
        state(ACTIVE_OR_NOT),
        status(&[
            in_state(1, "Planned", 0).then(&[100_000_001, 100_000_003]),
            in_state(100_000_001, "Under Way", 0).then(&[1, 2, 100_000_003]),
            in_state(2, "Done", 1).then(&[100_000_001]),
            in_state(100_000_003, "Called Off", 1).then(&[1]),
        ]),
        lookup(
            "TransactionCurrencyId",
            "Currency",
            &[to("transactioncurrency", "transactioncurrencyid", "TransactionCurrency_contoso_Inspection")
                .restrict()],
        ),
        decimal("ExchangeRate", "Exchange Rate", 0, 100_000_000_000, 12).read_only(),
    ],
};
