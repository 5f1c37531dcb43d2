//! Which API is requested for a cluster.

use atlas_snapshots_mock::{ClusterKind, MockAtlas, Sunset};
use tokio::process::Command;

use crate::harness::{ids, program, project, requested_apis, run, start};

fn list(atlas: &MockAtlas, arguments: &[&str]) -> Command {
    let mut command = program(["list", "--output", "ndjson"]);
    command.args(project(atlas)).args(arguments);
    command
}

#[tokio::test]
async fn a_cluster_of_either_kind_is_found_and_an_api_can_be_named() {
    let name = "Instance0";
    for (kind, arguments, requested) in [
        (ClusterKind::Flex, &["--cluster", name][..], &["flex"][..]),
        (
            ClusterKind::Serverless,
            &["--cluster", name],
            &["flex", "cluster", "serverless"],
        ),
        (
            ClusterKind::Flex,
            &["--cluster", name, "--api", "flex"],
            &["flex"],
        ),
        (
            ClusterKind::Serverless,
            &["--cluster", name, "--api", "serverless"],
            &["serverless"],
        ),
        (
            ClusterKind::Serverless,
            &["--instance", name],
            &["serverless"],
        ),
    ] {
        let atlas = start(MockAtlas::builder().kind(kind).snapshots(9)).await;
        let ran = run(list(&atlas, arguments)).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert_eq!(
            ids(&ran.json_lines()),
            atlas.snapshot_ids(),
            "{arguments:?}"
        );
        assert_eq!(requested_apis(&atlas), requested, "{arguments:?}");
        let is_flex = kind == ClusterKind::Flex;
        let source = if is_flex { "flex" } else { "serverless" };
        assert_eq!(ran.json_lines()[0]["source"], source);
    }
}

#[tokio::test]
async fn a_flex_table_has_columns_of_its_own() {
    let atlas = start(MockAtlas::builder().kind(ClusterKind::Flex).snapshots(9)).await;
    let mut command = program(["list", "--cluster", "Instance0"]);
    command.args(project(&atlas));
    let ran = run(command).await;
    let header: Vec<_> = ran
        .stdout
        .lines()
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let expected = [
        "ID",
        "CREATED",
        "EXPIRES",
        "VERSION",
        "STATUS",
        "SCHEDULED",
        "STARTED",
    ];
    assert_eq!(header, expected);
}

#[tokio::test]
async fn a_withdrawn_api_has_its_exit_code_and_message() {
    for (sunset, code, expected) in [
        (
            Sunset::Gone,
            7,
            "the cluster is a serverless instance, and these are withdrawn",
        ),
        (
            Sunset::NotFound,
            5,
            "the cluster is a serverless instance, and these are withdrawn",
        ),
        (
            Sunset::Empty,
            0,
            "does not show that there are no snapshots",
        ),
    ] {
        let atlas = start(MockAtlas::builder().snapshots(9).sunset(sunset)).await;
        let ran = run(list(&atlas, &["--cluster", "Instance0"])).await;
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(code), ""),
            "{ran:#?}"
        );
        assert!(ran.stderr.contains(expected), "{ran:#?}");
        // The other APIs have just refused the cluster.
        for refused in ["--api", "listFlexBackups", "automatic choice"] {
            assert!(!ran.stderr.contains(refused), "{refused} in {ran:#?}");
        }
    }
}

#[tokio::test]
async fn flags_that_contradict_each_other_are_refused() {
    let atlas = start(MockAtlas::builder().snapshots(9)).await;
    for arguments in [
        &["--cluster", "a", "--instance", "b"][..],
        &["--instance", "a", "--api", "flex"],
        &["--cluster", "a", "--api", "dedicated"],
    ] {
        assert_eq!(
            run(list(&atlas, arguments)).await.code,
            Some(2),
            "{arguments:?}"
        );
    }
    assert_eq!(atlas.request_count(), 0);
}
