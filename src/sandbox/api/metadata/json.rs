use std::fmt::Display;
use std::io::Write as _;

use uuid::Uuid;

use crate::sandbox::seed::named_id;

/// The one language of the sandbox.
pub(super) const LANGUAGE: u32 = 1033;

/// JSON that is written as it comes. All definitions together are tens of megabytes, so that nothing is built
/// before it is written.
#[derive(Debug)]
pub(super) struct Json {
    out: Vec<u8>,
    /// Whether the labels of the sandbox's language are wanted.
    labelled: bool,
}

impl Json {
    pub(super) fn new(labelled: bool) -> Json {
        Json { out: Vec::new(), labelled }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// The text so far, which is taken out.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    pub(super) fn key(&mut self, name: &str) {
        self.comma();
        self.text(name);
        self.out.push(b':');
    }

    /// What stands between the elements of a list.
    pub(super) fn comma(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(b',');
        }
    }

    pub(super) fn object(&mut self, inside: impl FnOnce(&mut Json)) {
        self.out.push(b'{');
        inside(self);
        self.out.push(b'}');
    }

    pub(super) fn list<T>(&mut self, items: impl IntoIterator<Item = T>, each: impl Fn(T, &mut Json)) {
        self.out.push(b'[');
        for item in items {
            self.comma();
            each(item, self);
        }
        self.out.push(b']');
    }

    pub(super) fn null(&mut self) {
        self.raw("null");
    }

    pub(super) fn yes(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    pub(super) fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    pub(super) fn number(&mut self, value: impl Into<i64>) {
        // Writing to a vector cannot fail.
        let _ = write!(self.out, "{}", value.into());
    }

    pub(super) fn float(&mut self, value: f64) {
        let _ = write!(self.out, "{value:?}");
    }

    pub(super) fn id(&mut self, id: Uuid) {
        let _ = write!(self.out, "\"{id}\"");
    }

    pub(super) fn text(&mut self, text: &str) {
        if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
            self.out.push(b'"');
            self.raw(text);
            self.out.push(b'"');
        } else {
            self.out.extend(serde_json::Value::from(text).to_string().into_bytes());
        }
    }

    pub(super) fn maybe(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    pub(super) fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        self.list(texts, |text, out| out.text(text));
    }

    /// `{"Value":"StringType"}`.
    pub(super) fn boxed(&mut self, value: &str) {
        self.object(|out| {
            out.key("Value");
            out.text(value);
        });
    }

    /// A label in the one language; empty text is no label. `of` is what its id is made from.
    pub(super) fn label(&mut self, text: &str, of: impl Display) {
        self.raw("{\"LocalizedLabels\":[");
        if text.is_empty() || !self.labelled {
            self.raw("],\"UserLocalizedLabel\":null}");
            return;
        }
        let start = self.out.len();
        self.object(|out| {
            out.key("Label");
            out.text(text);
            let _ = write!(out.out, ",\"LanguageCode\":{LANGUAGE},\"IsManaged\":true,\"MetadataId\":");
            out.id(named_id(&format!("label {of}")));
            out.raw(",\"HasChanged\":null");
        });
        let end = self.out.len();
        self.raw("],\"UserLocalizedLabel\":");
        self.out.extend_from_within(start..end);
        self.out.push(b'}');
    }

    /// A managed property.
    pub(super) fn managed(&mut self, value: bool, changeable: bool, name: &str) {
        let _ = write!(
            self.out,
            "{{\"Value\":{value},\"CanBeChanged\":{changeable},\"ManagedPropertyLogicalName\":\"{name}\"}}"
        );
    }
}
