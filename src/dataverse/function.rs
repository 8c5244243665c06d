//! A function of the Web API: a question with parameters, which changes nothing.
//!
//! # Source
//!
//! [Use Web API functions](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/use-web-api-functions)

use super::query::encoded;
use super::request::Request;
use super::{RowId, SetName, Wire, action};

/// A call of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Path and query below the service root: `WhoAmI()`, `Name(A=@p1)?@p1=5`.
    pub(super) path: String,
}

impl Function {
    /// A function by its name, of the service or of a row. Parameters are given as OData writes them: texts in single
    /// quotes, numbers and ids bare, lists and objects as JSON.
    pub fn new(name: &str, on: Option<(&SetName, RowId)>, parameters: &[(String, String)]) -> Self {
        let numbered = || (1..).zip(parameters);
        let names: Vec<String> =
            numbered().map(|(at, (name, _))| format!("{}=@p{at}", encoded(name))).collect();
        let values: Vec<String> =
            numbered().map(|(at, (_, value))| format!("@p{at}={}", encoded(value))).collect();
        let query = if values.is_empty() { String::new() } else { format!("?{}", values.join("&")) };
        Self { path: format!("{}({}){query}", action::path(name, on), names.join(",")) }
    }

    /// The request that asks it.
    pub fn wire(&self) -> Wire {
        Wire::of(&Request::get(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_travel_by_alias_and_cannot_leave_their_place() {
        assert_eq!(Function::new("WhoAmI", None, &[]).path, "WhoAmI()");
        let given = [("A", "'x&y'"), ("B", "[1]")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let on: (SetName, RowId) =
            ("accounts".into(), "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap());
        assert_eq!(
            Function::new("F", Some((&on.0, on.1)), &given).path,
            "accounts(9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11)/Microsoft.Dynamics.CRM.F(A=@p1,B=@p2)\
             ?@p1=%27x%26y%27&@p2=%5B1%5D"
        );
    }
}
