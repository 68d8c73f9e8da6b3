//! Salesforce's pages in their varieties, and those that stop a run.
