//! What the client does beyond one question.
