//! Files that are nobody else's business: folders 0700, files 0600, replaced as a whole or not at all.
//!
//! What others could read or write is refused by [`read`]: closing it quietly would hide that a secret has been seen,
//! or put there by somebody. A folder that others may only look into gives nothing away; it is closed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

/// Largest file that is read; ours are small.
const MAX_SIZE: u64 = 16 << 20;
/// So often a file is looked at that is replaced by others at the same time.
const LOOKS: usize = 100;
/// How the names of files begin that are being written.
const NEW: &str = ".new-";
/// Nobody writes a file for so long.
const STALE: Duration = Duration::from_secs(3600);

/// A file or folder that others had their hands on, or could have.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(not(unix), allow(dead_code))] // nothing there makes one
#[error("{} {what}", path.display())]
pub struct Exposed {
    path: PathBuf,
    what: String,
    hint: String,
}

impl Exposed {
    /// The one that an error of this module is about.
    pub fn of(error: &io::Error) -> Option<&Exposed> {
        error.get_ref()?.downcast_ref()
    }

    /// What a person should do about it.
    pub fn hint(&self) -> &str {
        &self.hint
    }

    #[cfg(unix)]
    fn into_error(self) -> io::Error {
        io::Error::new(io::ErrorKind::PermissionDenied, self)
    }
}

/// Makes a folder and what is missing above it, closed to others. One that others may look into is closed to them.
///
/// # Errors
///
/// As the system says, and [`Exposed`] when the folder belongs to somebody else or others can write to it.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    check_folder(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

/// Replaces a file: the new content is on disk under another name before it takes the place of the old. Makes the
/// folder when it is missing.
///
/// # Errors
///
/// As the system says, and when the place is taken by a symbolic link or anything else that is no file. The old
/// content is untouched then.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_by_steps(path, content, |_| Ok(()))
}

/// `before` is asked before each step and may end the work there, as a full disk or a killed process would.
fn replace_by_steps(
    path: &Path,
    content: &[u8],
    mut before: impl FnMut(&'static str) -> io::Result<()>,
) -> io::Result<()> {
    before("create")?;
    let mut file = prepare(path)?;
    let (first, rest) = content.split_at(content.len() / 2);
    before("write")?;
    file.write_all(first)?;
    before("write the rest")?;
    file.write_all(rest)?;
    before("fsync")?;
    file.as_file().sync_all()?;
    before("rename")?;
    file.persist(path).map_err(|error| error.error)?;
    before("fsync the folder")?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?; // the rename itself
    }
    Ok(())
}

/// Whether [`replace`] could write so much now, without touching the file.
///
/// # Errors
///
/// As [`replace`].
pub fn check(path: &Path, size: usize) -> io::Result<()> {
    let mut file = prepare(path)?;
    file.write_all(&vec![0; size])?;
    file.as_file().sync_data() // some file systems say only here that they are full
}

/// A new file beside the one that it may replace.
fn prepare(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    create_folder(folder)?;
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => return Err(not_a_file(path)),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    sweep(folder);
    tempfile::Builder::new().prefix(NEW).tempfile_in(folder) // 0600 by itself
}

/// Reads a file; nothing when there is none. What was read is wiped when it is dropped.
///
/// # Errors
///
/// As the system says, [`Exposed`] for a file that others can read or that belongs to somebody else and for one in a
/// folder that others can write to, and for symbolic links, for what is no file, and for more than 16 MiB.
pub fn read(path: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let Some(file) = open_itself(path)? else { return Ok(None) };
    let opened = file.metadata()?;
    #[cfg(unix)]
    {
        if let Some(folder) = path.parent() {
            check_folder(folder)?;
        }
        check_file(path, &opened)?;
    }
    if opened.len() > MAX_SIZE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is too large"));
    }
    // Room for all of it at once: a vector that grows leaves copies behind.
    let room = usize::try_from(opened.len()).unwrap_or_default() + 64;
    let mut content = Zeroizing::new(Vec::with_capacity(room));
    file.take(MAX_SIZE).read_to_end(&mut content)?;
    Ok(Some(content))
}

/// Opens what is there itself, and nothing that a link leads to; nothing when there is none.
fn open_itself(path: &Path) -> io::Result<Option<File>> {
    // Another process may replace the file between the look and the opening, and the next time again.
    for _ in 0..LOOKS {
        let found = match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() => found,
            Ok(_) => return Err(not_a_file(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            file => file?,
        };
        if is_same(&found, &file.metadata()?) {
            return Ok(Some(file));
        }
    }
    Err(not_a_file(path))
}

#[cfg(unix)]
fn is_same(found: &fs::Metadata, opened: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (opened.dev(), opened.ino()) == (found.dev(), found.ino())
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

/// Whether users other than the owner may read a file. Where that cannot be told the answer is no.
pub fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Reads a file that a person named: a secret, a certificate. It may be a link, a pipe or a file of anybody's.
///
/// # Errors
///
/// As the system says, and for more than 1 MiB.
pub fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    const MAX: u64 = 1 << 20;
    let mut content = Vec::new();
    File::open(path)?.take(MAX + 1).read_to_end(&mut content)?;
    match content.len() as u64 > MAX {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is too large")),
        false => Ok(content),
    }
}

/// Opens a file for appending, or for locking; makes it when it is missing.
///
/// # Errors
///
/// As the system says, and when the place is taken by a symbolic link or anything else that is no file.
pub fn append(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(not_a_file(path));
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Holds a lock file until what is given is dropped; another process waits for it. The kernel lets go when the process
/// ends, however it ends. Blocks.
///
/// # Errors
///
/// As [`append`], and [`io::ErrorKind::TimedOut`] when it is not free within that time.
pub fn hold(path: &Path, within: Duration) -> io::Result<File> {
    const NAP: Duration = Duration::from_millis(5);
    let file = append(path)?;
    let give_up = std::time::Instant::now() + within;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::Error(error)) => return Err(error),
            Err(fs::TryLockError::WouldBlock) if std::time::Instant::now() >= give_up => {
                let what = format!("another dv has held {} for too long", path.display());
                return Err(io::Error::new(io::ErrorKind::TimedOut, what));
            }
            Err(fs::TryLockError::WouldBlock) => std::thread::sleep(NAP),
        }
    }
}

/// A folder of ours that nobody else can put files into.
#[cfg(unix)]
fn check_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(path)?;
    let mode = found.mode() & 0o7777;
    if found.uid() != own_uid() {
        return Err(owned(path, found.uid(), "chown -R"));
    }
    if mode & 0o022 != 0 {
        let what = format!("can be written to by other users (mode {mode:04o})");
        let hint = format!("look at what is in it, then: chmod 700 '{}'", path.display());
        return Err(Exposed { path: path.to_owned(), what, hint }.into_error());
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_folder(_: &Path) -> io::Result<()> {
    Ok(()) // folders of a profile are closed by what they inherit
}

#[cfg(unix)]
fn check_file(path: &Path, found: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let mode = found.mode() & 0o7777;
    if found.uid() != own_uid() {
        return Err(owned(path, found.uid(), "chown"));
    }
    if mode & 0o077 != 0 {
        let what = format!("can be read or changed by other users (mode {mode:04o}): they may have seen it");
        let hint = format!(
            "close it: chmod 600 '{}'; if others use this machine, sign in anew after",
            path.display()
        );
        return Err(Exposed { path: path.to_owned(), what, hint }.into_error());
    }
    Ok(())
}

#[cfg(unix)]
fn owned(path: &Path, owner: u32, command: &str) -> io::Error {
    let own = own_uid();
    let what = format!("belongs to another user (uid {owner}, this is {own})");
    let hint = format!(
        "run dv as that user; or, if the tokens are yours: {command} {own} '{}', as an administrator",
        path.display()
    );
    Exposed { path: path.to_owned(), what, hint }.into_error()
}

#[cfg(unix)]
fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Removes what a process left that was killed while it wrote. Failing to is no reason to stop.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(NEW)) {
        let written = entry.metadata().and_then(|found| found.modified());
        let age = written.ok().and_then(|written| written.elapsed().ok());
        if age.is_some_and(|age| age > STALE) {
            let _ = fs::remove_file(entry.path()); // another process may have been quicker
        }
    }
}

fn not_a_file(path: &Path) -> io::Error {
    io::Error::other(format!("{} is a link or no plain file", path.display()))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_replaced_whole_and_closed_to_others() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/tokens.json");
        assert!(read(&path).unwrap().is_none());
        replace(&path, b"one, longer").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(*read(&path).unwrap().unwrap(), b"two");
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn a_file_that_is_replaced_again_and_again_can_be_read_at_any_moment() {
        use std::sync::atomic::{AtomicBool, Ordering};
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("tokens.json");
        replace(&path, b"0").unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let new = home.path().join("new");
                    fs::write(&new, b"0").unwrap();
                    fs::set_permissions(&new, PermissionsExt::from_mode(0o600)).unwrap();
                    fs::rename(&new, &path).unwrap();
                }
            });
            let read = (0..5_000).map(|_| read(&path)).find(|read| !matches!(read, Ok(Some(_))));
            done.store(true, Ordering::Relaxed);
            assert!(read.is_none(), "{read:?}");
        });
    }

    #[test]
    fn a_symbolic_link_is_never_followed() {
        let home = tempfile::tempdir().unwrap();
        let (target, link) = (home.path().join("target"), home.path().join("tokens.json"));
        fs::write(&target, "precious").unwrap();
        symlink(&target, &link).unwrap();
        assert!(read(&link).is_err());
        assert!(replace(&link, b"x").is_err());
        assert!(append(&link).is_err());
        assert_eq!(fs::read(&target).unwrap(), b"precious");
    }

    #[test]
    fn what_a_killed_process_left_is_swept_and_what_another_writes_is_not() {
        let home = tempfile::tempdir().unwrap();
        let (left, written) = (home.path().join(".new-left"), home.path().join(".new-written"));
        for path in [&left, &written] {
            fs::write(path, "half").unwrap();
        }
        let then = std::time::SystemTime::now() - 2 * STALE;
        File::options().write(true).open(&left).unwrap().set_modified(then).unwrap();
        replace(&home.path().join("tokens.json"), b"x").unwrap();
        assert!(!left.exists() && written.exists());
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_and_left_as_it_is() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("dvtui/tokens.json");
        replace(&path, b"x").unwrap();
        for open in [0o644, 0o640, 0o660, 0o604, 0o601, 0o610] {
            set_mode(&path, open);
            let error = read(&path).unwrap_err();
            let exposed = Exposed::of(&error).unwrap();
            assert!(exposed.hint().contains(&format!("chmod 600 '{}'", path.display())), "{exposed:?}");
            assert!(exposed.to_string().contains(&format!("(mode {open:04o})")), "{exposed}");
            assert_eq!(mode(&path), open, "nothing is tightened behind anybody's back");
        }
        set_mode(&path, 0o400);
        assert_eq!(*read(&path).unwrap().unwrap(), b"x");
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_refused_and_one_they_can_list_is_closed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("dvtui/tokens.json");
        let folder = path.parent().unwrap();
        replace(&path, b"x").unwrap();
        for open in [0o770, 0o777, 0o1777, 0o702] {
            set_mode(folder, open);
            for error in
                [read(&path).unwrap_err(), replace(&path, b"y").unwrap_err(), append(&path).unwrap_err()]
            {
                assert!(Exposed::of(&error).unwrap().hint().contains("chmod 700"), "{error}");
            }
        }
        set_mode(folder, 0o755);
        assert_eq!(*read(&path).unwrap().unwrap(), b"x");
        replace(&path, b"y").unwrap();
        assert_eq!((mode(folder), mode(&path)), (0o700, 0o600));
    }

    /// Only an administrator can give a file away.
    #[test]
    fn a_file_or_folder_of_somebody_else_is_refused() {
        use std::os::unix::fs::chown;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("dvtui/tokens.json");
        let folder = path.parent().unwrap();
        replace(&path, b"x").unwrap();
        if chown(&path, Some(12_345), None).is_err() {
            return;
        }
        let error = read(&path).unwrap_err();
        assert!(error.to_string().contains("another user (uid 12345"), "{error}");
        chown(&path, Some(own_uid()), None).unwrap();
        chown(folder, Some(12_345), None).unwrap();
        for error in [read(&path).unwrap_err(), replace(&path, b"y").unwrap_err()] {
            assert!(Exposed::of(&error).unwrap().hint().contains("chown"), "{error}");
        }
    }

    /// What a process finds that looks at the file at any moment.
    fn old_or_new(path: &Path) -> Vec<u8> {
        let found = read(path).unwrap().unwrap().to_vec();
        assert!(found == b"old content" || found == b"the new content", "{found:?}");
        found
    }

    #[test]
    fn whichever_step_of_replacing_fails_the_file_is_old_or_new() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("tokens.json");
        let mut failed = Vec::new();
        for n in 0.. {
            replace(&path, b"old content").unwrap();
            let mut steps = 0;
            let replaced = replace_by_steps(&path, b"the new content", |step| {
                steps += 1;
                if steps > n {
                    failed.push(step);
                    return Err(io::Error::other("EIO"));
                }
                Ok(())
            });
            let found = old_or_new(&path);
            assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left behind");
            if replaced.is_ok() {
                assert_eq!(found, b"the new content");
                break;
            }
        }
        assert_eq!(failed, ["create", "write", "write the rest", "fsync", "rename", "fsync the folder"]);
    }

    /// This test starts itself, and the child ends without a word at the n-th step: nothing of it runs any more.
    #[test]
    fn whichever_step_a_process_is_killed_at_the_file_is_old_or_new_and_the_next_one_writes() {
        const NAME: &str = "private_file::tests::\
            whichever_step_a_process_is_killed_at_the_file_is_old_or_new_and_the_next_one_writes";
        if let (Ok(path), Ok(n)) = (std::env::var("KILLED_FILE"), std::env::var("KILLED_AT")) {
            let (n, mut steps) = (n.parse::<u32>().unwrap(), 0);
            let killed = replace_by_steps(Path::new(&path), b"the new content", |_| {
                steps += 1;
                if steps > n {
                    std::process::exit(9); // no destructor runs, as with SIGKILL
                }
                Ok(())
            });
            return killed.unwrap();
        }
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("tokens.json");
        let mut kills = 0;
        loop {
            replace(&path, b"old content").unwrap();
            let mut child = std::process::Command::new(std::env::current_exe().unwrap());
            child.args(["--exact", NAME]).env("KILLED_FILE", &path).env("KILLED_AT", kills.to_string());
            let ended = child.output().unwrap();
            let found = old_or_new(&path);
            if ended.status.success() {
                assert_eq!(found, b"the new content");
                break;
            }
            assert_eq!(ended.status.code(), Some(9), "{ended:?}");
            kills += 1;
        }
        assert_eq!(kills, 6);
    }
}
