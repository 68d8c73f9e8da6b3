//! Which browser is used, and what is said where there is none that fits.

mod display;
mod installation;
mod kinds;
