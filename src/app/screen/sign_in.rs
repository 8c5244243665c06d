//! Sign-in: what the person has to do, and how it is going.

use crate::app::command::sign_in::SignInCommand;
use crate::app::effect::{Effect, Request};
use crate::app::nav::Screens;
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
}

impl SignIn {
    /// A sign-in that has not begun.
    pub fn new(way: Way) -> Self {
        Self { way, prompt: None, problem: None }
    }
}

impl App {
    /// Begins a sign-in; one that is under way is given up.
    pub(in crate::app) fn start_sign_in(&mut self, way: Way) -> Vec<Effect> {
        self.session = Session::SignedOut;
        self.screens = Screens::new(Screen::SignIn(SignIn::new(way)));
        vec![Effect::Run(self.tickets.issue(Slot::Session), Request::SignIn(way))]
    }

    /// Takes what the server wants the person to do.
    pub(in crate::app) fn prompted(&mut self, prompt: Prompt) -> Vec<Effect> {
        let Screen::SignIn(sign_in) = self.screen_mut() else { return vec![] };
        let mut effects = vec![Effect::Announce(prompt.plain())];
        if let Prompt::Browser { address } = &prompt {
            effects.push(Effect::OpenBrowser(address.clone()));
        }
        sign_in.prompt = Some(prompt);
        effects
    }

    /// Takes the end of a sign-in.
    pub(in crate::app) fn signed_in(&mut self, result: Result<Identity, Problem>) -> Vec<Effect> {
        match result {
            Ok(identity) => self.enter(identity),
            Err(problem) => {
                if let Screen::SignIn(sign_in) = self.screen_mut() {
                    sign_in.prompt = None;
                    sign_in.problem = Some(problem);
                }
                vec![]
            }
        }
    }

    /// The person stopped the sign-in.
    pub(in crate::app) fn sign_in_stopped(&mut self) {
        self.session = Session::SignedOut;
        if let Screen::SignIn(sign_in) = self.screen_mut() {
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
