//! Queues and what waits in them.

use super::declare::*;

pub(crate) const QUEUE: Declaration = Declaration {
    schema: "Queue",
    set: "queues",
    display: "Queue",
    plural: "Queues",
    description: "A list of records that require action, such as accounts, activities, and cases.",
    code: 2020,
    key: "QueueId",
    primary_name: "name",
    ownership: Ownership::User,
    stem: "queuebase",
    owned: "queues",
    owning_user: "user_queues",
    traits: Traits { activity: false, notes: true, activities: false, queue: false, duplicates: false },
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("Name", "Name", 200).system_required().indexed(),
        memo("Description", "Description", 2000),
        formatted("EMailAddress", "Incoming Email", 100, "Email"),
        choice("QueueViewType", "Type", &[option(0, "Public"), option(1, "Private")], Some(0)),
        choice(
            "IncomingEmailDeliveryMethod",
            "Incoming Email Delivery Method",
            &[
                option(0, "None"),
                option(2, "Server-Side Synchronization or Email Router"),
                option(3, "Forward Mailbox"),
            ],
            Some(0),
        ),
        choice(
            "OutgoingEmailDeliveryMethod",
            "Outgoing Email Delivery Method",
            &[option(0, "None"), option(2, "Server-Side Synchronization or Email Router")],
            Some(0),
        ),
        choice(
            "IncomingEmailFilteringMethod",
            "Convert Incoming Email To Activities",
            &[
                option(0, "All email messages"),
                option(1, "Email messages in response to Dynamics 365 email"),
                option(2, "Email messages from Dynamics 365 Leads, Contacts and Accounts"),
                option(3, "Email messages from Dynamics 365 records that are email enabled"),
            ],
            Some(0),
        ),
        whole("NumberOfItems", "Queue items", 0, 1_000_000_000).read_only(),
        whole("NumberOfMembers", "No. of Members", 0, 1_000_000_000).read_only(),
        state(ACTIVE_OR_NOT),
        status(ACTIVE_OR_NOT_REASONS),
        lookup(
            "BusinessUnitId",
            "Business Unit",
            &[to("businessunit", "businessunitid", "business_unit_queues").restrict()],
        )
        .read_only(),
        lookup(
            "PrimaryUserId",
            "Owner (Deprecated)",
            &[to("systemuser", "primaryuserid", "queue_primary_user")],
        ),
        lookup(
            "TransactionCurrencyId",
            "Currency",
            &[to("transactioncurrency", "transactioncurrencyid", "TransactionCurrency_Queue").restrict()],
        ),
        decimal("ExchangeRate", "Exchange Rate", 0, 100_000_000_000, 12).read_only(),
    ],
};

pub(crate) const QUEUEITEM: Declaration = Declaration {
    schema: "QueueItem",
    set: "queueitems",
    display: "Queue Item",
    plural: "Queue Items",
    description: "A specific item in a queue, such as a case record or an activity record.",
    code: 2029,
    key: "QueueItemId",
    primary_name: "title",
    ownership: Ownership::None,
    stem: "queueitembase",
    owned: "queueitems",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("Title", "Title", 300).indexed(),
        lookup("QueueId", "Queue", &[to("queue", "queueid", "queue_entries").cascade()]).system_required(),
        lookup(
            "ObjectId",
            "Object",
            &[
                to("incident", "objectid_incident", "Incident_QueueItem").cascade(),
                to("task", "objectid_task", "Task_QueueItem").cascade(),
            ],
        ),
        lookup(
            "WorkerId",
            "Worked By",
            &[
                to("systemuser", "workerid_systemuser", "systemuser_queueitem_workerid"),
                to("team", "workerid_team", "team_queueitem_workerid"),
            ],
        ),
        instant("EnteredOn", "Entered Queue").read_only().indexed(),
        day("WorkerIdModifiedOn", "Worked By Modified On").read_only(),
        choice("ObjectTypeCode", "Type", &[option(112, "Case"), option(4212, "Task")], None).read_only(),
        whole("Priority", "Priority", 0, 1_000_000_000),
        whole("State", "State", 0, 1_000_000_000),
        whole("Status", "Status (Deprecated)", 0, 1_000_000_000),
        state(ACTIVE_OR_NOT),
        status(ACTIVE_OR_NOT_REASONS),
        lookup(
            "TransactionCurrencyId",
            "Currency",
            &[to("transactioncurrency", "transactioncurrencyid", "TransactionCurrency_QueueItem").restrict()],
        ),
        decimal("ExchangeRate", "Exchange Rate", 0, 100_000_000_000, 12).read_only(),
    ],
};
