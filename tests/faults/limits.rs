//! Limits of the machine.
