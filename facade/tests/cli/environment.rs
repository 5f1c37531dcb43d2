//! What the environment may say.

use atlas_snapshots_mock::MockAtlas;
use tokio::process::Command;

use crate::harness::{list, program, run, start};

const TOKEN: &str = "MONGODB_ATLAS_ACCESS_TOKEN";
const PROJECT: &str = "MONGODB_ATLAS_PROJECT_ID";
const BASE_URL: &str = "MONGODB_ATLAS_OPS_MANAGER_URL";

/// `list` with nothing but the instance on the command line.
fn bare<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Command {
    let mut command = program(["list", "--instance", "Instance0", "--output", "csv"]);
    command.envs(variables);
    command
}

#[tokio::test]
async fn project_and_base_url_come_from_the_environment() {
    let atlas = start(MockAtlas::builder().snapshots(3)).await;
    let (url, project) = (atlas.base_url(), atlas.project_id());
    // The Atlas CLI wants the slash.
    let with_slash = format!("{url}/");
    for url in [url, &with_slash] {
        let ran = run(bare([(PROJECT, project), (BASE_URL, url)])).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert_eq!(ran.stdout.lines().count(), 4);
    }
}

#[tokio::test]
async fn arguments_outrank_the_environment() {
    let atlas = start(MockAtlas::builder().snapshots(3)).await;
    let mut command = list(&atlas, []);
    command
        .env(PROJECT, "000000000000000000000000")
        .env(BASE_URL, "https://nowhere.invalid");
    assert_eq!(run(command).await.code, Some(0));

    // Not even looked at.
    let mut command = list(&atlas, []);
    command.env(PROJECT, "nonsense").env(BASE_URL, "nonsense");
    assert_eq!(run(command).await.code, Some(0));
}

#[tokio::test]
async fn an_empty_variable_counts_as_unset() {
    let atlas = start(MockAtlas::builder().snapshots(3)).await;
    let mut command = list(&atlas, []);
    command.envs([(TOKEN, ""), (PROJECT, ""), (BASE_URL, "")]);
    assert_eq!(run(command).await.code, Some(0));
    assert_eq!(atlas.requests()[0].authorization_scheme(), None);

    let ran = run(bare([(PROJECT, "")])).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains(PROJECT), "{}", ran.stderr);
}

#[tokio::test]
async fn a_bad_variable_is_named_with_its_rule() {
    let project = "32b6e34b3d91647abb20e7b8";
    for (variables, said) in [
        (
            vec![(PROJECT, "nonsense")],
            [PROJECT, "\"nonsense\"", "24 characters"],
        ),
        (
            vec![(PROJECT, project), (BASE_URL, "nonsense")],
            [BASE_URL, "\"nonsense\"", "scheme"],
        ),
        (
            vec![(PROJECT, project), (TOKEN, "with space")],
            [TOKEN, "access token", "without spaces"],
        ),
    ] {
        let ran = run(bare(variables)).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
        for said in said {
            assert!(ran.stderr.contains(said), "{said:?} in {ran:#?}");
        }
    }
}

#[tokio::test]
async fn without_a_token_only_loopback_is_asked() {
    let project = "32b6e34b3d91647abb20e7b8";
    for url in ["", "https://gateway.invalid"] {
        let ran = run(bare([(PROJECT, project), (BASE_URL, url)])).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
        assert!(ran.stderr.contains(TOKEN), "{}", ran.stderr);
    }
}

#[tokio::test]
async fn the_token_is_sent_as_bearer() {
    let atlas = start(MockAtlas::builder().snapshots(3).require_token("abc.def")).await;
    assert_eq!(run(list(&atlas, [])).await.code, Some(4));

    let mut command = list(&atlas, []);
    command.env(TOKEN, "abc.def");
    assert_eq!(run(command).await.code, Some(0));
    assert!(atlas.requests()[1].authorization_is("Bearer abc.def"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_variable_that_is_not_text_is_refused_unseen() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let mut command = bare([(PROJECT, "32b6e34b3d91647abb20e7b8")]);
    command.env(TOKEN, OsStr::from_bytes(b"sesame\xff"));
    let ran = run(command).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains(TOKEN), "{}", ran.stderr);
    assert!(!ran.stderr.contains("sesame"), "{}", ran.stderr);
}
