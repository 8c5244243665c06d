//! All rows as JSON lines, against `curl` reading the same pages and throwing them away.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::world::{World, measured, median, report};

pub(crate) fn measure(world: &World) {
    let curl = configuration(world);
    let mut urls = vec![format!("{}/api/data/v9.2/incidents", world.text("url"))];
    let page = world.home.path().join("page.json");
    loop {
        curl_run(&curl, &page, &urls[urls.len() - 1..]);
        let body: Value = serde_json::from_slice(&std::fs::read(&page).expect("a page")).expect("JSON");
        match body["@odata.nextLink"].as_str() {
            Some(next) => urls.push(next.to_owned()),
            None => break,
        }
    }
    let (mut ours, mut theirs, mut cpu_ratio, mut wall_ratio) = (vec![], vec![], vec![], vec![]);
    for _ in 0..5 {
        let mut command = world.command();
        command.args(["rows", "incidents", "--all", "--json"]).stdout(Stdio::null());
        let dv = measured(&mut command);
        let plain = curl_run(&curl, Path::new("/dev/null"), &urls);
        cpu_ratio.push(dv.0.as_secs_f64() / plain.0.as_secs_f64());
        wall_ratio.push(dv.1.as_secs_f64() / plain.1.as_secs_f64());
        ours.push(dv.0);
        theirs.push(plain.0);
    }
    println!("{} pages of incidents", urls.len());
    report("CPU of `dv rows incidents --all --json`", &mut ours);
    report("CPU of `curl --compressed` for the same pages", &mut theirs);
    let (cpu, wall) = (median(&mut cpu_ratio), median(&mut wall_ratio));
    println!("dv against curl, medians of 5 pairs: CPU {cpu:.1}x, wall {wall:.1}x");
}

/// A file for curl: a token is no argument.
fn configuration(world: &World) -> std::path::PathBuf {
    let curl = world.home.path().join("curl.conf");
    std::fs::write(&curl, format!("header = \"Authorization: Bearer {}\"\n", world.token())).expect("a file");
    curl
}

fn curl_run(config: &Path, out: &Path, urls: &[String]) -> (Duration, Duration) {
    let mut command = Command::new("curl");
    command.args(["-sgf", "--compressed", "-H", "Prefer: odata.maxpagesize=5000", "-K"]).arg(config);
    for url in urls {
        command.arg("-o").arg(out).arg(url.replace(' ', "%20"));
    }
    measured(&mut command)
}
