//! Lookups: found by a name or an id, written by the navigation property that the metadata names, cleared.

use dvtui::dataverse::{Change, ColumnName, NewRow, Patch, Query, RowId, RowQuery};
use dvtui::ops::lookup::{self, Failure, Unclear};
use dvtui::ops::{Outcome, save};
use serde_json::json;

use crate::world::{World, fault};

/// An active case, by its id.
async fn a_case(world: &World) -> RowId {
    let query = Query::new("incidents").filter(dvtui::dataverse::field("statecode").eq(0)).top(1);
    let page = world.client.page(&query).await.unwrap();
    page.row(0).unwrap().id(&"incidentid".into()).unwrap()
}

/// Makes a row that has nothing but a name.
async fn named(world: &World, table: &str, column: &str, name: &str, id: &str) -> RowId {
    let table = world.table(table).await;
    let values = vec![(ColumnName::from(column), Change::Text(name.to_owned()))];
    let id: RowId = id.parse().unwrap();
    let (set, primary_id) = (table.set, table.primary_id);
    world.client.create(&NewRow { set, primary_id, id, values, detect_duplicates: false }).await.unwrap();
    id
}

async fn find(world: &World, table: &str, column: &str, typed: &str) -> Result<lookup::Found, Failure> {
    let schema = world.schema(table).await;
    let paths = world.client.lookup_paths(&schema.table.name).await.unwrap();
    lookup::find(&world.client, &paths, schema.column(column).unwrap(), typed).await
}

fn unclear(result: Result<lookup::Found, Failure>) -> (String, Vec<String>) {
    match result {
        Err(Failure::Unclear(Unclear { what, candidates, .. })) => (what, candidates),
        other => panic!("{other:?}"),
    }
}

const FIRST: &str = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11";
const SECOND: &str = "11111111-6d0f-4f0a-9a57-0d3c8b7e1a11";

#[tokio::test]
async fn a_customer_is_written_by_the_property_of_its_table_and_read_back() {
    let world = World::open().await;
    let case = a_case(&world).await;
    let account = named(&world, "account", "name", "Lovelace Ltd", FIRST).await;
    let contact = named(&world, "contact", "lastname", "Lovelace", SECOND).await;
    let table = world.table("incident").await;
    for (typed, id, property) in [
        ("Lovelace Ltd", account, "customerid_account"),
        ("lovelace", contact, "customerid_contact"),
        (&format!("account:{FIRST}"), account, "customerid_account"),
        (&SECOND.to_uppercase(), contact, "customerid_contact"),
    ] {
        let found = find(&world, "incident", "customerid", typed).await.unwrap();
        assert!(
            matches!(&found.change, Change::Link { navigation, .. } if navigation == property),
            "{found:?}"
        );
        let row = world.client.row(&RowQuery::new("incidents", case)).await.unwrap();
        let patch = Patch::new(&table, case, &row, vec![("customerid".into(), found.change)]);
        world.order(fault("PATCH", "incidents", 1, json!({ "kind": "reset_after" }))).await;
        let outcome = save(&world.client, &patch).await;
        let Outcome::Saved(saved) = outcome else {
            panic!("{typed}: a lost answer is found out: {outcome:?}")
        };
        assert_eq!(saved.cell("_customerid_value").unwrap().raw_text().unwrap(), id.to_string());
    }
}

#[tokio::test]
async fn an_owner_and_a_column_of_the_organizations_own_are_written_as_the_metadata_spells_them() {
    let world = World::open().await;
    let navigation = async |table: &str, column: &str, typed: &str| match find(&world, table, column, typed)
        .await
        .unwrap()
        .change
    {
        Change::Link { navigation, to } => (navigation, to.unwrap().0.to_string()),
        other => panic!("{other:?}"),
    };
    let user = world.client.who_am_i().await.unwrap().user_id;
    assert_eq!(
        navigation("incident", "ownerid", &format!("systemuser:{user}")).await,
        ("ownerid".to_owned(), "systemusers".to_owned())
    );
    assert_eq!(
        navigation("contoso_inspection", "contoso_accountid", FIRST).await,
        ("contoso_AccountId".to_owned(), "accounts".to_owned())
    );
}

#[tokio::test]
async fn a_name_that_several_rows_have_or_none_has_is_told_with_what_could_be_meant() {
    let world = World::open().await;
    named(&world, "account", "name", "Same Name", FIRST).await;
    named(&world, "account", "name", "same name", SECOND).await;
    let (what, candidates) = unclear(find(&world, "incident", "customerid", "Same Name").await);
    assert!(what.contains("several rows are called `Same Name`"), "{what}");
    assert_eq!(candidates.len(), 2);
    assert!(candidates.iter().all(|line| line.starts_with("account:")), "{candidates:?}");
    let (what, _) = unclear(find(&world, "incident", "customerid", "contact:Same Name").await);
    assert!(what.contains("no row of contact is called `Same Name`"), "{what}");
    let nobody = "00000000-0000-0000-0000-000000000001";
    let (what, _) = unclear(find(&world, "incident", "customerid", nobody).await);
    assert!(what.contains("no row of account or contact"), "{what}");
}

#[tokio::test]
async fn a_lookup_is_cleared_by_the_property_of_what_it_points_to() {
    let world = World::open().await;
    let schema = world.schema("contoso_inspection").await;
    let column = schema.column("contoso_regarding").unwrap();
    let paths = world.client.lookup_paths(&schema.table.name).await.unwrap();
    let contact = named(&world, "contact", "lastname", "Lovelace", SECOND).await;
    let inspection = named(&world, "contoso_inspection", "contoso_name", "Visit", FIRST).await;
    let read = RowQuery::new("contoso_inspections", inspection);
    let link = lookup::find(&world.client, &paths, column, &format!("contact:{contact}")).await.unwrap();
    let row = world.client.row(&read).await.unwrap();
    let patch = Patch::new(&schema.table, inspection, &row, vec![(column.name.clone(), link.change)]);
    assert!(matches!(save(&world.client, &patch).await, Outcome::Saved(_)));

    let row = world.client.row(&read).await.unwrap();
    let cell = row.cell("_contoso_regarding_value").unwrap();
    assert_eq!(cell.raw_text().unwrap(), contact.to_string());
    let clear = lookup::clear(&paths, column, Some(&cell)).unwrap();
    let patch = Patch::new(&schema.table, inspection, &row, vec![(column.name.clone(), clear)]);
    assert_eq!(patch.body(), r#"{"contoso_Regarding_contact@odata.bind":null}"#);
    assert!(matches!(save(&world.client, &patch).await, Outcome::Saved(_)));
    let row = world.client.row(&read).await.unwrap();
    assert!(row.cell("_contoso_regarding_value").unwrap().is_null());
}
