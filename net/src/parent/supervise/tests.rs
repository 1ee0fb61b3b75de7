//! Tests of what follows the end of a worker; `tests/restart.rs` has those with sockets.

use super::*;
use crate::parent::Plan;
use std::fs;
use tempfile::TempDir;

fn shell(script: &str) -> Worker {
    Worker {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
    }
}

fn outcome(worker: &Worker) -> Result<i32, Error> {
    let sockets = Sockets::bind(&Plan::default()).unwrap();
    supervise(&sockets, worker, &Options::default())
}

#[test]
fn a_program_that_does_not_exist_is_an_error_at_once() {
    let worker = Worker {
        program: "/nowhere/trunkline".into(),
        args: Vec::new(),
    };
    let error = outcome(&worker).unwrap_err();
    assert_eq!(error.to_string(), "start /nowhere/trunkline");
}

#[test]
fn bad_configuration_ends_the_parent_with_the_workers_code() {
    assert_eq!(outcome(&shell("exit 78")).unwrap(), 78);
}

#[test]
fn workers_follow_each_other_until_one_leaves_by_itself() {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("log");
    let script = format!(
        "echo x >> {log}; case $(wc -l < {log}) in 1) exit 3;; 2) kill -9 $$;; *) exit 0;; esac",
        log = log.display()
    );
    assert_eq!(outcome(&shell(&script)).unwrap(), 0);
    assert_eq!(fs::read_to_string(log).unwrap().lines().count(), 3);
}

#[test]
fn a_worker_is_told_its_generation_and_the_crashes_before_it() {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("log");
    let script = format!(
        "cat /proc/self/fd/${VARIABLE} >> {log}; test $(grep -c generation {log}) = 2",
        log = log.display()
    );
    let script = format!("cd / && {script}");
    assert_eq!(outcome(&shell(&script)).unwrap(), 0);
    let text = fs::read_to_string(log).unwrap();
    let told: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("generation") || line.starts_with("recent"))
        .collect();
    let expected = [
        "generation 0",
        "recent_crashes 0",
        "generation 1",
        "recent_crashes 1",
    ];
    assert_eq!(told, expected);
    let anchors: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("anchor"))
        .collect();
    assert_eq!(anchors.len(), 2);
    assert_eq!(anchors[0], anchors[1]);
}
