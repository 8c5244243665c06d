//! The environments to choose from: what lists them, what a person said of them, when they were opened.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// An environment of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// Origin, or what was sent in place of one.
    pub address: String,
    /// The address as people know it: `contoso.crm4`.
    pub short: String,
    /// Name for people; the profile's name where the environment is not listed.
    pub name: String,
    /// The profile that is for it.
    pub profile: Option<String>,
    /// What the profile says of it.
    pub tags: Tags,
    /// What it says that it is for: `sandbox`, `production`; `unknown` where it says nothing that is known.
    pub kind: &'static str,
    /// Writes there need more care.
    pub production: bool,
    /// Nobody can work in it now.
    pub disabled: bool,
    /// The service lists it; the others are known from profiles.
    pub listed: bool,
    pub region: String,
    pub version: String,
    /// Further facts, labels and values.
    pub facts: Vec<(&'static str, String)>,
    /// When it was opened last.
    pub used: Option<Timestamp>,
}

/// What a person says of an environment, as it is typed. An empty text says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags {
    pub label: String,
    pub colour: String,
    pub alias: String,
    pub production: Option<bool>,
    pub read_only: bool,
}

impl Listed {
    /// What the column of types says. Every state reads without colour.
    pub fn type_text(&self) -> String {
        let mut text = match (self.kind, self.disabled) {
            (_, true) => "disabled".to_owned(),
            ("unknown", _) if self.production => "?  (PROD)".to_owned(),
            ("unknown", _) => "?".to_owned(),
            _ if self.production => "PROD".to_owned(),
            (kind, _) => {
                let mut letters = kind.chars();
                letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
            }
        };
        if (self.production || self.tags.read_only) && !self.disabled && !text.contains('(') {
            text.push_str(&" ".repeat(6_usize.saturating_sub(text.len()).max(1)));
            text.push_str("RO");
        }
        text
    }

    /// When it was opened last, in a word: `today`, `mon`, `12 nov`, `2024`; `-` for never. By the days of UTC: the
    /// core knows no zone.
    pub fn used_text(&self, now: Timestamp) -> String {
        let Some(used) = self.used else { return "-".to_owned() };
        let (used, now) = (used.to_zoned(TimeZone::UTC).date(), now.to_zoned(TimeZone::UTC).date());
        let days = now.since(used).map_or(0, |span| span.get_days());
        match days {
            ..=0 => "today".to_owned(),
            1..=6 => used.strftime("%a").to_string().to_lowercase(),
            _ if used.year() == now.year() => used.strftime("%-d %b").to_string().to_lowercase(),
            _ => used.year().to_string(),
        }
    }

    /// The texts that it is found by, the one that people read first.
    pub(in crate::app) fn texts(&self) -> Vec<String> {
        let profile = self.profile.clone().unwrap_or_default();
        vec![self.name.clone(), self.short.clone(), profile, self.tags.label.clone()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_says_production_and_read_only_in_words() {
        let text = |kind, production, disabled, read_only| {
            let tags = Tags { read_only, ..Tags::default() };
            Listed { kind, production, disabled, tags, ..Listed::default() }.type_text()
        };
        assert_eq!(text("production", true, false, false), "PROD  RO");
        assert_eq!(text("sandbox", false, false, false), "Sandbox");
        assert_eq!(text("sandbox", false, false, true), "Sandbox RO");
        assert_eq!(text("sandbox", true, false, false), "PROD  RO");
        assert_eq!(text("unknown", true, false, false), "?  (PROD)");
        assert_eq!(text("unknown", false, false, false), "?");
        assert_eq!(text("trial", false, true, false), "disabled");
    }

    #[test]
    fn when_it_was_opened_is_told_in_a_word() {
        let now = "2026-11-23T14:00:00Z".parse().unwrap();
        let text = |used: &str| Listed { used: used.parse().ok(), ..Listed::default() }.used_text(now);
        assert_eq!(text("2026-11-23T01:00:00Z"), "today");
        assert_eq!(text("2026-11-22T23:00:00Z"), "sun");
        assert_eq!(text("2026-11-01T23:00:00Z"), "1 nov");
        assert_eq!(text("2024-11-22T23:00:00Z"), "2024");
        assert_eq!(text(""), "-");
        assert_eq!(text("2027-01-01T00:00:00Z"), "today", "a clock that was set back");
    }
}
