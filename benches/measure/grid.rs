//! Pages of 5,000 rows into the store of the grid, against `curl` reading the same bytes and throwing them away.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use dvtui::app::rows::Rows;
use dvtui::auth::{EnvironmentUrl, Tokens};
use dvtui::dataverse::{Client, Guard, Query};
use dvtui::http;

use crate::world::{World, measured, median, report};

/// The argument that makes this program the reader that is measured.
pub(crate) const READER: &str = "read-into-grid";
/// Where the reader finds its token.
const TOKEN: &str = "DV_TOKEN";
/// Pages beside the first one, which is taken off with what a start costs.
const PAGES: usize = 20;

/// What the grid asks for: its columns, with annotations.
fn query() -> Query {
    let columns = [
        "title",
        "ticketnumber",
        "prioritycode",
        "statecode",
        "statuscode",
        "caseorigincode",
        "casetypecode",
        "_customerid_value",
        "_ownerid_value",
        "createdon",
        "modifiedon",
        "description",
    ];
    Query::new("incidents").select(columns).page_size(5_000).annotations().count()
}

/// The reader: reads so many pages and ends.
pub(crate) fn read(url: &str, pages: usize) {
    let token = std::env::var(TOKEN).expect("a token").into();
    http::install_crypto();
    let http = http::client(&http::Options { ca_file: None }).expect("a client");
    let environment = EnvironmentUrl::parse(url).expect("an address");
    let client = Client::new(environment, http, Tokens::fixed(token), Guard::new());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let query = query();
        let page = client.page(&query).await.expect("the first page");
        let mut rows = Rows::new(query.clone(), "incidentid".into(), page);
        for _ in 1..pages {
            let link = rows.next().expect("more pages").clone();
            rows.append(client.next_page(&link, &query).await.expect("a page"));
            rows.trim(rows.len());
        }
        assert_eq!(rows.len(), pages * 5_000);
    });
}

pub(crate) fn measure(world: &World) {
    let token = world.token();
    let before = world.requests().len();
    reader(world, &token, PAGES + 1);
    let asked = world.requests().split_off(before);
    let address = |request: &serde_json::Value| {
        format!("{}{}", world.text("url"), request["path"].as_str().unwrap_or(""))
    };
    let urls: Vec<String> = asked.iter().map(address).collect();
    assert_eq!(urls.len(), PAGES + 1, "one request a page");
    let prefer = asked[0]["prefer"].as_str().expect("preferences").to_owned();
    let config = world.home.path().join("grid.conf");
    std::fs::write(&config, format!("header = \"Authorization: Bearer {token}\"\n")).expect("a file");
    let (mut ours, mut theirs, mut ratios) = (vec![], vec![], vec![]);
    for _ in 0..9 {
        let whole = reader(world, &token, PAGES + 1);
        let dv = whole.saturating_sub(reader(world, &token, 1));
        let plain = curl(&config, &prefer, &urls).saturating_sub(curl(&config, &prefer, &urls[..1]));
        ratios.push(dv.as_secs_f64() / plain.as_secs_f64().max(0.001));
        ours.push(dv);
        theirs.push(plain);
    }
    report(&format!("CPU of {PAGES} pages of 5,000 rows into the grid's store"), &mut ours);
    report("CPU of `curl --compressed` for the same pages", &mut theirs);
    println!("the grid's store against curl, median of 9 pairs: {:.1}x", median(&mut ratios));
}

fn reader(world: &World, token: &str, pages: usize) -> Duration {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args([READER, world.text("url"), &pages.to_string()]).env(TOKEN, token);
    measured(&mut command).0
}

fn curl(config: &Path, prefer: &str, urls: &[String]) -> Duration {
    let mut command = Command::new("curl");
    command.args(["-sgf", "--compressed", "-H", &format!("Prefer: {prefer}"), "-K"]).arg(config);
    for url in urls {
        command.args(["-o", "/dev/null"]).arg(url.replace(' ', "%20"));
    }
    measured(&mut command).0
}
