//! Witnesses of a revocation that are late, blind, or wrong.

use super::case::{PASSES, fails};

service_faults! {
    userinfo_late, "userinfo-late": ui PASSES, api PASSES;
    userinfo_stale, "userinfo-stale":
        ui fails(1, "scenario.witnesses_disagree").warning(&["scenario.old_token_lives"]),
        api fails(1, "scenario.witnesses_disagree").warning(&["scenario.old_token_lives"]);
    introspection_stale, "introspection-stale":
        ui fails(1, "scenario.witnesses_disagree").warning(&["scenario.old_token_lives"]),
        api fails(1, "scenario.witnesses_disagree").warning(&["scenario.old_token_lives"]);
    introspection_blind, "introspection-blind": ui PASSES, api PASSES;
    grant_list_stale, "grant-list-stale":
        ui fails(1, "scenario.witnesses_disagree"),
        api PASSES;
    grant_list_forbidden, "grant-list-forbidden": ui PASSES, api PASSES;
    hub_cached, "hub-cached":
        ui fails(1, "scenario.witnesses_disagree").warning(&["scenario.sides_disagree"]),
        api fails(1, "scenario.witnesses_disagree").warning(&["scenario.sides_disagree"]);
}
