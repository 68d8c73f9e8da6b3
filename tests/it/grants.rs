//! Whose grants are cut, and whose never.
