//! Cloud Elements' moods.
