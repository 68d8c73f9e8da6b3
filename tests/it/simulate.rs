//! `reauth simulate` as a program of its own.
