//! Bad usage: exit code 2, the value and its rule on standard error, no request.

use atlas_snapshots_mock::MockAtlas;

use crate::harness::{Ran, program, run, start};

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";

fn assert_usage_error(ran: &Ran, said: &[&str]) {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
    for said in said {
        assert!(ran.stderr.contains(said), "{said:?} in {ran:#?}");
    }
}

#[tokio::test]
async fn a_bad_value_is_named_with_its_rule() {
    let atlas = start(MockAtlas::builder().snapshots(3)).await;
    let characters = "24 characters";
    let letters = "letters, digits and hyphens";
    for (flag, value, rule) in [
        ("--project", "", characters),
        ("--project", "32B6E34B3D91647ABB20E7B8", characters),
        ("--project", "32b6e34b3d91647abb20e7b", characters),
        ("--instance", "", letters),
        ("--instance", "my_instance", letters),
        ("--instance", "../groups", letters),
        ("--page-size", "0", "1 to 500"),
        ("--page-size", "501", "1 to 500"),
        ("--page-size", "70000", "1 to 500"),
        ("--page-size", "ten", "1 to 500"),
        ("--prefetch", "0", "1 to 64"),
        ("--prefetch", "65", "1 to 64"),
        ("--prefetch", "1.5", "1 to 64"),
        ("--output", "xml", "ndjson"),
    ] {
        let mut arguments = vec!["list", "--base-url", atlas.base_url()];
        if flag != "--project" {
            arguments.extend(["--project", PROJECT]);
        }
        if flag != "--instance" {
            arguments.extend(["--instance", "Instance0"]);
        }
        arguments.extend([flag, value]);
        let ran = run(program(arguments)).await;

        assert_usage_error(&ran, &[flag, &format!("'{value}'"), rule]);
    }
    assert_eq!(atlas.request_count(), 0);
}

#[tokio::test]
async fn a_bad_base_url_is_named_with_its_rule() {
    for (url, rule) in [
        ("", "scheme"),
        ("cloud.mongodb.com", "scheme"),
        ("ftp://cloud.mongodb.com", "must start with https://"),
        ("https://cloud.mongodb.com/", "must not end with a slash"),
        ("http://cloud.mongodb.com", "must use https://"),
    ] {
        let ran = run(program([
            "list",
            "--project",
            PROJECT,
            "--instance",
            "Instance0",
            "--base-url",
            url,
        ]))
        .await;
        assert_usage_error(&ran, &[&format!("{url:?}"), rule, "--base-url"]);
    }
}

#[tokio::test]
async fn what_is_missing_or_unknown_is_named() {
    let list = ["list", "--project", PROJECT];
    assert_usage_error(&run(program(list)).await, &["--cluster <NAME>", "Usage:"]);

    let list = ["list", "--instance", "Instance0"];
    let ran = run(program(list)).await;
    assert_usage_error(&ran, &["--project", "MONGODB_ATLAS_PROJECT_ID", "Usage:"]);

    let list = ["list", "--instance", "Instance0", "--colour"];
    assert_usage_error(&run(program(list)).await, &["'--colour'", "Usage:"]);

    assert_usage_error(&run(program(["erase"])).await, &["'erase'", "Usage:"]);
    assert_usage_error(&run(program([])).await, &["Usage:", "list"]);
}

#[tokio::test]
async fn help_and_version_are_data() {
    for arguments in [vec!["--help"], vec!["list", "--help"], vec!["list", "-h"]] {
        let ran = run(program(arguments)).await;
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        assert!(ran.stdout.contains("MONGODB_ATLAS_CLIENT_ID"));
    }
    let ran = run(program(["--version"])).await;
    let version = concat!("atlas-snapshots ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), version));
}
