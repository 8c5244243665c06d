//! `$metadata`: everything the API can answer, as CSDL.

mod messages;
mod tables;
mod types;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};

use super::super::call::Call;
use super::super::reply::Reply;

/// The document, written in one go.
pub(super) fn answer(call: &Call<'_>) -> Reply {
    let annotated = call.query.get("annotations").is_some_and(|wanted| wanted.eq_ignore_ascii_case("true"))
        || call.prefer.wants_all();
    let schema = call.schema();
    let mut out = String::with_capacity(8 << 20);
    out.push_str(HEAD);
    types::write(schema, &mut out);
    tables::types(schema, annotated, &mut out);
    messages::write(&mut out);
    out.push_str("<EntityContainer Name=\"System\">");
    tables::sets(schema, annotated, &mut out);
    types::sets(&mut out);
    messages::imports(&mut out);
    out.push_str("</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>");
    let mut reply = Reply::empty(StatusCode::OK);
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    reply.body = Bytes::from(out);
    reply
}

const HEAD: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
    "<edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\">",
    "<edmx:Reference Uri=\"http://vocabularies.odata.org/OData.Community.Keys.V1.xml\">",
    "<edmx:Include Namespace=\"OData.Community.Keys.V1\" Alias=\"Keys\"/>",
    "<edmx:IncludeAnnotations TermNamespace=\"OData.Community.Keys.V1\"/></edmx:Reference>",
    "<edmx:Reference Uri=\"http://docs.oasis-open.org/odata/odata/v4.0/cs02/vocabularies/Org.OData.Core.V1.xml\">",
    "<edmx:Include Namespace=\"Org.OData.Core.V1\" Alias=\"Core\"/></edmx:Reference>",
    "<edmx:DataServices>",
    "<Schema Namespace=\"Microsoft.Dynamics.CRM\" Alias=\"mscrm\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">",
);

/// Text of an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
