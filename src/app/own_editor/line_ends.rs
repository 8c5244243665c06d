//! How the lines of a value end, so that an editor that writes others does not change them.

/// How they end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnds {
    /// With `\n`, or there is one line.
    Feed,
    /// With `\r\n`, all of them.
    Both,
    /// In several ways: they are left alone.
    Mixed,
}

impl LineEnds {
    pub(super) fn of(value: &str) -> Self {
        let feeds = value.replace("\r\n", "\n");
        match (value.contains('\r'), feeds.replace('\n', "\r\n") == value) {
            (false, _) => Self::Feed,
            (true, true) => Self::Both,
            (true, false) => Self::Mixed,
        }
    }

    /// The value as a file of this system has it.
    pub(super) fn for_file(self, value: &str) -> String {
        match self {
            Self::Both => value.replace("\r\n", "\n"),
            Self::Feed | Self::Mixed => value.to_owned(),
        }
    }

    /// The value of a text from a file, with the line ends that it had before.
    pub(super) fn value_of(self, text: &str) -> String {
        match self {
            Self::Feed => text.replace("\r\n", "\n"),
            Self::Both => text.replace("\r\n", "\n").replace('\n', "\r\n"),
            Self::Mixed => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_they_did_whatever_an_editor_writes() {
        for (value, file, edited, expected) in [
            ("a\r\nb", "a\nb", "a\nb\nc", "a\r\nb\r\nc"),
            ("a\r\nb", "a\nb", "a\r\nc", "a\r\nc"),
            ("a\nb", "a\nb", "a\r\nc", "a\nc"),
            ("a\r\nb\n", "a\r\nb\n", "a\r\nx\n", "a\r\nx\n"),
            ("", "", "a\r\nb", "a\nb"),
        ] {
            let ends = LineEnds::of(value);
            assert_eq!(ends.for_file(value), file, "{value:?}");
            assert_eq!(ends.value_of(edited), expected, "{value:?}");
        }
    }
}
