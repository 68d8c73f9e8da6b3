//! Cloud Elements' moods.

use super::case::{fails, passes_warning};

service_faults! {
    masked_tokens, "masked-tokens":
        ui passes_warning(&["cloud_elements.tokens_masked"]),
        api passes_warning(&["cloud_elements.tokens_masked"]);
    outage, "outage":
        ui fails(3, "cloud_elements.unavailable"),
        api fails(3, "cloud_elements.unavailable");
}
