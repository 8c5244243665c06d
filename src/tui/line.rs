//! The line to the terminal: how much is on its way, and when there is room for another frame.
//!
//! What is written piles up in the kernel and in the connection, where nobody can take it back: over a slow line the
//! cursor would go on for many seconds after its key was let go. So each frame ends with a question that terminals
//! answer, and the answers tell how long the way is and how long the line takes for a byte. A frame is drawn when the
//! line has taken what was written before it; keys are taken all the while. On a fast line that is at once, however
//! long the way. A terminal that does not answer is not waited for.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Asks for the device status (DSR). Every terminal since the VT100 answers `CSI 0 n`.
pub const QUESTION: &str = "\x1b[5n";

/// An answer that comes so much later than usual was held up by what was written before.
const LATE: Duration = Duration::from_millis(100);
/// How long the shortest way is remembered, and as long again.
const MEMORY: Duration = Duration::from_secs(15);
/// An answer that comes so much later than it should is lost.
const LOST: Duration = Duration::from_secs(1);

/// What the backend writes and what the terminal answers. Clones mean the same line.
#[derive(Debug, Clone, Default)]
pub struct Line(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// There was an answer.
    answers: bool,
    unanswered: VecDeque<Written>,
    last_answer: Option<Instant>,
    /// How long an answer takes when nothing is before it: the least of late, and of the time before that.
    way: Option<Duration>,
    way_before: Option<Duration>,
    way_since: Option<Instant>,
    /// Seconds that the line takes for a byte.
    byte: f64,
    /// When it will have taken what was written.
    free: Option<Instant>,
}

/// Bytes with a question at their end.
#[derive(Debug, Clone, Copy)]
struct Written {
    at: Instant,
    bytes: usize,
    /// Nothing else was on its way then.
    alone: bool,
}

impl Line {
    /// The first question is on its way: what kind of terminal it is. Questions follow when that is answered.
    pub fn begin(&self, now: Instant) {
        self.state().unanswered.push_back(Written { at: now, bytes: 0, alone: true });
    }

    /// Whether a frame should end with a question.
    pub fn asks(&self) -> bool {
        self.state().answers
    }

    /// A frame of so many bytes was written, with a question at its end.
    pub fn wrote(&self, bytes: usize, now: Instant) {
        let mut state = self.state();
        let taken = Duration::from_secs_f64((bytes as f64 * state.byte).min(60.0));
        state.free = Some(state.free.map_or(now, |free| free.max(now)) + taken);
        let alone = state.unanswered.is_empty();
        state.unanswered.push_back(Written { at: now, bytes, alone });
    }

    /// The oldest question was answered.
    pub fn answered(&self, now: Instant) {
        let mut state = self.state();
        let Some(written) = state.unanswered.pop_front() else { return };
        let way = state.way_of(written, now);
        let begun = state.last_answer.map_or(written.at + way, |last| last.max(written.at + way));
        if written.bytes > 0 {
            let byte = now.saturating_duration_since(begun).as_secs_f64() / written.bytes as f64;
            state.byte = byte.max(state.byte * 0.75); // what was not alone on the way measures best
        }
        (state.last_answer, state.answers) = (Some(now), true);
    }

    /// When the next frame may be drawn, unless an answer comes before; `None` is now.
    pub fn free_at(&self, now: Instant) -> Option<Instant> {
        let mut state = self.state();
        let written = state.unanswered.front().filter(|_| state.answers)?.at;
        let way = state.way();
        let on_its_way: usize = state.unanswered.iter().map(|written| written.bytes).sum();
        let all = Duration::from_secs_f64((on_its_way as f64 * state.byte).min(60.0));
        let lost = written + 2 * (way + all) + LOST;
        if now >= lost {
            state.unanswered.clear();
            return None;
        }
        let at = if now >= written + way + LATE { lost } else { state.free? };
        (at > now).then_some(at)
    }

    /// Whether an answer is still to come.
    pub fn is_waiting(&self) -> bool {
        let state = self.state();
        state.answers && !state.unanswered.is_empty()
    }

    /// Somebody else had the terminal, and the answers.
    pub fn forget(&self) {
        self.state().unanswered.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn way(&self) -> Duration {
        self.way.into_iter().chain(self.way_before).min().unwrap_or_default()
    }

    /// How long the way is, now that this was answered.
    ///
    /// It may become longer: whoever moves to another network keeps the connection. So what was measured is forgotten
    /// after a while, for what was written when nothing else was on its way.
    fn way_of(&mut self, written: Written, now: Instant) -> Duration {
        let took = now.duration_since(written.at);
        let since = *self.way_since.get_or_insert(now);
        if written.alone && now >= since + MEMORY {
            (self.way_before, self.way, self.way_since) = (self.way, None, Some(now));
        }
        if written.alone || took < self.way() {
            self.way = Some(self.way.map_or(took, |way| way.min(took)));
        }
        self.way()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(33);

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// A terminal at the end of a line of so many bytes a second, `way` from one end to the other.
    struct Far {
        line: Line,
        rate: f64,
        way: Duration,
        /// Everything that was written has left by then.
        idle: Instant,
        answers: VecDeque<Instant>,
    }

    impl Far {
        /// The kind of the terminal is known, and the first screen is shown.
        fn new(rate: f64, way: Duration) -> (Self, Instant) {
            let begun = Instant::now();
            let mut far = Self { line: Line::default(), rate, way, idle: begun, answers: VecDeque::new() };
            far.line.begin(begun);
            far.line.answered(begun + 2 * way);
            far.draw(2_000, begun + 2 * way);
            let shown = far.answers.pop_front().unwrap();
            far.line.answered(shown);
            (far, shown + ms(1_000))
        }

        fn draw(&mut self, bytes: usize, now: Instant) {
            self.line.wrote(bytes, now);
            self.idle = self.idle.max(now) + Duration::from_secs_f64(bytes as f64 / self.rate);
            self.answers.push_back(self.idle + 2 * self.way);
        }

        /// Holds a key for so many seconds at 30 keys a second, as the loop would draw. Answers how many frames of so
        /// many bytes there were, and how long after the key was let go the last one was there.
        fn hold(&mut self, seconds: u32, bytes: usize, pressed: Instant) -> (usize, Duration) {
            let mut keys: VecDeque<Instant> =
                (0..=30 * seconds).map(|key| pressed + self.way + key * ms(1_000) / 30).collect();
            let (mut frames, mut dirty, mut due, mut now) = (0, false, pressed, pressed);
            loop {
                let draws = dirty && now >= due && self.line.free_at(now).is_none();
                if draws {
                    self.draw(bytes, now);
                    (frames, dirty, due) = (frames + 1, false, now + FRAME);
                }
                let free = dirty.then(|| self.line.free_at(now).unwrap_or(now).max(due));
                let next = [keys.front().copied(), self.answers.front().copied(), free];
                let Some(next) = next.into_iter().flatten().min() else { break };
                now = next;
                if self.answers.front() == Some(&now) {
                    self.answers.pop_front();
                    self.line.answered(now);
                } else if keys.front() == Some(&now) {
                    keys.pop_front();
                    (dirty, due) = (true, now);
                }
            }
            (frames, (self.idle + self.way).duration_since(pressed + seconds * ms(1_000)))
        }
    }

    #[test]
    fn the_cursor_stops_when_its_key_is_let_go_however_slow_the_line() {
        for (rate, way) in [(1_000.0, 150), (1_000.0, 0), (9_600.0, 150), (9_600.0, 300), (300.0, 150)] {
            for (bytes, seconds) in [(60, 3), (180, 3), (250, 3), (450, 3), (60, 60), (180, 60)] {
                let (mut far, pressed) = Far::new(rate, ms(way));
                let (frames, stopped) = far.hold(seconds, bytes, pressed);
                let frame = Duration::from_secs_f64(bytes as f64 / rate);
                let said =
                    format!("{seconds} s, {bytes} bytes, {rate} a second, {way} ms: {frames}, {stopped:?}");
                assert!(stopped <= 2 * ms(way) + LATE + 3 * frame, "{said}");
                // The line is not left idle either.
                assert!(
                    frames as u32 >= 30 * seconds
                        || frames as f64 * frame.as_secs_f64() > f64::from(seconds) / 2.0,
                    "{said}"
                );
                // A step of the cursor takes 180 bytes.
                assert!(
                    rate < 1_000.0 || bytes > 180 || seconds > 3 || stopped <= 2 * ms(way) + ms(300),
                    "{said}"
                );
            }
        }
    }

    #[test]
    fn on_a_fast_line_every_key_is_seen_at_once_however_long_the_way() {
        for way in [0, 20, 150, 300] {
            let (mut far, pressed) = Far::new(1e7, ms(way));
            let (frames, stopped) = far.hold(3, 180, pressed);
            assert_eq!(frames, 91, "{way} ms");
            assert!(stopped < 2 * ms(way) + ms(1), "{way} ms: {stopped:?}");
        }
    }

    #[test]
    fn an_answer_that_is_lost_holds_a_frame_up_for_a_second_at_most() {
        let (mut far, now) = Far::new(1e7, ms(20));
        far.draw(180, now);
        let lost = far.line.free_at(now + ms(200)).unwrap();
        assert!(lost > now + LOST && lost < now + LOST + ms(100));
        assert_eq!(far.line.free_at(lost), None);
        assert!(!far.line.is_waiting());
    }

    #[test]
    fn a_terminal_that_never_answers_is_not_waited_for() {
        let (line, now) = (Line::default(), Instant::now());
        line.begin(now);
        assert!(!line.asks() && !line.is_waiting());
        assert_eq!(line.free_at(now + ms(200)), None);
        line.answered(now);
        assert!(line.asks());
    }

    #[test]
    fn a_way_that_becomes_longer_is_learned() {
        let (mut far, now) = Far::new(1e7, ms(20));
        far.way = ms(200);
        let frames: Vec<usize> = (0..6).map(|hold| far.hold(3, 180, now + hold * ms(10_000)).0).collect();
        assert!(frames[0] < 20, "at first it looks like a slow line: {frames:?}");
        assert_eq!(frames[5], 91, "{frames:?}");
    }
}
