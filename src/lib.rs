//! `reauth` proves, end to end, that an integration platform can re-authenticate an instance
//! whose Salesforce OAuth grant has died, without losing the instance's configuration.
//!
//! Modules point one way: `cli → doctor → scenario → salesforce | cloud_elements → browser |
//! http`. `report`, `journal`, `secrets`, `config`, `failure`, `explain`, `child`, `file_lock` and
//! `input_file`, `output_file` are leaves that anybody may use.
//! The `simulator` is reached from `cli` and tests only, and shares nothing with the clients it
//! tests.

pub mod browser;
mod child;
pub mod cli;
pub mod cloud_elements;
pub mod config;
pub mod doctor;
pub mod explain;
pub mod failure;
mod file_lock;
pub mod http;
mod input_file;
pub mod journal;
mod output_file;
pub mod report;
pub mod salesforce;
pub mod scenario;
pub mod secrets;
#[cfg(feature = "simulator")]
pub mod simulator;
#[cfg(test)]
mod testing;
