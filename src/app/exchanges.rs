//! The requests of this session: what was asked, how it was answered, how long it took.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use super::App;
use super::screen::Screen;
use super::zone::Zone;
use crate::dataverse::WaitReason;
use crate::dataverse::exchange::{Again, Exchange};
use crate::dataverse::limits::REQUESTS;
use crate::text::grouped;

/// So many are kept.
pub const KEPT: usize = 200;

/// What is kept of the session's requests, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RequestLog {
    entries: VecDeque<Entry>,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A request of the Web API.
    Sent(Box<Exchange>),
    /// A request of a sign-in, of the list of environments or of a check.
    Traced(Box<Trace>),
    /// Something that was asked for and was here already.
    Cached {
        /// When.
        at: Timestamp,
        /// What would have been requested.
        what: String,
    },
}

/// A request that is not one of the session's own: no query, as codes and tokens can be in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// When it was sent.
    pub at: Timestamp,
    /// Until the whole answer was here, or until it was clear that none comes.
    pub took: Duration,
    pub method: String,
    /// Scheme, host and port.
    pub origin: String,
    pub path: String,
    /// HTTP status; none when no answer came.
    pub status: Option<u16>,
    /// Why no answer came.
    pub failure: String,
    /// Size of the body.
    pub bytes: usize,
}

/// Numbers over all that is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub kept: usize,
    pub ok: usize,
    pub client_errors: usize,
    pub server_errors: usize,
    pub unanswered: usize,
    pub retried: usize,
    pub cached: usize,
    /// Of the answered ones, in milliseconds.
    pub median: u128,
    pub p95: u128,
}

impl RequestLog {
    /// Keeps one more, and lets the oldest go.
    pub fn push(&mut self, entry: Entry) {
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    /// What is kept, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().rev()
    }

    /// The exchange with this id of the server.
    pub fn of_request(&self, id: &str) -> Option<&Exchange> {
        self.newest_first().find_map(|entry| match entry {
            Entry::Sent(exchange) if exchange.request_id.as_deref() == Some(id) => Some(&**exchange),
            _ => None,
        })
    }

    /// Numbers over all that is kept.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { kept: self.entries.len(), ..Summary::default() };
        let mut times = Vec::new();
        for entry in &self.entries {
            let Some((status, took)) = entry.outcome() else {
                summary.cached += 1;
                continue;
            };
            summary.retried += usize::from(entry.attempt() > 1);
            match status {
                Some(400..500) => summary.client_errors += 1,
                Some(500..) => summary.server_errors += 1,
                Some(_) => summary.ok += 1,
                None => summary.unanswered += 1,
            }
            if status.is_some() {
                times.push(took.as_millis());
            }
        }
        times.sort_unstable();
        let at = |part: usize| times.get((times.len() * part / 100).min(times.len().saturating_sub(1)));
        summary.median = at(50).copied().unwrap_or_default();
        summary.p95 = at(95).copied().unwrap_or_default();
        summary
    }
}

impl Summary {
    /// The numbers in a line; what there is none of is left out.
    pub fn line(&self) -> String {
        let mut line = format!("{} kept  ok {}", self.kept, self.ok);
        for (count, words) in [
            (self.client_errors, "4xx"),
            (self.server_errors, "5xx"),
            (self.unanswered, "no answer"),
            (self.retried, "retried"),
            (self.cached, "cache"),
        ] {
            if count > 0 {
                line.push_str(&format!("  {words} {count}"));
            }
        }
        if self.kept > self.cached + self.unanswered {
            line.push_str(&format!("  median {} ms  p95 {}", self.median, self.p95));
        }
        line
    }
}

impl Entry {
    /// Status and time of what was sent.
    fn outcome(&self) -> Option<(Option<u16>, Duration)> {
        match self {
            Entry::Sent(exchange) => Some((exchange.status, exchange.took)),
            Entry::Traced(trace) => Some((trace.status, trace.took)),
            Entry::Cached { .. } => None,
        }
    }

    /// Which try it was.
    fn attempt(&self) -> u32 {
        match self {
            Entry::Sent(exchange) => exchange.attempt,
            Entry::Traced(_) | Entry::Cached { .. } => 1,
        }
    }

    /// When it was asked for.
    pub fn at(&self) -> Timestamp {
        match self {
            Entry::Sent(exchange) => exchange.at,
            Entry::Traced(trace) => trace.at,
            Entry::Cached { at, .. } => *at,
        }
    }

    /// Milliseconds, of what was sent.
    pub fn millis(&self) -> String {
        self.outcome().map_or_else(|| "-".into(), |(_, took)| took.as_millis().to_string())
    }

    /// `200`, `412 !`, `429 r1`, `cache`.
    pub fn status(&self) -> String {
        let Some((status, _)) = self.outcome() else { return "cache".into() };
        let mut text = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        if self.attempt() > 1 {
            text.push_str(&format!(" r{}", self.attempt() - 1));
        }
        if self.is_trouble() {
            text.push_str(" !");
        }
        text
    }

    /// It was not answered as it should be.
    pub fn is_trouble(&self) -> bool {
        self.outcome().is_some_and(|(status, _)| status.is_none_or(|status| status >= 400))
    }

    /// `GET`
    pub fn method(&self) -> &str {
        match self {
            Entry::Sent(exchange) => &exchange.method,
            Entry::Traced(trace) => &trace.method,
            Entry::Cached { .. } => "-",
        }
    }

    /// What was asked for, below the service's root, as people read it; with its host where it is another service.
    pub fn what(&self) -> Cow<'_, str> {
        match self {
            Entry::Sent(exchange) => percent_decode_str(exchange.below_root()).decode_utf8_lossy(),
            Entry::Traced(trace) => {
                let host = trace.origin.split_once("://").map_or(trace.origin.as_str(), |(_, host)| host);
                Cow::Owned(format!("{host}{}", percent_decode_str(&trace.path).decode_utf8_lossy()))
            }
            Entry::Cached { what, .. } => Cow::Borrowed(what),
        }
    }

    /// What else there is to say, in a few words.
    pub fn note(&self) -> String {
        let exchange = match self {
            Entry::Sent(exchange) => exchange,
            Entry::Traced(trace) if !trace.failure.is_empty() => return trace.failure.clone(),
            Entry::Traced(trace) => return size(trace.bytes as u64),
            Entry::Cached { .. } => return String::new(),
        };
        let mut parts = Vec::new();
        if !exchange.failure.is_empty() {
            parts.push(exchange.failure.clone());
        }
        if !exchange.code.is_empty() {
            parts.push(exchange.code.clone());
        }
        if exchange.if_match.is_some() {
            parts.push("If-Match".to_owned());
        }
        if let Some(again) = exchange.again {
            parts.push(again_words(again));
        }
        if exchange.bytes > 0 {
            parts.push(size(exchange.bytes as u64));
        }
        parts.join("  ")
    }

    /// Whether a text, in lower case, is in what the line or its details say.
    pub fn matches(&self, needle: &str) -> bool {
        let has = |text: &str| text.to_lowercase().contains(needle);
        has(&self.what())
            || has(self.method())
            || has(&self.status())
            || has(&self.note())
            || matches!(self, Entry::Sent(exchange)
                if has(&exchange.client_request_id) || exchange.request_id.as_deref().is_some_and(has))
    }

    /// Everything that is known, line by line, with times in a zone. Tokens and bodies are not: they are never kept.
    pub fn details(&self, zone: &Zone) -> Vec<String> {
        let exchange = match self {
            Entry::Sent(exchange) => exchange,
            Entry::Traced(trace) => return trace.details(),
            Entry::Cached { at, what } => {
                return vec![
                    what.clone(),
                    format!("It was here already at {}: nothing was sent.", zone.clock(*at)),
                ];
            }
        };
        let mut lines = vec![format!("{} {}", exchange.method, exchange.url())];
        if let Some(if_match) = &exchange.if_match {
            lines.push(format!("If-Match: {if_match}"));
        }
        if let Some(prefer) = &exchange.prefer {
            lines.push(format!("Prefer: {prefer}"));
        }
        lines.push(format!("x-ms-client-request-id: {}", exchange.client_request_id));
        lines.push("Authorization: ***".to_owned());
        let took = exchange.took.as_millis();
        lines.push(match exchange.status {
            Some(status) => {
                let code = match exchange.code.as_str() {
                    "" => String::new(),
                    code => format!(" code {code}"),
                };
                format!("< {status}{code} in {took} ms, {}", received(exchange))
            }
            None => format!("< no answer after {took} ms: {}", exchange.failure),
        });
        if let Some(id) = &exchange.request_id {
            lines.push(format!("< x-ms-service-request-id: {id}"));
        }
        if let Some(limits) = exchange.limits {
            let seconds = limits.time.map(|time| grouped(time.as_secs()));
            let time = seconds.map(|seconds| format!(", {seconds} s of work")).unwrap_or_default();
            lines.push(format!(
                "< left within 5 min: {} of {} requests{time}",
                grouped(limits.requests),
                grouped(REQUESTS)
            ));
        }
        if let Some(again) = exchange.again {
            lines.push(format!("Try {}: {}", exchange.attempt, again_words(again)));
        }
        lines.push(format!("Sent {}", zone.exact(exchange.at)));
        lines
    }
}

impl Trace {
    fn details(&self) -> Vec<String> {
        let took = self.took.as_millis();
        vec![
            format!("{} {}{}", self.method, self.origin, self.path),
            "A request of a sign-in, a list or a check: its query, headers and bodies are not kept."
                .to_owned(),
            match self.status {
                Some(status) => format!("< {status}  in {took} ms  {}", size(self.bytes as u64)),
                None => format!("< no answer after {took} ms: {}", self.failure),
            },
            format!("Sent {} UTC", self.at.strftime("%Y-%m-%d %H:%M:%S")),
        ]
    }
}

impl App {
    /// Keeps an exchange. Nothing is drawn for it unless it is looked at.
    pub(in crate::app) fn exchanged(&mut self, entry: Entry) {
        let is_seen = self.screens.iter().any(|screen| matches!(screen, Screen::Log(_)));
        self.requests.push(entry);
        if is_seen {
            self.log_grew();
        }
        self.dirty |= matches!(self.screen(), Screen::Log(_)) || self.strip > 0;
    }

    /// Notes that a table's columns were asked for and are here.
    pub(in crate::app) fn columns_were_here(&mut self, table: &crate::dataverse::TableName) {
        let what = format!("EntityDefinitions(LogicalName='{table}')/Attributes");
        self.exchanged(Entry::Cached { at: self.now, what });
    }
}

/// Why something was sent once more.
fn again_words(again: Again) -> String {
    match again {
        Again::NewToken => "with a new token".into(),
        Again::Waited(reason, waited) => {
            let why = match reason {
                WaitReason::Throttled(limit) => {
                    limit.words().map_or_else(|| "429".to_owned(), |words| format!("429, {words}"))
                }
                WaitReason::Unavailable(status) => status.to_string(),
                WaitReason::Connection => "no connection".into(),
            };
            format!("after {} ({why})", seconds(waited))
        }
    }
}

fn seconds(time: Duration) -> String {
    match time.as_millis() {
        millis @ ..10_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        millis => format!("{} s", millis / 1_000),
    }
}

/// How much came, and on the wire where that is known.
fn received(exchange: &Exchange) -> String {
    let body = size(exchange.bytes as u64);
    match exchange.on_wire {
        Some(wire) if wire != exchange.bytes as u64 => format!("{body}, {} on the wire", size(wire)),
        _ => body,
    }
}

/// `23 KB`
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataverse::{Limits, Throttle};

    fn exchange(status: u16, millis: u64) -> Exchange {
        Exchange {
            at: Timestamp::UNIX_EPOCH,
            took: Duration::from_millis(millis),
            method: "GET".into(),
            origin: "https://contoso.crm4.dynamics.com".into(),
            target: "/api/data/v9.2/incidents?$filter=statecode%20eq%200".into(),
            if_match: None,
            prefer: None,
            status: Some(status),
            code: String::new(),
            failure: String::new(),
            bytes: 23_001,
            on_wire: None,
            attempt: 1,
            again: None,
            client_request_id: "0d1f".into(),
            request_id: Some("77ab".into()),
            limits: Some(Limits { requests: 5_877, time: Some(Duration::from_secs(1_199)) }),
        }
    }

    fn sent(exchange: Exchange) -> Entry {
        Entry::Sent(Box::new(exchange))
    }

    #[test]
    fn two_hundred_are_kept_and_the_oldest_goes() {
        let mut log = RequestLog::default();
        for millis in 0..250 {
            log.push(sent(exchange(200, millis)));
        }
        let kept: Vec<String> = log.newest_first().map(Entry::millis).collect();
        assert_eq!(kept.len(), KEPT);
        assert_eq!((kept[0].as_str(), kept[199].as_str()), ("249", "50"));
    }

    #[test]
    fn the_numbers_count_answers_tries_and_times() {
        let mut log = RequestLog::default();
        assert_eq!(log.summary().line(), "0 kept  ok 0");
        for millis in 1..=100 {
            log.push(sent(exchange(200, millis)));
        }
        log.push(sent(exchange(404, 50)));
        log.push(sent(exchange(503, 50)));
        log.push(sent(Exchange { attempt: 2, ..exchange(200, 50) }));
        log.push(sent(Exchange { status: None, failure: "called off".into(), ..exchange(200, 9_000) }));
        log.push(Entry::Cached { at: Timestamp::UNIX_EPOCH, what: "x".into() });
        assert_eq!(
            log.summary().line(),
            "105 kept  ok 101  4xx 1  5xx 1  no answer 1  retried 1  cache 1  median 50 ms  p95 95"
        );
    }

    #[test]
    fn a_line_says_what_was_asked_and_how_it_went() {
        let mut again = exchange(200, 2_104);
        again.attempt = 2;
        again.again = Some(Again::Waited(WaitReason::Throttled(Throttle::Requests), Duration::from_secs(2)));
        let entry = sent(again);
        assert_eq!(entry.what(), "incidents?$filter=statecode eq 0");
        assert_eq!(entry.status(), "200 r1");
        assert_eq!(entry.note(), "after 2.0 s (429, 6,000 requests per 5 min)  24 KB");
        assert_eq!(sent(exchange(412, 1)).status(), "412 !");
        for needle in ["statecode", "get", "r1", "77ab", "0d1f", "24 kb"] {
            assert!(entry.matches(needle), "{needle}");
        }
        assert!(!entry.matches("post"));
    }

    #[test]
    fn a_sign_in_stands_there_with_its_host_and_without_what_could_be_a_secret() {
        let trace = Trace {
            at: Timestamp::UNIX_EPOCH,
            took: Duration::from_millis(41),
            method: "POST".into(),
            origin: "https://login.microsoftonline.com".into(),
            path: "/organizations/oauth2/v2.0/token".into(),
            status: Some(400),
            failure: String::new(),
            bytes: 812,
        };
        let entry = Entry::Traced(Box::new(trace.clone()));
        assert_eq!(entry.what(), "login.microsoftonline.com/organizations/oauth2/v2.0/token");
        assert_eq!(
            (entry.status(), entry.millis(), entry.note()),
            ("400 !".into(), "41".into(), "812 B".into())
        );
        assert!(entry.matches("microsoftonline") && !entry.matches("code="));
        let details = entry.details(&Zone::default()).join("\n");
        assert!(details.contains("< 400  in 41 ms  812 B"), "{details}");
        let mut log = RequestLog::default();
        log.push(entry);
        log.push(Entry::Traced(Box::new(Trace { status: None, failure: "called off".into(), ..trace })));
        assert_eq!(log.summary().line(), "2 kept  ok 0  4xx 1  no answer 1  median 41 ms  p95 41");
    }

    #[test]
    fn the_details_have_ids_and_limits_and_no_token() {
        let mut refused = exchange(412, 88);
        refused.code = "0x80060882".into();
        refused.if_match = Some("W/\"1\"".into());
        let details = sent(refused).details(&Zone::default()).join("\n");
        for part in [
            "GET https://contoso.crm4.dynamics.com/api/data/v9.2/incidents?$filter=statecode%20eq%200",
            "If-Match: W/\"1\"",
            "x-ms-client-request-id: 0d1f",
            "Authorization: ***",
            "< 412 code 0x80060882 in 88 ms, 24 KB",
            "x-ms-service-request-id: 77ab",
            "5,877 of 6,000 requests, 1,199 s of work",
        ] {
            assert!(details.contains(part), "{part} in {details}");
        }
    }
}
