//! The browser: which one is found, headed and headless, what happens without one.
