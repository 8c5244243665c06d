//! The loop: events in, effects out, a frame when something changed.

use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::time::{Instant, sleep_until};

use super::console::Console;
use super::runner::Runner;
use super::theme::Theme;
use super::view;
use crate::app::{App, Effect, Event};

/// At most 30 frames a second for answers: a flood of them must not become a flood of frames.
const FRAME: Duration = Duration::from_millis(33);

/// Runs the program until it is left or its input ends. Writes that were sent are waited for, also when the terminal
/// is gone.
///
/// `input` is anything that yields events: the real terminal, or a test. Keys come first, and a frame follows as
/// soon as no further key waits: a flood of answers must not make the keyboard lag.
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
    input: impl Stream<Item = Event> + Unpin,
) -> io::Result<()>
where
    B::Error: Send + Sync + 'static,
{
    let left = run_until_left(app, runner, terminal, console, theme, input).await;
    runner.finish_writes().await;
    left
}

async fn run_until_left<B: Backend>(
    app: &mut App,
    runner: &mut Runner,
    terminal: &mut Terminal<B>,
    console: &mut impl Console,
    theme: &Theme,
    mut input: impl Stream<Item = Event> + Unpin,
) -> io::Result<()>
where
    B::Error: Send + Sync + 'static,
{
    let mut effects = app.begin();
    let mut due = Instant::now();
    loop {
        for effect in std::mem::take(&mut effects) {
            match effect {
                Effect::Quit => return Ok(()),
                Effect::Redraw => draw_anew(app, terminal)?,
                Effect::Copy(text) => console.copy(&text)?,
                Effect::Print(text) => {
                    console.leave(&text)?;
                    while !matches!(input.next().await, Some(Event::Input(_)) | None) {}
                    console.come_back()?;
                    draw_anew(app, terminal)?;
                }
                Effect::Announce(text) => {
                    console.announce(&text)?;
                    draw_anew(app, terminal)?;
                }
                Effect::Suspend => {
                    console.suspend()?;
                    draw_anew(app, terminal)?;
                }
                effect => runner.start(effect),
            }
        }
        if app.is_dirty() && Instant::now() >= due {
            while app.has_unseen_question()
                && let Some(event) = waiting(&mut input).await
            {
                effects.extend(take_input(app, event)); // typed before the question is there
            }
            app.drawn();
            terminal.draw(|frame| view::draw(app, theme, frame)).map_err(io::Error::other)?;
            due = Instant::now() + FRAME;
            if !effects.is_empty() {
                continue;
            }
        }
        let tick = Instant::now() + Duration::from_secs(1);
        let wanted = app.wants_tick_at().map(|at| Instant::now() + time_until(at));
        tokio::select! {
            biased;
            event = input.next() => {
                let Some(event) = event else { return Ok(()) };
                effects = take_input(app, event);
                while effects.is_empty() {
                    let Some(event) = waiting(&mut input).await else { break };
                    effects = take_input(app, event);
                }
                due = Instant::now();
            }
            Some(event) = runner.next() => effects = take_input(app, event),
            () = sleep_until(due), if app.is_dirty() => {}
            () = sleep_until(tick), if app.is_counting() => {
                effects = app.update(Event::Clock(Timestamp::now()));
            }
            () = sleep_until(wanted.unwrap_or(tick)), if wanted.is_some() => {
                effects = app.update(Event::Clock(Timestamp::now()));
            }
        }
    }
}

/// The screen was somebody else's meanwhile: the next frame draws all of it.
fn draw_anew<B: Backend>(app: &mut App, terminal: &mut Terminal<B>) -> io::Result<()>
where
    B::Error: Send + Sync + 'static,
{
    app.touch();
    terminal.clear().map_err(io::Error::other)
}

/// How long to wait until a time; a little longer, so that it has come.
fn time_until(at: Timestamp) -> Duration {
    let wait = at.duration_since(Timestamp::now());
    Duration::try_from(wait).unwrap_or_default() + Duration::from_millis(1)
}

/// Applies an event, and before it the time.
fn take_input(app: &mut App, event: Event) -> Vec<Effect> {
    let mut effects = app.update(Event::Clock(Timestamp::now()));
    effects.extend(app.update(event));
    effects
}

/// The event that is there already, if one is.
///
/// Polled with this task's own waker: the terminal's stream keeps the first waker it was given.
async fn waiting(input: &mut (impl Stream<Item = Event> + Unpin)) -> Option<Event> {
    poll_fn(|context| match input.poll_next_unpin(context) {
        Poll::Ready(event) => Poll::Ready(event),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
