//! Unlocking writes for a while, and locking them again.

use jiff::{SignedDuration, Timestamp};

use super::App;
use super::effect::Effect;
use super::overlay::prompt::Question;
use super::session::Writes;
use crate::dataverse::guard::UNLOCKED;

impl App {
    /// Why nothing can be written now, and what can be done about it.
    pub fn read_only(&self) -> Option<String> {
        let identity = self.session.identity()?;
        let reason = identity.read_only()?;
        Some(match identity.writes {
            Writes::Locked(_) => reason.to_owned(),
            _ => format!("{reason} :rw unlocks it for {} minutes.", UNLOCKED.as_secs() / 60),
        })
    }

    /// Asks for the alias of the environment.
    pub(in crate::app) fn ask_to_unlock(&mut self) -> Vec<Effect> {
        self.ask(Question::Unlock);
        vec![]
    }

    /// The alias was typed: the guard opens, and closes again by itself.
    pub(in crate::app) fn unlock(&mut self) -> Vec<Effect> {
        let now = self.now;
        let Some(identity) = self.session.identity_mut() else { return vec![] };
        let Writes::Closed(reason) = &identity.writes else { return vec![] };
        let lasts = SignedDuration::try_from(UNLOCKED).unwrap_or_default();
        let until = now.saturating_add(lasts).unwrap_or(now);
        identity.writes = Writes::Unlocked(reason.clone(), until);
        let place = identity.environment.clone();
        self.say(format!("Writes to {place} are unlocked. :ro locks them at once."));
        vec![Effect::Unlock]
    }

    /// Nothing is written from here on.
    pub(in crate::app) fn lock(&mut self) -> Vec<Effect> {
        let Some(identity) = self.session.identity_mut() else { return vec![] };
        let reason = match &identity.writes {
            Writes::Unlocked(reason, _) => reason.clone(),
            _ => "You made this session read-only.".to_owned(),
        };
        identity.writes = Writes::Closed(reason.clone());
        self.say("Read-only. What is staged stays pending.");
        vec![Effect::Lock(reason)]
    }

    /// Locks writes whose time has run out.
    pub(in crate::app) fn lock_in_time(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(identity) = self.session.identity_mut() else { return vec![] };
        let Writes::Unlocked(reason, until) = &identity.writes else { return vec![] };
        if now < *until {
            return vec![];
        }
        let reason = reason.clone();
        identity.writes = Writes::Closed(reason.clone());
        self.dirty = true;
        self.say("The time is up: read-only again. :rw unlocks; what is staged stays pending.");
        vec![Effect::Lock(reason)]
    }
}
