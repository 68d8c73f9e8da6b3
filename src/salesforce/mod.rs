//! Salesforce.
pub mod pages;
