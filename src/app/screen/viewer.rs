//! A JSON file by itself: nobody is signed in, nothing is asked of a server.

use super::json::Json;
use crate::app::json::Document;
use crate::app::{App, Screen};

/// State of the viewer.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewer {
    /// What row 1 calls it: the file's name.
    pub name: String,
    /// The text, folded and searched.
    pub json: Json,
    /// The text that was searched for last, in lower case.
    pub needle: String,
}

impl Viewer {
    /// A text that was read already.
    pub fn new(name: String, document: Document) -> Self {
        Self { name, json: Json::of(document), needle: String::new() }
    }
}

impl App {
    /// The same program with a JSON text and nothing else.
    #[must_use]
    pub fn viewing(mut self, viewer: Viewer) -> Self {
        self.session = crate::app::session::Session::SignedOut;
        self.screens = crate::app::nav::Screens::new(Screen::Viewer(Box::new(viewer)));
        self
    }
}
