//! Ranges of bytes in headers.

use std::ops::Range;

/// What part of a file a `Range` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    Part(Range<u64>),
    /// No byte of the file is in it.
    Beyond,
}

/// Several ranges at once, and what is no range, are passed over, as RFC 9110 has it.
pub(super) fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let range = header.and_then(|header| header.strip_prefix("bytes=")).and_then(|text| text.split_once('-'));
    let Some((first, last)) = range else { return Wanted::All };
    // Of a file without bytes every part is all of it.
    if size == 0 {
        return Wanted::All;
    }
    let range = match (digits(first), digits(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.trim().is_empty() => first..size,
        (None, Some(0)) if first.trim().is_empty() => return Wanted::Beyond,
        (None, Some(length)) if first.trim().is_empty() => size.saturating_sub(length)..size,
        _ => return Wanted::All,
    };
    if range.start < size { Wanted::Part(range) } else { Wanted::Beyond }
}

/// Where a chunk belongs: `bytes 0-4194303/25870370`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) place: Range<u64>,
    pub(super) total: u64,
}

/// None: the header says no place within a file of a known size.
pub(super) fn chunk(header: &str) -> Option<Chunk> {
    let (place, total) = header.strip_prefix("bytes")?.split_once('/')?;
    let (first, last) = place.split_once('-')?;
    let (first, last, total) = (digits(first)?, digits(last)?, digits(total)?);
    (first <= last && last < total).then_some(Chunk { place: first..last + 1, total })
}

/// A number without a sign.
fn digits(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_file_and_what_is_none_is_passed_over() {
        let part = |start, end| Wanted::Part(start..end);
        for (header, wanted_part) in [
            ("bytes=0-3", part(0, 4)),
            ("bytes=4-99", part(4, 10)),
            ("bytes=9-", part(9, 10)),
            ("bytes=-3", part(7, 10)),
            ("bytes=-99", part(0, 10)),
            ("bytes=0-18446744073709551615", part(0, 10)),
            ("bytes=10-", Wanted::Beyond),
            ("bytes=10-19", Wanted::Beyond),
            ("bytes=-0", Wanted::Beyond),
            ("bytes=3-2", Wanted::All),
            ("bytes=-", Wanted::All),
            ("bytes=0-1,4-5", Wanted::All),
            ("bytes=+1-2", Wanted::All),
            ("rows=0-1", Wanted::All),
            ("bytes=99999999999999999999-", Wanted::All),
        ] {
            assert_eq!(wanted(Some(header), 10), wanted_part, "{header}");
        }
        assert_eq!(wanted(None, 10), Wanted::All);
        assert_eq!(wanted(Some("bytes=0-3"), 0), Wanted::All);
    }

    #[test]
    fn a_chunk_lies_within_its_file() {
        assert_eq!(chunk("bytes 0-3/10"), Some(Chunk { place: 0..4, total: 10 }));
        assert_eq!(chunk("bytes 9-9/10"), Some(Chunk { place: 9..10, total: 10 }));
        for wrong in [
            "bytes 0-10/10",
            "bytes 3-2/10",
            "bytes */10",
            "bytes 0-3/*",
            "bytes 0-3",
            "0-3/10",
            "bytes -3/10",
            "bytes 0-18446744073709551615/18446744073709551616",
            "",
        ] {
            assert_eq!(chunk(wrong), None, "{wrong}");
        }
    }
}
