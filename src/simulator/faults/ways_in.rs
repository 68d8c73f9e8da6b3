//! How sessions come and go without a login page.

use super::super::salesforce::{Interlude, WayIn};
use super::super::settings::Settings;
use super::{Fault, page};

pub(super) const FAULTS: &[Fault] = &[
    page("frontdoor", "the configuration's way in is the front door", by_front_door),
    page("frontdoor-scope", "the front door's token lacks the scopes web and full", |settings| {
        by_front_door(settings);
        settings.salesforce.front_door_scope = "refresh_token api".to_owned();
    }),
    page("frontdoor-dead-token", "the front door's token is dead", |settings| {
        by_front_door(settings);
        settings.salesforce.front_door_token_dead = true;
    }),
    page("frontdoor-other-user", "the front door's token is a namesake's", |settings| {
        by_front_door(settings);
        settings.salesforce.front_door_of_namesake = true;
    }),
    page("frontdoor-register-phone", "the front door leads to \"Register Your Mobile Phone\"", {
        |settings| {
            by_front_door(settings);
            settings.salesforce.after_frontdoor.push(Interlude::RegisterPhone);
        }
    }),
    page("frontdoor-foreign", "singleaccess answers with a host outside the org", |settings| {
        by_front_door(settings);
        settings.salesforce.single_access_foreign = true;
    }),
    page("singleaccess-forbidden", "singleaccess refuses everybody", |settings| {
        by_front_door(settings);
        settings.salesforce.single_access_forbidden = true;
    }),
    page("lightning-bounces", "Lightning leads to the login by a script", |settings| {
        settings.salesforce.lightning_bounces = true;
    }),
    page("persistent-sessions", "sessions outlive the browser", |settings| {
        settings.salesforce.persistent_sessions = true;
    }),
];

fn by_front_door(settings: &mut Settings) {
    settings.salesforce.way_in = WayIn::Frontdoor;
}
