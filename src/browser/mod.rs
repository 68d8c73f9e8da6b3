//! A real browser, driven over WebDriver: processes that leave nothing behind, commands that
//! cannot hang, pages recognised by a catalogue that is data.
//!
//! Knows nothing of Salesforce: what a page means and what to do on it is said by its users.

mod authenticator;
mod capabilities;
mod capture;
mod catalogue;
mod choices;
mod command;
mod display;
mod driver;
mod error;
mod evidence;
mod fallbacks;
mod find;
pub mod guard;
mod highlight;
pub(crate) mod leftovers;
mod nearest;
mod processes;
mod profile;
mod recogniser;
mod session;
mod submit;
mod table;
mod view;

pub use authenticator::{Created, Credential};
pub use capabilities::sandbox_is_impossible;
pub use capture::{CallbackListener, is_answered_here};
pub use catalogue::Catalogue;
pub use choices::Choice;
pub use display::display;
pub use driver::Driver;
pub use error::BrowserError;
pub use evidence::{Missing, PageRecord, Resemblance};
pub use fallbacks::Fallback;
pub use find::{Installation, Program, Survey};
pub use highlight::{Highlighted, Selector};
pub use nearest::Near;
pub use profile::{ProfileError, folder_of as profile_folder_of};
pub use recogniser::{Found, Look, Seen, Spend};
pub use session::Session;
pub use submit::Typed;
pub use table::{Cell, Column, Expected, Pressed, Row, Table};
pub use view::View;
