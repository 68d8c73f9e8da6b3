//! Salesforce's side: the app, its policies, its user, and what the OAuth endpoints answer.

use super::case::{PASSES, fails, passes_warning};

start_states! {
    access_token_expired, "access-token-expired": patch PASSES, put PASSES;
    ended_by_revoke_all, "ended-by-revoke-all":
        patch passes_warning(&["instance.found_dead"]),
        put passes_warning(&["instance.found_dead"]);
    ended_by_user, "ended-by-user":
        patch passes_warning(&["instance.found_dead"]),
        put passes_warning(&["instance.found_dead"]);
    ended_by_policy, "ended-by-policy":
        patch passes_warning(&["instance.found_dead", "salesforce.policy_expires_after"]),
        put passes_warning(&["instance.found_dead", "salesforce.policy_expires_after"]);
    ended_by_idle_limit, "ended-by-idle-limit":
        patch passes_warning(&["instance.found_dead"]),
        put passes_warning(&["instance.found_dead"]);
    app_blocked, "app-blocked":
        patch fails(4, "salesforce.app_blocked").warning(&["instance.found_dead"]),
        put fails(4, "salesforce.app_blocked").warning(&["instance.found_dead"]);
}

service_faults! {
    policy_immediately, "policy-immediately":
        ui passes_warning(&["salesforce.policy_expires_immediately"]),
        api passes_warning(&["salesforce.policy_expires_immediately"]);
    policy_if_unused, "policy-if-unused":
        ui passes_warning(&["salesforce.policy_expires_if_unused"]),
        api passes_warning(&["salesforce.policy_expires_if_unused"]);
    policy_after, "policy-after":
        ui passes_warning(&["salesforce.policy_expires_after"]),
        api passes_warning(&["salesforce.policy_expires_after"]);
    idle_limit, "idle-limit": ui PASSES, api PASSES;
    rotation, "rotation":
        ui passes_warning(&["salesforce.rotation_on"]),
        api passes_warning(&["salesforce.rotation_on"]);
    five_approvals, "five-approvals":
        ui passes_warning(&["salesforce.nearly_five_approvals"]),
        api passes_warning(&["salesforce.nearly_five_approvals"]);
    scope_missing, "scope-missing":
        ui passes_warning(&["salesforce.scope_missing"]),
        api passes_warning(&["salesforce.scope_missing"]);
    scope_not_allowed, "scope-not-allowed":
        ui fails(1, "salesforce.invalid_scope"),
        api fails(1, "salesforce.invalid_scope");
    pkce_required, "pkce-required":
        ui fails(1, "salesforce.pkce_required"),
        api fails(1, "salesforce.pkce_required");
    pkce_required_file, "pkce-required-file":
        ui fails(1, "salesforce.pkce_required"),
        api fails(1, "salesforce.pkce_required");
    unknown_client, "unknown-client":
        ui fails(1, "salesforce.invalid_client"),
        api fails(1, "salesforce.invalid_client");
    redirect_mismatch, "redirect-mismatch":
        ui fails(1, "salesforce.redirect_uri_mismatch"),
        api fails(1, "salesforce.redirect_uri_mismatch");
    client_of_another_org, "client-of-another-org":
        ui fails(4, "salesforce.invalid_client"),
        api fails(4, "salesforce.invalid_client");
    app_not_installed, "app-not-installed":
        ui fails(4, "salesforce.connected_app_not_installed")
            .warning(&["salesforce.app_uninstalled"]),
        api fails(4, "salesforce.connected_app_not_installed")
            .warning(&["salesforce.app_uninstalled"]);
    app_uninstalled, "app-uninstalled":
        ui passes_warning(&["salesforce.app_uninstalled"]),
        api passes_warning(&["salesforce.app_uninstalled"]);
    external_client_not_found, "external-client-not-found":
        ui fails(4, "salesforce.app_not_installed"),
        api fails(4, "salesforce.app_not_installed");
    user_not_admitted, "user-not-admitted":
        ui fails(4, "salesforce.app_access_denied"),
        api fails(4, "salesforce.app_access_denied");
    user_not_admitted_at_token, "user-not-admitted-at-token":
        ui fails(4, "salesforce.app_access_denied"),
        api fails(4, "salesforce.app_access_denied");
    user_inactive, "user-inactive":
        ui fails(4, "salesforce.user_inactive").warning(&["instance.found_dead"]),
        api fails(4, "salesforce.user_inactive").warning(&["instance.found_dead"]);
    org_inactive, "org-inactive":
        ui fails(4, "salesforce.org_inactive").warning(&["instance.found_dead"]),
        api fails(4, "salesforce.org_inactive").warning(&["instance.found_dead"]);
    approval_always, "approval-always": ui PASSES, api PASSES;
    approval_denied, "approval-denied":
        ui fails(4, "salesforce.access_denied"),
        api fails(4, "salesforce.access_denied");
    approval_error, "approval-error":
        ui fails(4, "salesforce.connected_app_not_installed"),
        api fails(4, "salesforce.connected_app_not_installed");
    code_expired, "code-expired":
        ui fails(4, "salesforce.code_expired"),
        api fails(4, "salesforce.code_expired");
    code_expired_once, "code-expired-once": ui PASSES, api PASSES;
    code_used, "code-used":
        ui fails(4, "salesforce.code_expired"),
        api fails(4, "salesforce.code_expired");
    code_of_other_redirect, "code-of-other-redirect":
        ui fails(4, "salesforce.redirect_uri_mismatch"),
        api fails(4, "salesforce.redirect_uri_mismatch");
    code_unknown, "code-unknown":
        ui fails(4, "salesforce.code_unknown"),
        api fails(4, "salesforce.code_unknown");
    ip_restricted, "ip-restricted":
        ui fails(4, "salesforce.ip_restricted"),
        api fails(4, "salesforce.ip_restricted");
    callback_of_another, "callback-of-another":
        ui fails(4, "salesforce.foreign_state"),
        api fails(4, "salesforce.foreign_state");
    login_rate_exceeded, "login-rate-exceeded":
        ui fails(4, "salesforce.login_rate_exceeded"),
        api fails(4, "salesforce.login_rate_exceeded");
    rate_limit_exceeded, "rate-limit-exceeded":
        ui fails(4, "salesforce.rate_limited"),
        api fails(4, "salesforce.rate_limited");
    authentication_failure, "authentication-failure":
        ui fails(4, "salesforce.authentication_failure"),
        api fails(4, "salesforce.authentication_failure");
    approval_withdrawn, "approval-withdrawn":
        ui fails(4, "salesforce.not_approved"),
        api fails(4, "salesforce.not_approved");
    wrong_client_secret, "wrong-client-secret":
        ui fails(4, "salesforce.client_refused"),
        api fails(4, "salesforce.client_refused");
    not_installed_at_token, "not-installed-at-token":
        ui fails(4, "salesforce.connected_app_not_installed"),
        api fails(4, "salesforce.connected_app_not_installed");
    flow_disabled, "flow-disabled":
        ui fails(4, "salesforce.flow_disabled"),
        api fails(4, "salesforce.flow_disabled");
    refresh_refused, "refresh-refused":
        ui fails(1, "salesforce.authentication_failure"),
        api fails(1, "salesforce.authentication_failure");
    userinfo_refused, "userinfo-refused": ui PASSES, api PASSES;
}
