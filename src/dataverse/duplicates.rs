//! Which rows duplicate detection finds for a row that is to be made.
//!
//! # Source
//!
//! [RetrieveDuplicates](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/retrieveduplicates)

use super::value::quoted;
use super::{Change, Client, Error, Function, NewRow, Page, TableName};

/// So many rows are asked for; nobody looks through more.
const MOST: usize = 50;
/// Values with more bytes are not asked about: rules compare no more than 450 characters, and an address has its limit.
const LONGEST: usize = 1_500;

impl Client {
    /// The rows of a table that a new one of it is too much like, by the rules of duplicate detection. It changes
    /// nothing. Links are not among what is compared.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn duplicates(&self, table: &TableName, new: &NewRow) -> Result<Page, Error> {
        self.collection(&question(table, new).path).await
    }
}

fn question(table: &TableName, new: &NewRow) -> Function {
    let compared = new.values.iter().filter(|(_, change)| !matches!(change, Change::Link { .. }));
    let members = compared.map(|(name, change)| change.member(name)).filter(|member| member.len() <= LONGEST);
    let of = format!("\"@odata.type\":{}", quoted(&format!("Microsoft.Dynamics.CRM.{table}")));
    let members: Vec<String> = std::iter::once(of).chain(members).collect();
    let parameters = [
        ("BusinessEntity", format!("{{{}}}", members.join(","))),
        ("MatchingEntityName", format!("'{}'", table.as_str().replace('\'', "''"))),
        ("PagingInfo", format!("{{\"PageNumber\":1,\"Count\":{MOST}}}")),
    ];
    Function::new("RetrieveDuplicates", None, &parameters.map(|(name, value)| (name.to_owned(), value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_compared_is_asked_about_and_no_more() {
        let link = Change::Link { navigation: "parentaccountid".to_owned(), to: None };
        let values = vec![
            ("name".into(), Change::Text("A \"B\"".to_owned())),
            ("parentaccountid".into(), link),
            ("description".into(), Change::Text("x".repeat(LONGEST))),
        ];
        let id = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap();
        let new = NewRow {
            set: "accounts".into(),
            primary_id: "accountid".into(),
            id,
            values,
            detect_duplicates: true,
        };
        assert_eq!(
            question(&"account".into(), &new).path,
            "RetrieveDuplicates(BusinessEntity=@p1,MatchingEntityName=@p2,PagingInfo=@p3)\
             ?@p1=%7B%22%40odata.type%22%3A%22Microsoft.Dynamics.CRM.account%22,%22name%22%3A%22A%20%5C%22B%5C%22%22%7D\
             &@p2=%27account%27&@p3=%7B%22PageNumber%22%3A1,%22Count%22%3A50%7D"
        );
    }
}
