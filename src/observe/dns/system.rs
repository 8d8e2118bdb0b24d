//! The resolvers this machine is configured to use.

use std::net::SocketAddr;

use hickory_resolver::system_conf::read_system_conf;

/// Why no resolver is known.
#[derive(Debug, thiserror::Error)]
pub enum NoUpstreams {
    /// The configuration could not be read.
    #[error("the system's DNS configuration could not be read: {0}")]
    Unreadable(String),
    /// It names no server.
    #[error("the system's DNS configuration names no server")]
    Empty,
}

/// Name servers of the system and where they are configured. Search lists and the hosts file are left out on purpose:
/// an audited name is asked as it is, or it would be sent to somebody else or answered from a private file.
///
/// # Errors
/// When the configuration cannot be read or names no server.
pub fn system_upstreams() -> Result<(Vec<SocketAddr>, String), NoUpstreams> {
    let (config, _) = read_system_conf().map_err(|error| NoUpstreams::Unreadable(error.to_string()))?;
    let mut upstreams: Vec<SocketAddr> = Vec::new();
    for server in config.name_servers() {
        let port = server.connections.first().map_or(53, |connection| connection.port);
        let address = SocketAddr::new(server.ip, port);
        if !upstreams.contains(&address) {
            upstreams.push(address);
        }
    }
    if upstreams.is_empty() {
        return Err(NoUpstreams::Empty);
    }
    let place = if cfg!(windows) {
        "system configuration"
    } else if cfg!(target_vendor = "apple") {
        "SystemConfiguration"
    } else {
        "/etc/resolv.conf"
    };
    Ok((upstreams, place.to_owned()))
}
