//! A request that waits before it is sent again.

use jiff::Timestamp;

use crate::dataverse::WaitReason;

/// A wait that the person should know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// When the request is sent again.
    pub until: Timestamp,
    /// Which try comes then; the second is 2.
    pub attempt: u32,
    /// Why it waits.
    pub reason: WaitReason,
}

impl Wait {
    /// The wait in one line, as it is at this time. It goes on by itself.
    pub fn line(&self, now: Timestamp) -> String {
        let why = match self.reason {
            WaitReason::Throttled => "Dataverse asks to slow down".to_owned(),
            WaitReason::Unavailable(status) => format!("The service is not available ({status})"),
            WaitReason::Connection => "The connection failed".to_owned(),
        };
        let seconds = (self.until.as_second() - now.as_second()).max(0);
        format!("{why}: try {} in {seconds} s, by itself. Ctrl-C stops it.", self.attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_counts_down_and_never_below_nothing() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let wait = Wait { until: at(142), attempt: 2, reason: WaitReason::Throttled };
        assert_eq!(
            wait.line(at(100)),
            "Dataverse asks to slow down: try 2 in 42 s, by itself. Ctrl-C stops it."
        );
        assert!(wait.line(at(150)).contains("in 0 s"));
    }
}
