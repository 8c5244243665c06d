//! The environments to choose from, and the way from one to another.

use crate::app::command::environments::EnvironmentsCommand;
use crate::app::effect::{Effect, Request};
use crate::app::key::{Input, Key};
use crate::app::line::Line;
use crate::app::load::Load;
use crate::app::nav::Screens;
use crate::app::notice::Notice;
use crate::app::overlay::Overlay;
use crate::app::overlay::details::Details;
use crate::app::overlay::prompt::Question;
use crate::app::overlay::tags::TagForm;
use crate::app::picker::Picker;
use crate::app::places::Listed;
use crate::app::problem::Problem;
use crate::app::session::{Identity, Place, Session};
use crate::app::tickets::Slot;
use crate::app::{App, Screen};

/// State of the list of environments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Environments {
    /// What was typed, and the environments that match.
    pub picker: Picker,
    /// The keys go to the filter's text.
    pub typing: bool,
}

impl Environments {
    /// The environment under the cursor.
    pub fn current<'a>(&self, app: &'a App) -> Option<&'a Listed> {
        app.places.value()?.get(self.picker.current()?)
    }
}

impl App {
    /// Shows the environments; a list that is open already comes to the front.
    pub(in crate::app) fn go_environments(&mut self) -> Vec<Effect> {
        let mut effects = self.stop_reading();
        if self.session.identity().is_none() {
            self.session = Session::SignedOut;
            self.screens = Screens::new(Screen::Environments(Environments::default()));
        }
        let is_open = self.screens.iter().any(|screen| matches!(screen, Screen::Environments(_)));
        match is_open {
            true => while !matches!(self.screen(), Screen::Environments(_)) && self.screens.pop() {},
            false => self.screens.push(Screen::Environments(Environments::default())),
        }
        self.list_places();
        effects.extend(self.read_places());
        effects
    }

    pub(in crate::app) fn read_places(&mut self) -> Vec<Effect> {
        self.places.start();
        vec![Effect::Run(self.tickets.issue(Slot::Places), Request::Places)]
    }

    /// Takes the list. Nothing in its place means that a person has to sign in to what lists them.
    pub(in crate::app) fn places_came(
        &mut self,
        result: Result<Option<Vec<Listed>>, Problem>,
    ) -> Vec<Effect> {
        let was_empty = self.places.value().is_none_or(Vec::is_empty);
        let is_asked = matches!(self.screen(), Screen::Environments(_)) && self.session.identity().is_none();
        match result {
            Ok(Some(places)) => {
                self.places.finish(Ok(places));
                self.list_places();
                if let Some([only]) = self.places.value().map(Vec::as_slice)
                    && was_empty
                    && is_asked
                    && self.overlays.is_empty()
                    && !only.disabled
                {
                    let address = only.address.clone();
                    return self.open_place(address);
                }
            }
            Ok(None) if was_empty && is_asked => {
                self.places.cancel();
                return self.sign_in_to_list();
            }
            Ok(None) if was_empty => self.places.cancel(), // the screen says so itself
            Ok(None) => {
                self.places.cancel();
                self.say("Nobody is signed in to Global Discovery: the list may be old.  g u signs in");
            }
            Err(problem) => {
                let has_list = !was_empty;
                self.places.finish(Err(problem.clone()));
                if has_list {
                    self.notice = Some(Notice::Problem(problem));
                }
            }
        }
        vec![]
    }

    /// Lists the environments anew after they changed; the cursor stays on its environment.
    pub(in crate::app) fn list_places(&mut self) {
        let height = self.size.list_height();
        let places = self.places.value().map_or(&[][..], Vec::as_slice);
        let texts: Vec<Vec<String>> = places.iter().map(Listed::texts).collect();
        for screen in self.screens.iter_mut() {
            if let Screen::Environments(screen) = screen {
                let current = screen.picker.current().map(|entry| screen.picker.texts(entry).to_vec());
                screen.picker.set_entries(texts.clone());
                let mut found = screen.picker.found().iter();
                let line = current
                    .and_then(|texts| found.position(|found| screen.picker.texts(found.entry) == texts));
                let len = screen.picker.found().len();
                screen.picker.list.go_to(line.unwrap_or(screen.picker.list.cursor), len, height);
            }
        }
    }

    pub(in crate::app) fn run_environments(&mut self, command: EnvironmentsCommand) -> Vec<Effect> {
        let Screen::Environments(screen) = self.screen() else { return vec![] };
        let current = screen.current(self).cloned();
        match (command, current) {
            (EnvironmentsCommand::Filter, _) => {
                if let Screen::Environments(screen) = self.screen_mut() {
                    screen.typing = true;
                }
                vec![]
            }
            (EnvironmentsCommand::Address, _) => {
                self.notice = None;
                self.overlays.push(Overlay::Address(Line::default()));
                vec![]
            }
            (EnvironmentsCommand::SignOut, _) => {
                self.ask(Question::SignOut);
                vec![]
            }
            (EnvironmentsCommand::Nth(n), _) => {
                let nth =
                    screen.picker.found().get(n).and_then(|found| self.places.value()?.get(found.entry));
                match nth.map(|place| place.address.clone()) {
                    Some(address) => self.open_place(address),
                    None => {
                        self.say(format!("There is no environment {}.", n + 1));
                        vec![]
                    }
                }
            }
            (_, None) => {
                self.say("There is no environment here.  Esc clears the text, a takes an address");
                vec![]
            }
            (EnvironmentsCommand::Open, Some(place)) => self.open_place(place.address),
            (EnvironmentsCommand::Tag, Some(place)) => {
                self.overlays.push(Overlay::Tags(Box::new(TagForm::new(place))));
                vec![]
            }
            (EnvironmentsCommand::Details, Some(place)) => {
                let request = Request::Details(place.address.clone());
                self.overlays.push(Overlay::Details(Box::new(Details { place, asked: Load::Pending(None) })));
                vec![Effect::Run(self.tickets.issue(Slot::Details), request)]
            }
        }
    }

    /// Opens an environment in place of the present one, which stays until the other one answers.
    pub(in crate::app) fn open_place(&mut self, address: String) -> Vec<Effect> {
        self.bound = None;
        if self.session.identity().is_some_and(|identity| identity.address == address) {
            self.say("You are in this environment.");
            return self.leave_screen();
        }
        if !self.pending.is_empty() {
            let here = self.session.identity().map_or("", |identity| &identity.environment);
            self.say(match self.pending.unsent() {
                0 => format!("A save to {here} is on its way: wait for its answer."),
                1 => format!("1 change to {here} is not sent.  w reviews it: send or drop it first"),
                count => format!(
                    "{count} changes to {here} are not sent.  w reviews them: send or drop them first"
                ),
            });
            return vec![];
        }
        let place =
            self.places.value().and_then(|places| places.iter().find(|place| place.address == address));
        if let Some(place) = place.filter(|place| place.disabled) {
            self.say(format!(
                "{} is disabled: nobody can work in it until an administrator enables it.",
                place.name
            ));
            return vec![];
        }
        self.notice = None;
        self.opening = Some(address.clone());
        let connect = Effect::Run(self.tickets.issue(Slot::Session), Request::Connect);
        vec![Effect::Aim(Place::Environment(address)), connect]
    }

    /// Whether an environment that was connected may take the place of the present one: the person still waits for it,
    /// and nothing is pending here.
    pub(in crate::app) fn may_enter(&self) -> bool {
        let is_waited_for =
            matches!(self.screen(), Screen::Environments(_) | Screen::SignIn(_) | Screen::Doctor(_));
        self.session.identity().is_none() || (is_waited_for && self.pending.is_empty())
    }

    /// An environment was connected that nobody waits for any more.
    pub(in crate::app) fn stay_out(&mut self, identity: &Identity) -> Vec<Effect> {
        self.opening = None;
        self.say(format!("{} is ready, but you went on here.  g e opens it", identity.environment));
        vec![]
    }

    /// The environment that was to be opened was not; the one before it, if there is one, stays.
    pub(in crate::app) fn not_opened(&mut self, mut problem: Problem) {
        self.opening = None;
        problem.next = "Enter try again   a another address   Esc dismiss".into();
        self.notice = Some(Notice::Problem(problem));
    }

    /// Signs in again, to the environment or to what lists them.
    pub(in crate::app) fn sign_in_again(&mut self) -> Vec<Effect> {
        let mut effects = match self.screen() {
            Screen::Doctor(_) => self.leave_screen(), // the sign-in may be behind it
            _ => vec![],
        };
        match self.screen() {
            Screen::Environments(_) => {
                effects.extend(self.sign_in_to_list());
                return effects;
            }
            Screen::SignIn(sign_in) => {
                let way = sign_in.way;
                effects.extend(self.start_sign_in(way)); // to what it is for
                return effects;
            }
            _ => {}
        }
        self.opening = None;
        if let Some(identity) = self.session.identity() {
            effects.push(Effect::Aim(Place::Environment(identity.address.clone())));
        }
        effects.extend(self.start_sign_in(self.start.way));
        effects
    }

    fn sign_in_to_list(&mut self) -> Vec<Effect> {
        let way = self.start.way;
        let mut effects = vec![Effect::Aim(Place::List)];
        effects.extend(self.start_sign_in(way));
        effects
    }

    /// The sign-in to what lists environments ended.
    pub(in crate::app) fn signed_in_to_list(&mut self, result: Result<(), Problem>) -> Vec<Effect> {
        match result {
            Ok(()) => {
                if matches!(self.screen(), Screen::SignIn(_)) {
                    self.screens.pop();
                }
                self.read_places()
            }
            Err(problem) => self.signed_in(Err(problem)),
        }
    }

    /// Forgets the sign-ins to everything in the list.
    pub(in crate::app) fn sign_out(&mut self) -> Vec<Effect> {
        if !self.pending.is_empty() {
            self.say("Changes are not sent.  w reviews them: send or drop them first");
            return vec![];
        }
        let places = self.places.value().map_or(&[][..], Vec::as_slice);
        let mut addresses: Vec<String> = places.iter().map(|place| place.address.clone()).collect();
        addresses.extend(self.session.identity().map(|identity| identity.address.clone()));
        vec![Effect::Run(self.tickets.issue(Slot::Session), Request::SignOut(addresses))]
    }

    /// The sign-ins are forgotten: somebody else may sign in.
    pub(in crate::app) fn signed_out(&mut self, result: Result<(), Problem>) -> Vec<Effect> {
        if let Err(problem) = result {
            self.notice = Some(Notice::Problem(problem));
            return vec![];
        }
        self.session = Session::SignedOut;
        self.places = Load::Idle;
        self.tables = Load::Idle;
        self.screens = Screens::new(Screen::Environments(Environments::default()));
        self.list_places();
        self.say("Signed out.  g u signs in, as you or as somebody else");
        vec![]
    }

    /// Takes an input for the filter's text; nothing when it is for somebody else.
    pub(in crate::app) fn environments_field_input(&mut self, input: &Input) -> Option<Vec<Effect>> {
        let height = self.size.list_height();
        let Screen::Environments(screen) = self.screens.top_mut() else { return None };
        if !screen.typing {
            return None;
        }
        match input {
            Input::Key(Key::Enter) => {
                screen.typing = false;
                return Some(self.run_environments(EnvironmentsCommand::Open));
            }
            Input::Key(Key::Esc | Key::Ctrl('g') | Key::Tab) => screen.typing = false,
            input => {
                if !screen.picker.update(input, height) {
                    return None;
                }
            }
        }
        self.notice = None;
        Some(vec![])
    }

    /// The next step of Esc in the list; answers whether there was one.
    pub(in crate::app) fn environments_back(&mut self) -> bool {
        let Screen::Environments(screen) = self.screens.top_mut() else { return false };
        let is_filtered = !screen.picker.line.is_empty();
        if is_filtered {
            screen.picker.set_text("");
        }
        is_filtered
    }
}
