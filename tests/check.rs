//! What a check says to people, from the captures of `tests/evidence` judged by a policy that meets every state and every
//! notice; and the same with every text from outside replaced by an attack.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failing test shall stop")]

mod check {
    mod formats;
    mod hostile;
    mod sample;
}
