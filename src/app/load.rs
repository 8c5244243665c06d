//! Something that is read from the server, and how far that is.

use super::problem::Problem;

/// A value that comes from the server. What was there before stays readable while the new is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Load<T> {
    /// Not asked for.
    #[default]
    Idle,
    /// Asked for; what was there before.
    Pending(Option<T>),
    /// Here.
    Ready(T),
    /// Did not come; what was there before.
    Failed(Problem, Option<T>),
}

impl<T> Load<T> {
    /// The newest value there is, fresh or not.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Idle => None,
            Self::Pending(old) | Self::Failed(_, old) => old.as_ref(),
            Self::Ready(value) => Some(value),
        }
    }

    /// The newest value there is, to be changed in place.
    pub fn value_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Idle => None,
            Self::Pending(old) | Self::Failed(_, old) => old.as_mut(),
            Self::Ready(value) => Some(value),
        }
    }

    /// Why the last attempt failed.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Failed(problem, _) => Some(problem),
            _ => None,
        }
    }

    /// An answer is awaited.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Pending(_))
    }

    /// A new attempt begins.
    pub fn start(&mut self) {
        *self = Self::Pending(self.take());
    }

    /// The attempt ended.
    pub fn finish(&mut self, result: Result<T, Problem>) {
        *self = match result {
            Ok(value) => Self::Ready(value),
            Err(problem) => Self::Failed(problem, self.take()),
        };
    }

    /// The attempt was called off: back to what was there.
    pub fn cancel(&mut self) {
        *self = match self.take() {
            Some(old) => Self::Ready(old),
            None => Self::Idle,
        };
    }

    fn take(&mut self) -> Option<T> {
        match std::mem::take(self) {
            Self::Idle => None,
            Self::Pending(old) | Self::Failed(_, old) => old,
            Self::Ready(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_reload_keeps_the_old_value() {
        let mut load = Load::Ready(1);
        load.start();
        assert_eq!(load.value(), Some(&1));
        load.finish(Err(Problem::new("No rows came.")));
        assert_eq!(load.value(), Some(&1));
        assert!(load.problem().is_some());
        load.start();
        load.cancel();
        assert_eq!(load, Load::Ready(1));
    }
}
