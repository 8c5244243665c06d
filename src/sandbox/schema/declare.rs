//! The words in which the tables are declared.

/// A table as it is written down; [`Schema`](super::Schema) adds the columns that every table of its kind has.
#[derive(Debug, Clone)]
pub(crate) struct Declaration {
    pub(crate) schema: &'static str,
    pub(crate) set: &'static str,
    pub(crate) display: &'static str,
    pub(crate) plural: &'static str,
    pub(crate) description: &'static str,
    pub(crate) code: i32,
    /// Schema name of the primary key.
    pub(crate) key: &'static str,
    /// Logical name of the column that names a row; empty where none does.
    pub(crate) primary_name: &'static str,
    pub(crate) ownership: Ownership,
    /// What the names of the audit relationships are built on: `lk_{stem}_createdby`. Empty: rows do not say who made
    /// them, or when.
    pub(crate) stem: &'static str,
    /// What the names of the owner's relationships are built on: `owner_{owned}`.
    pub(crate) owned: &'static str,
    /// Schema name of the relationship of `owninguser`.
    pub(crate) owning_user: &'static str,
    pub(crate) traits: Traits,
    pub(crate) origin: Origin,
    pub(crate) columns: &'static [Declared],
    pub(crate) keys: &'static [Key],
}

/// What else people can do with the rows of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    pub(crate) activity: bool,
    pub(crate) notes: bool,
    pub(crate) activities: bool,
    pub(crate) queue: bool,
    pub(crate) duplicates: bool,
}

impl Traits {
    pub(crate) const NONE: Traits =
        Traits { activity: false, notes: false, activities: false, queue: false, duplicates: false };
}

/// Where a table comes from, which decides what it holds at first and what may become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Shipped, with seeded rows or rules of its own.
    Shipped,
    /// Shipped or made by somebody, and of no further use here: it makes the list of tables as long as a real one.
    Plain { custom: bool },
    /// Made by the organization.
    Custom,
    /// The links of a many-to-many relationship: a key and the keys of both sides.
    Intersect,
    /// Written by the platform alone: rows have no owner and no author.
    Platform,
    /// All activities as one table: it can be read, and its rows are kept with the table of each kind.
    Union,
}

/// An alternate key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) schema: &'static str,
    pub(crate) label: &'static str,
    pub(crate) columns: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ownership {
    User,
    Business,
    Organization,
    None,
}

/// A column as it is written down. The logical name is the schema name in lower case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declared {
    pub(crate) schema: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: Required,
    pub(crate) create: bool,
    pub(crate) update: bool,
    /// Rows are often ordered or filtered by it.
    pub(crate) indexed: bool,
    /// What a column that is no lookup refers to.
    pub(crate) refers: &'static [Target],
    /// Name of the shared choice that the options belong to.
    pub(crate) shared: Option<&'static str>,
    pub(crate) description: &'static str,
    /// What a whole number stands for: `Duration`, `TimeZone`, `Language`, `Locale`, or `None`.
    pub(crate) meaning: &'static str,
    /// Added by the organization.
    pub(crate) custom: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Required {
    None,
    Recommended,
    Application,
    System,
}

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// One line, `max` UTF-16 units.
    Text {
        max: u32,
        format: &'static str,
    },
    Memo {
        max: u32,
    },
    Whole {
        min: i64,
        max: i64,
    },
    BigInt,
    Double {
        min: f64,
        max: f64,
        precision: u32,
    },
    /// Stored as an integer of units of `10^-precision`.
    Decimal {
        min: i64,
        max: i64,
        precision: u32,
    },
    /// Stored as an integer of ten-thousandths, which is what travels. `min` and `max` are whole units.
    Money {
        min: i64,
        max: i64,
    },
    YesNo {
        default: bool,
        no: &'static str,
        yes: &'static str,
    },
    Choice {
        options: &'static [Choice],
        default: Option<i32>,
    },
    /// Several options at once, stored as they travel: `2,3,8`.
    MultiChoice {
        options: &'static [Choice],
    },
    State {
        options: &'static [State],
    },
    Status {
        options: &'static [Status],
    },
    DateTime {
        date_only: bool,
        behavior: Behavior,
    },
    Lookup {
        kind: LookupKind,
        targets: &'static [Target],
    },
    /// A GUID that refers to nothing.
    Id,
    /// Logical name of a table.
    EntityName,
    /// A choice's label; read through annotations only.
    Virtual,
    /// A picture, stored as base64, which is how it travels.
    Image,
    /// A file. The value is the file's id; its bytes are kept apart.
    File {
        max_kb: u32,
    },
}

/// The size of pictures, in kilobytes, that the service allows at most.
pub(crate) const IMAGE_KB: u32 = 30_720;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behavior {
    UserLocal,
    DateOnly,
    /// The same clock everywhere.
    ZoneIndependent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LookupKind {
    Simple,
    Customer,
    Owner,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    pub(crate) value: i32,
    pub(crate) label: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub(crate) value: i32,
    pub(crate) label: &'static str,
    pub(crate) invariant: &'static str,
    pub(crate) default_status: i32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Status {
    pub(crate) value: i32,
    pub(crate) label: &'static str,
    pub(crate) state: i32,
    /// The reasons that may follow; none listed: any.
    pub(crate) next: &'static [i32],
}

/// One table that a lookup can point to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) table: &'static str,
    /// Navigation property of the lookup for this table.
    pub(crate) nav: &'static str,
    /// Schema name of the relationship.
    pub(crate) relationship: &'static str,
    /// Navigation property of the collection on the other side.
    pub(crate) collection: &'static str,
    pub(crate) on_delete: OnDelete,
}

/// What happens to the referring rows when the row they refer to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDelete {
    RemoveLink,
    Cascade,
    Restrict,
    Nothing,
}

impl Declared {
    pub(crate) const fn required(mut self) -> Declared {
        self.required = Required::Application;
        self
    }

    pub(crate) const fn system_required(mut self) -> Declared {
        self.required = Required::System;
        self
    }

    pub(crate) const fn recommended(mut self) -> Declared {
        self.required = Required::Recommended;
        self
    }

    pub(crate) const fn read_only(mut self) -> Declared {
        self.create = false;
        self.update = false;
        self
    }

    pub(crate) const fn create_only(mut self) -> Declared {
        self.update = false;
        self
    }

    pub(crate) const fn refers(mut self, targets: &'static [Target]) -> Declared {
        self.refers = targets;
        self
    }

    pub(crate) const fn indexed(mut self) -> Declared {
        self.indexed = true;
        self
    }

    pub(crate) const fn meaning(mut self, meaning: &'static str) -> Declared {
        self.meaning = meaning;
        self
    }

    pub(crate) const fn shared(mut self, name: &'static str) -> Declared {
        self.shared = Some(name);
        self
    }
}

pub(crate) const fn column(schema: &'static str, label: &'static str, kind: Kind) -> Declared {
    Declared {
        schema,
        label,
        kind,
        required: Required::None,
        create: true,
        update: true,
        indexed: false,
        refers: &[],
        shared: None,
        description: "",
        meaning: "None",
        custom: false,
    }
}

pub(crate) const fn text(schema: &'static str, label: &'static str, max: u32) -> Declared {
    column(schema, label, Kind::Text { max, format: "Text" })
}

pub(crate) const fn formatted(
    schema: &'static str,
    label: &'static str,
    max: u32,
    format: &'static str,
) -> Declared {
    column(schema, label, Kind::Text { max, format })
}

pub(crate) const fn memo(schema: &'static str, label: &'static str, max: u32) -> Declared {
    column(schema, label, Kind::Memo { max })
}

pub(crate) const fn whole(schema: &'static str, label: &'static str, min: i64, max: i64) -> Declared {
    column(schema, label, Kind::Whole { min, max })
}

pub(crate) const fn double(schema: &'static str, label: &'static str, min: f64, max: f64) -> Declared {
    column(schema, label, Kind::Double { min, max, precision: 2 })
}

pub(crate) const fn decimal(
    schema: &'static str,
    label: &'static str,
    min: i64,
    max: i64,
    precision: u32,
) -> Declared {
    column(schema, label, Kind::Decimal { min, max, precision })
}

pub(crate) const fn money(schema: &'static str, label: &'static str) -> Declared {
    column(schema, label, Kind::Money { min: 0, max: 100_000_000_000_000 })
}

pub(crate) const fn yes_no(schema: &'static str, label: &'static str, default: bool) -> Declared {
    column(schema, label, Kind::YesNo { default, no: "No", yes: "Yes" })
}

pub(crate) const fn choice(
    schema: &'static str,
    label: &'static str,
    options: &'static [Choice],
    default: Option<i32>,
) -> Declared {
    column(schema, label, Kind::Choice { options, default })
}

pub(crate) const fn multi_choice(
    schema: &'static str,
    label: &'static str,
    options: &'static [Choice],
) -> Declared {
    column(schema, label, Kind::MultiChoice { options })
}

pub(crate) const fn state(options: &'static [State]) -> Declared {
    let mut column = column("StateCode", "Status", Kind::State { options }).system_required().indexed();
    column.create = false;
    column
}

/// The states of most activities, each with the status reason it gets when none is named.
pub(crate) const fn activity_states(open: i32, completed: i32, canceled: i32) -> [State; 3] {
    [
        State { value: 0, label: "Open", invariant: "Open", default_status: open },
        State { value: 1, label: "Completed", invariant: "Completed", default_status: completed },
        State { value: 2, label: "Canceled", invariant: "Canceled", default_status: canceled },
    ]
}

pub(crate) const fn status(options: &'static [Status]) -> Declared {
    column("StatusCode", "Status Reason", Kind::Status { options })
}

pub(crate) const fn instant(schema: &'static str, label: &'static str) -> Declared {
    column(schema, label, Kind::DateTime { date_only: false, behavior: Behavior::UserLocal })
}

/// An instant of which people see the day only.
pub(crate) const fn day(schema: &'static str, label: &'static str) -> Declared {
    column(schema, label, Kind::DateTime { date_only: true, behavior: Behavior::UserLocal })
}

/// A calendar date without a time zone.
pub(crate) const fn date(schema: &'static str, label: &'static str) -> Declared {
    column(schema, label, Kind::DateTime { date_only: true, behavior: Behavior::DateOnly })
}

/// A time of day that is the same on every clock.
pub(crate) const fn wall_time(schema: &'static str, label: &'static str) -> Declared {
    column(schema, label, Kind::DateTime { date_only: false, behavior: Behavior::ZoneIndependent })
}

pub(crate) const fn big(schema: &'static str, label: &'static str) -> Declared {
    column(schema, label, Kind::BigInt)
}

pub(crate) const fn file(schema: &'static str, label: &'static str, max_kb: u32) -> Declared {
    column(schema, label, Kind::File { max_kb })
}

pub(crate) const fn lookup(
    schema: &'static str,
    label: &'static str,
    targets: &'static [Target],
) -> Declared {
    column(schema, label, Kind::Lookup { kind: LookupKind::Simple, targets })
}

pub(crate) const fn customer(
    schema: &'static str,
    label: &'static str,
    targets: &'static [Target],
) -> Declared {
    column(schema, label, Kind::Lookup { kind: LookupKind::Customer, targets })
}

pub(crate) const fn id(schema: &'static str, label: &'static str) -> Declared {
    column(schema, label, Kind::Id)
}

pub(crate) const fn image(schema: &'static str, label: &'static str) -> Declared {
    column(schema, label, Kind::Image)
}

pub(crate) const fn entity_name(schema: &'static str, label: &'static str) -> Declared {
    column(schema, label, Kind::EntityName).read_only()
}

pub(crate) const fn option(value: i32, label: &'static str) -> Choice {
    Choice { value, label }
}

pub(crate) const fn in_state(value: i32, label: &'static str, state: i32) -> Status {
    Status { value, label, state, next: &[] }
}

impl Status {
    /// The reasons that may follow this one.
    pub(crate) const fn then(mut self, next: &'static [i32]) -> Status {
        self.next = next;
        self
    }
}

/// A target of which the collection is named as the relationship, as nearly all are.
pub(crate) const fn to(table: &'static str, nav: &'static str, relationship: &'static str) -> Target {
    Target { table, nav, relationship, collection: relationship, on_delete: OnDelete::RemoveLink }
}

impl Target {
    pub(crate) const fn restrict(mut self) -> Target {
        self.on_delete = OnDelete::Restrict;
        self
    }

    pub(crate) const fn cascade(mut self) -> Target {
        self.on_delete = OnDelete::Cascade;
        self
    }

    /// The value stays when the row is gone.
    pub(crate) const fn kept(mut self) -> Target {
        self.on_delete = OnDelete::Nothing;
        self
    }
}

/// The states of every table that is either in use or not.
pub(crate) const ACTIVE_OR_NOT: &[State] = &[
    State { value: 0, label: "Active", invariant: "Active", default_status: 1 },
    State { value: 1, label: "Inactive", invariant: "Inactive", default_status: 2 },
];
pub(crate) const ACTIVE_OR_NOT_REASONS: &[Status] = &[in_state(1, "Active", 0), in_state(2, "Inactive", 1)];
/// The one option of choices that an organization is meant to fill itself.
pub(crate) const DEFAULT_VALUE: &[Choice] = &[option(1, "Default Value")];
pub(crate) const CONTACT_METHODS: &[Choice] =
    &[option(1, "Any"), option(2, "Email"), option(3, "Phone"), option(4, "Fax"), option(5, "Mail")];
pub(crate) const WEEK_DAYS: &[Choice] = &[
    option(0, "Sunday"),
    option(1, "Monday"),
    option(2, "Tuesday"),
    option(3, "Wednesday"),
    option(4, "Thursday"),
    option(5, "Friday"),
    option(6, "Saturday"),
];
pub(crate) const TIMES_OF_DAY: &[Choice] =
    &[option(1, "Morning"), option(2, "Afternoon"), option(3, "Evening")];
