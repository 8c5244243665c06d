use dvtui::app::command::{self, Scope};
use dvtui::app::effect::{Effect, Request};
use dvtui::app::overlay::Overlay;
use dvtui::app::overlay::help::Help;
use dvtui::app::overlay::palette::{Entry, Palette};
use dvtui::app::screen::Screen;

use crate::stage::Stage;

#[test]
fn a_prefix_opens_a_menu_that_does_not_hide_the_cursor() {
    let mut stage = Stage::at_cases(80, 24, 250, None);
    stage.keys("g");
    insta::assert_snapshot!(stage.screen());
    stage.keys("Esc G g");
    let screen = stage.screen();
    assert!(screen.lines().any(|line| line.starts_with('>')), "{screen}");
}

#[test]
fn an_unbound_letter_says_so_and_keeps_the_menu_open() {
    let mut stage = Stage::at_cases(80, 24, 250, None);
    stage.keys("g X");
    assert!(stage.row(23).contains("`g X` does nothing here."), "{}", stage.row(23));
    assert_eq!(stage.app.overlays.len(), 1);
    stage.keys("t");
    assert!(matches!(stage.app.screen(), Screen::Tables(_)));
}

#[test]
fn help_lists_the_keys_of_the_screen() {
    let mut stage = Stage::at_cases(80, 24, 250, None);
    stage.keys("?");
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn help_on_a_large_screen() {
    let mut stage = Stage::at_cases(120, 40, 250, None);
    stage.keys("?");
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn help_on_a_small_screen() {
    let mut stage = Stage::at_cases(60, 16, 250, None);
    stage.keys("?");
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn help_is_searched_by_typing_and_enter_runs_the_command() {
    let mut stage = Stage::at_cases(80, 24, 250, None);
    stage.keys("? l a s t Space c o l");
    insta::assert_snapshot!(stage.screen());
    stage.keys("Enter");
    assert!(stage.app.overlays.is_empty());
    assert!(matches!(stage.app.screen(), Screen::Grid(grid) if grid.active + 1 == grid.columns.len()));
}

#[test]
fn the_palette_finds_commands_and_tables_and_shows_their_keys() {
    let mut stage = Stage::at_cases(80, 24, 250, None);
    stage.keys(":");
    insta::assert_snapshot!(stage.screen());
    stage.keys("a c c o u n t");
    insta::assert_snapshot!(stage.screen());
    stage.keys("Enter");
    assert!(
        matches!(&stage.effects[..], [Effect::Run(_, Request::Schema(table))] if table.name.as_str() == "account")
    );
    assert_eq!(stage.app.screens.iter().count(), 2, "the tables are behind it");
}

#[test]
fn the_palette_says_why_a_command_cannot_run() {
    let mut stage = Stage::at_cases(80, 24, 250, None);
    stage.keys(": d r o p Space f i l");
    assert!(stage.screen().contains("No server filter is set."), "{}", stage.screen());
    stage.keys("Enter");
    assert!(stage.row(23).contains("No server filter is set."), "{}", stage.row(23));
}

#[test]
fn the_palette_finds_what_people_call_a_command_and_no_scattered_letters() {
    let mut stage = Stage::at_cases(80, 24, 250, None);
    stage.keys(": s a v e");
    assert!(stage.screen().contains("> Review and send pending changes"), "{}", stage.screen());
    stage.keys("Esc : p r i o");
    assert!(stage.screen().contains("No command or table has that name."), "{}", stage.screen());
}

#[test]
fn a_key_typed_into_the_palette_finds_its_command() {
    let mut stage = Stage::at_cases(80, 24, 250, None);
    stage.keys(": Q Enter");
    assert_eq!(stage.effects, [Effect::Quit]);
}

#[test]
fn every_command_of_a_screen_is_in_its_help_and_in_the_palette() {
    let mut screens = [Stage::new(80, 24), Stage::at_tables(80, 24), Stage::at_cases(80, 24, 10, None)];
    for stage in &mut screens {
        let scopes = stage.app.screen().scopes();
        let help = Help::new(&stage.app);
        let palette = Palette::new(&stage.app);
        for spec in command::of(scopes) {
            assert!(help.commands().any(|other| other.name == spec.name), "{} is not in help", spec.name);
            let in_palette = (0..palette.picker.len()).any(|entry| {
                matches!(palette.entry(&stage.app, entry), Some(Entry::Command(other)) if other.name == spec.name)
            });
            assert!(in_palette, "{} is not in the palette", spec.name);
        }
    }
}

#[test]
fn help_for_all_screens_lists_every_command_there_is() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("? Tab");
    let Some(Overlay::Help(help)) = stage.app.overlays.last() else { panic!("no help") };
    assert_eq!(help.commands().count(), command::all().count());
    assert!(help.commands().any(|spec| spec.scope == Scope::SignIn));
}

#[test]
fn what_cannot_run_and_is_not_even_called_so_comes_last() {
    let mut stage = Stage::at_cases(80, 24, 250, None);
    stage.keys(": c o m m"); // a word of `Review and send pending changes` begins so, and nothing is pending
    let Some(Overlay::Palette(palette)) = stage.app.overlays.last() else { panic!("{}", stage.screen()) };
    let found = palette.found(&stage.app);
    let titles: Vec<String> = found.iter().map(|found| palette.title(found.entry)).collect();
    assert_eq!(titles.last().map(String::as_str), Some("Review and send pending changes"), "{titles:?}");
    assert_eq!(titles.len(), 4, "{titles:?}");
}
