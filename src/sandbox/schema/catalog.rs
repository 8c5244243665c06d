//! What the organization knows of: subjects, products and currencies.

use super::declare::*;

pub(crate) const SUBJECT: Declaration = Declaration {
    schema: "Subject",
    set: "subjects",
    display: "Subject",
    plural: "Subjects",
    description: "Information regarding subjects available in the system.",
    code: 129,
    key: "SubjectId",
    primary_name: "title",
    ownership: Ownership::Organization,
    stem: "subjectbase",
    owned: "subjects",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("Title", "Title", 500).system_required().indexed(),
        memo("Description", "Description", 2000),
        whole("FeatureMask", "Feature Mask", 0, 1_000_000_000).create_only(),
        lookup(
            "ParentSubject",
            "Parent Subject",
            &[to("subject", "parentsubject", "subject_parent_subject").cascade()],
        ),
        lookup(
            "OrganizationId",
            "Organization",
            &[to("organization", "organizationid", "organization_subjects")],
        )
        .read_only(),
    ],
};

pub(crate) const PRODUCT: Declaration = Declaration {
    schema: "Product",
    set: "products",
    display: "Product",
    plural: "Products",
    description: "Information about products and their pricing information.",
    code: 1024,
    key: "ProductId",
    primary_name: "name",
    ownership: Ownership::Organization,
    stem: "product",
    owned: "products",
    owning_user: "",
    traits: Traits { activity: false, notes: true, activities: false, queue: false, duplicates: false },
    origin: Origin::Shipped,
    keys: &[Key { schema: "ProductNumberKey", label: "Product ID", columns: &["productnumber"] }],
    columns: &[
        text("Name", "Name", 100).system_required().indexed(),
        text("ProductNumber", "Product ID", 100).system_required().indexed(),
        memo("Description", "Description", 2000),
        choice(
            "ProductStructure",
            "Product Structure",
            &[option(1, "Product"), option(2, "Product Family"), option(3, "Product Bundle")],
            Some(1),
        )
        .create_only(),
        choice(
            "ProductTypeCode",
            "Product Type",
            &[
                option(1, "Sales Inventory"),
                option(2, "Miscellaneous Charges"),
                option(3, "Services"),
                option(4, "Flat Fees"),
            ],
            None,
        ),
        whole("QuantityDecimal", "Decimals Supported", 0, 5).system_required(),
        money("Price", "List Price"),
        money("CurrentCost", "Current Cost"),
        money("StandardCost", "Standard Cost"),
        text("Size", "Size", 200),
        text("SupplierName", "Supplier Name", 100),
        text("VendorName", "Vendor", 100),
        decimal("StockWeight", "Stock Weight", 0, 1_000_000_000, 5),
        decimal("StockVolume", "Stock Volume", 0, 1_000_000_000, 5),
        decimal("QuantityOnHand", "Quantity On Hand", 0, 1_000_000_000, 5),
        date("ValidFromDate", "Valid From"),
        date("ValidToDate", "Valid To"),
        state(&[
            State { value: 0, label: "Active", invariant: "Active", default_status: 1 },
            State { value: 1, label: "Retired", invariant: "Retired", default_status: 2 },
            State { value: 2, label: "Draft", invariant: "Draft", default_status: 0 },
            State { value: 3, label: "Under Revision", invariant: "Under Revision", default_status: 3 },
        ]),
        status(&[
            in_state(0, "Draft", 2),
            in_state(1, "Active", 0),
            in_state(2, "Retired", 1),
            in_state(3, "Under Revision", 3),
        ]),
        lookup("DefaultUoMId", "Default Unit", &[to("uom", "defaultuomid", "unit_of_measurement_products")]),
        lookup(
            "DefaultUoMScheduleId",
            "Unit Group",
            &[to("uomschedule", "defaultuomscheduleid", "unit_of_measurement_schedule_products")],
        ),
        lookup(
            "PriceLevelId",
            "Default Price List",
            &[to("pricelevel", "pricelevelid", "price_level_products")],
        ),
        lookup(
            "ParentProductId",
            "Parent",
            &[to("product", "parentproductid", "product_parent_product").restrict()],
        )
        .create_only(),
        lookup("SubjectId", "Subject", &[to("subject", "subjectid", "subject_products").restrict()]),
        lookup(
            "TransactionCurrencyId",
            "Currency",
            &[to("transactioncurrency", "transactioncurrencyid", "transactioncurrency_product").restrict()],
        ),
        decimal("ExchangeRate", "Exchange Rate", 0, 100_000_000_000, 12).read_only(),
        lookup(
            "OrganizationId",
            "Organization",
            &[to("organization", "organizationid", "organization_products")],
        )
        .read_only(),
    ],
};

pub(crate) const TRANSACTIONCURRENCY: Declaration = Declaration {
    schema: "TransactionCurrency",
    set: "transactioncurrencies",
    display: "Currency",
    plural: "Currencies",
    description: "Currency in which a financial transaction is carried out.",
    code: 9105,
    key: "TransactionCurrencyId",
    primary_name: "currencyname",
    ownership: Ownership::Organization,
    stem: "transactioncurrencybase",
    owned: "transactioncurrencies",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("CurrencyName", "Currency Name", 100).system_required().indexed(),
        text("ISOCurrencyCode", "Currency Code", 5).system_required().create_only(),
        text("CurrencySymbol", "Currency Symbol", 10).system_required(),
        whole("CurrencyPrecision", "Currency Precision", 0, 4).system_required(),
        // The service allows up to 100 billion; twelve digits after the point leave room for nine million here.
        decimal("ExchangeRate", "Exchange Rate", 0, 9_000_000, 12).system_required(),
        id("UniqueDscId", "UniqueDscId").read_only(),
        state(ACTIVE_OR_NOT),
        status(ACTIVE_OR_NOT_REASONS),
        lookup(
            "OrganizationId",
            "Organization",
            &[to("organization", "organizationid", "organization_transactioncurrencies")],
        )
        .read_only(),
    ],
};
