//! Processes: what an organization has had made to be run on its rows.

use super::declare::*;

pub(crate) const WORKFLOW: Declaration = Declaration {
    schema: "Workflow",
    set: "workflows",
    display: "Process",
    plural: "Processes",
    description: "Set of logical rules that define the steps necessary to automate a specific business process, \
                  task, or set of actions to be performed.",
    code: 4703,
    key: "WorkflowId",
    primary_name: "name",
    ownership: Ownership::User,
    stem: "workflow",
    owned: "workflow",
    owning_user: "system_user_workflow",
    traits: Traits::NONE,
    origin: Origin::Shipped,
    keys: &[],
    columns: &[
        text("Name", "Process Name", 100).system_required(),
        memo("Description", "Description", 100_000),
        choice(
            "Type",
            "Type",
            &[option(1, "Definition"), option(2, "Activation"), option(3, "Template")],
            Some(1),
        )
        .create_only(),
        choice(
            "Category",
            "Category",
            &[
                option(0, "Workflow"),
                option(1, "Dialog"),
                option(2, "Business Rule"),
                option(3, "Action"),
                option(4, "Business Process Flow"),
                option(5, "Modern Flow"),
                option(6, "Desktop Flow"),
            ],
            Some(0),
        )
        .create_only(),
        choice("Mode", "Mode", &[option(0, "Background"), option(1, "Real-time")], Some(0)),
        yes_no("OnDemand", "Run as On Demand", false),
        entity_name("PrimaryEntity", "Primary Entity"),
        state(&[
            State { value: 0, label: "Draft", invariant: "Draft", default_status: 1 },
            State { value: 1, label: "Activated", invariant: "Activated", default_status: 2 },
        ]),
        status(&[in_state(1, "Draft", 0), in_state(2, "Activated", 1)]),
    ],
};
