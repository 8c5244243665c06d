//! Sign-in: what the person has to do, and how it is going.

use crate::app::command::sign_in::SignInCommand;
use crate::app::effect::{Effect, Request};
use crate::app::key::{Input, Key};
use crate::app::notice::Notice;
use crate::app::problem::Problem;
use crate::app::secret::Secret;
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
    /// What the person is pasting or typing.
    pub field: Option<Field>,
    /// A code or an address stands on the plain screen already.
    announced: bool,
}

/// A text that a person gives, with what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// The address that a browser elsewhere ended at.
    Address(Secret),
    /// A ready token.
    Token(Secret),
}

impl Field {
    /// What was given so far.
    pub fn text(&self) -> &Secret {
        match self {
            Field::Address(text) | Field::Token(text) => text,
        }
    }

    fn text_mut(&mut self) -> &mut Secret {
        match self {
            Field::Address(text) | Field::Token(text) => text,
        }
    }
}

impl SignIn {
    /// A sign-in that has not begun.
    pub fn new(way: Way) -> Self {
        Self { way, prompt: None, problem: None, field: None, announced: false }
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
        if way == Way::Token {
            let effects = self.stop_reading();
            self.ask_for(Field::Token(Secret::default()));
            return effects;
        }
        vec![Effect::Run(self.tickets.issue(Slot::Session), Request::SignIn(way))]
    }

    fn use_token(&mut self, token: Secret) -> Vec<Effect> {
        if let Some(sign_in) = self.sign_in_mut() {
            *sign_in = SignIn { announced: sign_in.announced, ..SignIn::new(Way::Token) };
        }
        vec![Effect::Run(self.tickets.issue(Slot::Session), Request::UseToken(token))]
    }

    /// The sign-in needs a person. What is on the screen stays as it is.
    pub(in crate::app) fn person_needed(&mut self, problem: Problem) {
        if self.session.identity().is_some() && self.sign_in_mut().is_none() {
            self.notice = Some(Notice::Problem(problem));
        }
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
                match self.may_enter() {
                    true => self.enter(identity),
                    false => self.stay_out(&identity),
                }
            }
            Ok(identity) => {
                self.say(format!("Signed in as {}.", identity.user));
                let mut effects = vec![Effect::Adopt(identity.address.clone())];
                self.session = Session::SignedIn(identity);
                self.screens.remove(|screen| matches!(screen, Screen::SignIn(_)));
                effects.extend(self.refresh());
                effects
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
        self.forget_known_tables();
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
                Way::Browser | Way::Application | Way::AzureCli | Way::Token => Way::DeviceCode,
            }),
            (SignInCommand::AzureCli, _) => self.start_sign_in(Way::AzureCli),
            (SignInCommand::Application, _) => self.start_sign_in(Way::Application),
            (SignInCommand::Token, _) => self.ask_for(Field::Token(Secret::default())),
            (SignInCommand::Address, _) => self.ask_for(Field::Address(Secret::default())),
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

    fn ask_for(&mut self, field: Field) -> Vec<Effect> {
        self.notice = None;
        if let Some(sign_in) = self.sign_in_mut() {
            sign_in.field = Some(field);
        }
        vec![]
    }

    /// Takes an input for what the person gives; nothing when it is for somebody else. What is pasted while a browser is
    /// waited for is the address that it ended at.
    pub(in crate::app) fn sign_in_field_input(&mut self, input: &Input) -> Option<Vec<Effect>> {
        let Screen::SignIn(sign_in) = self.screen_mut() else { return None };
        let Some(field) = &mut sign_in.field else {
            let Input::Paste(text) = input else { return None };
            matches!(sign_in.prompt, Some(Prompt::Browser { .. })).then_some(())?;
            let mut address = Secret::default();
            address.push(text);
            return Some(self.give_address(address));
        };
        match input {
            Input::Paste(text) => field.text_mut().push(text),
            Input::Key(Key::Char(c)) => field.text_mut().push(c.encode_utf8(&mut [0; 4])),
            Input::Key(Key::Backspace) => field.text_mut().pop(),
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => sign_in.field = None,
            Input::Key(Key::Enter) => {
                let given = sign_in.field.take()?;
                return Some(match given {
                    field if field.text().count() == 0 => vec![],
                    Field::Address(address) => self.give_address(address),
                    Field::Token(token) => self.use_token(token),
                });
            }
            Input::Key(_) => {}
        }
        Some(vec![])
    }

    fn give_address(&mut self, address: Secret) -> Vec<Effect> {
        self.say("The address is looked at ...");
        vec![Effect::GiveAddress(address)]
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::app::key::{Input, Key};
    use crate::app::keymap::Keymap;
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
            desktop: false,
            ascii: false,
            keymap: Keymap::default(),
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
        assert!(app.screens.iter().eq(before.iter()));
        assert_eq!(app.session.identity().map(|identity| identity.user.as_str()), Some("Bo Li"));
    }
}
