//! How Setup shows the grants.

use super::super::salesforce::{
    FrameHome, FrameLife, FrameSite, Listed, RevokeControl, UserShownAs,
};
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
    page(
        "revoke-by-script",
        "a row's Revoke is a button whose script posts the form",
        |settings| {
            settings.salesforce.revoke_control = RevokeControl::ScriptButton;
        },
    ),
    page("revoke-in-place", "Revoke renders the list again without another page", |settings| {
        settings.salesforce.revoke_control = RevokeControl::InPlace;
    }),
    page("revoke-only-hides", "Revoke hides the row and ends nothing", |settings| {
        settings.salesforce.setup.revoke_only_hides = true;
    }),
    page("revoke-all-first", "what says Revoke first means all users", |settings| {
        settings.salesforce.setup.revoke_all_trap = true;
    }),
    page("users-by-username", "rows name users by their user name", |settings| {
        settings.salesforce.user_shown_as = UserShownAs::Username;
    }),
    page("users-by-alias", "rows name users by their alias", |settings| {
        settings.salesforce.user_shown_as = UserShownAs::Alias;
    }),
    page("users-by-link", "rows name users by a link to their record alone", |settings| {
        settings.salesforce.user_shown_as = UserShownAs::LinkOnly;
    }),
    page("users-by-name", "rows name users by their full name, without a link", |settings| {
        settings.salesforce.user_shown_as = UserShownAs::FullNameText;
    }),
    page("name-quoted", "the user's full name has quotes and a double space", |settings| {
        settings.salesforce.setup.full_name = Some("Zoë  \"The 'Owl'\" O’Brien".to_owned());
    }),
    page("name-like-markup", "the user's full name reads like HTML", |settings| {
        settings.salesforce.setup.full_name =
            Some("<b>Zoë</b> & \"Söhne\" &lt;{{ 7*7 }}>".to_owned());
    }),
    page("name-cjk", "the user's full name is Japanese", |settings| {
        settings.salesforce.setup.full_name = Some("髙橋 ゾーイ".to_owned());
    }),
    page("name-rtl", "the user's full name is written from right to left", |settings| {
        settings.salesforce.setup.full_name = Some("זואי \u{200f}(O'Brien)\u{200e} زوي".to_owned());
    }),
    page("second-grant", "the user holds an older grant for the app", |settings| {
        settings.salesforce.setup.other_grant = true;
    }),
    page("frame-reloaded", "Lightning sends its frame back to the list once", |settings| {
        settings.salesforce.setup.frame_life = FrameLife::Reloaded;
    }),
    page(
        "frame-recreated",
        "Lightning puts another frame into the first one's place",
        |settings| {
            settings.salesforce.setup.frame_life = FrameLife::Recreated;
        },
    ),
    page("frame-nested", "Setup's page is in a frame in a frame", |settings| {
        settings.salesforce.setup.frame_home = FrameHome::Nested;
    }),
    page("frame-in-shadow", "Setup's frame is in a shadow root", |settings| {
        settings.salesforce.setup.frame_home = FrameHome::Shadow;
    }),
    page("frame-elsewhere", "what holds Setup's frame is another element", |settings| {
        settings.salesforce.setup.frame_home = FrameHome::Container;
    }),
    page("frame-renamed", "Setup's frame has another name", |settings| {
        settings.salesforce.setup.frame_home = FrameHome::Renamed;
    }),
    page("classic", "Lightning is off: Setup is the Classic page, without a frame", |settings| {
        settings.salesforce.setup.classic = true;
    }),
    page("many-apps", "150 more apps are listed, 25 a page", |settings| {
        settings.salesforce.setup.more_apps = 150;
        settings.salesforce.usage_page_size = 25;
    }),
    page("paged-by-buttons", "lists are turned by buttons, two rows a page", |settings| {
        settings.salesforce.setup.pager_buttons = true;
        settings.salesforce.usage_page_size = 2;
        settings.salesforce.user_page_size = 2;
    }),
    page("small-pages", "lists come two rows a page", |settings| {
        settings.salesforce.usage_page_size = 2;
        settings.salesforce.user_page_size = 2;
    }),
    page("next-forever", "the last page of a list has a Next that leads to itself", |settings| {
        settings.salesforce.setup.next_forever = true;
    }),
    page("only-user", "nobody but the integration user uses the app", |settings| {
        settings.salesforce.setup.only_user = true;
    }),
    page("app-not-listed", "the list of apps lacks the app", |settings| {
        settings.salesforce.setup.listed = Listed::Hidden;
    }),
    page("app-without-users", "the app is listed with a user count of 0", |settings| {
        settings.salesforce.setup.listed = Listed::WithoutUsers;
    }),
    page("app-in-capitals", "the app is listed in capitals", |settings| {
        settings.salesforce.setup.listed = Listed::InCapitals;
    }),
    page("app-spaced", "the app is listed with no-break spaces", |settings| {
        settings.salesforce.setup.listed = Listed::Spaced;
    }),
    page("app-twin", "another app that reads the same is listed before the app", |settings| {
        settings.salesforce.setup.listed = Listed::AfterATwin;
    }),
];
