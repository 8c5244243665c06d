//! Roles, what each allows, and who has which.

use rusqlite::types::Value;
use rusqlite::{Transaction, params};
use uuid::Uuid;

use super::insert::{Cells, Insert, Reference, blob, number};
use super::random::{Random, named_id};
use super::{END, Office, Plan, SPAN, Stamps};
use crate::sandbox::schema::{Ownership, Schema, Table};
use crate::sandbox::users::Role;

/// The template that administrators' roles are made from, the same in every environment.
const ADMINISTRATOR_TEMPLATE: Uuid = uuid::uuid!("627090ff-40a3-4053-8790-584edc5be201");
/// The right to one kind of use, with its bit in an access mask.
const RIGHTS: [(&str, i64); 8] = [
    ("Create", 32),
    ("Read", 1),
    ("Write", 2),
    ("Delete", 65_536),
    ("Append", 4),
    ("AppendTo", 16),
    ("Assign", 524_288),
    ("Share", 262_144),
];
/// Privileges that belong to no table, and whether case workers have them.
const OTHERS: [(&str, bool); 12] = [
    ("prvReadRecordAuditHistory", true),
    ("prvReadAuditSummary", false),
    ("prvReadAuditPartitions", false),
    ("prvActOnBehalfOfAnotherUser", false),
    ("prvBypassCustomPlugins", false),
    ("prvBulkDelete", false),
    ("prvMerge", true),
    ("prvExportToExcel", true),
    ("prvGoOffline", true),
    ("prvPublishCustomization", false),
    ("prvWorkflowExecution", true),
    ("prvSearchAvailability", true),
];
/// What case workers may change, by the ends of the privileges' names.
const CASE_WORK: [&str; 7] =
    ["Account", "Contact", "Incident", "Activity", "Note", "QueueItem", "contoso_Inspection"];
/// Everything on the service's own roles is at the deepest level.
const GLOBAL: i64 = 8;
/// Who may act in the name of others, and nothing else.
const DELEGATE: &str = "Delegate";

/// The role that holds every privilege.
pub(crate) fn administrators() -> Uuid {
    role_id(Role::SystemAdministrator.name())
}

fn role_id(name: &str) -> Uuid {
    named_id(&format!("role {name}"))
}

pub(super) fn fill(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    stamps: &mut Stamps,
) -> rusqlite::Result<()> {
    privileges(transaction)?;
    roles(transaction, plan, office, stamps)?;
    grant(transaction)?;
    people(transaction, plan, office, stamps)
}

/// The privileges of every table. Some tables share theirs: all activities have one set.
fn privileges(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO privilege (privilegeid, name, accessright, canbebasic, canbelocal, canbedeep, canbeglobal, \
         versionnumber) VALUES (?1, ?2, ?3, ?4, ?4, ?4, 1, 80640000)",
    )?;
    let schema = Schema::standard();
    let mut shared: Vec<&str> = Vec::new();
    for table in schema.tables().iter().filter(|table| table.name != "audit") {
        let end = table.privilege();
        if end.eq_ignore_ascii_case(&table.name) || !shared.contains(&end) {
            if !end.eq_ignore_ascii_case(&table.name) {
                shared.push(end);
            }
            for (right, bit) in RIGHTS.into_iter().filter(|(right, _)| applies(right, table)) {
                let name = format!("prv{right}{end}");
                let owned = table.declared.ownership == Ownership::User;
                insert.execute(params![named_id(&name).as_bytes().as_slice(), name, bit, owned])?;
            }
        }
    }
    for (name, _) in OTHERS {
        insert.execute(params![named_id(name).as_bytes().as_slice(), name, 0, false])?;
    }
    Ok(())
}

/// What belongs to nobody can be neither assigned nor shared.
fn applies(right: &str, table: &Table) -> bool {
    let owned = table.declared.ownership == Ownership::User || table.privilege() == "Activity";
    owned || !matches!(right, "Assign" | "Share")
}

fn roles(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    stamps: &mut Stamps,
) -> rusqlite::Result<()> {
    let mut table = Insert::into(transaction, "role");
    let mut random = Random::new(plan.seed, "role");
    let names = [Role::SystemAdministrator, Role::CaseWorker, Role::Reader].map(Role::name);
    let author = &office.users[0];
    let created = END - SPAN - 86_400;
    for name in names.into_iter().chain([DELEGATE]) {
        let role = Reference { id: role_id(name), name: name.to_owned() };
        let template = role.id == administrators();
        let cells: Cells = vec![
            ("roleid", role.id()),
            ("name", role.name()),
            ("roletemplateid", if template { blob(ADMINISTRATOR_TEMPLATE) } else { Value::Null }),
            ("isinherited", number(1)),
            ("ismanaged", number(1)),
            ("businessunitid", office.unit.id()),
            ("businessunitid__name", office.unit.name()),
            ("parentrootroleid", role.id()),
            ("parentrootroleid__name", role.name()),
            ("createdon", number(created)),
            ("createdby", author.id()),
            ("createdby__name", author.name()),
            ("modifiedon", number(created)),
            ("modifiedby", author.id()),
            ("modifiedby__name", author.name()),
            ("versionnumber", stamps.next(&mut random)),
        ];
        table.add(cells)?;
    }
    Ok(())
}

fn grant(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let give = |role: &str, condition: &str| {
        let sql = format!(
            "INSERT INTO roleprivileges (roleprivilegeid, roleid, privilegeid, privilegedepthmask, versionnumber) \
             SELECT CAST(substr(?1, 1, 8) || substr(privilegeid, 1, 8) AS BLOB), ?1, privilegeid, {GLOBAL}, 80640000 \
             FROM privilege WHERE {condition}"
        );
        transaction.execute(&sql, [role_id(role).as_bytes().as_slice()])
    };
    give(Role::SystemAdministrator.name(), "1")?;
    give(Role::Reader.name(), "accessright = 1")?;
    let mut names: Vec<String> =
        OTHERS.iter().filter(|(_, given)| *given).map(|(name, _)| (*name).to_owned()).collect();
    for end in CASE_WORK {
        names.extend(RIGHTS.iter().map(|(right, _)| format!("prv{right}{end}")));
    }
    let names: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
    give(Role::CaseWorker.name(), &format!("accessright IN (1, 4, 16) OR name IN ({})", names.join(", ")))?;
    give(DELEGATE, "name = 'prvActOnBehalfOfAnotherUser'")?;
    Ok(())
}

/// Who signs in has the roles of the directory; their colleagues are case workers.
fn people(
    transaction: &Transaction<'_>,
    plan: &Plan<'_>,
    office: &Office,
    stamps: &mut Stamps,
) -> rusqlite::Result<()> {
    let mut table = Insert::into(transaction, "systemuserroles");
    let mut random = Random::new(plan.seed, "systemuserroles");
    let known = plan.users.iter().filter(|user| user.in_environment);
    let known: Vec<_> = known.map(|user| (user.systemuserid, user.roles.clone())).collect();
    let colleagues = office.users.iter().map(|user| user.id);
    let colleagues = colleagues.filter(|id| known.iter().all(|(known, _)| known != id));
    let colleagues = colleagues.map(|id| (id, vec![Role::CaseWorker]));
    let everybody: Vec<_> = known.iter().cloned().chain(colleagues).collect();
    for (user, roles) in everybody {
        for role in roles {
            table.add(vec![
                ("systemuserroleid", blob(random.uuid())),
                ("systemuserid", blob(user)),
                ("roleid", blob(role_id(role.name()))),
                ("versionnumber", stamps.next(&mut random)),
            ])?;
        }
    }
    Ok(())
}
