//! Salesforce's side: the app, its policies, its user, and what the OAuth endpoints answer.

use super::case::{PASSES, fails};

service_faults! {
    app_blocked, "app-blocked":
        ui fails(4, "salesforce.app_blocked").warning(&["instance.found_dead"]),
        api fails(4, "salesforce.app_blocked").warning(&["instance.found_dead"]);
    client_of_another_org, "client-of-another-org":
        ui fails(4, "salesforce.invalid_client"),
        api fails(4, "salesforce.invalid_client");
    approval_always, "approval-always": ui PASSES, api PASSES;
    approval_denied, "approval-denied":
        ui fails(4, "salesforce.access_denied"),
        api fails(4, "salesforce.access_denied");
    approval_error, "approval-error":
        ui fails(4, "salesforce.connected_app_not_installed"),
        api fails(4, "salesforce.connected_app_not_installed");
    userinfo_refused, "userinfo-refused": ui PASSES, api PASSES;
}
