//! What the root of the API says of itself.

use serde_json::json;

use super::call::Call;
use super::reply::Reply;

pub(crate) const VERSION: &str = "9.2.26111.00184";

/// The service document.
pub(super) fn document(call: &Call<'_>) -> Reply {
    let mut sets: Vec<_> = call.schema().tables().iter().map(|table| table.declared.set).collect();
    sets.sort_unstable();
    let sets: Vec<_> =
        sets.iter().map(|set| json!({ "name": set, "kind": "EntitySet", "url": set })).collect();
    Reply::value(&json!({ "@odata.context": format!("{}/$metadata", call.root), "value": sets }))
}
