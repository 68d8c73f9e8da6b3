//! What happens when something ends a run half-way.
