//! Kinds of failure.

use std::io;

use crate::evidence::Status;

/// Whether another upstream may know more. A failed validation stands: asking one that does not validate would hide it.
pub(super) fn is_failure(status: Status) -> bool {
    matches!(
        status,
        Status::Servfail
            | Status::Refused
            | Status::Formerr
            | Status::Notimp
            | Status::OtherRcode
            | Status::Lame
            | Status::Truncated
            | Status::Malformed
    )
}

/// How much a failure says about the name rather than about the way to it.
pub(super) fn telling(status: Status) -> u8 {
    match status {
        Status::Servfail => 10,
        Status::Refused => 9,
        Status::OtherRcode => 8,
        Status::Notimp => 7,
        Status::Formerr => 6,
        Status::Lame => 5,
        Status::Truncated => 4,
        Status::Malformed => 3,
        Status::Local => 2,
        _ => 1,
    }
}

pub(super) fn is_unreachable(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset)
}

/// A limit of this machine: file handles, buffers, memory, message ids.
pub(super) fn is_local(error: &io::Error) -> bool {
    const NO_BUFFERS: i32 = if cfg!(windows) {
        10055
    } else if cfg!(target_os = "linux") {
        105
    } else {
        55
    };
    const FILE_HANDLES: [i32; 2] = if cfg!(windows) { [10024, 4] } else { [23, 24] };
    matches!(error.kind(), io::ErrorKind::OutOfMemory | io::ErrorKind::ResourceBusy)
        || error.raw_os_error().is_some_and(|code| code == NO_BUFFERS || FILE_HANDLES.contains(&code))
}
