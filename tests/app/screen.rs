//! A terminal in memory that a test can read while the loop draws on it.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use tokio::sync::Notify;

/// The screen. Clones show the same.
#[derive(Clone)]
pub(crate) struct Screen {
    backend: Arc<Mutex<TestBackend>>,
    drawn: Arc<Notify>,
    frames: Arc<AtomicUsize>,
}

impl Screen {
    pub(crate) fn new(width: u16, height: u16) -> Self {
        Self {
            backend: Arc::new(Mutex::new(TestBackend::new(width, height))),
            drawn: Arc::default(),
            frames: Arc::default(),
        }
    }

    /// What it shows.
    pub(crate) fn text(&self) -> String {
        let backend = self.backend.lock().unwrap();
        let buffer = backend.buffer();
        let width = usize::from(buffer.area.width);
        let rows = buffer.content.chunks(width);
        rows.map(|row| row.iter().map(Cell::symbol).collect::<String>() + "\n").collect()
    }

    /// How many frames were drawn.
    pub(crate) fn frames(&self) -> usize {
        self.frames.load(Ordering::Relaxed)
    }

    /// Waits for the next frame.
    pub(crate) async fn next_frame(&self) {
        self.drawn.notified().await;
    }
}

impl Backend for Screen {
    type Error = Infallible;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> Result<(), Infallible> {
        self.backend.lock().unwrap().draw(content)
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.backend.lock().unwrap().hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.backend.lock().unwrap().show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        self.backend.lock().unwrap().get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.backend.lock().unwrap().set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.backend.lock().unwrap().clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Infallible> {
        self.backend.lock().unwrap().clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, Infallible> {
        self.backend.lock().unwrap().size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        self.backend.lock().unwrap().window_size()
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        self.frames.fetch_add(1, Ordering::Relaxed);
        self.drawn.notify_one(); // the end of every frame
        Ok(())
    }
}
