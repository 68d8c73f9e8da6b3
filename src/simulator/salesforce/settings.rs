//! What an org may be like.

use serde::{Deserialize, Serialize};

use super::super::markup::{Language, Markup};
use super::arrivals::ArrivesAs;
use super::detours::Place;
use super::external_client::ExternalClientSettings;
use super::interludes::Interlude;
use super::passkeys::PasskeySettings;
use super::policies::OauthSettings;
use super::setup::Setup;
use super::stale::Stale;
use super::verification::Method;

/// How the login page asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginStyle {
    /// User name and password on one page.
    OneStep,
    /// The user name first, the password on the next page.
    IdentifierFirst,
}

/// When the approval page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// If no live grant of this user and app covers the scopes.
    WhenNeeded,
    /// Every time.
    Always,
}

/// What a row's Revoke is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeControl {
    /// A `javascript:` link that posts the form.
    JavascriptLink,
    /// A submit button.
    FormButton,
    /// A link that revokes by being followed.
    PlainLink,
    /// A button whose script posts the form.
    ScriptButton,
    /// A link whose script revokes in the background and renders the list again.
    InPlace,
}

/// Where Lightning Setup's frame lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameSite {
    /// On the My Domain host, another site than the page around it.
    Cross,
    /// On the setup host itself.
    Same,
}

/// What the user column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserShownAs {
    /// The full name (which two users may share), linked to the user's record.
    FullName,
    /// The full name, as text: nothing tells namesakes apart.
    FullNameText,
    /// The user name, as text.
    Username,
    /// The alias, as text.
    Alias,
    /// Only a link to the user's record, under a text that says nothing.
    LinkOnly,
}

/// What comes of pressing Allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnAllow {
    /// A code for the callback.
    Code,
    /// `access_denied` for the callback, as if Deny had been pressed.
    Denied,
    /// The OAuth error page, whose query says that the app is not installed; no callback.
    ErrorPage,
}

/// How the browser of whoever reads the simulator's configuration comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayIn {
    /// By the login page.
    Form,
    /// By the front door, with the access token that the integration user has.
    Frontdoor,
}

/// The connected app's refresh token policy. SOQL tells it, and tokens follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshTokenPolicy {
    /// Valid until revoked.
    ValidUntilRevoked,
    /// Expires at once.
    ImmediatelyExpire,
    /// Expires if not used for some days.
    ExpireIfUnused,
    /// Expires after some days.
    ExpireAfter,
}

/// The Salesforce half's behaviour.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How the login page asks.
    pub login_style: LoginStyle,
    /// When the approval page is shown.
    pub approval: Approval,
    /// What comes of pressing Allow.
    pub on_allow: OnAllow,
    /// Pages between a login by password and what the user wanted, in this order.
    pub after_login: Vec<Interlude>,
    /// How the org deals with passkeys.
    pub passkeys: PasskeySettings,
    /// Pages that come once, in this order, when a session that was shown a page asks for the next.
    pub halfway: Vec<Interlude>,
    /// An interlude that is passed comes again, for ever.
    pub interludes_come_back: bool,
    /// The language of "Register Your Mobile Phone".
    pub register_phone_language: Language,
    /// The language of the reminder.
    pub reminder_language: Language,
    /// Continue on the time-out page leads to the login page.
    pub timeout_ends_session: bool,
    /// The first session ends by itself when it was shown a page.
    pub session_ends_halfway: bool,
    /// How many navigations are shown the maintenance page instead of what they asked for.
    pub maintenance_pages: u32,
    /// Where the org demands another login although there is a session, once for each user.
    pub login_again: Vec<Place>,
    /// It demands them for ever, as where no session holds.
    pub login_again_forever: bool,
    /// Whose session My Domain hands out to a browser that has none.
    pub arrives_as: ArrivesAs,
    /// It is handed out again whenever there is none, as single sign-on does; otherwise once.
    pub arrives_again: bool,
    /// Pages between a login by the front door and what the user wanted, in this order.
    pub after_frontdoor: Vec<Interlude>,
    /// The way in that the configuration names.
    pub way_in: WayIn,
    /// Scopes of the access token that the integration user has from another app.
    pub front_door_scope: String,
    /// That access token is dead from the start.
    pub front_door_token_dead: bool,
    /// That access token is a namesake's.
    pub front_door_of_namesake: bool,
    /// `singleaccess` refuses everybody.
    pub single_access_forbidden: bool,
    /// `singleaccess` answers with a front door outside the org.
    pub single_access_foreign: bool,
    /// Sessions outlive the browser.
    pub persistent_sessions: bool,
    /// A browser that is not known is asked for an e-mail code, unless another verification comes.
    pub device_activation: bool,
    /// Where a code was sent to stands in its field's label, not in the text.
    pub code_sent_to_in_label: bool,
    /// Pages that want a code have a link to the choice of methods.
    pub other_methods_linked: bool,
    /// The choice of methods refuses whatever is chosen.
    pub method_refused: bool,
    /// The form for a code is rendered again by its script as soon as it is typed into.
    pub code_rendered_again: bool,
    /// What comes after a login at the generic host comes on My Domain.
    pub verified_at_my_domain: bool,
    /// The first right code that a page gets is refused as too old.
    pub code_refused_once: bool,
    /// Of the codes sent, the mailbox shows an older one until a wrong one was given.
    pub mail_late: bool,
    /// Somebody else has just used the first right code of the authenticator.
    pub totp_used_once: bool,
    /// How long an authenticator code lasts, in seconds.
    pub totp_period_s: u64,
    /// What the choice of methods offers, in this order.
    pub methods_offered: Vec<Method>,
    /// Login pages lead to an identity provider's login page, on a host outside the org.
    pub login_elsewhere: bool,
    /// And that page answers drivers in the login host's name.
    pub login_forged: bool,
    /// Login pages lead to a maintenance notice, on a host outside the org.
    pub maintenance_elsewhere: bool,
    /// Login pages lead to another org's page that wants an authenticator's code.
    pub code_elsewhere: bool,
    /// The login form is rendered again by its script as soon as a field of it is typed into.
    pub login_rendered_again: bool,
    /// No login is answered: the maintenance notice comes instead, and there is no session.
    pub login_unanswered: bool,
    /// When a password or a code was refused, the next page that wants a session is the maintenance
    /// notice.
    pub maintenance_after_refusal: bool,
    /// Lightning leads a browser without a session to the login by a script, as Salesforce does.
    pub lightning_bounces: bool,
    /// `userinfo` tells nothing of a browser's session.
    pub userinfo_refused: bool,
    /// Revoke asks by a JavaScript dialog.
    pub revoke_confirm: bool,
    /// What a row's Revoke is made of.
    pub revoke_control: RevokeControl,
    /// Rows per page of the list of apps.
    pub usage_page_size: usize,
    /// Rows per page of the list of an app's users.
    pub user_page_size: usize,
    /// How late Lightning Setup's frame comes, in milliseconds.
    pub frame_delay_ms: u64,
    /// Where that frame lives.
    pub frame_site: FrameSite,
    /// What the user column shows.
    pub user_shown_as: UserShownAs,
    /// Callbacks that the connected app has besides the tripwire's.
    pub more_callback_urls: Vec<String>,
    /// The connected app is blocked by the administrator.
    pub app_blocked: bool,
    /// The authorise page wants a session before all else, and does not know the client then, as
    /// where the session is one of another org.
    pub client_unknown_to_sessions: bool,
    /// After the login comes a page that nobody knows and that has no way on.
    pub unknown_page_after_login: bool,
    /// Revoke brings the page back and does nothing.
    pub revoke_does_nothing: bool,
    /// The integration user may work in Setup.
    pub setup_allowed: bool,
    /// The connected app's refresh token policy.
    pub refresh_token_policy: RefreshTokenPolicy,
    /// Its other policies, and whom the org lets in.
    pub oauth: OauthSettings,
    /// Introspection says what it knows; otherwise every token is inactive to it.
    pub introspection: bool,
    /// Witnesses that are late.
    pub stale: Stale,
    /// `OauthToken` may be queried.
    pub oauth_token_query: bool,
    /// How long an access token lives, in seconds.
    pub access_token_lifetime_s: u64,
    /// External client apps.
    pub external_client: ExternalClientSettings,
    /// How Setup shows the grants.
    pub setup: Setup,
    /// How all pages are written.
    pub markup: Markup,
    /// Every answer takes one to three seconds, by this seed.
    pub slow_network_seed: Option<u64>,
}

impl Settings {
    /// The language of a page that may be in one of its own: else it is the org's.
    pub(super) fn language(&self, of_page: Language) -> Language {
        if of_page == Language::English { self.markup.language } else { of_page }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            login_style: LoginStyle::OneStep,
            approval: Approval::WhenNeeded,
            on_allow: OnAllow::Code,
            after_login: Vec::new(),
            passkeys: PasskeySettings::default(),
            halfway: Vec::new(),
            interludes_come_back: false,
            register_phone_language: Language::English,
            reminder_language: Language::English,
            timeout_ends_session: false,
            session_ends_halfway: false,
            maintenance_pages: 0,
            login_again: Vec::new(),
            login_again_forever: false,
            arrives_as: ArrivesAs::Nobody,
            arrives_again: false,
            after_frontdoor: Vec::new(),
            way_in: WayIn::Form,
            front_door_scope: "refresh_token api web".to_owned(),
            front_door_token_dead: false,
            front_door_of_namesake: false,
            single_access_forbidden: false,
            single_access_foreign: false,
            persistent_sessions: false,
            device_activation: false,
            code_sent_to_in_label: false,
            other_methods_linked: false,
            method_refused: false,
            code_rendered_again: false,
            verified_at_my_domain: false,
            code_refused_once: false,
            mail_late: false,
            totp_used_once: false,
            totp_period_s: 30,
            methods_offered: Method::ALL.to_vec(),
            login_elsewhere: false,
            login_forged: false,
            maintenance_elsewhere: false,
            code_elsewhere: false,
            login_rendered_again: false,
            login_unanswered: false,
            maintenance_after_refusal: false,
            lightning_bounces: false,
            userinfo_refused: false,
            revoke_confirm: true,
            revoke_control: RevokeControl::JavascriptLink,
            usage_page_size: 5,
            user_page_size: 10,
            frame_delay_ms: 150,
            frame_site: FrameSite::Cross,
            user_shown_as: UserShownAs::FullName,
            more_callback_urls: Vec::new(),
            app_blocked: false,
            client_unknown_to_sessions: false,
            unknown_page_after_login: false,
            revoke_does_nothing: false,
            setup_allowed: true,
            refresh_token_policy: RefreshTokenPolicy::ValidUntilRevoked,
            oauth: OauthSettings::default(),
            introspection: true,
            stale: Stale::default(),
            oauth_token_query: true,
            access_token_lifetime_s: 7200,
            external_client: ExternalClientSettings::default(),
            setup: Setup::default(),
            markup: Markup::default(),
            slow_network_seed: None,
        }
    }
}
