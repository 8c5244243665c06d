//! Where a node is, as `jq` spells it.

use super::Document;

impl Document {
    /// Where a node is: `.customerid_account.name`, `.items[3]`, `."@odata.etag"`. Of several texts the number comes
    /// first, as `jq -s` has it.
    pub fn path(&self, index: usize) -> String {
        self.path_of(index, usize::MAX).0
    }

    /// The end of a path, with dots before it where it has more than `most` characters.
    pub fn path_end(&self, index: usize, most: usize) -> String {
        let (path, is_whole) = self.path_of(index, most);
        match path.char_indices().nth_back(most.saturating_sub(1)) {
            Some((start, _)) if start > 0 => format!("...{}", &path[start..]),
            _ if is_whole => path,
            _ => format!("...{path}"),
        }
    }

    /// The steps from the innermost outwards until there are `most` bytes; and whether that is all.
    fn path_of(&self, index: usize, most: usize) -> (String, bool) {
        let mut steps = Vec::new();
        let mut length = 0;
        let mut at = Some(index).filter(|index| *index < self.len());
        while let Some(index) = at {
            let parent = self.parent(index);
            if parent.is_some() || self.roots() > 1 {
                let step = self.step(index, most);
                length += step.len();
                steps.push(step);
            }
            at = parent;
            if at.is_some() && length > most {
                steps.reverse();
                return (steps.concat(), false);
            }
        }
        steps.reverse();
        let path = steps.concat();
        (if path.starts_with('.') { path } else { format!(".{path}") }, true)
    }

    fn step(&self, index: usize, most: usize) -> String {
        let Some(json) = self.key_json(index) else { return format!("[{}]", self.place(index)) };
        let name = json.trim_matches('"');
        let is_word = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let step = if is_word { format!(".{name}") } else { format!(".{json}") };
        match step.char_indices().nth_back(most) {
            Some((start, _)) => step[start..].to_owned(),
            None => step,
        }
    }
}
