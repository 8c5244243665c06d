//! A link between two rows, by a many-to-many relationship: made or taken away.

use serde::{Deserialize, Serialize};

use super::query::{encoded, segment};
use super::request::Request;
use super::transport::WEB_API;
use super::value::quoted;
use super::{Client, ColumnName, Error, RowId, SetName, Wire};

/// One link. It has no version: what is compared before anything is sent is left to the service, which refuses to link
/// what is linked, and to take away what is not there.
///
/// # Source
///
/// [Associate and disassociate table rows using the Web API](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/associate-disassociate-entities-using-web-api)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    /// The row that the relationship is seen from: entity set and key.
    pub from: (SetName, RowId),
    /// Navigation property that leads from there to the other one.
    pub navigation: String,
    /// Navigation property that leads back from the other one; empty where that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub back: String,
    /// The other row.
    pub to: (SetName, RowId),
    /// Primary key column of the other row's table.
    pub to_key: ColumnName,
    /// Where the environment is: the address of a row in a body begins with it.
    pub origin: String,
    /// It is made; otherwise it is taken away.
    pub attach: bool,
}

impl Association {
    /// The same link, made where this takes it away, and the other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { attach: !self.attach, ..self.clone() }
    }

    /// Whether this is about the same link, whatever becomes of it, and from whichever of its rows it is seen.
    pub fn is_of_same(&self, other: &Self) -> bool {
        let seen_as = |from, navigation, to| {
            (from, navigation, to) == (&other.from, other.navigation.as_str(), &other.to)
        };
        seen_as(&self.from, &self.navigation, &self.to)
            || (seen_as(&self.to, &self.back, &self.from) && self.navigation == other.back)
    }

    /// `attach`
    pub fn verb(&self) -> &'static str {
        if self.attach { "attach" } else { "detach" }
    }

    /// The request that makes it, or takes it away.
    pub fn wire(&self) -> Wire {
        Wire::of(&Request::link(self))
    }

    /// The rows that the first one is linked with, below the root.
    fn collection(&self) -> String {
        let (set, id) = &self.from;
        format!("{}({id})/{}", segment(set), encoded(&self.navigation))
    }

    /// Where it is taken away, below the root.
    pub(super) fn place(&self) -> String {
        match self.attach {
            true => format!("{}/$ref", self.collection()),
            false => format!("{}({})/$ref", self.collection(), self.to.1),
        }
    }

    /// The body that makes it; empty where nothing is to be said.
    pub(super) fn body(&self) -> String {
        if !self.attach {
            return String::new();
        }
        let (set, id) = &self.to;
        format!("{{\"@odata.id\":{}}}", quoted(&format!("{}{WEB_API}{}({id})", self.origin, segment(set))))
    }
}

impl Client {
    /// Makes a link between two rows, or takes it away.
    ///
    /// # Errors
    ///
    /// - [`Error::Api`] with `0x80040237` for a link that is there already, with 404 for one that is not, or a row that
    ///   is not.
    /// - [`Error::OutcomeUnknown`] when the answer was lost. It is not sent again.
    /// - [`Error::Refused`] by the guard; nothing was sent.
    pub async fn associate(&self, association: &Association) -> Result<(), Error> {
        self.transport.send(Request::link(association)).await?.of_write().map(drop)
    }

    /// Whether two rows are linked.
    ///
    /// # Errors
    ///
    /// As every read; [`Error::is_not_found`] when the row is not there that the relationship is seen from.
    pub async fn is_linked(&self, association: &Association) -> Result<bool, Error> {
        let key = &association.to_key;
        let path = format!(
            "{}?$select={}&$filter={}",
            association.collection(),
            encoded(key.as_str()),
            encoded(&format!("{key} eq {}", association.to.1))
        );
        Ok(!self.collection(&path).await?.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_link_is_the_same_from_either_of_its_rows() {
        let row = |set: &str, id| (SetName::from(set), RowId(Uuid::from_u128(id)));
        let link = |from, navigation: &str, to, back: &str| Association {
            from,
            navigation: navigation.to_owned(),
            back: back.to_owned(),
            to,
            to_key: "id".into(),
            origin: "https://contoso.crm.dynamics.com".to_owned(),
            attach: true,
        };
        let lead = link(row("leads", 1), "contacts", row("contacts", 2), "leads");
        let seen_from_contact = link(row("contacts", 2), "leads", row("leads", 1), "contacts");
        assert!(lead.is_of_same(&seen_from_contact.reversed()));
        assert!(
            lead.is_of_same(&Association { back: String::new(), ..lead.clone() }),
            "kept by an older version"
        );
        for other in [
            link(row("contacts", 2), "leads", row("leads", 3), "contacts"),
            link(row("contacts", 2), "suppliers", row("leads", 1), "customers"),
            link(row("leads", 1), "suppliers", row("contacts", 2), "leads"),
            Association { back: String::new(), ..seen_from_contact },
        ] {
            assert!(!lead.is_of_same(&other), "{other:?}");
        }
    }
}
