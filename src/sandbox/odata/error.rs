/// Why a query cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Error {
    /// The text is not OData. Says where, in characters.
    Syntax { message: String },
    /// A name that the table does not have.
    NoProperty { name: String, table: String },
    /// A value that does not fit its column.
    Value { message: String },
    /// Right OData, but not one of the forms that the service accepts.
    Refused { message: String },
    /// The service does this, the sandbox does not.
    NotImplemented { what: String },
    /// More conditions than the service takes.
    TooManyConditions,
    /// More values in one condition than the service takes.
    TooManyValues,
    /// More related tables than the service takes.
    TooManyLinks,
    /// The paging cookie belongs to another query.
    CookieOrder,
    /// The paging cookie is not one of ours.
    CookiePage,
}

impl Error {
    pub(super) fn syntax(message: impl Into<String>) -> Error {
        Error::Syntax { message: message.into() }
    }

    /// An option that may be there once.
    pub(super) fn twice(option: &str) -> Error {
        Error::refused(format!(
            "Query option '{option}' was specified more than once, but it must be specified at most once."
        ))
    }

    pub(super) fn refused(message: impl Into<String>) -> Error {
        Error::Refused { message: message.into() }
    }
}
