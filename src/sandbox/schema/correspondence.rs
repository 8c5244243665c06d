//! Activities by which people reach each other.

use super::declare::*;

/// What every kind of activity has, then its own columns.
macro_rules! activity {
    ($regarding:expr, $($own:expr),+ $(,)?) => {
        &[
            text("Subject", "Subject", 200).required().indexed(),
            memo("Description", "Description", 1_073_741_823),
            text("Category", "Category", 250),
            text("SubCategory", "Sub-Category", 250),
            choice("PriorityCode", "Priority", PRIORITIES, Some(1)),
            instant("ScheduledStart", "Start Date"),
            instant("ScheduledEnd", "Due Date").indexed(),
            instant("ActualStart", "Actual Start"),
            instant("ActualEnd", "Actual End"),
            whole("ActualDurationMinutes", "Duration", 0, i32::MAX as i64),
            whole("ScheduledDurationMinutes", "Scheduled Duration", 0, i32::MAX as i64).read_only(),
            yes_no("IsBilled", "Is Billed", false),
            instant("SortDate", "Sort Date"),
            entity_name("ActivityTypeCode", "Activity Type"),
            lookup("RegardingObjectId", "Regarding", $regarding),
            $($own),+
        ]
    };
}

pub(super) const PRIORITIES: &[Choice] = &[option(0, "Low"), option(1, "Normal"), option(2, "High")];

const QUEUED: Traits =
    Traits { activity: true, notes: true, activities: false, queue: true, duplicates: false };

const OUTGOING: Declared = Declared {
    kind: Kind::YesNo { default: true, no: "Incoming", yes: "Outgoing" },
    ..yes_no("DirectionCode", "Direction", true)
};

/// What the declarations below differ from.
const ACTIVITY: Declaration = Declaration {
    schema: "",
    set: "",
    display: "",
    plural: "",
    description: "",
    code: 0,
    key: "ActivityId",
    primary_name: "subject",
    ownership: Ownership::User,
    stem: "",
    owned: "",
    owning_user: "",
    traits: QUEUED,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[],
};

pub(crate) const EMAIL: Declaration = Declaration {
    schema: "Email",
    set: "emails",
    display: "Email",
    plural: "Email Messages",
    description: "Activity that is delivered using email protocols.",
    code: 4202,
    stem: "email",
    owned: "emails",
    owning_user: "user_email",
    columns: activity!(
        &[
            to("account", "regardingobjectid_account_email", "Account_Emails").cascade(),
            to("contact", "regardingobjectid_contact_email", "Contact_Emails").cascade(),
            to("incident", "regardingobjectid_incident_email", "Incident_Emails").cascade(),
        ],
        text("Sender", "From", 250),
        text("ToRecipients", "To Recipients", 500),
        text("SubmittedBy", "Submitted By", 250),
        text("MessageId", "Message ID", 320),
        text("TrackingToken", "Tracking Token", 50),
        whole("DeliveryAttempts", "No. of Delivery Attempts", 0, 1_000_000_000),
        whole("AttachmentCount", "Attachment Count", 0, 1_000_000_000).read_only(),
        yes_no("DeliveryReceiptRequested", "Delivery Receipt Requested", false),
        yes_no("ReadReceiptRequested", "Read Receipt Requested", false),
        instant("SentOn", "Date Sent"),
        OUTGOING,
        state(&activity_states(1, 2, 5)),
        status(&[
            in_state(1, "Draft", 0),
            in_state(8, "Failed", 0),
            in_state(2, "Completed", 1),
            in_state(3, "Sent", 1),
            in_state(4, "Received", 1),
            in_state(6, "Pending Send", 1),
            in_state(7, "Sending", 1),
            in_state(5, "Canceled", 2),
        ]),
    ),
    ..ACTIVITY
};

pub(crate) const PHONECALL: Declaration = Declaration {
    schema: "PhoneCall",
    set: "phonecalls",
    display: "Phone Call",
    plural: "Phone Calls",
    description: "Activity to track a telephone call.",
    code: 4210,
    stem: "phonecall",
    owned: "phonecalls",
    owning_user: "user_phonecall",
    columns: activity!(
        &[
            to("account", "regardingobjectid_account_phonecall", "Account_Phonecalls").cascade(),
            to("contact", "regardingobjectid_contact_phonecall", "Contact_Phonecalls").cascade(),
            to("incident", "regardingobjectid_incident_phonecall", "Incident_Phonecalls").cascade(),
        ],
        text("PhoneNumber", "Phone Number", 200),
        yes_no("LeftVoiceMail", "Left Voice Mail", false),
        OUTGOING,
        state(&activity_states(1, 2, 3)),
        status(&[
            in_state(1, "Open", 0),
            in_state(2, "Made", 1),
            in_state(4, "Received", 1),
            in_state(3, "Canceled", 2),
        ]),
    ),
    ..ACTIVITY
};

pub(crate) const APPOINTMENT: Declaration = Declaration {
    schema: "Appointment",
    set: "appointments",
    display: "Appointment",
    plural: "Appointments",
    description: "Commitment representing a time interval with start/end times and duration.",
    code: 4201,
    stem: "appointment",
    owned: "appointments",
    owning_user: "user_appointment",
    columns: activity!(
        &[
            to("account", "regardingobjectid_account_appointment", "Account_Appointments").cascade(),
            to("contact", "regardingobjectid_contact_appointment", "Contact_Appointments").cascade(),
            to("incident", "regardingobjectid_incident_appointment", "Incident_Appointments").cascade(),
        ],
        text("Location", "Location", 200),
        text("GlobalObjectId", "Outlook Appointment", 300),
        yes_no("IsAllDayEvent", "All Day Event", false),
        state(&[
            State { value: 0, label: "Open", invariant: "Open", default_status: 1 },
            State { value: 1, label: "Completed", invariant: "Completed", default_status: 3 },
            State { value: 2, label: "Canceled", invariant: "Canceled", default_status: 4 },
            State { value: 3, label: "Scheduled", invariant: "Scheduled", default_status: 5 },
        ]),
        status(&[
            in_state(1, "Free", 0),
            in_state(2, "Tentative", 0),
            in_state(3, "Completed", 1),
            in_state(4, "Canceled", 2),
            in_state(5, "Busy", 3),
            in_state(6, "Out of Office", 3),
        ]),
    ),
    ..ACTIVITY
};

pub(crate) const LETTER: Declaration = Declaration {
    schema: "Letter",
    set: "letters",
    display: "Letter",
    plural: "Letters",
    description: "Activity that tracks the delivery of a letter.",
    code: 4207,
    stem: "letter",
    owned: "letters",
    owning_user: "user_letter",
    columns: activity!(
        &[
            to("account", "regardingobjectid_account_letter", "Account_Letters").cascade(),
            to("contact", "regardingobjectid_contact_letter", "Contact_Letters").cascade(),
            to("incident", "regardingobjectid_incident_letter", "Incident_Letters").cascade(),
        ],
        text("Address", "Address", 200),
        OUTGOING,
        state(&activity_states(1, 4, 5)),
        status(&[
            in_state(1, "Open", 0),
            in_state(2, "Draft", 0),
            in_state(3, "Received", 1),
            in_state(4, "Sent", 1),
            in_state(5, "Canceled", 2),
        ]),
    ),
    ..ACTIVITY
};

pub(crate) const FAX: Declaration = Declaration {
    schema: "Fax",
    set: "faxes",
    display: "Fax",
    plural: "Faxes",
    description: "Activity that tracks call outcome and number of pages for a fax.",
    code: 4204,
    stem: "fax",
    owned: "faxes",
    owning_user: "user_fax",
    columns: activity!(
        &[
            to("account", "regardingobjectid_account_fax", "Account_Faxes").cascade(),
            to("contact", "regardingobjectid_contact_fax", "Contact_Faxes").cascade(),
            to("incident", "regardingobjectid_incident_fax", "Incident_Faxes").cascade(),
        ],
        text("FaxNumber", "Fax Number", 200),
        text("CoverPageName", "Cover Page Name", 100),
        whole("NumberOfPages", "No. of Pages", 0, 1_000_000_000),
        OUTGOING,
        state(&activity_states(1, 2, 5)),
        status(&[
            in_state(1, "Open", 0),
            in_state(2, "Completed", 1),
            in_state(3, "Sent", 1),
            in_state(4, "Received", 1),
            in_state(5, "Canceled", 2),
        ]),
    ),
    ..ACTIVITY
};
