use crate::sandbox::odata;

/// Why a query cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Error {
    /// With the service's code.
    Refused { code: u32, message: String },
    /// The service does this, the sandbox does not.
    NotImplemented { what: String },
}

impl Error {
    pub(super) fn new(code: u32, message: impl Into<String>) -> Error {
        Error::Refused { code, message: message.into() }
    }

    /// QueryBuilderDeserializeInvalidNode: what is not XML, or not FetchXML.
    pub(super) fn malformed(message: impl Into<String>) -> Error {
        Error::new(0x8004_111c, message)
    }

    /// InvalidArgument.
    pub(super) fn argument(message: impl Into<String>) -> Error {
        Error::new(0x8004_0203, message)
    }

    /// QueryBuilderBad_Condition.
    pub(super) fn condition(message: impl Into<String>) -> Error {
        Error::new(0x8004_1106, message)
    }

    pub(super) fn no_table(name: &str) -> Error {
        Error::new(
            0x8004_1102,
            format!(
                "The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."
            ),
        )
    }

    pub(super) fn no_column(table: &str, name: &str) -> Error {
        Error::new(
            0x8004_1103,
            format!(
                "'{table}' entity doesn't contain attribute with Name = '{name}' and NameMapping = 'Logical'."
            ),
        )
    }

    pub(super) fn no_alias(name: &str) -> Error {
        Error::new(0x8004_110a, format!("The alias '{name}' does not belong to a link-entity of the query."))
    }
}

impl From<odata::Error> for Error {
    fn from(error: odata::Error) -> Error {
        match error {
            odata::Error::Value { message } => Error::new(0x8004_1108, message),
            odata::Error::NotImplemented { what } => Error::NotImplemented { what },
            odata::Error::TooManyValues => {
                Error::new(0x8004_430e, "Number of parameters in a condition exceeded maximum limit.")
            }
            odata::Error::TooManyConditions => {
                Error::new(0x8004_430c, "Number of conditions in query exceeded maximum limit.")
            }
            odata::Error::TooManyLinks => {
                Error::new(0x8004_430d, "Number of link entities in query exceeded maximum limit.")
            }
            odata::Error::CookieOrder => {
                Error::new(0x8004_1129, "Order by columns do not match those in paging cookie.")
            }
            odata::Error::CookiePage => Error::new(0x8004_112a, "Invalid page number in paging cookie."),
            odata::Error::NoProperty { name, table } => Error::no_column(&table, &name),
            odata::Error::Syntax { message } | odata::Error::Refused { message } => Error::condition(message),
        }
    }
}
