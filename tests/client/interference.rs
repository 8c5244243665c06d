//! Saves while somebody else changes the same rows: no change of either side is lost unseen.

use dvtui::dataverse::{Change, Client, Patch, Query, Row, RowId, RowQuery, Table, field};
use dvtui::ops::{Outcome, save};

use crate::dice::Dice;
use crate::world::World;

/// A row that both sides write to: each appends marks to the same text, and counts in a column of its own.
struct Shared {
    table: Table,
    id: RowId,
}

impl Shared {
    async fn of(world: &World) -> Self {
        let query = Query::new("incidents").select(["title"]).filter(field("statecode").eq(0)).top(1);
        let page = world.client.page(&query).await.unwrap();
        let id = page.row(0).unwrap().id(&"incidentid".into()).unwrap();
        let shared = Self { table: world.table("incident").await, id };
        let empty = vec![("description".into(), Change::Text("begin".into()))];
        let row = shared.row(&world.client).await;
        world.client.update(&shared.patch(&row, empty)).await.unwrap();
        shared
    }

    async fn row(&self, client: &Client) -> Row {
        client.row(&RowQuery::new("incidents", self.id)).await.unwrap()
    }

    fn patch(&self, row: &Row, changes: Vec<(dvtui::dataverse::ColumnName, Change)>) -> Patch {
        Patch::new(&self.table, self.id, row, changes)
    }

    /// The text of the row as it was read with one more mark.
    fn marked(&self, row: &Row, mark: &str) -> Patch {
        let text = text(row, "description");
        self.patch(row, vec![("description".into(), Change::Text(format!("{text} {mark}")))])
    }

    fn counted(&self, row: &Row, column: &str, count: usize) -> Patch {
        self.patch(row, vec![(column.into(), Change::Text(format!("count {count}")))])
    }
}

fn text(row: &Row, column: &str) -> String {
    row.cell(column).unwrap().text().unwrap_or_default().into_owned()
}

/// So many saves of ours on a row that was read a while ago, with changes of somebody else between. The oracle: the
/// text has every mark that was answered as saved, once and in its order, and no other; each side's own column has
/// the last count that was answered as saved.
async fn saves_with_interference(saves: usize, seed: u64) {
    let world = World::open().await;
    let (ours, theirs) = (&world.client, world.other().await);
    let shared = Shared::of(&world).await;
    let mut dice = Dice::new(seed);
    let mut marks = vec!["begin".to_owned()];
    let (mut our_count, mut their_count) = (None, None);
    let (mut saved, mut told) = (0, 0);
    let mut row = shared.row(ours).await;
    for number in 0..saves {
        for other in 0..dice.below(3) {
            let current = shared.row(&theirs).await;
            if dice.below(2) == 0 {
                let mark = format!("t{number}.{other}");
                theirs.update(&shared.marked(&current, &mark)).await.unwrap();
                marks.push(mark);
            } else {
                theirs.update(&shared.counted(&current, "productserialnumber", number)).await.unwrap();
                their_count = Some(number);
            }
        }
        let mark = format!("o{number}");
        let is_mark = dice.below(2) == 0;
        let patch = if is_mark { shared.marked(&row, &mark) } else { shared.counted(&row, "title", number) };
        match save(ours, &patch).await {
            Outcome::Saved(newer) => {
                saved += 1;
                row = row.merged(&newer);
                if is_mark { marks.push(mark) } else { our_count = Some(number) }
            }
            Outcome::Conflict { .. } => {
                told += 1;
                row = shared.row(ours).await;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(saved > saves / 10 && told > saves / 10, "{saved} saved, {told} told: both must happen");
    let end = shared.row(ours).await;
    assert_eq!(text(&end, "description"), marks.join(" "));
    for (column, count) in [("title", our_count), ("productserialnumber", their_count)] {
        assert_eq!(Some(text(&end, column)), count.map(|count| format!("count {count}")), "{column}");
    }
}

#[tokio::test]
async fn sixty_saves_beside_another_writer_lose_no_change_of_either() {
    saves_with_interference(60, 11).await;
}

#[tokio::test]
#[ignore = "a thousand saves"]
async fn a_thousand_saves_beside_another_writer_lose_no_change_of_either() {
    // The text of a case has room for the marks of some hundred.
    for round in 0..10 {
        saves_with_interference(100, 12 + round).await;
    }
}

/// Where the server compares no versions, the touched columns are read again and compared.
#[tokio::test]
async fn without_versions_a_change_of_the_touched_column_is_a_conflict_and_of_another_is_none() {
    let world = World::open().await;
    let mut shared = Shared::of(&world).await;
    let theirs = world.other().await;
    shared.table.optimistic_concurrency = false;
    let row = shared.row(&world.client).await;
    theirs.update(&shared.counted(&shared.row(&theirs).await, "title", 1)).await.unwrap();
    let outcome = save(&world.client, &shared.marked(&row, "ours")).await;
    assert!(matches!(outcome, Outcome::Saved(_)), "another column: {outcome:?}");

    let row = shared.row(&world.client).await;
    theirs.update(&shared.marked(&row, "theirs")).await.unwrap();
    let outcome = save(&world.client, &shared.marked(&row, "lost")).await;
    assert!(matches!(outcome, Outcome::Conflict { .. }), "the same column: {outcome:?}");
    let end = shared.row(&world.client).await;
    assert_eq!(
        (text(&end, "description"), text(&end, "title")),
        ("begin ours theirs".into(), "count 1".into())
    );
    let requests = world.requests().await;
    let ours = requests.iter().filter(|entry| entry["if_match"] == "*");
    assert_eq!(ours.count(), 3, "what was refused was not sent");
}
