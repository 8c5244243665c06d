//! Which messages there are and which tables take them: how clients learn whether rows can be written in bulk.

use super::declare::*;

pub(crate) const SDKMESSAGE: Declaration = Declaration {
    schema: "SdkMessage",
    set: "sdkmessages",
    display: "Sdk Message",
    plural: "Sdk Messages",
    description: "Message that is supported by the SDK.",
    code: 4606,
    key: "SdkMessageId",
    primary_name: "name",
    ownership: Ownership::Organization,
    stem: "sdkmessage",
    owned: "sdkmessages",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[text("Name", "Name", 256).indexed(), text("CategoryName", "Category Name", 25)],
};

pub(crate) const SDKMESSAGEFILTER: Declaration = Declaration {
    schema: "SdkMessageFilter",
    set: "sdkmessagefilters",
    display: "Sdk Message Filter",
    plural: "Sdk Message Filters",
    description: "Filter that defines which SDK messages are valid for each type of entity.",
    code: 4607,
    key: "SdkMessageFilterId",
    primary_name: "name",
    ownership: Ownership::Organization,
    stem: "sdkmessagefilter",
    owned: "sdkmessagefilters",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("Name", "Name", 256),
        entity_name("PrimaryObjectTypeCode", "Primary Object Type Code"),
        lookup(
            "SdkMessageId",
            "SDK Message ID",
            &[to("sdkmessage", "sdkmessageid", "sdkmessageid_sdkmessagefilter").cascade()],
        )
        .create_only(),
    ],
};
