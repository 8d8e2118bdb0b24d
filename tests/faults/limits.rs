//! Limits of this machine must never look like an answer about a name. Each test runs itself again in a process with
//! few file handles.
#![cfg(unix)]

use std::fs::File;
use std::process::Command;
use std::sync::Arc;

use jurisdig::evidence::Status;
use jurisdig::model::DomainName;
use jurisdig::observe::dns::{Client, Rtype, Settings};
use tokio::task::JoinSet;

use crate::behaviour::{ok, tcp_only, truncated};
use crate::matrix::settings;
use crate::server::Server;

const INSIDE: &str = "JURISDIG_TEST_FEW_HANDLES";

/// Runs one test of this binary with so many file handles; `false` inside of it.
fn runs_outside(test: &str, handles: u32) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return false;
    }
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -n {handles} && exec \"$0\" --exact {test} --test-threads 1")])
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
    true
}

#[test]
fn no_handle_for_tcp_is_a_local_failure() {
    if runs_outside("limits::no_handle_for_tcp_is_a_local_failure", 64) {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::start(|q| tcp_only(q, truncated(q))).await;
        let client = Client::start(settings(vec![server.address])).await.unwrap();
        let ask = async |name: &str| client.lookup(&DomainName::from_ascii(name).unwrap(), Rtype::A).await;
        for number in 0..20 {
            assert_eq!(ask(&format!("n{number}.test")).await.answer.status, Status::Ok);
        }
        let mut handles = Vec::new();
        while let Ok(file) = File::open("/dev/null") {
            handles.push(file);
        }
        let lookup = ask("none.test").await;
        assert_eq!(lookup.answer.status, Status::Local, "{lookup:?}");
        drop(handles);
        assert_eq!(ask("none.test").await.answer.status, Status::Ok);
    });
}

#[test]
fn few_handles_are_enough_for_many_names() {
    if runs_outside("limits::few_handles_are_enough_for_many_names", 64) {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::start(ok).await;
        // The usual patience: with so many under way on a busy machine, an answer may be late.
        let client = Arc::new(Client::start(Settings::new(vec![server.address], "test")).await.unwrap());
        let mut tasks = JoinSet::new();
        for number in 0..5000 {
            if tasks.len() >= 500 {
                assert_eq!(tasks.join_next().await.unwrap().unwrap(), Status::Ok);
            }
            let client = Arc::clone(&client);
            tasks.spawn(async move {
                let name = DomainName::from_ascii(&format!("n{number}.test")).unwrap();
                client.lookup(&name, Rtype::A).await.answer.status
            });
        }
        assert!(tasks.join_all().await.into_iter().all(|status| status == Status::Ok));
    });
}
