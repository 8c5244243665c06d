use http::HeaderMap;

/// What the client would like: the `Prefer` header, or several of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Prefer {
    /// Patterns of annotation names; empty: none.
    annotations: Vec<String>,
    annotations_text: Option<String>,
    pub(super) page_size: Option<usize>,
    pub(super) representation: bool,
    pub(super) track_changes: bool,
    /// A batch is to go on behind a part that failed.
    pub(super) continue_on_error: bool,
}

impl Prefer {
    pub(super) fn of(headers: &HeaderMap) -> Prefer {
        let mut prefer = Prefer::default();
        for header in headers.get_all("prefer") {
            for preference in split(&String::from_utf8_lossy(header.as_bytes())) {
                prefer.add(&preference);
            }
        }
        prefer
    }

    fn add(&mut self, preference: &str) {
        let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "odata.include-annotations" => {
                self.annotations = value.split(',').map(|pattern| pattern.trim().to_owned()).collect();
                self.annotations_text = Some(value.to_owned());
            }
            "odata.maxpagesize" => self.page_size = value.parse().ok().filter(|size| *size > 0),
            "odata.track-changes" => self.track_changes = true,
            "odata.continue-on-error" | "continue-on-error" => {
                self.continue_on_error = !value.eq_ignore_ascii_case("false");
            }
            "return" => self.representation = value == "representation",
            _ => {}
        }
    }

    /// Whether an annotation is asked for: `*`, `Prefix.*`, a full name; `-` before one takes it out.
    pub(super) fn wants(&self, annotation: &str) -> bool {
        let matches = |pattern: &str| match pattern.strip_suffix('*') {
            Some(prefix) => annotation.starts_with(prefix),
            None => pattern == annotation,
        };
        let refused = self.annotations.iter().filter_map(|pattern| pattern.strip_prefix('-')).any(matches);
        !refused && self.annotations.iter().any(|pattern| matches(pattern))
    }

    /// Whether every annotation is asked for, which errors answer with more of them.
    pub(super) fn wants_all(&self) -> bool {
        self.annotations.iter().any(|pattern| pattern == "*")
    }

    /// The `Preference-Applied` of an answer with rows.
    pub(super) fn applied_to_read(&self) -> Option<String> {
        let size = self.page_size.map(|size| format!("odata.maxpagesize={size}"));
        joined([size, self.annotations_applied()])
    }

    /// The `Preference-Applied` of an answer that is not paged.
    pub(super) fn applied_to_row(&self) -> Option<String> {
        self.annotations_applied()
    }

    /// The `Preference-Applied` of a list whose changes are going to be followed.
    pub(super) fn applied_to_tracking(&self) -> Option<String> {
        joined([Some("odata.track-changes".to_owned()), self.applied_to_read()])
    }

    /// The `Preference-Applied` of an answer to a write.
    pub(super) fn applied_to_write(&self) -> Option<String> {
        let representation = self.representation.then(|| "return=representation".to_owned());
        joined([representation, self.annotations_applied()])
    }

    /// The `Preference-Applied` of a batch.
    pub(super) fn applied_to_batch(&self) -> Option<String> {
        self.continue_on_error.then(|| "odata.continue-on-error".to_owned())
    }

    fn annotations_applied(&self) -> Option<String> {
        self.annotations_text.as_ref().map(|text| format!("odata.include-annotations=\"{text}\""))
    }
}

fn joined(parts: [Option<String>; 2]) -> Option<String> {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(","))
}

/// Splits at commas outside quotes. Some clients put semicolons between preferences.
fn split(header: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for character in header.chars() {
        quoted ^= character == '"';
        if matches!(character, ',' | ';') && !quoted {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(character);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefer(values: &[&str]) -> Prefer {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("prefer", value.parse().unwrap());
        }
        Prefer::of(&headers)
    }

    #[test]
    fn preferences_come_in_one_header_or_in_several() {
        let together = "odata.maxpagesize=50,odata.include-annotations=\"OData.Community.Display.V1.FormattedValue,\
                        Microsoft.Dynamics.CRM.*\", return=representation";
        let one = prefer(&[together]);
        assert_eq!(one.page_size, Some(50));
        assert!(one.representation);
        assert!(one.wants("OData.Community.Display.V1.FormattedValue"));
        assert!(one.wants("Microsoft.Dynamics.CRM.lookuplogicalname"));
        assert!(!one.wants("OData.Other"));
        let two = prefer(&["odata.maxpagesize=5", "odata.include-annotations=\"*,-Microsoft.*\""]);
        assert_eq!(
            two.applied_to_read().unwrap(),
            "odata.maxpagesize=5,odata.include-annotations=\"*,-Microsoft.*\""
        );
        assert!(two.wants("anything"));
        assert!(!two.wants("Microsoft.Dynamics.CRM.totalrecordcount"));
        assert_eq!(two.applied_to_row().unwrap(), "odata.include-annotations=\"*,-Microsoft.*\"");
        let three = prefer(&["Odata.Track-Changes, odata.nonsense=1,wait=5,odata.maxpagesize=7"]);
        assert_eq!(three.applied_to_tracking().unwrap(), "odata.track-changes,odata.maxpagesize=7");
        assert!(three.track_changes && !one.track_changes);
        let four = prefer(&["odata.maxpagesize=3;odata.include-annotations=\"a;b,*\""]);
        assert_eq!((four.page_size, four.wants("anything")), (Some(3), true));
        assert_eq!(prefer(&[]).applied_to_read(), None);
        assert_eq!(prefer(&["odata.maxpagesize=0"]).page_size, None);
    }
}
