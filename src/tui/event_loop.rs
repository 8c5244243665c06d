//! The loop: events in, effects out, a frame when something changed.

use std::future::{poll_fn, ready};
use std::io;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::poll_immediate;
use futures_util::{Stream, StreamExt};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::console::Console;
use super::input::Arrival;
use super::runner::Runner;
use super::theme::Theme;
use super::typing::Typing;
use super::view;
use crate::app::{App, Effect, Event};

/// At most 30 frames a second for answers: a flood of them must not become a flood of frames.
const FRAME: Duration = Duration::from_millis(33);
/// So long an answer of the terminal is waited for before the shell has it.
const LAST_ANSWER: Duration = Duration::from_millis(300);
/// So many arrivals are taken before a frame is drawn all the same.
const AT_ONCE: usize = 1_000;

/// Runs the program until it is left or its input ends. Writes that were sent are waited for, also when the terminal
/// is gone.
///
/// `input` is anything that yields events: the real terminal, or a test. Keys come first, and a frame follows as
/// soon as no further key waits: a flood of answers must not make the keyboard lag, and frames that nobody will see
/// must not hold up a slow line.
///
/// # Errors
///
/// When the terminal can no longer be drawn on.
pub async fn run<B: Backend>(
    app: &mut App,
    runner: &mut Runner,
    terminal: &mut Terminal<B>,
    console: &mut impl Console,
    theme: &Theme,
    input: impl Stream<Item: Into<Arrival>> + Unpin,
) -> io::Result<()>
where
    B::Error: Send + Sync + 'static,
{
    let left = run_until_left(app, runner, terminal, console, theme, input.map(Into::into).fuse()).await;
    runner.finish_writes().await;
    app.end();
    // What became of the last writes is not on the screen any more, but the next start must not wonder.
    let answers = runner.last_answers().into_iter().flat_map(|event| app.update(event)).collect::<Vec<_>>();
    for effect in answers {
        if let Effect::Journal(entries) = effect {
            drop(runner.keep(entries)); // a failure can be told to nobody
        }
    }
    runner.finish().await;
    left
}

async fn run_until_left<B: Backend>(
    app: &mut App,
    runner: &mut Runner,
    terminal: &mut Terminal<B>,
    console: &mut impl Console,
    theme: &Theme,
    mut input: impl Stream<Item = Arrival> + Unpin,
) -> io::Result<()>
where
    B::Error: Send + Sync + 'static,
{
    let mut effects = app.begin();
    let line = console.line();
    let mut due = Instant::now();
    let mut typing = Typing::default();
    let mut taken = 0;
    loop {
        for effect in std::mem::take(&mut effects) {
            match effect {
                Effect::Quit => return Ok(()),
                Effect::Redraw => draw_anew(app, terminal)?,
                Effect::Copy(text) => {
                    let how = console.copy(&text)?;
                    drop(app.update(Event::Copied(how))); // says how, and asks for nothing
                }
                Effect::Print(text) => {
                    console.leave(&text)?;
                    while let Some(arrival) = input.next().await {
                        if matches!(arrival, Arrival::Event(Event::Input(_)) | Arrival::Burst(_)) {
                            break;
                        }
                        effects.extend(typing.take(app, console, arrival)?);
                    }
                    console.come_back()?;
                    draw_anew(app, terminal)?;
                }
                Effect::Announce(text) => {
                    console.announce(&text)?;
                    draw_anew(app, terminal)?;
                }
                Effect::EditText(draft) => {
                    // Whatever is typed from here on is meant for the editor.
                    let mut input = (&mut input).filter(|arrival| ready(!arrival.is_from_keys()));
                    effects.extend(hear_out(app, console, &mut typing, &mut input).await?);
                    let edited = console.edit(&draft).await?;
                    line.forget();
                    loop {
                        match poll_immediate(input.next()).await {
                            Some(Some(arrival)) => effects.extend(typing.take(app, console, arrival)?),
                            Some(None) => return Ok(()),
                            None => break,
                        }
                    }
                    effects.extend(take_answer(app, Event::TextEdited(edited)));
                    draw_anew(app, terminal)?;
                }
                Effect::Suspend => {
                    effects.extend(hear_out(app, console, &mut typing, &mut input).await?);
                    console.suspend()?;
                    line.forget();
                    typing.suspended();
                    draw_anew(app, terminal)?;
                }
                Effect::OpenJournal(owner) => effects.extend(app.update(runner.open_journal(owner))),
                Effect::Journal(entries) => effects.extend(app.update(runner.keep(entries))),
                effect => runner.start(effect),
            }
        }
        if !effects.is_empty() {
            continue; // what asks to be kept is kept before it is seen
        }
        if taken < AT_ONCE
            && let Some(arrival) = waiting(&mut input).await
        {
            due = hurry(&arrival, due);
            effects.extend(typing.take(app, console, arrival)?);
            taken += 1;
            continue;
        }
        let now = Instant::now();
        let at_last = due.max(line.free_at(now).unwrap_or(now));
        if app.is_dirty() && now >= at_last {
            while app.has_unseen_question()
                && let Some(arrival) = waiting(&mut input).await
            {
                effects.extend(typing.take(app, console, arrival)?); // typed before the question is there
            }
            if !effects.is_empty() {
                continue;
            }
            typing.before_frame(app);
            app.drawn();
            let theme = console.theme().unwrap_or(theme);
            terminal.draw(|frame| view::draw(app, theme, frame)).map_err(io::Error::other)?;
            due = Instant::now() + FRAME;
        }
        taken = 0;
        let tick = app.tick();
        let at = Instant::now() + tick.unwrap_or_default();
        tokio::select! {
            biased;
            arrival = input.next() => {
                let Some(arrival) = arrival else { return Ok(()) };
                due = hurry(&arrival, due);
                effects = typing.take(app, console, arrival)?;
            }
            Some(event) = runner.next() => effects = take_answer(app, event),
            () = sleep_until(at_last), if app.is_dirty() => {}
            () = sleep_until(at), if tick.is_some() => {
                effects = app.update(Event::Clock(Timestamp::now()));
            }
        }
    }
}

/// Waits for what the terminal was asked: whoever has it next must not take an answer for something typed.
async fn hear_out(
    app: &mut App,
    console: &mut impl Console,
    typing: &mut Typing,
    input: &mut (impl Stream<Item = Arrival> + Unpin),
) -> io::Result<Vec<Effect>> {
    let line = console.line();
    let until = Instant::now() + LAST_ANSWER;
    let mut effects = vec![];
    while line.is_waiting()
        && let Ok(Some(arrival)) = timeout_at(until, input.next()).await
    {
        effects.extend(typing.take(app, console, arrival)?);
    }
    Ok(effects)
}

/// When the next frame is due, now that this has come: what a person did is seen at once.
fn hurry(arrival: &Arrival, due: Instant) -> Instant {
    if matches!(arrival, Arrival::Answered) { due } else { Instant::now() }
}

/// The screen was somebody else's meanwhile: the next frame draws all of it.
fn draw_anew<B: Backend>(app: &mut App, terminal: &mut Terminal<B>) -> io::Result<()>
where
    B::Error: Send + Sync + 'static,
{
    app.touch();
    terminal.clear().map_err(io::Error::other)
}

/// Applies an answer at the time that it comes.
fn take_answer(app: &mut App, event: Event) -> Vec<Effect> {
    let mut effects = app.update(Event::Clock(Timestamp::now()));
    effects.extend(app.update(event));
    effects
}

/// What is there already, if something is.
async fn waiting(input: &mut (impl Stream<Item = Arrival> + Unpin)) -> Option<Arrival> {
    poll_fn(|context| match input.poll_next_unpin(context) {
        Poll::Ready(event) => Poll::Ready(event),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
