//! Keys that are pressed at random, the same ones for the same seed: single ones, and whole sequences of somebody who
//! knows the program.

use std::collections::VecDeque;

use dvtui::app::key::Key;

/// Single keys; those that do something come more often.
const KEYS: &str = "cplhnjkeuXDrtz12348qQ/-[]gGaAxomvbwsS.EMFVf ?:!i";
const OTHERS: &[Key] = &[
    Key::Enter,
    Key::Esc,
    Key::Tab,
    Key::Backspace,
    Key::Up,
    Key::Down,
    Key::Ctrl('s'),
    Key::Ctrl('d'),
    Key::Ctrl('u'),
    Key::Ctrl('x'),
];
/// Sequences; `T` types a word, `!` answers what is asked.
const MOVES: &[&str] = &[
    "x n T Ctrl-D",
    "x t T Ctrl-D",
    "x p T Ctrl-D",
    "x r T Ctrl-D",
    "x r T Tab Tab Tab c Ctrl-D",
    "x v T Ctrl-D",
    "x c",
    "x o",
    "j j j x o",
    "x m",
    "x a T Enter",
    "x q T Enter",
    "x g T Enter",
    "x k",
    "x l",
    "x f T Enter",
    "a T Ctrl-D",
    "A Ctrl-D",
    "A T Ctrl-D",
    "D",
    "D j D",
    "c p h",
    "c p l",
    "c o e",
    "j .",
    "e T Enter",
    "Space",
    "Space Space",
    "v j j Space",
    "w",
    "w s",
    "w !",
    "w s !",
    "w s !",
    "w Ctrl-S",
    "s",
    "u",
    "U",
    "Ctrl-Y",
    "Enter",
    "1",
    "2",
    "4",
    "J",
    "Esc",
    "Esc Esc",
    "[",
    "g e",
    "g l",
    "g c",
    ": r o Enter",
    ": T Enter",
    "/ T Enter",
    "E",
];
const WORDS: &[&str] = &["tom", "printer", "12", "a", "y", "Y", "2 prod", "delete", "CAS", "now"];

/// What is pressed next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stroke {
    Key(Key),
    /// Whatever a question wants that is on the screen.
    Confirmation,
}

/// Ten fingers on a keyboard.
#[derive(Debug, Clone)]
pub(crate) struct Fingers {
    state: u64,
    confirms: bool,
    next: VecDeque<Stroke>,
}

impl Fingers {
    /// With `confirms` they also answer questions; without it they press neither `y` nor `Y`.
    pub(crate) fn new(seed: u64, confirms: bool) -> Self {
        Self { state: seed, confirms, next: VecDeque::new() }
    }

    /// A number below this one.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        // SplitMix64, https://prng.di.unimi.it/splitmix64.c
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit.max(1) as u64).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub(crate) fn press(&mut self) -> Stroke {
        loop {
            match self.next.pop_front() {
                Some(Stroke::Confirmation | Stroke::Key(Key::Char('y' | 'Y'))) if !self.confirms => {}
                Some(stroke) => return stroke,
                None => self.think(),
            }
        }
    }

    /// What comes next, one key at least.
    fn think(&mut self) {
        match self.below(10) {
            0 => self.next.push_back(Stroke::Confirmation),
            1 => {
                let byte = u8::try_from(self.below(95)).unwrap() + b' ';
                self.next.push_back(Stroke::Key(Key::Char(char::from(byte))));
            }
            2..6 => {
                let keys: Vec<char> = KEYS.chars().collect();
                let key = self.one(&keys);
                self.next.push_back(Stroke::Key(Key::Char(key)));
            }
            6 => {
                let key = self.one(OTHERS);
                self.next.push_back(Stroke::Key(key));
            }
            _ => {
                for key in self.one(MOVES).split(' ') {
                    match key {
                        "T" => {
                            let word = self.one(WORDS);
                            self.next.extend(word.chars().map(Key::Char).map(Stroke::Key));
                        }
                        "!" => self.next.push_back(Stroke::Confirmation),
                        key => self.next.push_back(Stroke::Key(key.parse().unwrap())),
                    }
                }
            }
        }
    }
}

/// The seed of a long run: always the same one, or that of the environment's `SEED`. It is printed.
#[allow(clippy::print_stdout)] // the way to run the same keys again
pub(crate) fn seed() -> u64 {
    let seed = std::env::var("SEED").map_or(20_261_123, |seed| seed.parse().unwrap());
    println!("SEED={seed}");
    seed
}
