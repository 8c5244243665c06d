//! What is found in tokens of every kind.

use super::*;

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const OTHER: &str = "99999999-2222-3333-4444-555555555555";
const CLIENT: &str = "51f81489-12ee-4a9e-aaae-a2591f45987d";
const NOW: i64 = 1_795_000_000;

fn good() -> Claims {
    Claims {
        audiences: vec!["https://contoso.crm4.dynamics.com/".into()],
        issuer: Some(format!("https://sts.windows.net/{TENANT}/")),
        version: Some("1.0".into()),
        tenant: Some(TENANT.into()),
        application: Some(CLIENT.into()),
        scopes: vec!["user_impersonation".into()],
        user: Some("anna@contoso.example".into()),
        not_before: Some(NOW - 60),
        expires: Some(NOW + 3_120),
        ..Claims::default()
    }
}

fn challenge(tenant: &str) -> Challenge {
    Challenge {
        authorization_uri: Some(format!("https://login.microsoftonline.com/{tenant}/oauth2/authorize")),
        resource_id: Some("https://contoso.crm4.dynamics.com/".into()),
        ..Challenge::default()
    }
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn environment() -> EnvironmentUrl {
    EnvironmentUrl::parse("contoso.crm4").unwrap()
}

fn case<'a>(claims: &'a Claims, environment: &'a EnvironmentUrl, challenge: &'a Challenge) -> Case<'a> {
    Case {
        token: Ok(claims),
        environment: Some(environment),
        challenge: Some(challenge),
        by_hand: false,
        asked: None,
        server_time: Some(time(NOW)),
        our_time: time(NOW),
    }
}

fn found(claims: &Claims, check: Check) -> Finding {
    let diagnosis = Diagnosis::of(&case(claims, &environment(), &challenge(TENANT)));
    diagnosis.finding(check).unwrap().clone()
}

#[test]
fn nothing_is_held_against_a_good_token() {
    let diagnosis = Diagnosis::of(&case(&good(), &environment(), &challenge(TENANT)));
    assert_eq!(diagnosis.cause(), None);
    assert!(diagnosis.findings.iter().all(|finding| finding.verdict == Verdict::Good), "{diagnosis:?}");
    assert!(diagnosis.findings.is_sorted_by_key(|finding| finding.check));
    assert_eq!(diagnosis.findings.len(), 7);
}

#[test]
fn every_spelling_of_the_environments_address_is_the_environment() {
    for aud in [
        "https://contoso.crm4.dynamics.com",
        "https://contoso.crm4.dynamics.com/",
        "https://contoso.crm4.dynamics.com//",
        "https://CONTOSO.crm4.Dynamics.com/",
        "https://contoso.crm4.dynamics.com:443/",
        "https://contoso.api.crm4.dynamics.com/",
    ] {
        let claims = Claims { audiences: vec![aud.into()], ..good() };
        assert_eq!(found(&claims, Check::Audience).verdict, Verdict::Good, "{aud}");
    }
}

#[test]
fn every_other_audience_is_named_and_leads_to_the_right_scope() {
    let cases = [
        ("00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
        ("https://graph.microsoft.com", "Microsoft Graph"),
        ("https://graph.microsoft.com/", "Microsoft Graph"),
        (CLIENT, "the application itself"),
        ("api://51f81489-12ee-4a9e-aaae-a2591f45987d", "the application itself"),
        ("https://globaldisco.crm.dynamics.com/", "Global Discovery"),
        ("https://management.azure.com/", "Azure management"),
        ("https://management.core.windows.net/", "Azure management"),
        ("https://fabrikam.crm4.dynamics.com/", "https://fabrikam.crm4.dynamics.com/"),
        ("https://contoso.crm.dynamics.com/", "https://contoso.crm.dynamics.com/"),
        ("https://contoso.crm4.dynamics.com:8443/", "8443"),
        ("https://contoso.crm4.dynamics.com/other", "/other"),
        ("http://contoso.crm4.dynamics.com/", "https"),
        ("urn:something", "urn:something"),
    ];
    for (aud, words) in cases {
        let finding = found(&Claims { audiences: vec![aud.into()], ..good() }, Check::Audience);
        assert_eq!(finding.verdict, Verdict::Bad, "{aud}");
        assert!(finding.why.contains(words) && finding.why.contains(aud), "{aud}: {finding:?}");
        assert_eq!(finding.next, "Ask for `https://contoso.crm4.dynamics.com/.default offline_access`.");
    }
    let finding = found(&Claims { audiences: vec![], ..good() }, Check::Audience);
    assert_eq!(finding.verdict, Verdict::Bad);
    let whole = Claims { audiences: vec!["00000007-0000-0000-c000-000000000000".into()], ..good() };
    assert_eq!(found(&whole, Check::Audience).verdict, Verdict::Odd);
}

#[test]
fn a_token_for_graph_is_told_in_the_words_that_people_look_for() {
    let claims = Claims {
        audiences: vec!["00000003-0000-0000-c000-000000000000".into()],
        scopes: vec!["openid".into()],
        ..good()
    };
    let finding = found(&claims, Check::Audience);
    assert_eq!(
        finding.why,
        "Your token is for Microsoft Graph (`aud` 00000003-0000-0000-c000-000000000000), not for this environment. That \
         happens when the request named no resource, for example `scope=openid offline_access`."
    );
    assert_eq!(found(&claims, Check::Scope).why, "after audience");
    let (environment, challenge) = (environment(), challenge(TENANT));
    let asked = Case { asked: Some("openid offline_access"), ..case(&claims, &environment, &challenge) };
    let told = Diagnosis::of(&asked);
    let cause = told.cause().unwrap();
    assert!(cause.why.contains("You asked for `scope=openid offline_access`"), "{cause:?}");
    assert!(cause.next.contains("`dv login`"), "{cause:?}");
}

#[test]
fn without_an_environment_a_token_for_any_is_fine_and_others_are_not() {
    let verdict = |aud: &str| {
        let claims = Claims { audiences: vec![aud.into()], ..good() };
        let (environment, challenge) = (environment(), challenge(TENANT));
        let offline = Case { environment: None, challenge: None, ..case(&claims, &environment, &challenge) };
        let found = Diagnosis::of(&offline);
        found.finding(Check::Audience).unwrap().verdict
    };
    assert_eq!(verdict("https://fabrikam.crm.microsoftdynamics.us"), Verdict::Good);
    assert_eq!(verdict("https://graph.microsoft.com"), Verdict::Bad);
    assert_eq!(verdict("https://example.org/"), Verdict::Bad);
}

#[test]
fn the_tenant_is_the_challenges() {
    let other = Claims { tenant: Some(OTHER.into()), ..good() };
    let finding = found(&other, Check::Tenant);
    assert_eq!(finding.verdict, Verdict::Bad);
    assert!(finding.next.contains(&format!("--tenant {TENANT}")), "{finding:?}");
    let personal = Claims { tenant: Some("9188040d-6c67-4c5b-b112-36a304b66dad".into()), ..good() };
    assert!(found(&personal, Check::Tenant).why.contains("work and school accounts"));
    let claims = good();
    let unnamed = Diagnosis::of(&case(&claims, &environment(), &challenge("organizations")));
    assert_eq!(unnamed.finding(Check::Tenant).unwrap().verdict, Verdict::Good);
}

#[test]
fn the_issuer_is_entras_of_the_same_tenant_cloud_and_version() {
    let verdict = |issuer: String, version: &str| {
        found(&Claims { issuer: Some(issuer), version: Some(version.into()), ..good() }, Check::Issuer)
            .verdict
    };
    assert_eq!(verdict(format!("https://sts.windows.net/{TENANT}/"), "1.0"), Verdict::Good);
    assert_eq!(verdict(format!("https://sts.windows.net/{OTHER}/"), "1.0"), Verdict::Bad);
    assert_eq!(verdict(format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "2.0"), Verdict::Odd);
    assert_eq!(verdict(format!("https://login.microsoftonline.us/{TENANT}/v2.0"), "1.0"), Verdict::Odd);
    assert_eq!(verdict(format!("https://sts.chinacloudapi.cn/{TENANT}/"), "1.0"), Verdict::Bad);
    assert_eq!(verdict("https://accounts.example/".into(), "1.0"), Verdict::Odd);
    assert_eq!(verdict("no address".into(), "1.0"), Verdict::Odd);
}

#[test]
fn a_scope_other_than_user_impersonation_is_not_enough_and_an_application_needs_none() {
    let scopes = Claims { scopes: vec!["User.Read".into()], ..good() };
    let finding = found(&scopes, Check::Scope);
    assert!(finding.verdict == Verdict::Bad && finding.why.contains("User.Read"), "{finding:?}");
    let application = Claims { scopes: vec![], user: None, kind: Some("app".into()), ..good() };
    let finding = found(&application, Check::Scope);
    assert!(finding.verdict == Verdict::Good && finding.why.contains(CLIENT), "{finding:?}");
    let odd = Claims { scopes: vec![], ..good() };
    assert_eq!(found(&odd, Check::Scope).verdict, Verdict::Odd);
}

#[test]
fn the_time_is_the_servers() {
    let ended = Claims { expires: Some(NOW - 7_300), ..good() };
    let finding = found(&ended, Check::Expiry);
    assert!(finding.verdict == Verdict::Bad && finding.what == "expired 2 h ago", "{finding:?}");
    let early = Claims { not_before: Some(NOW + 3_600), ..good() };
    assert!(found(&early, Check::Expiry).why.contains("`nbf`"));
    let claims = good();
    let (environment, challenge) = (environment(), challenge(TENANT));
    // Our clock is a day ahead: by it the token has ended, by the server's it has not.
    let ahead = Case { our_time: time(NOW + 86_400), ..case(&claims, &environment, &challenge) };
    let found = Diagnosis::of(&ahead);
    assert_eq!(found.finding(Check::Expiry).unwrap().what, "expires in 52 min");
    let clock = found.finding(Check::Clock).unwrap();
    assert!(clock.verdict == Verdict::Odd && clock.what.contains("24 h ahead"), "{clock:?}");
    for (off, verdict) in
        [(300, Verdict::Good), (-300, Verdict::Good), (301, Verdict::Odd), (-301, Verdict::Odd)]
    {
        let skewed = Case { our_time: time(NOW + off), ..case(&claims, &environment, &challenge) };
        assert_eq!(Diagnosis::of(&skewed).finding(Check::Clock).unwrap().verdict, verdict, "{off}");
    }
}

#[test]
fn without_a_readable_token_the_rest_waits_for_it() {
    let (environment, challenge) = (environment(), challenge(TENANT));
    let claims = good();
    let usual = case(&claims, &environment, &challenge);
    for reason in [NotAToken::Empty, NotAToken::Parts { parts: 1 }, NotAToken::WholeAnswer] {
        let diagnosis = Diagnosis::of(&Case { token: Err(reason), ..usual });
        assert_eq!(diagnosis.findings.len(), 7);
        assert_eq!(diagnosis.cause().unwrap().check, Check::Token);
        assert_eq!(diagnosis.finding(Check::Audience).unwrap().why, "after token");
    }
}

#[test]
fn an_authority_that_was_given_by_hand_may_make_tokens_of_its_own_kind() {
    let (environment, challenge) = (environment(), challenge(TENANT));
    let claims = Claims { issuer: Some("https://idp.example/".into()), scopes: vec!["x".into()], ..good() };
    let usual = Case { by_hand: true, ..case(&claims, &environment, &challenge) };
    let own = Diagnosis::of(&usual);
    let opaque = Diagnosis::of(&Case { token: Err(NotAToken::Parts { parts: 1 }), ..usual });
    for diagnosis in [own, opaque] {
        assert!(diagnosis.findings.iter().all(|finding| finding.verdict != Verdict::Bad), "{diagnosis:?}");
    }
}

#[test]
fn whatever_is_bad_says_why_and_what_to_do() {
    let wrong = [
        Claims::default(),
        Claims { audiences: vec![OTHER.into()], ..good() },
        Claims { tenant: Some(OTHER.into()), ..good() },
        Claims { scopes: vec!["x".into()], ..good() },
        Claims { expires: Some(1), ..good() },
        Claims { not_before: Some(i64::MAX), ..good() },
        Claims { not_before: None, expires: Some(i64::MIN), ..good() },
    ];
    for claims in &wrong {
        for finding in Diagnosis::of(&case(claims, &environment(), &challenge(TENANT))).findings {
            if finding.verdict >= Verdict::Odd {
                assert!(finding.why.ends_with('.') && finding.next.ends_with('.'), "{finding:?}");
            }
        }
    }
}
