//! What an org's external client apps may be like.

use serde::{Deserialize, Serialize};

/// Whether Setup has a usage page for external client apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsagePage {
    /// Quick Find leads to it.
    QuickFind,
    /// It is there, but Quick Find does not know it.
    AddressOnly,
    /// There is none.
    Missing,
}

/// What a row of the user list stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageRows {
    /// One token.
    Token,
    /// A user, with all of their tokens for the app.
    User,
}

/// Where a row has its Revoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeIn {
    /// A button in the row.
    Button,
    /// A menu of the row's actions.
    RowMenu,
}

/// How Connect REST's usage resources answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestAnswers {
    /// With what there is, to those who may work in Setup.
    Open,
    /// 403, to everybody.
    Forbidden,
    /// 404: the org has no such resource.
    Missing,
    /// With a page that is never empty, however far one reads.
    Endless,
}

/// External client apps.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExternalClientSettings {
    /// The app under test is one.
    pub under_test: bool,
    /// It is installed in the org; otherwise nobody can be authorised for it.
    pub installed: bool,
    /// Whether Setup has a usage page for them.
    pub page: UsagePage,
    /// What a row of that page's user list stands for.
    pub rows: UsageRows,
    /// Where such a row has its Revoke.
    pub revoke_in: RevokeIn,
    /// Lists are turned by links, and questions are plain paragraphs.
    pub plain_elements: bool,
    /// What Quick Find brings up leads to that page by a script, and not by its address.
    pub link_by_script: bool,
    /// How Connect REST answers.
    pub rest: RestAnswers,
    /// Entries that a page of Connect REST holds at most, whatever is asked for.
    pub rest_page_size: usize,
}

impl Default for ExternalClientSettings {
    fn default() -> Self {
        Self {
            under_test: false,
            installed: true,
            page: UsagePage::QuickFind,
            rows: UsageRows::Token,
            revoke_in: RevokeIn::Button,
            plain_elements: false,
            link_by_script: false,
            rest: RestAnswers::Open,
            rest_page_size: 100,
        }
    }
}
