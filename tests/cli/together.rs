//! Several processes on one file of tokens, and disks that take no more.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::dv::Home;
use crate::renewing::{TOKEN, expired};
use crate::stub::{Stub, json};

/// An authority that hands out tokens that have run out at once, so that every command renews.
fn rotating() -> (Stub, Home, Arc<AtomicUsize>) {
    let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = most.clone();
    let (stub, home) = expired(move |before| {
        seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(5)); // room for another one to come in between
        now.fetch_sub(1, Ordering::SeqCst);
        let n = before + 1;
        json(200, &format!(r#"{{"access_token":"A{n}","expires_in":0,"refresh_token":"R{n}"}}"#))
    });
    (stub, home, most)
}

/// Eight at a time renew one sign-in; each refresh token is used once, by the renewal after the one it came with.
fn renew_together(renewals: usize) {
    let (stub, home, most) = rotating();
    let left = AtomicUsize::new(renewals);
    let printed: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let mut printed = Vec::new();
            while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                printed.push(home.dv(&["token"]).expect(0, &[]).out.trim().to_owned());
            }
            printed
        };
        let all: Vec<_> = (0..8).map(|_| scope.spawn(work)).collect();
        all.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    let used: Vec<String> =
        stub.seen(TOKEN).iter().map(|request| request.field("refresh_token").unwrap()).collect();
    let expected = (0..renewals).map(|n| if n == 0 { "R".to_owned() } else { format!("R{n}") });
    assert_eq!(used, expected.collect::<Vec<_>>(), "none is used twice, none is lost");
    assert_eq!(most.load(Ordering::SeqCst), 1, "one renewal at a time");
    assert_eq!(
        printed.iter().collect::<BTreeSet<_>>().len(),
        renewals,
        "each process has a token of its own"
    );
    let kept = &home.tokens()["tokens"][0];
    assert_eq!(kept["refresh_token"], format!("R{renewals}"));
    let names = std::fs::read_dir(home.tokens_file().parent().unwrap()).unwrap().count();
    assert_eq!(names, 3, "the file, its lock and the log");
}

#[test]
fn eight_processes_share_one_sign_in_and_nothing_is_lost() {
    renew_together(24);
}

#[test]
#[ignore = "long"]
fn eight_processes_renew_two_hundred_times_and_nothing_is_lost() {
    renew_together(200);
}

#[test]
fn a_process_that_is_killed_while_it_holds_the_file_leaves_it_free() {
    let (stub, home) = expired(|before| {
        if before == 0 {
            std::thread::sleep(Duration::from_secs(600)); // the first one never gets its answer
        }
        json(200, r#"{"access_token":"NEW","expires_in":3600,"refresh_token":"R1"}"#)
    });
    let holding = home.start(&["token"]);
    let begun = Instant::now();
    while stub.seen(TOKEN).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "no renewal was begun");
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(holding); // SIGKILL
    assert_eq!(home.dv(&["token"]).expect(0, &[]).out, "NEW\n");
    assert_eq!(stub.seen(TOKEN).len(), 2);
}

/// A file size limit stands for the full disk; the shell's unit is 512 or 1,024 bytes.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_a_refresh_token_is_not_used_up() {
    let (stub, home) = expired(|_| {
        let long = "x".repeat(5_000);
        json(200, &format!(r#"{{"access_token":"{long}","expires_in":3600,"refresh_token":"R1"}}"#))
    });
    let before = home.tokens();
    let full = "ulimit -f 2; trap '' XFSZ; exec \"$0\"";
    home.shell(&format!("{full} token")).expect(1, &["cannot write", "tokens.json", "free space"]);
    assert_eq!((home.tokens(), stub.seen(TOKEN).len()), (before.clone(), 0));
    home.shell(&format!("{full} login --device-code")).expect(1, &["cannot write", "tokens.json"]);
    assert_eq!(home.tokens(), before);
    home.dv(&["token"]).expect(0, &[]);
    assert_eq!(home.tokens()["tokens"][0]["refresh_token"], "R1");
}

#[cfg(unix)]
#[test]
fn in_a_folder_that_cannot_be_written_to_a_refresh_token_is_not_used_up() {
    use std::os::unix::fs::PermissionsExt;
    let (stub, home) =
        expired(|_| json(200, r#"{"access_token":"NEW","expires_in":3600,"refresh_token":"R1"}"#));
    home.dv(&["token", "--client-id", "another"]).expect(5, &[]); // makes the lock and the log
    let folder = home.tokens_file().parent().unwrap().to_owned();
    let set_mode = |mode| std::fs::set_permissions(&folder, PermissionsExt::from_mode(mode)).unwrap();
    set_mode(0o500);
    if std::fs::write(folder.join("probe"), "").is_ok() {
        std::fs::remove_file(folder.join("probe")).unwrap();
        println!("skipped: an administrator can write everywhere");
        return;
    }
    home.dv(&["token"]).expect(1, &["tokens.", "check the folder"]);
    assert_eq!(
        (home.tokens()["tokens"][0]["refresh_token"].as_str(), stub.seen(TOKEN).len()),
        (Some("R"), 0)
    );
    set_mode(0o700);
    assert_eq!(home.dv(&["token"]).expect(0, &[]).out, "NEW\n");
}
