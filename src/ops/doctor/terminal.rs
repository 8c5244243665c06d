//! The terminal: nothing here stops work, so nothing is worse than a warning.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Check, Id};

/// tmux answers at once, or its server is in trouble.
const PATIENCE: Duration = Duration::from_secs(2);
/// Milliseconds after which Esc feels slow.
const SLOW: u64 = 50;
/// Terminals that take text for the clipboard by OSC 52 as they come.
const TAKES_OSC_52: [&str; 7] =
    ["xterm-kitty", "alacritty", "foot", "foot-extra", "wezterm", "xterm-ghostty", "contour"];

/// What is known of the terminal without asking it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terminal {
    /// `TERM`.
    pub name: Option<String>,
    /// Columns and rows; nothing when output goes elsewhere.
    pub size: Option<(u16, u16)>,
    /// Shows ASCII only.
    pub ascii: bool,
    /// `NO_COLOR` is set.
    pub no_color: bool,
    /// 16 million colours.
    pub true_color: bool,
    /// At the other end of SSH.
    pub ssh: bool,
    /// Inside tmux.
    pub tmux: bool,
    /// Inside GNU screen.
    pub screen: bool,
}

impl Terminal {
    /// Looks at the terminal. tmux is asked for two of its options when this runs inside it.
    pub(super) async fn look(&self) -> Vec<Check> {
        let (escape, clipboard) = match self.tmux {
            true => futures_util::future::join(option("escape-time"), option("set-clipboard")).await,
            false => (None, None),
        };
        self.checks(escape.as_deref(), clipboard.as_deref())
    }

    /// The checks, with what tmux said.
    fn checks(&self, escape: Option<&str>, clipboard: Option<&str>) -> Vec<Check> {
        vec![self.terminal(), self.clipboard(clipboard), self.escape_time(escape), self.keys()]
    }

    fn terminal(&self) -> Check {
        let name = self.name.as_deref().unwrap_or("TERM is not set");
        let size = self.size.map(|(width, height)| format!("{width}x{height}"));
        let colours = match (self.no_color, self.true_color, name.contains("256color")) {
            (true, ..) => "no colours (NO_COLOR)",
            (_, true, _) => "16 million colours",
            (_, _, true) => "256 colours",
            _ => "16 colours",
        };
        let letters = if self.ascii { "ASCII" } else { "UTF-8" };
        let parts = [Some(name.to_owned()), size, Some(letters.to_owned()), Some(colours.to_owned())];
        let within = [(self.ssh, "SSH"), (self.tmux, "tmux"), (self.screen, "screen")];
        let within = within.into_iter().filter(|(is, _)| *is).map(|(_, name)| name.to_owned());
        let what = parts.into_iter().flatten().chain(within).collect::<Vec<_>>().join(", ");
        match (self.name.as_deref(), self.size) {
            (None | Some("dumb"), _) => Check::warn(Id::Terminal, what)
                .why("The program with its screens cannot draw here; commands work.")
                .next("Set TERM to what the terminal is, for example `export TERM=xterm-256color`."),
            (_, Some((width, height))) if width < 60 || height < 16 => {
                Check::warn(Id::Terminal, what).why("The screens need 60x16.").next("Make the window larger.")
            }
            _ => Check::ok(Id::Terminal, what),
        }
    }

    fn clipboard(&self, tmux: Option<&str>) -> Check {
        match (self.tmux, tmux) {
            (true, Some("on")) => Check::ok(Id::Clipboard, "tmux hands text on (set-clipboard on)"),
            (true, said) => {
                Check::warn(Id::Clipboard, format!("tmux does not hand text on (set-clipboard {})", said.unwrap_or("unknown")))
                    .why("`y` sends text to the terminal's clipboard by OSC 52, and tmux keeps it back.")
                    .next("Run `tmux set -s set-clipboard on`. `P` prints text plainly meanwhile.")
            }
            (false, _) if self.name.as_deref().is_some_and(|name| TAKES_OSC_52.contains(&name)) => {
                Check::ok(Id::Clipboard, "this terminal takes text by OSC 52")
            }
            (false, _) => Check::warn(Id::Clipboard, "the terminal did not confirm OSC 52")
                .why("`y` sends text to the terminal's clipboard by OSC 52. Many terminals take it, none says so.")
                .next("Try `y` and paste elsewhere. When nothing comes, `P` prints text plainly."),
        }
    }

    fn escape_time(&self, tmux: Option<&str>) -> Check {
        if !self.tmux {
            return match self.screen {
                true => Check::warn(Id::EscapeTime, "screen waits up to 300 ms after Esc")
                    .why("GNU screen looks whether a longer key follows (maptimeout).")
                    .next("Put `maptimeout 10` into ~/.screenrc."),
                false => Check::ok(Id::EscapeTime, "no tmux in between"),
            };
        }
        match tmux.and_then(|said| said.parse::<u64>().ok()) {
            Some(wait) if wait <= SLOW => {
                Check::ok(Id::EscapeTime, format!("tmux waits {wait} ms after Esc"))
            }
            Some(wait) => {
                Check::warn(Id::EscapeTime, format!("tmux waits {wait} ms after Esc: it feels slow"))
                    .why("tmux looks whether a longer key follows.")
                    .next("Run `tmux set -s escape-time 10`, and put it into ~/.tmux.conf.")
            }
            None => Check::warn(Id::EscapeTime, "tmux did not say how long it waits after Esc")
                .next("Run `tmux show -s escape-time`; more than 50 feels slow."),
        }
    }

    fn keys(&self) -> Check {
        match (self.name.as_deref(), self.screen) {
            (None | Some("dumb"), _) => Check::warn(Id::Keys, "without TERM nobody knows what keys send")
                .next("Set TERM to what the terminal is."),
            (_, true) => Check::warn(Id::Keys, "screen keeps Ctrl-A, and Ctrl-S where flow control is on")
                .why("Nothing here needs them: `w` does what Ctrl-S does."),
            _ => Check::ok(Id::Keys, "K on this screen of the program tests them"),
        }
    }
}

/// An option of the tmux server that this runs in.
async fn option(name: &'static str) -> Option<String> {
    let ask = move || {
        let mut command = Command::new("tmux");
        command.args(["show", "-sv", name]).stdin(Stdio::null()).stderr(Stdio::null());
        command.output().ok()
    };
    let asked = tokio::time::timeout(PATIENCE, tokio::task::spawn_blocking(ask)).await;
    let output = asked.ok()?.ok()??;
    let said = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !said.is_empty()).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;

    fn usual() -> Terminal {
        Terminal { name: Some("xterm-256color".into()), size: Some((80, 24)), ..Terminal::default() }
    }

    fn statuses(terminal: &Terminal, escape: Option<&str>, clipboard: Option<&str>) -> Vec<&'static str> {
        let checks = terminal.checks(escape, clipboard);
        assert!(checks.iter().all(|check| check.status != Status::Fail && !check.what.is_empty()));
        checks.iter().map(|check| check.status.word()).collect()
    }

    #[test]
    fn a_usual_terminal_is_fine_but_for_what_nobody_confirms() {
        assert_eq!(statuses(&usual(), None, None), ["ok", "warn", "ok", "ok"]);
        let kitty = Terminal { name: Some("xterm-kitty".into()), ..usual() };
        assert_eq!(statuses(&kitty, None, None), ["ok", "ok", "ok", "ok"]);
        let what = usual().terminal().what;
        assert_eq!(what, "xterm-256color, 80x24, UTF-8, 256 colours");
    }

    #[test]
    fn tmux_is_judged_by_what_it_says() {
        let tmux = Terminal { tmux: true, ..usual() };
        assert_eq!(statuses(&tmux, Some("10"), Some("on")), ["ok", "ok", "ok", "ok"]);
        assert_eq!(statuses(&tmux, Some("500"), Some("external")), ["ok", "warn", "warn", "ok"]);
        assert_eq!(statuses(&tmux, None, None), ["ok", "warn", "warn", "ok"]);
        assert!(tmux.escape_time(Some("500")).next.contains("tmux set -s escape-time 10"));
    }

    #[test]
    fn a_terminal_that_cannot_draw_or_is_small_is_told() {
        let dumb = Terminal { name: Some("dumb".into()), ..usual() };
        assert_eq!(statuses(&dumb, None, None), ["warn", "warn", "ok", "warn"]);
        let small = Terminal { size: Some((40, 10)), ..usual() };
        assert_eq!(statuses(&small, None, None)[0], "warn");
        let screen = Terminal { screen: true, ..usual() };
        assert_eq!(statuses(&screen, None, None), ["ok", "warn", "warn", "warn"]);
    }
}
