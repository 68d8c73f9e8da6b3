//! Cloud Elements' moods.

use super::case::{PASSES, fails, passes_warning};

service_faults! {
    busy_once, "busy-once":
        ui PASSES,
        api PASSES;
    bad_gateway_once, "bad-gateway-once":
        ui PASSES,
        api PASSES;
    gateway_timeout_once, "gateway-timeout-once":
        ui PASSES,
        api PASSES;
    rate_limited, "rate-limited":
        ui PASSES,
        api PASSES;
    rate_limited_date, "rate-limited-date":
        ui PASSES,
        api PASSES;
    rate_limited_silently, "rate-limited-silently":
        ui PASSES,
        api PASSES;
    connection_cut_once, "connection-cut-once":
        ui PASSES,
        api PASSES;
    half_answer_once, "half-answer-once":
        ui PASSES,
        api PASSES;
    answer_late, "answer-late":
        ui PASSES,
        api PASSES;
    plain_text, "plain-text":
        ui PASSES,
        api PASSES;
    unknown_members, "unknown-members":
        ui PASSES,
        api PASSES;
    numbers_as_texts, "numbers-as-texts":
        ui PASSES,
        api PASSES;
    name_missing, "name-missing":
        ui PASSES,
        api PASSES;
    instance_made_in_console, "instance-made-in-console":
        ui PASSES,
        api PASSES;
    many_instances, "many-instances":
        ui PASSES,
        api PASSES;
    patch_refused_400, "patch-refused-400":
        ui PASSES,
        api PASSES;
    patch_refused_409, "patch-refused-409":
        ui PASSES,
        api PASSES;
    patch_refused_500, "patch-refused-500":
        ui PASSES,
        api PASSES;
    patch_ignored, "patch-ignored":
        ui PASSES,
        api PASSES;
    patch_late, "patch-late":
        ui PASSES,
        api PASSES;
    patch_lost, "patch-lost":
        ui PASSES,
        api PASSES;
    put_documented_only, "put-documented-only":
        ui PASSES,
        api PASSES;
    put_by_article_only, "put-by-article-only":
        ui PASSES,
        api PASSES;
    patch_answer_lost, "patch-answer-lost":
        ui passes_warning(&["cloud_elements.unclear_answer"]),
        api passes_warning(&["cloud_elements.unclear_answer"]);
    patch_answer_half, "patch-answer-half":
        ui passes_warning(&["cloud_elements.unclear_answer"]),
        api passes_warning(&["cloud_elements.unclear_answer"]);
    patch_answer_500, "patch-answer-500":
        ui passes_warning(&["cloud_elements.unclear_answer"]),
        api passes_warning(&["cloud_elements.unclear_answer"]);
    patch_answer_504, "patch-answer-504":
        ui passes_warning(&["cloud_elements.unclear_answer"]),
        api passes_warning(&["cloud_elements.unclear_answer"]);
    state_ignored, "state-ignored":
        ui passes_warning(&["cloud_elements.state_ignored"]),
        api passes_warning(&["cloud_elements.state_ignored"]);
    masked_tokens, "masked-tokens":
        ui passes_warning(&["cloud_elements.tokens_masked"]),
        api passes_warning(&["cloud_elements.tokens_masked"]);
    outage, "outage":
        ui fails(3, "cloud_elements.unavailable"),
        api fails(3, "cloud_elements.unavailable");
    rate_limited_long, "rate-limited-long":
        ui fails(3, "cloud_elements.rate_limited"),
        api fails(3, "cloud_elements.rate_limited");
    connection_cut, "connection-cut":
        ui fails(3, "http.broken_response"),
        api fails(3, "http.broken_response");
    hub_broken, "hub-broken":
        ui fails(3, "cloud_elements.unavailable"),
        api fails(3, "cloud_elements.unavailable");
    html_instead_of_json, "html-instead-of-json":
        ui fails(1, "cloud_elements.unexpected_answer"),
        api fails(1, "cloud_elements.unexpected_answer");
    oauth_url_html, "oauth-url-html":
        ui fails(1, "cloud_elements.unexpected_answer"),
        api fails(1, "cloud_elements.unexpected_answer");
    element_token_missing, "element-token-missing":
        ui fails(1, "cloud_elements.unexpected_answer"),
        api fails(1, "cloud_elements.unexpected_answer");
    instance_disabled, "instance-disabled":
        ui fails(2, "cloud_elements.instance_disabled"),
        api fails(2, "cloud_elements.instance_disabled");
    instance_deleted, "instance-deleted":
        ui fails(2, "cloud_elements.unauthorized"),
        api fails(2, "cloud_elements.unauthorized");
    instance_of_another_user, "instance-of-another-user":
        ui fails(2, "cloud_elements.unauthorized"),
        api fails(2, "cloud_elements.unauthorized");
    instance_of_another_element, "instance-of-another-element":
        ui fails(2, "cloud_elements.other_element"),
        api fails(2, "cloud_elements.other_element");
    down_after_patch, "down-after-patch":
        ui fails(4, "cloud_elements.unavailable"),
        api fails(4, "cloud_elements.unavailable");
    nothing_heals, "nothing-heals":
        ui fails(4, "scenario.not_reauthenticated"),
        api fails(4, "scenario.not_reauthenticated");
    put_loses_a_setting, "put-loses-a-setting":
        ui fails(1, "scenario.configuration_changed"),
        api fails(1, "scenario.configuration_changed");
    listed_setting_changes, "listed-setting-changes":
        ui fails(1, "scenario.configuration_changed"),
        api fails(1, "scenario.configuration_changed");
    put_renames, "put-renames":
        ui fails(1, "scenario.configuration_changed"),
        api fails(1, "scenario.configuration_changed");
}
