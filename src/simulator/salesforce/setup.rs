//! What Setup may be like beyond its rows: the frame, Classic, lists, and names that are hard to read.

use serde::{Deserialize, Serialize};

/// What becomes of Lightning's frame once it is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameLife {
    /// It stays.
    #[default]
    Steady,
    /// It is sent back to the list of apps, once, when it first shows another page.
    Reloaded,
    /// It is taken away once it has loaded, and another one takes its place.
    Recreated,
}

/// What stands around the frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameHome {
    /// `force-aloha-page`, as Lightning has it.
    #[default]
    Aloha,
    /// A container of another name.
    Container,
    /// `force-aloha-page`, and the frame has a name of its own.
    Renamed,
    /// Another frame of the same kind.
    Nested,
    /// The shadow root of `force-aloha-page`.
    Shadow,
}

/// How the page lists the app under test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// By its name and its users.
    #[default]
    AsItIs,
    /// Not at all.
    Hidden,
    /// With a user count of 0, as an app with nothing but denied attempts is.
    WithoutUsers,
    /// In capitals.
    InCapitals,
    /// With a no-break space in its name, and one at its end.
    Spaced,
    /// After another app that reads the same.
    AfterATwin,
}

/// What the rows are, and what stands beside them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// What becomes of the frame.
    pub frame_life: FrameLife,
    /// What stands around it.
    pub frame_home: FrameHome,
    /// Lightning is switched off: Setup's addresses lead to the Classic page, without a frame.
    pub classic: bool,
    /// So many more apps are listed before the one under test.
    pub more_apps: usize,
    /// Pages are turned by buttons.
    pub pager_buttons: bool,
    /// The last page of a list has a Next as well, which leads to itself.
    pub next_forever: bool,
    /// How the app under test is listed.
    pub listed: Listed,
    /// The full name of the integration user and of their namesake. Read at the start.
    pub full_name: Option<String>,
    /// The integration user holds another grant for the app, older than the instance's. Read at the
    /// start.
    pub other_grant: bool,
    /// Nobody else holds a grant for the app: its list is empty once theirs are gone. Read at the
    /// start.
    pub only_user: bool,
    /// Above the rows, and in the first of them, Revoke means all users.
    pub revoke_all_trap: bool,
    /// Revoke hides the row and ends nothing.
    pub revoke_only_hides: bool,
}
