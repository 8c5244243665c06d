//! The files that go with mails: a row each, with its bytes as base64.

use super::declare::*;

/// Written from Microsoft's reference of the table, but for what has no counterpart here: the table `attachment` behind
/// `attachmentid`, templates, and the relationship to all activities as one.
pub(crate) const ACTIVITYMIMEATTACHMENT: Declaration = Declaration {
    schema: "ActivityMimeAttachment",
    set: "activitymimeattachments",
    display: "Attachment",
    plural: "Attachments",
    description: "MIME attachment for an activity.",
    code: 1001,
    key: "ActivityMimeAttachmentId",
    primary_name: "filename",
    ownership: Ownership::None,
    stem: "",
    owned: "",
    owning_user: "",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("ActivitySubject", "ActivitySubject", 2000).read_only(),
        text("AttachmentContentId", "Content Id", 250),
        whole("AttachmentNumber", "Attachment Number", 0, 1_000_000_000),
        formatted("Body", "Body", 1_073_741_823, "TextArea"),
        text("FileName", "File Name", 255),
        whole("FileSize", "File Size (Bytes)", 0, 1_000_000_000).read_only(),
        text("MimeType", "Mime Type", 256),
        lookup(
            "ObjectId",
            "Item",
            &[
                to("email", "objectid_email", "email_activity_mime_attachment").cascade(),
                to("appointment", "objectid_appointment", "appointment_activity_mime_attachment").cascade(),
            ],
        )
        .system_required(),
        column("ObjectTypeCode", "Entity", Kind::EntityName),
        text("Subject", "Subject", 2000),
    ],
};
