//! Headers that ask the service to leave out the organization's own logic. The sandbox has none to leave out; who
//! may ask is checked all the same.

use http::StatusCode;
use uuid::Uuid;

use super::call::Call;
use super::error::{ApiError, Result};

/// As many steps as can be named, unless the organization says otherwise.
const MAX_STEPS: usize = 3;

/// Refuses a request whose headers ask for what the caller may not have.
pub(super) fn check(call: &Call<'_>) -> Result<()> {
    if call.header("mscrm.bypasscustompluginexecution").is_some_and(|text| text.eq_ignore_ascii_case("true"))
    {
        require(call, "prvBypassCustomPlugins")?;
    }
    if let Some(text) = call.header("mscrm.bypassbusinesslogicexecution").filter(|text| !text.is_empty()) {
        for kind in text.split(',').map(str::trim) {
            if !matches!(kind, "CustomSync" | "CustomAsync") {
                return Err(invalid("MSCRM.BypassBusinessLogicExecution", kind));
            }
        }
        require(call, "prvBypassCustomBusinessLogic")?;
    }
    let steps = "mscrm.bypassbusinesslogicexecutionstepids";
    if let Some(text) = call.header(steps).filter(|text| !text.is_empty()) {
        let ids: Vec<_> = text.split(',').map(str::trim).collect();
        let wrong = ids.iter().find(|id| Uuid::try_parse(id).is_err());
        if let Some(wrong) = wrong {
            return Err(invalid("MSCRM.BypassBusinessLogicExecutionStepIds", wrong));
        }
        if ids.len() > MAX_STEPS {
            return Err(invalid("MSCRM.BypassBusinessLogicExecutionStepIds", "more than three steps"));
        }
        require(call, "prvBypassCustomBusinessLogic")?;
    }
    Ok(())
}

fn require(call: &Call<'_>, privilege: &str) -> Result<()> {
    if call.read(|connection| call.principal.holds(connection, privilege))? {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        0x8004_0220,
        format!("Principal user (Id={}, type=8) is missing {privilege} privilege.", call.principal.id),
    ))
}

fn invalid(header: &str, value: &str) -> ApiError {
    ApiError::bad(0x8004_0203, format!("Invalid argument. The header '{header}' does not take '{value}'."))
}
