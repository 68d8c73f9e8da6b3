//! The moments in which runs are ended here. `UI` and `API` say how the grant is revoked.

use crate::support::Moment;

const REVOKE: &str = "POST /services/oauth2/revoke";
/// A call through the instance.
pub const RECORD: &str = "GET /hubs/crm/accounts";
const OAUTH_URL: &str = "GET /elements/sfdc/oauth/url";
const AUTHORIZE: &str = "GET /services/oauth2/authorize";
const LOGIN: &str = "POST /";
const APPROVAL: &str = "POST /setup/secur/RemoteAccessAuthorizationPage.apexp";
const PATCH: &str = "PATCH /instances";
/// The instance is read with its own header.
const TOKEN_READ: &str = "GET /instances";
/// Salesforce is asked whose an access token is.
pub const USERINFO: &str = "GET /services/oauth2/userinfo";
const USAGE: &str = "GET /lightning/setup/ConnectedAppsUsage/home";
const USERS: &str = "POST /identity/app/connectedAppsUserList.apexp";

/// The instance is looked at for the first time, while the browser starts.
pub const LOCATE: Moment = Moment::before(&[RECORD]);
/// The instance is known to live, and its grants are about to be listed.
pub const LIST: Moment = Moment::before(&["GET /query"]);
/// Setup is about to be opened.
pub const UI_OPEN: Moment = Moment::before(&[USAGE]);
/// Revoke was clicked, and nothing is revoked.
pub const UI_CLICKED: Moment = Moment::before(&[USERS]);
/// Revoke was clicked, the grant is dead, and the page has not come back.
pub const UI_CUT: Moment = Moment::after(&[USERS]);
/// The row was revoked, and nobody was asked about it yet.
pub const UI_REVOKED: Moment = Moment::before(&[USERS, RECORD]);
/// The access token is dead, and we have not heard of it.
pub const API_ACCESS_TOKEN_CUT: Moment = Moment::after(&[REVOKE]);
/// The access token is dead, the platform got another one, and the refresh token lives.
pub const API_REFRESHED: Moment = Moment::before(&[REVOKE, RECORD, REVOKE]);
/// The first revocation was sent, and nothing is revoked.
pub const API_REVOKING: Moment = Moment::before(&[REVOKE]);
/// Both tokens were revoked, and nobody was asked about it yet.
pub const API_REVOKED: Moment = Moment::before(&[REVOKE, RECORD, REVOKE, RECORD]);
/// Both sides said that the grant is dead.
pub const API_CONFIRMED: Moment = Moment::before(&[REVOKE, OAUTH_URL]);
/// The browser is on its way to the login that comes after the revocation.
pub const API_AUTHORIZE: Moment = Moment::before(&[REVOKE, AUTHORIZE]);
/// The credentials were typed and sent, after the revocation, and nobody knows what comes of it.
pub const API_LOGIN: Moment = Moment::before(&[LOGIN]);
/// Allow was clicked, and there is no code.
pub const API_APPROVAL: Moment = Moment::before(&[APPROVAL]);
/// The platform made an instance, and we have not heard of it.
pub const MADE: Moment = Moment::after(&["POST /instances"]);
/// The code was sent, and the platform did not take it.
pub const API_CODE_SENT: Moment = Moment::before(&[PATCH]);
/// The platform took the code, the instance lives, and we have not heard of it.
pub const API_CODE_TAKEN: Moment = Moment::after(&[PATCH]);
/// The platform did what it does with the code, and the restoration begins.
pub const API_RESTORATION: Moment = Moment::before(&[PATCH, OAUTH_URL]);
/// The instance was seen to live again, and is about to be verified.
pub const API_BACK: Moment = Moment::before(&[PATCH, RECORD, TOKEN_READ, RECORD]);
/// The new access token is about to be ended.
pub const API_VERIFY: Moment = Moment::before(&[PATCH, REVOKE]);
/// The new access token is dead, and the platform does not know it yet.
pub const API_NEW_TOKEN_CUT: Moment = Moment::after(&[PATCH, REVOKE]);
/// A dead instance was located, and is about to be brought back.
pub const RESTORE: Moment = Moment::before(&[OAUTH_URL]);
