//! Which columns the views of a table show, and what they are filtered by.

/// A table with views and forms.
pub(super) struct Shown {
    pub(super) table: &'static str,
    /// Columns of the grid with their widths.
    pub(super) columns: &'static [(&'static str, u32)],
    /// Column and whether from its end.
    pub(super) order: (&'static str, bool),
    /// Where quick find looks.
    pub(super) searched: &'static [&'static str],
}

/// A view beyond those that every table has.
pub(super) struct More {
    pub(super) table: &'static str,
    pub(super) name: &'static str,
    pub(super) conditions: &'static str,
    pub(super) default: bool,
}

pub(super) const SHOWN: &[Shown] = &[
    Shown {
        table: "account",
        columns: &[
            ("name", 300),
            ("telephone1", 100),
            ("address1_city", 100),
            ("primarycontactid", 150),
            ("statecode", 100),
        ],
        order: ("name", false),
        searched: &["name", "accountnumber", "emailaddress1", "telephone1"],
    },
    Shown {
        table: "businessunit",
        columns: &[("name", 300), ("parentbusinessunitid", 200)],
        order: ("name", false),
        searched: &["name"],
    },
    Shown {
        table: "contact",
        columns: &[
            ("fullname", 300),
            ("emailaddress1", 150),
            ("parentcustomerid", 150),
            ("telephone1", 125),
            ("statecode", 100),
        ],
        order: ("fullname", false),
        searched: &["fullname", "firstname", "lastname", "emailaddress1"],
    },
    Shown {
        table: "contoso_inspection",
        columns: &[
            ("contoso_name", 250),
            ("contoso_code", 100),
            ("contoso_accountid", 200),
            ("contoso_assetkind", 125),
            ("contoso_grade", 100),
            ("contoso_passed", 100),
            ("statuscode", 125),
            ("createdon", 125),
        ],
        order: ("contoso_name", false),
        searched: &["contoso_name", "contoso_code"],
    },
    Shown {
        table: "incident",
        columns: &[
            ("title", 250),
            ("ticketnumber", 125),
            ("prioritycode", 100),
            ("caseorigincode", 100),
            ("customerid", 150),
            ("ownerid", 150),
            ("statuscode", 125),
            ("createdon", 125),
        ],
        order: ("createdon", true),
        searched: &["title", "ticketnumber", "customerid"],
    },
    Shown {
        table: "product",
        columns: &[("name", 300), ("productnumber", 125), ("productstructure", 100), ("statecode", 100)],
        order: ("name", false),
        searched: &["name", "productnumber"],
    },
    Shown {
        table: "queue",
        columns: &[("name", 200), ("queueviewtype", 100), ("ownerid", 150), ("statecode", 100)],
        order: ("name", false),
        searched: &["name"],
    },
    Shown {
        table: "queueitem",
        columns: &[("title", 300), ("enteredon", 150), ("queueid", 150), ("workerid", 150)],
        order: ("enteredon", true),
        searched: &["title"],
    },
    Shown {
        table: "subject",
        columns: &[("title", 300), ("parentsubject", 200)],
        order: ("title", false),
        searched: &["title"],
    },
    Shown {
        table: "systemuser",
        columns: &[
            ("fullname", 200),
            ("internalemailaddress", 200),
            ("businessunitid", 150),
            ("title", 100),
            ("isdisabled", 100),
        ],
        order: ("fullname", false),
        searched: &["fullname", "internalemailaddress", "domainname"],
    },
    Shown {
        table: "task",
        columns: &[
            ("subject", 300),
            ("regardingobjectid", 200),
            ("prioritycode", 75),
            ("scheduledend", 125),
            ("ownerid", 150),
            ("statecode", 100),
        ],
        order: ("scheduledend", false),
        searched: &["subject"],
    },
    Shown {
        table: "team",
        columns: &[("name", 200), ("businessunitid", 150), ("teamtype", 100)],
        order: ("name", false),
        searched: &["name"],
    },
    Shown {
        table: "transactioncurrency",
        columns: &[
            ("currencyname", 150),
            ("isocurrencycode", 100),
            ("currencysymbol", 100),
            ("exchangerate", 100),
        ],
        order: ("currencyname", false),
        searched: &["currencyname", "isocurrencycode"],
    },
];

const MINE: &str = "<condition attribute=\"ownerid\" operator=\"eq-userid\"/>\
                    <condition attribute=\"statecode\" operator=\"eq\" value=\"0\"/>";

pub(super) const MORE: &[More] = &[
    More { table: "account", name: "My Active Accounts", conditions: MINE, default: true },
    More {
        table: "account",
        name: "Accounts: No Changes in Last 3 Months",
        conditions: "<condition attribute=\"statecode\" operator=\"eq\" value=\"0\"/>\
                     <condition attribute=\"modifiedon\" operator=\"olderthan-x-months\" value=\"3\"/>",
        default: false,
    },
    More { table: "contact", name: "My Active Contacts", conditions: MINE, default: true },
    More { table: "contoso_inspection", name: "My Open Inspections", conditions: MINE, default: false },
    More { table: "incident", name: "My Active Cases", conditions: MINE, default: true },
    More {
        table: "incident",
        name: "My Resolved Cases",
        conditions: "<condition attribute=\"ownerid\" operator=\"eq-userid\"/>\
                     <condition attribute=\"statecode\" operator=\"eq\" value=\"1\"/>",
        default: false,
    },
    More {
        table: "incident",
        name: "Cases Opened in the Last 7 Days",
        conditions: "<condition attribute=\"createdon\" operator=\"last-x-days\" value=\"7\"/>",
        default: false,
    },
    More {
        table: "systemuser",
        name: "Enabled Users",
        conditions: "<condition attribute=\"isdisabled\" operator=\"eq\" value=\"0\"/>",
        default: true,
    },
    More {
        table: "systemuser",
        name: "Disabled Users",
        conditions: "<condition attribute=\"isdisabled\" operator=\"eq\" value=\"1\"/>",
        default: false,
    },
    More { table: "task", name: "My Tasks", conditions: MINE, default: true },
];

/// Views that somebody made for herself.
pub(super) const PERSONAL: &[More] = &[
    More {
        table: "incident",
        name: "My urgent cases",
        conditions: "<condition attribute=\"ownerid\" operator=\"eq-userid\"/>\
                     <condition attribute=\"statecode\" operator=\"eq\" value=\"0\"/>\
                     <condition attribute=\"prioritycode\" operator=\"eq\" value=\"1\"/>",
        default: false,
    },
    More {
        table: "account",
        name: "Accounts without a telephone",
        conditions: "<condition attribute=\"telephone1\" operator=\"null\"/>",
        default: false,
    },
    More {
        table: "contoso_inspection",
        name: "Failed inspections",
        conditions: "<condition attribute=\"contoso_passed\" operator=\"eq\" value=\"0\"/>",
        default: false,
    },
];
