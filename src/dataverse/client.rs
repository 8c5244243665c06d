//! The operations of the Web API that the program uses.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::watch;
use uuid::Uuid;

use super::metadata::decode::{self, OptionSets};
use super::metadata::keys;
use super::organization::{Organization, WhoAmI};
use super::pages::Pages;
use super::privileges::{self, Privilege};
use super::query::encoded;
use super::request::Request;
use super::transport::{Transport, WEB_API};
use super::{
    AlternateKey, Error, Exchange, Exchanges, Guard, Limits, NextLink, Page, Query, Refused, Retry, Row,
    RowQuery, Table, TableName, TableSchema, Uploading, Waiting,
};
use crate::auth::{EnvironmentUrl, Tokens};

/// What is read of a table definition.
const TABLE: &str = "MetadataId,LogicalName,SchemaName,EntitySetName,DisplayName,DisplayCollectionName,\
    PrimaryIdAttribute,PrimaryNameAttribute,IsCustomEntity,IsIntersect,IsLogicalEntity,IsPrivate,\
    IsOptimisticConcurrencyEnabled";

/// The kinds of columns whose options come only with a cast.
const WITH_OPTIONS: [&str; 5] = ["Picklist", "MultiSelectPicklist", "State", "Status", "Boolean"];

/// A client of one environment. Cheap to clone; clones share the session.
///
/// Reads are repeated as described at [`Retry`]; every method may be cancelled by dropping its future, which for a
/// write leaves open whether it was made.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) transport: Transport,
}

impl Client {
    /// A client that sends nothing yet.
    pub fn new(environment: EnvironmentUrl, http: crate::http::Client, tokens: Tokens, guard: Guard) -> Self {
        Self::with_retry(environment, http, tokens, guard, Retry::default())
    }

    /// A client with a patience of its own.
    pub fn with_retry(
        environment: EnvironmentUrl,
        http: crate::http::Client,
        tokens: Tokens,
        guard: Guard,
        retry: Retry,
    ) -> Self {
        Self { transport: Transport::new(environment, WEB_API, http, tokens, guard, retry) }
    }

    /// The environment.
    pub fn environment(&self) -> &EnvironmentUrl {
        self.transport.environment()
    }

    /// What the server sent last in place of an answer.
    pub fn refused(&self) -> Option<Refused> {
        self.transport.refused()
    }

    /// Tells of every exchange from here on, to whoever is named first.
    pub fn tell(&self, exchanges: Exchanges) {
        self.transport.tell(exchanges);
    }

    /// The tokens that requests are sent with.
    pub fn tokens(&self) -> &Tokens {
        self.transport.tokens()
    }

    /// The lock on writes that this client obeys.
    pub fn guard(&self) -> &Guard {
        self.transport.guard()
    }

    /// Tells when a request waits before it is sent again.
    pub fn waiting(&self) -> watch::Receiver<Option<Waiting>> {
        self.transport.waiting()
    }

    /// Tells how far the file is that goes to the server in pieces.
    pub fn uploading(&self) -> watch::Receiver<Option<Uploading>> {
        self.transport.uploading().subscribe()
    }

    /// What the last answer said is left of the service's limits; nothing before the first answer that says so.
    pub fn limits(&self) -> Option<Limits> {
        self.transport.limits()
    }

    /// How many requests may be on their way at once: what the service recommends, or 4 where it does not.
    pub fn at_once(&self) -> usize {
        self.transport.at_once()
    }

    /// Who the token belongs to.
    ///
    /// # Errors
    ///
    /// [`Error::Api`] with 403 and `0x80072560` for a user who is not in this environment.
    pub async fn who_am_i(&self) -> Result<WhoAmI, Error> {
        self.transport.send(Request::get("WhoAmI")).await?.decode()
    }

    /// The names of the roles that a user has, those of teams left out.
    ///
    /// # Errors
    ///
    /// As every read; not everybody may read roles.
    pub async fn roles(&self, user: Uuid) -> Result<Vec<String>, Error> {
        let page =
            self.collection(&format!("systemusers({user})/systemuserroles_association?$select=name")).await?;
        let name = |row: Row| Some(row.cell("name")?.text()?.into_owned());
        Ok(page.rows().filter_map(name).collect())
    }

    /// The name that Windows gives to the time zone of the user's settings: `W. Europe Standard Time`.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn time_zone(&self) -> Result<Option<String>, Error> {
        let user = self.who_am_i().await?.user_id;
        let path = format!("usersettingscollection?$select=timezonecode&$filter=systemuserid%20eq%20{user}");
        let text = |page: &Page, column: &str| {
            page.row(0).and_then(|row| Some(row.cell(column)?.raw_text()?.into_owned()))
        };
        let Some(code) = text(&self.collection(&path).await?, "timezonecode") else { return Ok(None) };
        let Ok(code) = code.parse::<i32>() else { return Ok(None) };
        let path = format!("timezonedefinitions?$select=standardname&$filter=timezonecode%20eq%20{code}");
        Ok(text(&self.collection(&path).await?, "standardname"))
    }

    /// What the environment says of itself.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn organization(&self) -> Result<Organization, Error> {
        let path = "RetrieveCurrentOrganization(AccessType=@p1)\
                    ?@p1=Microsoft.Dynamics.CRM.EndpointAccessType%27Default%27";
        self.transport.send(Request::get(path)).await?.decode::<super::organization::Answer>().map(Into::into)
    }

    /// How large a file may be that goes with a note, in bytes; nothing where the organization does not say.
    ///
    /// # Errors
    ///
    /// As every read; not everybody may read the organization.
    pub async fn largest_file(&self) -> Result<Option<u64>, Error> {
        let page = self.collection("organizations?$select=maxuploadfilesize").await?;
        Ok(page.row(0).and_then(|row| row.cell("maxuploadfilesize")?.json.parse().ok()))
    }

    /// All tables with an entity set, by logical name. One answer, not paged, a few MB in a large environment.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn tables(&self) -> Result<Vec<Table>, Error> {
        let answer = self.collection(&format!("EntityDefinitions?$select={TABLE}")).await?;
        Ok(decode::tables(&answer))
    }

    /// The table with this logical or set name; `None` when there is none.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn table(&self, name: &str) -> Result<Option<Table>, Error> {
        let either = super::field("LogicalName").eq(super::query::Literal::Name(name.to_owned()));
        let either =
            either.or(super::field("EntitySetName").eq(super::query::Literal::Name(name.to_owned())));
        let filter = encoded(&either.to_string());
        let answer = self.collection(&format!("EntityDefinitions?$select={TABLE}&$filter={filter}")).await?;
        let tables = decode::tables(&answer);
        let by_name = tables.iter().find(|table| table.name.as_str() == name);
        Ok(by_name.or_else(|| tables.iter().find(|table| table.set.as_str() == name)).cloned())
    }

    /// What a table asks of people for each thing that can be done with its rows.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn table_privileges(&self, table: &TableName) -> Result<Vec<Privilege>, Error> {
        let path = format!(
            "EntityDefinitions(LogicalName='{}')?$select=LogicalName,Privileges",
            encoded(table.as_str())
        );
        let answer: privileges::TableAnswer = self.transport.send(Request::get(path)).await?.decode()?;
        Ok(answer.privileges)
    }

    /// The alternate keys of a table.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn table_keys(&self, table: &TableName) -> Result<Vec<AlternateKey>, Error> {
        let path = format!(
            "EntityDefinitions(LogicalName='{}')/Keys?$select=LogicalName,KeyAttributes,EntityKeyIndexStatus",
            encoded(table.as_str())
        );
        let answer: keys::Answer = self.transport.send(Request::get(path)).await?.decode()?;
        Ok(answer.value)
    }

    /// The keys of the privileges that a user has by the roles of their own and of their teams.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn user_privileges(&self, user: Uuid) -> Result<BTreeSet<Uuid>, Error> {
        let path = format!("systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()");
        let answer: privileges::UserAnswer = self.transport.send(Request::get(path)).await?.decode()?;
        Ok(answer.ids())
    }

    /// A table with its columns, their limits and options. Six requests, as many at once as the service wants: four
    /// where it names no number.
    ///
    /// # Errors
    ///
    /// As every read; the first that fails ends all.
    pub async fn table_schema(&self, table: &Table) -> Result<TableSchema, Error> {
        let root = format!("EntityDefinitions(LogicalName='{}')/Attributes", encoded(table.name.as_str()));
        let cast = |kind: &str| {
            format!(
                "{root}/Microsoft.Dynamics.CRM.{kind}AttributeMetadata?$select=LogicalName&$expand=OptionSet"
            )
        };
        let paths = std::iter::once(root.clone()).chain(WITH_OPTIONS.map(cast));
        let answers = paths.map(|path| async move { self.collection(&path).await });
        let answers = futures_util::stream::iter(answers).buffered(self.at_once());
        let mut answers: Vec<Page> = answers.try_collect().await?;
        let casts = answers.split_off(1);
        let attributes = answers.remove(0);
        let mut options = OptionSets::default();
        for answer in &casts {
            options.add(answer)?;
        }
        let rows: Vec<Row> = attributes.rows().collect();
        let columns = decode::columns(rows.iter().map(Row::json), &options);
        Ok(TableSchema { table: table.clone(), columns })
    }

    /// Sends a read once more as it was sent before, to the environment of this client and to no other. Answers how many
    /// bytes came.
    ///
    /// # Errors
    ///
    /// As every read; [`Error::Invalid`] for a write, [`Error::ForeignOrigin`] for what went elsewhere.
    pub async fn repeat(&self, exchange: &Exchange) -> Result<usize, Error> {
        Ok(self.transport.send(Request::again(exchange)?).await?.body.len())
    }

    /// Reads the first page of a query.
    ///
    /// The page has at most as many rows as the query asks for; the server may send fewer. With annotations,
    /// lookups and choices come with their formatted value beside the raw one. Money is in the row's own currency.
    ///
    /// # Errors
    ///
    /// - [`Error::Throttled`] when the limits of the service are hit and the tries are used up.
    /// - [`Error::Api`] with 400 for an unknown column or a malformed filter, 403 without the read privilege.
    /// - [`Error::Answer`] when something else than a page comes back. It is never taken for an empty page.
    ///
    /// # Source
    ///
    /// [Query data using the Web API](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/overview)
    pub async fn page(&self, query: &Query) -> Result<Page, Error> {
        let answer = match self.transport.send(Request::page(query)?).await {
            // Nobody documents whether the rows of a view can be counted: rows without a count are better than none.
            Err(Error::Api { status: 400, .. }) if query.view.is_some() && query.count => {
                let plain = Query { count: false, ..query.clone() };
                self.transport.send(Request::page(&plain)?).await?
            }
            answer => answer?,
        };
        Ok(complete(answer.page()?, query))
    }

    /// Reads the page behind a link, with the preferences of the query it belongs to.
    ///
    /// # Errors
    ///
    /// As [`Client::page`], and [`Error::ForeignOrigin`] for a link to elsewhere, to which nothing is sent.
    pub async fn next_page(&self, link: &NextLink, query: &Query) -> Result<Page, Error> {
        Ok(complete(self.transport.send(Request::next_page(link, query)?).await?.page()?, query))
    }

    /// All pages of a query, one after the other.
    pub fn pages(&self, query: Query) -> Pages {
        Pages::new(self.clone(), query)
    }

    /// Reads one row.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] for a row that does not exist or not any more.
    pub async fn row(&self, query: &RowQuery) -> Result<Row, Error> {
        self.transport.send(Request::row(query)?).await?.row()
    }

    pub(super) async fn collection(&self, path: &str) -> Result<Page, Error> {
        self.transport.send(Request::get(path)).await?.page()
    }

    pub(super) async fn labelled(&self, path: &str) -> Result<Page, Error> {
        self.transport.send(Request::labelled(path)?).await?.page()
    }
}

/// A page of a view of the server comes without null: what was asked for is null where it is missing.
fn complete(page: Page, query: &Query) -> Page {
    match query.view {
        Some(_) => page.with_nulls(&query.select),
        None => page,
    }
}
