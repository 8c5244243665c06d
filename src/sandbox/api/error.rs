use http::StatusCode;
use uuid::Uuid;

use crate::sandbox::schema::{Column, Table};
use crate::sandbox::{fetchxml, odata};

/// A refusal, with the service's code. Texts are the documented ones where there are any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: u32,
    pub(super) message: String,
    /// What the address takes, for one that was asked with another method.
    pub(super) allow: Option<&'static str>,
}

pub(super) type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    pub(super) fn new(status: StatusCode, code: u32, message: impl Into<String>) -> ApiError {
        ApiError { status, code, message: message.into(), allow: None }
    }

    pub(super) fn bad(code: u32, message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// The general refusal of a query.
    pub(super) fn query(message: impl Into<String>) -> ApiError {
        ApiError::bad(0x8006_0888, message)
    }

    /// A body that does not fit the table.
    pub(super) fn payload(table: &Table, inner: impl AsRef<str>) -> ApiError {
        ApiError::bad(
            0x8004_8d19,
            format!(
                "Error identified in Payload provided by the user for Entity :'{}', For more information on this \
                 error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  \
                 InnerException : Microsoft.OData.ODataException: {}",
                table.declared.set,
                inner.as_ref()
            ),
        )
    }

    pub(super) fn no_row(table: &Table, id: Uuid) -> ApiError {
        ApiError::new(
            StatusCode::NOT_FOUND,
            0x8004_0217,
            format!("{} With Id = {id} Does Not Exist", table.name),
        )
    }

    pub(super) fn no_segment(name: &str) -> ApiError {
        ApiError::new(
            StatusCode::NOT_FOUND,
            0x8006_0888,
            format!("Resource not found for the segment '{name}'."),
        )
    }

    pub(super) fn no_property(name: &str, kind: &str) -> ApiError {
        ApiError::query(format!(
            "Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{kind}'."
        ))
    }

    /// The service can do this, the sandbox cannot.
    pub(super) fn not_implemented(what: impl AsRef<str>) -> ApiError {
        ApiError::new(
            StatusCode::NOT_IMPLEMENTED,
            0x8004_0219,
            format!(
                "The requested functionality is not yet implemented: the sandbox does not do {}.",
                what.as_ref()
            ),
        )
    }

    /// `allow` is the list of the header.
    pub(super) fn method(method: &http::Method, allow: &'static str) -> ApiError {
        let message = format!("The requested resource does not support http method '{method}'.");
        let error = ApiError::new(StatusCode::METHOD_NOT_ALLOWED, 0x8006_0888, message);
        ApiError { allow: Some(allow), ..error }
    }

    pub(super) fn required(table: &Table, column: &Column) -> ApiError {
        ApiError::bad(
            0x8004_0200,
            format!("Required field '{}' is missing for the entity '{}'.", column.name, table.name),
        )
    }
}

impl From<odata::Error> for ApiError {
    fn from(error: odata::Error) -> ApiError {
        match error {
            odata::Error::Syntax { message } | odata::Error::Refused { message } => ApiError::query(message),
            odata::Error::Value { message } => ApiError::query(message),
            odata::Error::NoProperty { name, table } => ApiError::no_property(&name, &table),
            odata::Error::NotImplemented { what } => ApiError::not_implemented(what),
            odata::Error::TooManyConditions => {
                ApiError::bad(0x8004_430c, "Number of conditions in query exceeded maximum limit.")
            }
            odata::Error::TooManyValues => {
                ApiError::bad(0x8004_430e, "Number of parameters in a condition exceeded maximum limit.")
            }
            odata::Error::TooManyLinks => {
                ApiError::bad(0x8004_430d, "Number of link entities in query exceeded maximum limit.")
            }
            odata::Error::CookieOrder => {
                ApiError::bad(0x8004_1129, "Order by columns do not match those in paging cookie.")
            }
            odata::Error::CookiePage => ApiError::bad(0x8004_112a, "Invalid page number in paging cookie."),
        }
    }
}

impl From<fetchxml::Error> for ApiError {
    fn from(error: fetchxml::Error) -> ApiError {
        match error {
            fetchxml::Error::Refused { code, message } => ApiError::bad(code, message),
            fetchxml::Error::NotImplemented { what } => ApiError::not_implemented(what),
        }
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> ApiError {
        tracing::error!(%error, "the store failed");
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            0x8004_0216,
            format!("An unexpected error occurred. {error}"),
        )
    }
}
