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
        let seconds = self.seconds(now);
        let told = match self.reason {
            WaitReason::Throttled(limit) => match limit.words() {
                Some(limit) => format!("Dataverse asks to wait {seconds} s ({limit})."),
                None => format!("Dataverse asks to wait {seconds} s."),
            },
            WaitReason::Unavailable(status) => {
                format!("The service is not available ({status}). Try {} in {seconds} s.", self.attempt)
            }
            WaitReason::Connection => format!("The connection failed. Try {} in {seconds} s.", self.attempt),
        };
        format!("{told} Continues by itself. Ctrl-C stop.")
    }

    /// The wait in a few words, for beside another message.
    pub fn short(&self, now: Timestamp) -> String {
        format!("waits {} s  Ctrl-C stop", self.seconds(now))
    }

    fn seconds(&self, now: Timestamp) -> i64 {
        (self.until.as_second() - now.as_second()).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataverse::Throttle;

    #[test]
    fn a_wait_counts_down_names_its_limit_and_never_goes_below_nothing() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let wait = |reason| Wait { until: at(142), attempt: 2, reason };
        for (limit, told) in [
            (Throttle::Requests, "Dataverse asks to wait 42 s (6,000 requests per 5 min)."),
            (Throttle::Time, "Dataverse asks to wait 42 s (20 min of work per 5 min)."),
            (Throttle::Concurrent, "Dataverse asks to wait 42 s (52 requests at once)."),
            (Throttle::Unknown, "Dataverse asks to wait 42 s."),
        ] {
            let line = wait(WaitReason::Throttled(limit)).line(at(100));
            assert_eq!(line, format!("{told} Continues by itself. Ctrl-C stop."));
            assert!(line.len() < 100, "{line}");
        }
        assert!(wait(WaitReason::Unavailable(503)).line(at(150)).contains("in 0 s"));
        assert!(wait(WaitReason::Connection).line(at(100)).contains("Try 2 in 42 s"));
    }
}
