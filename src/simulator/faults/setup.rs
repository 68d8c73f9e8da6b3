//! How Setup shows the grants.

use super::super::salesforce::{FrameSite, RevokeControl};
use super::{Fault, page};

pub(super) const FAULTS: &[Fault] = &[
    page("revoke-by-link", "a row's Revoke is a plain link", |settings| {
        settings.salesforce.revoke_control = RevokeControl::PlainLink;
    }),
    page("revoke-by-button", "a row's Revoke is a submit button", |settings| {
        settings.salesforce.revoke_control = RevokeControl::FormButton;
    }),
    page("revoke-without-confirm", "Revoke asks nothing", |settings| {
        settings.salesforce.revoke_confirm = false;
    }),
    page("revoke-does-nothing", "Revoke brings the page back unchanged", |settings| {
        settings.salesforce.revoke_does_nothing = true;
    }),
    page("setup-forbidden", "the integration user may not work in Setup", |settings| {
        settings.salesforce.setup_allowed = false;
    }),
    page("frame-same-site", "Lightning Setup's frame is on its own host", |settings| {
        settings.salesforce.frame_site = FrameSite::Same;
    }),
    page("frame-late", "Lightning Setup's frame comes after two seconds", |settings| {
        settings.salesforce.frame_delay_ms = 2000;
    }),
];
