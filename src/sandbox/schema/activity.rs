//! What hangs on a row: tasks and notes.

use super::declare::*;

const NO_KEYS: &[Key] = &[];

pub(crate) const TASK: Declaration = Declaration {
    schema: "Task",
    set: "tasks",
    display: "Task",
    plural: "Tasks",
    description: "Generic activity representing work needed to be done.",
    code: 4212,
    key: "ActivityId",
    primary_name: "subject",
    ownership: Ownership::User,
    stem: "task",
    owned: "tasks",
    owning_user: "user_task",
    traits: Traits { activity: true, notes: true, activities: false, queue: true, duplicates: false },
    origin: Origin::Shipped,
    keys: NO_KEYS,
    columns: &[
        text("Subject", "Subject", 200).required().indexed(),
        memo("Description", "Description", 2000),
        text("Category", "Category", 250),
        text("SubCategory", "Sub-Category", 250),
        choice(
            "PriorityCode",
            "Priority",
            &[option(0, "Low"), option(1, "Normal"), option(2, "High")],
            Some(1),
        ),
        instant("ScheduledStart", "Start Date"),
        instant("ScheduledEnd", "Due Date").indexed(),
        day("ActualStart", "Actual Start"),
        day("ActualEnd", "Actual End"),
        whole("ActualDurationMinutes", "Duration", 0, i32::MAX as i64).meaning("Duration"),
        whole("ScheduledDurationMinutes", "Scheduled Duration", 0, i32::MAX as i64)
            .meaning("Duration")
            .read_only(),
        whole("PercentComplete", "Percent Complete", 0, 100),
        yes_no("IsBilled", "Is Billed", false),
        instant("SortDate", "Sort Date"),
        entity_name("ActivityTypeCode", "Activity Type"),
        state(&[
            State { value: 0, label: "Open", invariant: "Open", default_status: 2 },
            State { value: 1, label: "Completed", invariant: "Completed", default_status: 5 },
            State { value: 2, label: "Canceled", invariant: "Canceled", default_status: 6 },
        ]),
        status(&[
            in_state(2, "Not Started", 0),
            in_state(3, "In Progress", 0),
            in_state(4, "Waiting on someone else", 0),
            in_state(5, "Completed", 1),
            in_state(6, "Canceled", 2),
            in_state(7, "Deferred", 0),
        ]),
        lookup(
            "RegardingObjectId",
            "Regarding",
            &[
                to("account", "regardingobjectid_account_task", "Account_Tasks").cascade(),
                to("contact", "regardingobjectid_contact_task", "Contact_Tasks").cascade(),
                to("incident", "regardingobjectid_incident_task", "Incident_Tasks").cascade(),
            ],
        ),
        lookup(
            "TransactionCurrencyId",
            "Currency",
            &[to("transactioncurrency", "transactioncurrencyid_task", "transactioncurrency_task").restrict()],
        ),
        decimal("ExchangeRate", "Exchange Rate", 0, 100_000_000_000, 12).read_only(),
    ],
};

pub(crate) const ANNOTATION: Declaration = Declaration {
    schema: "Annotation",
    set: "annotations",
    display: "Note",
    plural: "Notes",
    description: "Note that is attached to one or more objects, including other notes.",
    code: 5,
    key: "AnnotationId",
    primary_name: "subject",
    ownership: Ownership::User,
    stem: "annotationbase",
    owned: "annotations",
    owning_user: "user_annotations",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: NO_KEYS,
    columns: &[
        text("Subject", "Title", 500).indexed(),
        memo("NoteText", "Description", 100_000),
        memo("DocumentBody", "Document", 1_073_741_823),
        text("FileName", "File Name", 255),
        text("MimeType", "Mime Type", 256),
        whole("FileSize", "File Size (Bytes)", 0, 1_000_000_000).read_only(),
        yes_no("IsDocument", "Is Document", false),
        text("LangId", "Language ID", 2),
        entity_name("ObjectTypeCode", "Object Type"),
        lookup(
            "ObjectId",
            "Regarding",
            &[
                to("account", "objectid_account", "Account_Annotation").cascade(),
                to("contact", "objectid_contact", "Contact_Annotation").cascade(),
                to("incident", "objectid_incident", "Incident_Annotation").cascade(),
                to("task", "objectid_task", "Task_Annotation").cascade(),
                to("email", "objectid_email", "Email_Annotation").cascade(),
                to("phonecall", "objectid_phonecall", "PhoneCall_Annotation").cascade(),
                to("appointment", "objectid_appointment", "Appointment_Annotation").cascade(),
                to("letter", "objectid_letter", "Letter_Annotation").cascade(),
                to("fax", "objectid_fax", "Fax_Annotation").cascade(),
            ],
        ),
    ],
};
