//! Sign-in: what the person has to do, and how it is going.

use crate::app::command::sign_in::SignInCommand;
use crate::app::effect::{Effect, Request};
use crate::app::problem::Problem;
use crate::app::session::{Identity, Prompt, Session, Way};
use crate::app::tickets::Slot;
use crate::app::{App, Screen};

/// State of the sign-in screen.
#[derive(Debug, Clone, PartialEq)]
pub struct SignIn {
    /// The way being tried.
    pub way: Way,
    /// What the person has to do, once the server said so.
    pub prompt: Option<Prompt>,
    /// Why the last attempt ended.
    pub problem: Option<Problem>,
    /// A code or an address stands on the plain screen already.
    announced: bool,
}

impl SignIn {
    /// A sign-in that has not begun.
    pub fn new(way: Way) -> Self {
        Self { way, prompt: None, problem: None, announced: false }
    }
}

impl App {
    /// Begins a sign-in; one that is under way is given up. A session that is there already stays behind it, with
    /// its screens and what is pending.
    pub(in crate::app) fn start_sign_in(&mut self, way: Way) -> Vec<Effect> {
        match self.sign_in_mut() {
            Some(before) => *before = SignIn { announced: before.announced, ..SignIn::new(way) },
            None => self.screens.push(Screen::SignIn(SignIn::new(way))),
        }
        if self.session.identity().is_none() {
            self.session = Session::SignedOut;
        }
        vec![Effect::Run(self.tickets.issue(Slot::Session), Request::SignIn(way))]
    }

    /// Takes what the server wants the person to do.
    pub(in crate::app) fn prompted(&mut self, prompt: Prompt) -> Vec<Effect> {
        let Some(sign_in) = self.sign_in_mut() else { return vec![] };
        let text = if sign_in.announced { prompt.plain_anew() } else { prompt.plain() };
        sign_in.announced = true;
        let mut effects = vec![Effect::Announce(text)];
        if let Prompt::Browser { address } = &prompt {
            effects.push(Effect::OpenBrowser(address.clone()));
        }
        sign_in.prompt = Some(prompt);
        effects
    }

    /// Takes the end of a sign-in.
    pub(in crate::app) fn signed_in(&mut self, result: Result<Identity, Problem>) -> Vec<Effect> {
        match result {
            Ok(identity) if self.session.identity().is_none() || self.opening.is_some() => {
                self.enter(identity)
            }
            Ok(identity) => {
                self.say(format!("Signed in as {}.", identity.user));
                self.session = Session::SignedIn(identity);
                self.screens.remove(|screen| matches!(screen, Screen::SignIn(_)));
                self.refresh()
            }
            Err(problem) => {
                match self.sign_in_mut() {
                    Some(sign_in) => {
                        sign_in.prompt = None;
                        sign_in.problem = Some(problem);
                    }
                    None => self.not_opened(problem),
                }
                vec![]
            }
        }
    }

    /// The sign-in that is under way; the doctor may stand before it.
    fn sign_in_mut(&mut self) -> Option<&mut SignIn> {
        self.screens.iter_mut().rev().find_map(|screen| match screen {
            Screen::SignIn(sign_in) => Some(sign_in),
            _ => None,
        })
    }

    /// The person stopped the sign-in.
    pub(in crate::app) fn sign_in_stopped(&mut self) {
        if self.session.identity().is_none() {
            self.session = Session::SignedOut;
        }
        if matches!(self.screen(), Screen::Environments(_)) {
            self.opening = None;
        }
        if let Some(sign_in) = self.sign_in_mut() {
            sign_in.prompt = None;
            sign_in.problem = Some(
                Problem::new("Sign-in stopped.")
                    .why("You stopped it.")
                    .next("n start again   b other way   q quit"),
            );
        }
    }

    pub(in crate::app) fn run_sign_in(&mut self, command: SignInCommand) -> Vec<Effect> {
        let Screen::SignIn(sign_in) = self.screen() else { return vec![] };
        let way = sign_in.way;
        let prompt = sign_in.prompt.clone();
        match (command, prompt) {
            (SignInCommand::NewCode, _) => self.start_sign_in(way),
            (SignInCommand::OtherWay, _) => self.start_sign_in(match way {
                Way::DeviceCode => Way::Browser,
                Way::Browser => Way::DeviceCode,
            }),
            (_, None) => vec![],
            (SignInCommand::CopyCode, Some(Prompt::DeviceCode { code, .. })) => self.copy(code),
            (SignInCommand::CopyCode | SignInCommand::CopyAddress, Some(prompt)) => {
                self.copy(prompt.address().to_owned())
            }
            (SignInCommand::OpenAddress, Some(Prompt::DeviceCode { may_open: false, .. })) => {
                self.say("This address belongs to no sign-in host that is known. Y copies it, should you trust it.");
                vec![]
            }
            (SignInCommand::OpenAddress, Some(prompt)) => {
                vec![Effect::OpenBrowser(prompt.address().to_owned())]
            }
            (SignInCommand::PrintPlain, Some(prompt)) => vec![Effect::Print(prompt.plain())],
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::app::key::{Input, Key};
    use crate::app::layout::Size;
    use crate::app::session::Start;
    use crate::app::{Event, Reply};

    fn identity(user: &str) -> Identity {
        Identity {
            environment: "contoso-uat".into(),
            badge: "SANDBOX".into(),
            user: user.into(),
            ..Identity::default()
        }
    }

    /// Answers the newest session request among the effects.
    fn answer(app: &mut App, effects: &[Effect], reply: Reply) -> Vec<Effect> {
        let ticket = effects.iter().find_map(|effect| match effect {
            Effect::Run(ticket, Request::Connect | Request::SignIn(_)) => Some(*ticket),
            _ => None,
        });
        app.update(Event::Reply(ticket.unwrap(), reply))
    }

    #[test]
    fn signing_in_again_keeps_the_screens_behind_it() {
        let start = Start {
            version: "0".into(),
            environment: Some("contoso-uat.crm4".into()),
            places: vec![],
            way: Way::DeviceCode,
            remote: true,
            ascii: false,
        };
        let mut app = App::new(start, Size { width: 80, height: 24 }, Timestamp::UNIX_EPOCH);
        let begun = app.begin();
        answer(&mut app, &begun, Reply::Connected(Ok(Some(identity("Anna Moss")))));
        let before = app.screens.clone();

        app.update(Event::Input(Input::Key(Key::Char('g'))));
        let asked = app.update(Event::Input(Input::Key(Key::Char('u'))));
        assert!(matches!(app.screen(), Screen::SignIn(_)));
        let failed = answer(&mut app, &asked, Reply::SignedIn(Err(Problem::new("Not signed in."))));
        assert_eq!(failed, []);
        let again = app.update(Event::Input(Input::Key(Key::Char('n'))));
        answer(&mut app, &again, Reply::SignedIn(Ok(identity("Bo Li"))));
        assert_eq!(app.screens, before);
        assert_eq!(app.session.identity().map(|identity| identity.user.as_str()), Some("Bo Li"));
    }
}
