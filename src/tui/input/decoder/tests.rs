use proptest::prelude::*;

use super::*;

const LOCAL: Duration = Duration::from_millis(25);
const REMOTE: Duration = Duration::from_millis(75);

/// A decoder and the time, which passes as it is told.
struct Line {
    decoder: Decoder,
    now: Duration,
    out: Vec<Decoded>,
}

impl Line {
    fn new(hold: Duration) -> Line {
        Line { decoder: Decoder::new(hold), now: Duration::from_secs(1), out: vec![] }
    }

    fn pass(&mut self, time: Duration) -> &mut Line {
        let then = self.now + time;
        while let Some(deadline) = self.decoder.deadline().filter(|deadline| *deadline <= then) {
            self.now = self.now.max(deadline);
            let decoded = self.decoder.wake(self.now);
            assert!(self.decoder.deadline() != Some(deadline), "time goes on");
            self.out.extend(decoded);
        }
        self.now = then;
        self
    }

    fn ms(&mut self, time: u64) -> &mut Line {
        self.pass(Duration::from_millis(time))
    }

    fn read(&mut self, bytes: impl AsRef<[u8]>) -> &mut Line {
        self.out.extend(self.decoder.feed(bytes.as_ref(), self.now));
        self
    }

    /// What came so far.
    fn taken(&mut self) -> Vec<Decoded> {
        std::mem::take(&mut self.out)
    }

    /// What comes when nothing follows.
    fn end(&mut self) -> Vec<Decoded> {
        self.ms(60_000).taken()
    }
}

fn key(key: Key) -> Decoded {
    Decoded::Input(Input::Key(key))
}

fn chars(text: &str) -> Vec<Decoded> {
    text.chars().map(|c| key(Key::Char(c))).collect()
}

fn esc_and(text: &str) -> Vec<Decoded> {
    [vec![key(Key::Esc)], chars(text)].concat()
}

fn paste(text: &str) -> Decoded {
    Decoded::Input(Input::Paste(text.into()))
}

/// What one read of these bytes is.
fn decoded(bytes: impl AsRef<[u8]>) -> Vec<Decoded> {
    Line::new(REMOTE).read(bytes).end()
}

/// Every key of the tables, as one terminal or another sends it.
fn sequences() -> Vec<(Vec<u8>, Vec<Decoded>)> {
    let mut all: Vec<(String, Vec<Key>)> = vec![];
    let arrows = [('A', Key::Up), ('B', Key::Down), ('C', Key::Right), ('D', Key::Left)];
    for (last, key) in arrows.into_iter().chain([('H', Key::Home), ('F', Key::End)]) {
        for modifier in 2..=16 {
            all.push((format!("\x1b[1;{modifier}{last}"), vec![key]));
        }
        all.push((format!("\x1b[{last}"), vec![key]));
        all.push((format!("\x1bO{last}"), vec![key]));
        all.push((format!("\x1bO5{last}"), vec![key]));
    }
    for (last, key) in arrows {
        let last = last.to_ascii_lowercase();
        all.push((format!("\x1b[{last}"), vec![key]));
        all.push((format!("\x1bO{last}"), vec![key]));
        all.push((format!("\x1b\x1b[{last}"), vec![Key::Esc, key]));
    }
    let numbers = [1, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24];
    let function = (1..=12).map(Key::F);
    let others = [Key::Home, Key::Delete, Key::End, Key::PageUp, Key::PageDown, Key::Home, Key::End];
    for (number, key) in numbers.into_iter().zip(others.into_iter().chain(function)) {
        for tail in ["~", ";2~", ";3~", ";5~", "$", "^", "@"] {
            all.push((format!("\x1b[{number}{tail}"), vec![key]));
        }
    }
    for (index, last) in ('A'..='E').enumerate() {
        all.push((format!("\x1b[[{last}"), vec![Key::F(index as u8 + 1)]));
    }
    for (index, last) in ('P'..='S').enumerate() {
        let key = Key::F(index as u8 + 1);
        all.push((format!("\x1bO{last}"), vec![key]));
        all.push((format!("\x1bO2{last}"), vec![key]));
        all.push((format!("\x1b[{last}"), vec![key]));
        if last != 'R' {
            all.push((format!("\x1b[1;5{last}"), vec![key]));
        }
    }
    for (bytes, keys) in [
        ("\x1b[Z", vec![Key::BackTab]),
        ("\x1bOM", vec![Key::Enter]),
        ("\x1bOp", vec![Key::Char('0')]),
        ("\x1bOk", vec![Key::Char('+')]),
        ("\x1b[97;5u", vec![Key::Ctrl('a')]),
        ("\x1b[27;5;97~", vec![Key::Ctrl('a')]),
        ("\x1b[120;3u", vec![Key::Esc, Key::Char('x')]),
        ("\x1bx", vec![Key::Esc, Key::Char('x')]),
        ("\x1b\r", vec![Key::Esc, Key::Enter]),
        ("\x1b\u{7f}", vec![Key::Esc, Key::Backspace]),
        ("\x1bé", vec![Key::Esc, Key::Char('é')]),
        ("\x1b\x1b", vec![Key::Esc, Key::Esc]),
        ("\x1b", vec![Key::Esc]),
        ("é", vec![Key::Char('é')]),
        ("界", vec![Key::Char('界')]),
        ("👩", vec![Key::Char('👩')]),
        ("\x07", vec![Key::Ctrl('g')]),
    ] {
        all.push((bytes.to_owned(), keys));
    }
    let mut all: Vec<(Vec<u8>, Vec<Decoded>)> = all
        .into_iter()
        .map(|(bytes, keys)| (bytes.into_bytes(), keys.into_iter().map(key).collect()))
        .collect();
    for (bytes, expected) in [
        ("\x1b[?2026;2$y", vec![Decoded::Reply(Reply::Mode(2026))]),
        ("\x1b[?2004;0$y", vec![]),
        ("\x1b]11;rgb:1e1e/1e1e/2e2e\x07", vec![Decoded::Reply(Reply::Background([0x1e, 0x1e, 0x2e]))]),
        ("\x1b]11;rgb:ff/ff/ff\x1b\\", vec![Decoded::Reply(Reply::Background([255; 3]))]),
        ("\x1b]10;rgb:ff/ff/ff\x1b\\", vec![]),
        ("\x1b]52;c;ZGQ=\x07", vec![]),
        ("\x1b[?62;22c", vec![Decoded::Reply(Reply::Attributes)]),
        ("\x1b[>41;354;0c", vec![]),
        ("\x1b[12;40R", vec![]),
        ("\x1b[0n", vec![Decoded::Reply(Reply::Status)]),
        ("\x1b[8;24;80t", vec![]),
        ("\x1b[?1u", vec![]),
        ("\x1b[I", vec![]),
        ("\x1b[O", vec![]),
        ("\x1b[<0;10;10M", vec![]),
        ("\x1b[M !!", vec![]),
        ("\x1bP>|XTerm(354)\x1b\\", vec![]),
        ("\x1bP1$r0m\x1b\\", vec![]),
        ("\x1b[200~dd\rq\x1b[201~", vec![paste("dd\rq")]),
        ("\x1b[200~\x1b[2J\x1b[20\x1b[201~", vec![paste("\x1b[2J\x1b[20")]),
    ] {
        all.push((bytes.as_bytes().to_vec(), expected));
    }
    all
}

#[test]
fn every_sequence_decodes_the_same_however_it_is_split() {
    for (hold, gaps) in [(REMOTE, [0, 5, 30, 60].as_slice()), (LOCAL, &[0, 5, 15])] {
        for (bytes, expected) in sequences() {
            for gap in gaps {
                for at in 0..=bytes.len() {
                    let (head, tail) = bytes.split_at(at);
                    let seen = Line::new(hold).read(head).ms(*gap).read(tail).end();
                    assert_eq!(seen, expected, "{hold:?} {gap} {at} {:?}", String::from_utf8_lossy(&bytes));
                }
                let mut line = Line::new(hold);
                for byte in &bytes {
                    line.read([*byte]).ms(*gap);
                }
                assert_eq!(line.end(), expected, "{hold:?} {gap} {:?}", String::from_utf8_lossy(&bytes));
            }
        }
    }
}

#[test]
fn one_sequence_is_not_mixed_up_with_what_stands_beside_it() {
    for (bytes, expected) in sequences() {
        let mut line = Line::new(REMOTE);
        line.decoder.pastes_marked = true;
        let around = [b"j".as_slice(), &bytes, b"\x1b[B", &bytes, b"\x1b[A"].concat();
        let expected =
            [chars("j"), expected.clone(), vec![key(Key::Down)], expected, vec![key(Key::Up)]].concat();
        assert_eq!(line.read(&around).end(), expected, "{:?}", String::from_utf8_lossy(&around));
    }
}

#[test]
fn an_esc_by_itself_acts_within_its_time() {
    for hold in [LOCAL, REMOTE] {
        let mut line = Line::new(hold);
        assert_eq!(line.read("\x1b").pass(hold - Duration::from_millis(1)).taken(), []);
        assert!(line.decoder.holds());
        assert_eq!(line.ms(1).taken(), [key(Key::Esc)]);
        assert!(!line.decoder.holds() && hold < Duration::from_millis(80));
    }
    assert_eq!(Line::new(REMOTE).read("\x07").taken(), [key(Key::Ctrl('g'))], "at once");
}

#[test]
fn alt_and_a_letter_that_begins_a_sequence_is_esc_and_the_letter() {
    for letter in ["[", "O", "]", "P", "[["] {
        assert_eq!(decoded(format!("\x1b{letter}")), esc_and(letter));
    }
    for typed in ["Ob", "]q", "Pq", "[[j"] {
        // `ESC O b` is Ctrl-Down of rxvt.
        let expected = if typed == "Ob" { vec![key(Key::Down)] } else { esc_and(typed) };
        assert_eq!(decoded(format!("\x1b{typed}")), expected);
    }
    assert_eq!(decoded("\x1b[\r"), [esc_and("["), vec![key(Key::Enter)]].concat());
}

#[test]
fn the_rest_of_a_sequence_that_comes_too_late_is_dropped() {
    let too_late = 76;
    for rest in
        ["[A", "OA", "[1;5C", "[6~", "[?2026;2$y", "[?62;22c", "]11;rgb:ffff/ffff/ffff\x1b\\", "]11;?\x07"]
    {
        for later in [0, 100, 200] {
            let seen = Line::new(REMOTE).read("\x1b").ms(too_late + later - 1).read(rest).end();
            assert_eq!(seen, [key(Key::Esc)], "{rest:?} {later}");
        }
        let mut slow = Line::new(REMOTE);
        slow.read("\x1b").ms(too_late);
        for byte in rest.bytes() {
            slow.read([byte]).ms(60);
        }
        assert_eq!(slow.end(), [key(Key::Esc)], "{rest:?}");
    }
    let seen = Line::new(REMOTE).read("\x1b").ms(too_late).read("[200~dd\x1b[201~").end();
    assert_eq!(seen, [key(Key::Esc), paste("dd")], "text stays text");
}

#[test]
fn what_a_person_types_after_esc_is_never_lost() {
    for (typed, gap) in
        [("[j", 5), ("[[", 0), ("[", 0), ("O", 0), ("]", 0), ("[A", 80), ("OA", 80), ("]1", 80), ("[n", 1)]
    {
        let mut line = Line::new(REMOTE);
        line.read("\x1b").ms(120);
        for byte in typed.bytes() {
            line.read([byte]).ms(gap);
        }
        assert_eq!(line.end(), esc_and(typed), "{typed}");
    }
    let much_later = Line::new(REMOTE).read("\x1b").ms(75 + 201).read("[A").end();
    assert_eq!(much_later, esc_and("[A"));
    let mut held = Line::new(REMOTE);
    assert_eq!(held.read("\x1b").ms(80).read("[").ms(75).taken(), esc_and("["), "after its hold, not later");
}

#[test]
fn answers_that_are_slow_or_never_end_are_no_keys() {
    for bytes in ["\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "\x1b[?62;22c", "\x1bP>|foot(1.2)\x1b\\"] {
        for at in 3..bytes.len() {
            let (head, tail) = bytes.split_at(at);
            let seen = Line::new(LOCAL).read(head).ms(4_000).read(tail).end();
            assert!(seen.iter().all(|seen| matches!(seen, Decoded::Reply(_))), "{at} {bytes:?} {seen:?}");
        }
        let cut_off = Line::new(LOCAL).read(&bytes[..8]).ms(6_000).read("j").end();
        assert_eq!(cut_off, chars("j"), "{bytes:?}");
    }
    let freed = Line::new(LOCAL).read("\x1b]11;rgb:ff").ms(500).read("\x03").ms(100).read("q").end();
    assert_eq!(freed, [vec![key(Key::Ctrl('c'))], chars("q")].concat());
}

#[test]
fn what_is_too_long_is_dropped_whole_and_kept_short() {
    for (head, tail, most) in
        [("\x1b[", "A", MAX_BODY), ("\x1b]11;", "\x07", MAX_STRING), ("\x1bP1$r", "\x1b\\", MAX_STRING)]
    {
        let mut line = Line::new(LOCAL);
        line.read(head);
        for _ in 0..300 {
            line.read("1".repeat(1_000));
            assert!(line.decoder.held.len() <= most);
        }
        assert_eq!(line.read(tail).read("j").end(), chars("j"), "{head:?}");
    }
}

#[test]
fn bytes_that_are_no_characters_are_shown_as_such_and_control_characters_are_no_characters() {
    assert_eq!(decoded(b"a\xffb"), chars("a\u{fffd}b"));
    assert_eq!(decoded(b"\xe7\x95a"), chars("\u{fffd}a"));
    assert_eq!(decoded(b"\xc3\x1b[A"), [chars("\u{fffd}"), vec![key(Key::Up)]].concat());
    assert_eq!(decoded("\u{9b}\u{85}j"), chars("j"));
}

#[test]
fn a_long_paste_comes_in_pieces_and_nothing_of_it_is_lost() {
    let text = "aé界👩\r".repeat(300_000);
    let mut line = Line::new(LOCAL);
    line.read("\x1b[200~");
    for bytes in text.as_bytes().chunks(4_093) {
        line.read(bytes);
        assert!(line.decoder.held.len() <= MAX_TEXT + 4_093);
    }
    let seen = line.read("\x1b[201~").end();
    assert!(seen.len() > 1);
    let pieces: Vec<String> = seen
        .into_iter()
        .map(|piece| match piece {
            Decoded::Input(Input::Paste(text)) => text,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(pieces.concat() == text);
}

#[test]
fn a_paste_without_an_end_stays_a_paste_and_can_be_left() {
    let mut line = Line::new(LOCAL);
    assert_eq!(line.read("\x1b[200~dd\x1b[20").ms(3_000).taken(), [paste("dd")]);
    assert_eq!(line.read("Dq").ms(3_000).taken(), [paste("\x1b[20Dq")], "and so is what comes after it");
    assert_eq!(line.read("\x1b").ms(30).read("j").end(), esc_and("j"));

    let mut line = Line::new(LOCAL);
    line.read("\x1b[200~").ms(3_000);
    assert_eq!(line.read("\x03j").end(), [vec![key(Key::Ctrl('c'))], chars("j")].concat());

    let mut line = Line::new(LOCAL);
    assert_eq!(
        line.read("\x1b[200~dd\x1b[20").ms(3_000).read("1~j").end(),
        [vec![paste("dd")], chars("j")].concat()
    );
}

#[test]
fn text_at_once_is_a_burst_until_pastes_are_known_to_be_marked() {
    let burst = |text: &str| vec![Decoded::Burst(text.into())];
    assert_eq!(decoded("/incident\r"), burst("/incident\r"));
    assert_eq!(decoded("äöü 12"), burst("äöü 12"), "bytes are counted");
    for typed in ["12345678", "jjjjjjjjjjjjjjj", "jkljkljklj"] {
        assert_eq!(decoded(typed), chars(typed), "{typed}");
    }
    let seen = Line::new(LOCAL).read("https://contoso").ms(40).read(".crm\r").ms(40).read("dd").end();
    assert_eq!(seen, burst("https://contoso.crm\rdd"), "a burst goes on");
    let seen = Line::new(LOCAL).read("https://contoso").ms(60).read("j").end();
    assert_eq!(seen, [burst("https://contoso"), chars("j")].concat());
    let seen = Line::new(LOCAL).read("https://contoso\x1b[A").end();
    assert_eq!(seen, [burst("https://contoso"), vec![key(Key::Up)]].concat());
    let mut line = Line::new(LOCAL);
    for _ in 0..1_000 {
        line.read("0123456789".repeat(300));
        assert!(line.decoder.held.len() <= MAX_TEXT);
    }
    assert_eq!(line.end().len(), 3, "in pieces");

    for proof in ["\x1b[?2004;2$y", "\x1b[200~x\x1b[201~"] {
        let mut line = Line::new(LOCAL);
        line.read(proof).ms(10).taken();
        assert!(line.decoder.pastes_marked());
        assert_eq!(line.read("/incident").end(), chars("/incident"), "{proof:?}");
    }
    assert!(!Line::new(LOCAL).read("\x1b[?2004;0$y").decoder.pastes_marked());
}

/// Bytes of which sequences are made come more often.
fn byte() -> impl Strategy<Value = u8> {
    let special = b"\x1b\x1b\x1b[[[]OP_;:?0123456789~$ABCHFMPRuyc\x07\\200201~\x03\r\xc3\xa9\xe7".to_vec();
    prop_oneof![4 => prop::sample::select(special), 1 => any::<u8>()]
}

fn any_bytes_are_safe(cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let chance =
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(config, chance);
    let read = (prop::collection::vec(byte(), 1..40), 0_u64..400);
    let outcome = runner.run(&prop::collection::vec(read, 1..12), |reads| {
        let mut line = Line::new(REMOTE);
        for (bytes, gap) in &reads {
            line.read(bytes).ms(*gap);
            prop_assert!(line.decoder.held.len() <= 12 * 40);
        }
        let sent: usize = reads.iter().map(|(bytes, _)| bytes.len()).sum();
        let seen = line.end();
        prop_assert!(seen.len() <= 2 * sent, "{seen:?}");
        for decoded in &seen {
            if let Decoded::Input(Input::Key(Key::Char(c) | Key::Ctrl(c))) = decoded {
                prop_assert!(!c.is_control(), "{decoded:?}");
            }
        }
        // Whatever came before: after a silence, and the way out of a paste, a key is a key.
        let after = line.read("\x03").ms(6_000).read("\x1b[A").end();
        prop_assert_eq!(after.last(), Some(&key(Key::Up)));
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn any_bytes_are_safe_in_a_slice() {
    any_bytes_are_safe(3_000);
}

#[test]
#[ignore = "long: cargo test --release -- --ignored"]
fn any_bytes_are_safe_in_full() {
    any_bytes_are_safe(1_000_000);
}
