//! The vault and its file from outside: what is kept, carried over, set aside and left alone.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::auth::Error as AuthError;
use crate::private_file;

/// A document of a version; `1` is the one that is known.
fn parse(bytes: &[u8]) -> Result<String, Error> {
    #[derive(serde::Deserialize)]
    struct Document {
        version: u64,
        text: String,
    }
    let version = |value: &serde_json::Value| value["version"].as_u64();
    match serde_json::from_slice::<Document>(bytes) {
        Ok(document) if document.version == 1 => Ok(document.text),
        Ok(_) => Err(Error::Newer),
        Err(_) => match serde_json::from_slice(bytes).ok().as_ref().and_then(version) {
            Some(2..) => Err(Error::Newer),
            _ => Err(Error::Damaged),
        },
    }
}

fn document(text: &str) -> Vec<u8> {
    format!(r#"{{"version":1,"text":"{text}"}}"#).into_bytes()
}

struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new() -> Home {
        Home { folder: tempfile::tempdir().unwrap() }
    }

    /// The file as another process would see it.
    fn file(&self, choice: Choice, passphrase: Option<&str>) -> SealedFile {
        let passphrase = passphrase.map(|passphrase| passphrase.to_owned().into());
        SealedFile::new(self.path(), Vault::new(choice, passphrase))
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("tokens.json")
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    fn set_aside(&self) -> usize {
        let names = std::fs::read_dir(self.folder.path()).unwrap().flatten();
        names.filter(|entry| entry.file_name().to_string_lossy().contains(".bad-")).count()
    }
}

/// A file that is sealed with a passphrase, at little cost.
fn sealed(text: &str, passphrase: &str) -> Vec<u8> {
    let cost = Cost::light();
    let key = cost.key(&passphrase.to_owned().into()).unwrap();
    let seal = Seal { store: Protection::Passphrase, key: key.fingerprint(), cost: Some(cost) };
    seal::close(&seal, &key, &document(text)).unwrap()
}

fn cause(error: AuthError) -> Error {
    match error {
        AuthError::Vault { source, .. } => source,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_passphrase_opens_the_file_in_a_later_process_and_a_wrong_one_changes_nothing() {
    let home = Home::new();
    private_file::replace(&home.path(), &sealed("one", "horse")).unwrap();
    let file = home.file(Choice::Keep, Some("horse"));
    assert_eq!(file.read(None, parse).unwrap().unwrap(), "one");
    let held = file.lock().await.unwrap();
    file.write(&document("two"), &held).unwrap();
    let before = home.bytes();
    assert!(!String::from_utf8_lossy(&before).contains("two"));
    assert_eq!(home.file(Choice::Keep, Some("horse")).read(None, parse).unwrap().unwrap(), "two");
    for (wrong, needed) in [(Some("cow"), false), (None, true), (Some(""), true)] {
        for choice in
            [Choice::Keep, Choice::Auto, Choice::Of(Protection::Passphrase), Choice::Of(Protection::File)]
        {
            let file = home.file(choice, wrong);
            let errors =
                [file.read(None, parse).unwrap_err(), file.read_to_change(&held, parse).unwrap_err()];
            for error in errors {
                assert!(error.is_sign_in(), "{error:?}");
                assert!(!format!("{error:?} {file:?}").contains("cow"));
                match cause(error) {
                    Error::PassphraseNeeded => assert!(needed),
                    Error::WrongPassphrase => assert!(!needed),
                    other => panic!("{other:?}"),
                }
            }
        }
    }
    assert_eq!((home.bytes(), home.set_aside()), (before, 0));
}

#[tokio::test]
async fn what_was_in_clear_is_carried_over_when_another_store_is_chosen_and_back() {
    let home = Home::new();
    let clear = home.file(Choice::Keep, None);
    let held = clear.lock().await.unwrap();
    clear.write(&document("secret"), &held).unwrap();
    assert_eq!(clear.protection().unwrap(), Some(Protection::File));
    assert!(String::from_utf8(home.bytes()).unwrap().contains("secret"));

    let kept = home.file(Choice::Keep, None).read(None, parse).unwrap().unwrap();
    let sealing = home.file(Choice::Of(Protection::Passphrase), Some("horse"));
    sealing.write(&document(&kept), &held).unwrap();
    assert_eq!(clear.protection().unwrap(), Some(Protection::File), "a renewal moves nothing");
    drop(held);
    sealing.check(parse).await.unwrap();
    let held = clear.lock().await.unwrap();
    sealing.write(&document(&kept), &held).unwrap();
    assert!(!String::from_utf8(home.bytes()).unwrap().contains("secret"));
    assert_eq!(clear.protection().unwrap(), Some(Protection::Passphrase));

    // Whoever keeps on writing keeps the seal.
    let renewing = home.file(Choice::Keep, Some("horse"));
    renewing.write(&document("secret"), &held).unwrap();
    assert_eq!(clear.protection().unwrap(), Some(Protection::Passphrase));
    assert!(matches!(cause(clear.write(&document("x"), &held).unwrap_err()), Error::PassphraseNeeded));

    drop(held);
    let back = home.file(Choice::Of(Protection::File), Some("horse"));
    back.check(parse).await.unwrap();
    let held = clear.lock().await.unwrap();
    let kept = back.read_to_change(&held, parse).unwrap().unwrap();
    back.write(&document(&kept), &held).unwrap();
    assert_eq!(clear.read(None, parse).unwrap().unwrap(), "secret");
}

#[tokio::test]
async fn a_sealed_file_is_not_opened_up_by_a_choice_that_is_left_to_the_program() {
    let home = Home::new();
    private_file::replace(&home.path(), &sealed("one", "horse")).unwrap();
    let file = home.file(Choice::Auto, Some("horse"));
    file.check(parse).await.unwrap();
    file.write(&document("two"), &file.lock().await.unwrap()).unwrap();
    assert_eq!(file.protection().unwrap(), Some(Protection::Passphrase));
}

#[tokio::test]
async fn a_passphrase_that_is_missing_is_told_before_anything_is_done_for_a_sign_in() {
    let home = Home::new();
    let file = home.file(Choice::Of(Protection::Passphrase), None);
    assert!(matches!(cause(file.check(parse).await.unwrap_err()), Error::PassphraseNeeded));
    assert!(!home.path().exists());
}

#[cfg(not(feature = "keyring"))]
#[tokio::test]
async fn a_build_without_the_secret_store_says_so_and_leaves_the_file_alone() {
    let home = Home::new();
    let seal = Seal { store: Protection::Keyring, key: seal::new_name().unwrap(), cost: None };
    let outer = seal::close(&seal, &Key::random().unwrap(), &document("x")).unwrap();
    private_file::replace(&home.path(), &outer).unwrap();
    for choice in [Choice::Keep, Choice::Auto, Choice::Of(Protection::File), Choice::Of(Protection::Keyring)]
    {
        let file = home.file(choice, None);
        let held = file.lock().await.unwrap();
        for error in [file.read(None, parse).unwrap_err(), file.read_to_change(&held, parse).unwrap_err()] {
            assert!(error.hints()[0].contains("--features keyring"), "{error:?}");
            assert!(matches!(cause(error), Error::NotBuilt { store: Protection::Keyring }));
        }
        assert!(file.write(&document("y"), &held).is_err());
        drop(held);
        assert!(file.check(parse).await.is_err());
    }
    assert_eq!((home.bytes(), home.set_aside()), (outer, 0));
    let file = home.file(Choice::Keep, None);
    let cleared = file.clear(&file.lock().await.unwrap()).unwrap();
    assert_eq!(cleared.files, 1);
    assert!(matches!(cleared.key, Some(Error::NotBuilt { .. })), "the key is still somewhere");
    assert!(!home.path().exists());
}

/// With the secret store that forgets at the end of the process.
#[cfg(feature = "keyring")]
#[tokio::test]
async fn the_key_in_the_secret_store_comes_and_goes_with_the_file() {
    let home = Home::new();
    let seal = |home: &Home| match seal::read(&home.bytes()).unwrap().0 {
        Header::Sealed(seal) => seal,
        Header::Clear => panic!("in clear"),
    };
    let file = home.file(Choice::Auto, None);
    file.check(parse).await.unwrap();
    let held = file.lock().await.unwrap();
    file.write(&document("one"), &held).unwrap();
    assert_eq!(file.protection().unwrap(), Some(Protection::Keyring));
    let other = home.file(Choice::Keep, None);
    assert_eq!(other.read(None, parse).unwrap().unwrap(), "one");
    let first = seal(&home);
    other.write(&document("two"), &held).unwrap();
    assert_eq!(seal(&home), first, "the same key, for other processes know it");

    // Away from the store and back: the old key is gone, the new one has another name.
    drop(held);
    let away = home.file(Choice::Of(Protection::File), None);
    away.check(parse).await.unwrap();
    let held = away.lock().await.unwrap();
    away.write(&document("three"), &held).unwrap();
    assert!(keyring::load(&first.key).unwrap().is_none());
    drop(held);
    let again = home.file(Choice::Of(Protection::Keyring), None);
    again.check(parse).await.unwrap();
    let held = again.lock().await.unwrap();
    again.write(&document("four"), &held).unwrap();
    let second = seal(&home);
    assert_ne!(second.key, first.key);

    // A key that somebody deleted.
    keyring::remove(&second.key).unwrap();
    let before = home.bytes();
    let late = home.file(Choice::Auto, None);
    let lost = late.read(None, parse).unwrap_err();
    assert!(lost.is_sign_in() && lost.hints()[0].contains("dv login"), "{lost:?}");
    assert!(matches!(cause(lost), Error::KeyLost { store: Protection::Keyring }));
    assert_eq!((home.bytes(), home.set_aside()), (before, 0), "a read sets nothing aside");
    drop(held);
    late.check(parse).await.unwrap();
    assert_eq!(home.set_aside(), 0, "nor does a sign-in that has only begun");
    let held = late.lock().await.unwrap();
    assert!(late.read_to_change(&held, parse).unwrap().is_none());
    assert_eq!(home.set_aside(), 1);
    assert!(late.aside().unwrap().why.contains("key is gone"));
    late.write(&document("five"), &held).unwrap();
    assert_eq!(
        late.protection().unwrap(),
        Some(Protection::Keyring),
        "left to the program, it is sealed again"
    );
    let third = seal(&home);
    assert_eq!(home.file(Choice::Keep, None).read(None, parse).unwrap().unwrap(), "five");
    late.remove(&held).unwrap();
    assert!(keyring::load(&third.key).unwrap().is_none() && !home.path().exists());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_kernels_keyring_holds_the_key_where_it_is_allowed() {
    if let Err(error) = probe(Protection::Keyutils) {
        eprintln!("skipped: {error:?}");
        return;
    }
    let home = Home::new();
    let file = home.file(Choice::Of(Protection::Keyutils), None);
    file.check(parse).await.unwrap();
    let held = file.lock().await.unwrap();
    file.write(&document("one"), &held).unwrap();
    assert!(!String::from_utf8_lossy(&home.bytes()).contains("one"));
    assert_eq!(home.file(Choice::Keep, None).read(None, parse).unwrap().unwrap(), "one");
    let Header::Sealed(seal) = seal::read(&home.bytes()).unwrap().0 else { panic!("in clear") };
    keyutils::remove(&seal.key).unwrap();
    let lost = home.file(Choice::Keep, None).read(None, parse).unwrap_err();
    assert!(matches!(cause(lost), Error::KeyLost { store: Protection::Keyutils }));
}

#[tokio::test]
async fn giving_up_works_whatever_state_the_file_is_in() {
    for content in
        [&b""[..], b"{", br#"{"version":99}"#, br#"{"version":2,"store":"tpm"}"#, &sealed("x", "p")]
    {
        let home = Home::new();
        private_file::replace(&home.path(), content).unwrap();
        private_file::replace(&home.folder.path().join("tokens.json.bad-1795432000"), b"old").unwrap();
        private_file::replace(&home.folder.path().join("other.json"), b"not ours").unwrap();
        let file = home.file(Choice::Auto, None);
        let held = file.lock().await.unwrap();
        assert_eq!(file.clear(&held).unwrap().files, 2);
        assert_eq!(file.clear(&held).unwrap().files, 0);
        assert!(
            !home.path().exists() && home.set_aside() == 0 && home.folder.path().join("other.json").exists()
        );
    }
    let home = Home::new();
    private_file::replace(&home.path(), b"{}").unwrap();
    std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let file = home.file(Choice::Auto, None);
    assert!(file.read(None, parse).unwrap_err().hints()[0].contains("chmod 600"));
    assert_eq!(file.clear(&file.lock().await.unwrap()).unwrap().files, 1);
}

#[tokio::test]
async fn files_that_are_set_aside_in_the_same_second_all_stay() {
    let home = Home::new();
    let file = home.file(Choice::Keep, None);
    for count in 1..=5 {
        private_file::replace(&home.path(), format!("damaged {count}").as_bytes()).unwrap();
        assert!(file.read(None, parse).unwrap().is_none());
        assert_eq!(home.set_aside(), count);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_that_another_process_replaces_meanwhile_is_not_set_aside() {
    let home = Home::new();
    private_file::replace(&home.path(), b"damaged").unwrap();
    let (file, reader) = (home.file(Choice::Keep, None), home.file(Choice::Keep, None));
    let held = file.lock().await.unwrap();
    let reading = tokio::task::spawn_blocking(move || reader.read(None, parse));
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    file.write(&document("good"), &held).unwrap();
    drop(held);
    assert_eq!(reading.await.unwrap().unwrap().unwrap(), "good");
    assert_eq!(home.set_aside(), 0);
}

/// Numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    /// One to four changes of the kinds that disks and editors make.
    fn mutate(&mut self, good: &[u8]) -> Vec<u8> {
        let mut bytes = good.to_vec();
        for _ in 0..=self.below(4) {
            let place = self.below(bytes.len() + 1);
            match self.below(6) {
                0 => bytes.truncate(place),
                1 => bytes.insert(place, u8::try_from(self.below(256)).unwrap()),
                2 if place < bytes.len() => drop(bytes.remove(place)),
                3 => bytes[place..].fill(0),
                4 => bytes.extend_from_slice(&good[self.below(good.len())..]),
                _ if place < bytes.len() => bytes[place] ^= 1 << self.below(8),
                _ => {}
            }
        }
        bytes
    }
}

/// A file that was changed by accident is read as it was, set aside under a name that is told, or left alone with an
/// error. What a person can still need is never overwritten.
fn mutations(runs: usize) {
    let clear = seal::clear(&document("the text that was kept")).unwrap();
    let sealed = sealed("the text that was kept", "horse");
    let mut random = Random(20_261_127);
    let (mut read, mut aside, mut left) = (0, 0, 0);
    for run in 0..runs {
        let home = Home::new();
        let bytes = random.mutate(if run % 2 == 0 { &clear } else { &sealed });
        private_file::replace(&home.path(), &bytes).unwrap();
        let file = home.file(Choice::Keep, Some("horse"));
        match file.read(None, parse) {
            Ok(Some(_)) => read += 1,
            Ok(None) => {
                let told = file.aside().unwrap();
                assert_eq!(std::fs::read(&told.path).unwrap(), bytes, "{run}");
                assert!(!home.path().exists());
                aside += 1;
            }
            Err(error) => {
                assert!(
                    matches!(
                        error,
                        AuthError::NewerStore { .. }
                            | AuthError::Vault { source: Error::WrongPassphrase, .. }
                    ),
                    "{run} {error:?}"
                );
                assert_eq!((home.bytes(), home.set_aside()), (bytes, 0), "{run}");
                left += 1;
            }
        }
    }
    println!("{read} read, {aside} set aside, {left} left alone");
    assert!(read > 0 && aside > runs / 2 && left > 0, "{read} {aside} {left}");
}

#[test]
fn a_file_that_was_changed_by_accident_is_read_set_aside_or_left_alone() {
    mutations(300);
}

#[test]
#[ignore = "long"]
fn ten_thousand_files_that_were_changed_by_accident_are_read_set_aside_or_left_alone() {
    mutations(10_000);
}
