//! Whole-binary tests: the real `reauth`, a real browser, real HTTP, and the simulator, whose own
//! state is what the tests believe. One test binary, so that it is linked once.

mod browser;
mod callback;
mod catalogue;
mod chaos;
mod cli;
mod clients;
mod codes;
mod control;
mod cycle;
mod doctor;
mod evidence;
mod explain;
mod external_client;
mod faults;
mod grants;
mod interludes;
mod kill_matrix;
mod limits;
mod markup;
mod nearest;
mod pages;
mod passkeys;
mod platform;
mod random;
mod recovery;
mod report;
mod screen;
mod services;
mod setup;
mod simulate;
mod support;
mod tls;
mod watching;
mod ways_in;
mod witnesses;
