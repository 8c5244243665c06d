//! Queries in FetchXML that the service refuses, with its codes.

use crate::office::Office;

#[tokio::test]
async fn what_does_not_fit_the_tables_is_refused_with_the_codes_of_the_service() {
    let office = Office::new().await;
    let entity = |inner: &str| format!("<fetch><entity name='incident'>{inner}</entity></fetch>");
    let condition = |condition: &str| entity(&format!("<filter><condition {condition}/></filter>"));
    let link = |link: &str| entity(&format!("<link-entity {link}/>"));
    for (query, code) in [
        ("<fetch".to_owned(), "0x8004111c"),
        (String::new(), "0x80041124"),
        ("<fetch><entity name='nonsense'/></fetch>".to_owned(), "0x80041128"),
        ("<fetch><entity name='account'/></fetch>".to_owned(), "0x80041128"),
        (entity("<attribute name='nonsense'/>"), "0x80041103"),
        (entity("<attribute name='_customerid_value'/>"), "0x80041103"),
        (entity("<order attribute='nonsense'/>"), "0x80041103"),
        (entity("<order entityname='nonsense' attribute='title'/>"), "0x8004110a"),
        (condition("attribute='nonsense' operator='eq' value='1'"), "0x80041103"),
        (condition("entityname='a' attribute='title' operator='eq' value='1'"), "0x8004110a"),
        (condition("attribute='title' operator='resembles' value='1'"), "0x80041120"),
        (condition("attribute='title' operator='eq'"), "0x80041106"),
        (condition("attribute='prioritycode' operator='eq' value='urgent'"), "0x80041108"),
        (condition("attribute='isescalated' operator='eq' value='perhaps'"), "0x80041108"),
        (condition("attribute='customerid' operator='eq' value='Contoso'"), "0x80041108"),
        (condition("attribute='createdon' operator='gt' value='soon'"), "0x80041108"),
        (condition("attribute='title' operator='today'"), "0x80041108"),
        (condition("attribute='title' operator='eq-userid'"), "0x80041106"),
        (condition("attribute='createdon' operator='eq' valueof='title'"), "0x80041106"),
        (condition("attribute='createdon' operator='eq' valueof='nonsense'"), "0x80041103"),
        (condition("attribute='createdon' operator='today' valueof='createdon'"), "0x80041106"),
        (condition("attribute='customerid' operator='under' value='x'"), "0x80041108"),
        (condition("attribute='title' operator='under' value='x'"), "0x80041106"),
        (link("name='nonsense' from='a' to='b'"), "0x80041102"),
        (link("name='account' from='nonsense' to='customerid'"), "0x80041103"),
        (link("name='account' from='accountid' to='nonsense'"), "0x80041103"),
        (link("name='account' from='accountid' to='customeridname'"), "0x80041103"),
        (link("name='account' from='accountid'"), "0x8004111c"),
        (
            entity(
                "<link-entity name='account' from='accountid' to='customerid' alias='a'/><link-entity name='contact' from='contactid' to='customerid' alias='a'/>",
            ),
            "0x80041109",
        ),
    ] {
        let reply = office.fetch("incidents", &query, "").await;
        assert_eq!(reply.refusal(), (400, code), "{query}: {}", reply.text);
    }
    let unknown = office.fetch("incidents", &entity("<attribute name='nonsense'/>"), "").await;
    let message =
        "'incident' entity doesn't contain attribute with Name = 'nonsense' and NameMapping = 'Logical'.";
    assert_eq!(unknown.message(), message);
    for query in
        ["fetchXml=%3Cfetch/%3E&savedQuery=1", "fetchXml=%3Cfetch/%3E&$select=title", "savedQuery=nonsense"]
    {
        assert_eq!(
            office.get(&format!("/incidents?{query}")).await.refusal(),
            (400, "0x80060888"),
            "{query}"
        );
    }
    let rows = entity("<attribute name='incidentid' rowaggregate='CountChildren' alias='n'/>");
    assert_eq!(office.fetch("incidents", &rows, "").await.refusal(), (501, "0x80040219"));
}

#[tokio::test]
async fn a_table_that_nobody_used_yet_is_there_when_it_is_linked() {
    let office = Office::of("reader").await;
    for link in ["link-type='outer'", "link-type='not any'", "link-type='matchfirstrowusingcrossapply'"] {
        let link = format!("<link-entity name='competitor' from='createdby' to='createdby' {link}/>");
        let query = format!("<fetch><entity name='incident'>{link}</entity></fetch>");
        let reply = office.fetch("incidents", &query, "").await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.rows().len(), if link.contains("match") { 0 } else { 300 }, "{link}");
    }
}
