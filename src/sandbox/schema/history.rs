use uuid::Uuid;

/// Something that was made, changed or deleted in the definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The table whose definition is different.
    pub(crate) table: String,
    /// What is no longer there.
    pub(crate) gone: Option<(Gone, Uuid)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gone {
    Table,
    Column,
    Relationship,
    Choice,
}
