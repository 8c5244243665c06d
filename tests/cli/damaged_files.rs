//! Files of settings and of the cache that are damaged: byte by byte, cut, empty, of a newer version.

use std::path::Path;

use dvtui::auth::EnvironmentUrl;
use dvtui::config::{Changes, Paths, Profiles};
use dvtui::dataverse::Instance;
use dvtui::ops::environments::{Memory, Remembered};
use jiff::Timestamp;

use crate::dice::Dice;
use crate::dv::Home;

const PROFILE: &str = "# The live one: ask Bo.\nurl = \"contoso.crm4\"\nauthority = \"https://login.microsoftonline.com/t\"\n\
    authority_version = 2\nclient_id = \"51f81489-12ee-4a9e-aaae-a2591f45987d\"\nway = \"device-code\"\n\
    account = \"anna@contoso.example\"\nlabel = \"live\"\ncolour = \"red\"\nalias = \"eu\"\nread_only = true\n\
    organization_id = \"883278f5-07af-45eb-a0bc-3fea67caa544\"\nodd = { a = [1, 2] }\n";
const CONFIG: &str = "# mine\nprofile = \"live\"\n";

/// A file with some bytes changed, taken out, put in or cut off.
fn damaged(of: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = of.to_vec();
    for _ in 0..1 + dice.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.below(bytes.len());
        match dice.below(8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, u8::try_from(dice.below(256)).unwrap()),
            3 => bytes[at] = *dice.of(b"\0\n\"'[]{}=#,.\\\xff\x1b"),
            4 => bytes.clear(),
            5 => bytes[at] ^= 1 << dice.below(8),
            6 => bytes.extend_from_within(at..),
            _ => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
        }
    }
    bytes
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// A profile is read, or its file is named; it is changed whole, or stays as it is.
fn settings_are_damaged(mutations: usize) {
    let folder = tempfile::tempdir().unwrap();
    let profiles = Profiles::of(&Paths::below(folder.path()));
    profiles.add("other", Changes::default().set("url", "other.crm4")).unwrap();
    let (file, config) =
        (folder.path().join("config/profiles/live.toml"), folder.path().join("config/config.toml"));
    let mut dice = Dice::new(20);
    let (mut read, mut refused) = (0, 0);
    for run in 0..mutations {
        let is_config = run % 4 == 3;
        let (path, text) = if is_config { (&config, CONFIG) } else { (&file, PROFILE) };
        let bytes = damaged(text.as_bytes(), &mut dice);
        put(path, &bytes);
        let mut changes = Changes::default();
        changes.set("label", "changed");
        let (found, changed) = match is_config {
            true => (profiles.usual().map(drop), profiles.take_usually("other")),
            false => (profiles.read("live").map(drop), profiles.change("live", &changes)),
        };
        let after = std::fs::read(path).unwrap();
        match found {
            Ok(()) => {
                read += 1;
                match changed {
                    Ok(()) if is_config => {
                        assert_eq!(profiles.usual().unwrap().as_deref(), Some("other"));
                    }
                    Ok(()) => {
                        let label = profiles.read("live").unwrap().tags.label;
                        assert_eq!(label.as_deref(), Some("changed"), "{after:?}");
                    }
                    Err(_) => assert_eq!(after, bytes, "what cannot be changed stays"),
                }
            }
            Err(error) => {
                refused += 1;
                let name = path.file_name().unwrap().to_str().unwrap();
                assert!(error.to_string().contains(name), "{error}");
                assert!(changed.is_err(), "run {run}: {}", String::from_utf8_lossy(&bytes));
                assert_eq!(after, bytes, "what is broken is not written over");
            }
        }
        assert!(
            profiles.read("other").is_ok()
                && profiles.all().unwrap().len() == profiles.names().unwrap().len()
        );
    }
    assert!(read > mutations / 20 && refused > mutations / 20, "{read} read, {refused} refused");
}

#[test]
fn damaged_settings_are_read_or_named_and_never_written_over() {
    settings_are_damaged(500);
}

#[test]
#[ignore = "10,000 mutations"]
fn damaged_settings_are_read_or_named_and_never_written_over_10_000_times() {
    settings_are_damaged(10_000);
}

/// The list of environments is read or counts as nothing, and is whole again after the next list.
fn the_list_is_damaged(mutations: usize) {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::in_folder(folder.path());
    let service = EnvironmentUrl::parse("globaldisco.crm.dynamics.com").unwrap();
    let contoso = EnvironmentUrl::parse("contoso.crm4").unwrap();
    let listed: Vec<Instance> =
        serde_json::from_str(r#"[{"FriendlyName":"Contoso","Url":"https://contoso.crm4.dynamics.com/"}]"#)
            .unwrap();
    memory.keep(&service, &listed).unwrap();
    memory.used(&contoso, Timestamp::UNIX_EPOCH).unwrap();
    let path = folder.path().join("environments.json");
    let whole = std::fs::read(&path).unwrap();
    let mut dice = Dice::new(21);
    for _ in 0..mutations {
        let bytes = damaged(&whole, &mut dice);
        std::fs::write(&path, &bytes).unwrap();
        drop(memory.read());
        match memory.keep(&service, &listed) {
            Ok(()) => assert_eq!(memory.read().instances, listed),
            Err(error) => {
                assert!(error.to_string().contains("newer version"), "{error}");
                assert_eq!(std::fs::read(&path).unwrap(), bytes);
            }
        }
    }
}

#[test]
fn a_damaged_list_of_environments_is_made_anew() {
    the_list_is_damaged(300);
}

#[test]
#[ignore = "10,000 mutations"]
fn a_damaged_list_of_environments_is_made_anew_10_000_times() {
    the_list_is_damaged(10_000);
}

#[test]
fn a_list_of_environments_of_a_newer_version_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::in_folder(folder.path());
    let newer = r#"{"version":2,"instances":{"of":"another shape"}}"#;
    dvtui::private_file::replace(&folder.path().join("environments.json"), newer.as_bytes()).unwrap();
    assert_eq!(memory.read(), Remembered::default());
    let contoso = EnvironmentUrl::parse("contoso.crm4").unwrap();
    assert!(memory.used(&contoso, Timestamp::UNIX_EPOCH).is_err());
    assert!(memory.keep(&contoso, &[]).is_err());
    assert_eq!(std::fs::read_to_string(folder.path().join("environments.json")).unwrap(), newer);
    memory.forget().unwrap(); // whose list it was is what matters now
    assert!(!std::fs::read_to_string(folder.path().join("environments.json")).unwrap().contains("shape"));
}

#[test]
fn the_program_starts_with_damaged_settings_or_says_which_file_is_wrong() {
    let mut dice = Dice::new(22);
    for run in 0..24 {
        let home = Home::new().with("DV_TOKEN", "a.b.c");
        let (config, profile) =
            (home.path(".config/dvtui/config.toml"), home.path(".config/dvtui/profiles/live.toml"));
        put(&config, CONFIG.as_bytes());
        put(&profile, PROFILE.as_bytes());
        let (path, text) = if run % 2 == 0 { (&config, CONFIG) } else { (&profile, PROFILE) };
        let bytes = damaged(text.as_bytes(), &mut dice);
        put(path, &bytes);
        let ended = home.dv(&["token"]);
        match ended.code {
            0 => assert_eq!(ended.out, "a.b.c\n"),
            1 | 2 => assert!(ended.err.starts_with("error: ") && ended.out.is_empty(), "{ended:?}"),
            _ => panic!("{} {ended:?}", String::from_utf8_lossy(&bytes)),
        }
        assert!(!ended.err.contains("panicked") && !ended.err.contains('\u{1b}'), "{ended:?}");
        assert_eq!(std::fs::read(path).unwrap(), bytes);
    }
}
