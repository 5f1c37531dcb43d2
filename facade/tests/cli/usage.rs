//! Arguments and environment. Bad usage: exit code 2, value and rule on standard error, no request.

use atlas_snapshots_mock::MockAtlas;

use tokio::process::Command;

use crate::harness::{Ran, list, program, project, run, start};

/// The project of the mock.
const PROJECT: &str = "32b6e34b3d91647abb20e7b8";

const TOKEN: &str = "MONGODB_ATLAS_ACCESS_TOKEN";
const PROJECT_ID: &str = "MONGODB_ATLAS_PROJECT_ID";
const CLUSTER: &str = "MONGODB_ATLAS_CLUSTER";
const BASE_URL: &str = "MONGODB_ATLAS_OPS_MANAGER_URL";

fn assert_usage_error(ran: &Ran, expected: &[&str]) {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
    for expected in expected {
        assert!(ran.stderr.contains(expected), "{expected:?} in {ran:#?}");
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
        ("--cluster", "", letters),
        ("--cluster", "my_cluster", letters),
        ("--cluster", "../groups", letters),
        ("--instance", "my_instance", letters),
        ("--page-size", "0", "it must be a number from 1 to 500"),
        ("--page-size", "501", "it must be a number from 1 to 500"),
        ("--page-size", "70000", "it must be a number from 1 to 500"),
        ("--page-size", "ten", "it must be a number from 1 to 500"),
        ("--max-in-flight", "0", "it must be a number from 1 to 64"),
        ("--max-in-flight", "65", "it must be a number from 1 to 64"),
        ("--max-in-flight", "1.5", "it must be a number from 1 to 64"),
        ("--max-retries", "some", "it must be a number from 0"),
        ("--deadline", "soon", "expected number"),
        ("--consistency", "perhaps", "adaptive"),
        ("--api", "dedicated", "serverless"),
        ("--output", "xml", "ndjson"),
    ] {
        let mut arguments = vec!["list", "--base-url", atlas.base_url()];
        if flag != "--project" {
            arguments.extend(["--project", PROJECT]);
        }
        if !["--cluster", "--instance"].contains(&flag) {
            arguments.extend(["--cluster", "Cluster0"]);
        }
        arguments.extend([flag, value]);
        let ran = run(program(arguments)).await;

        assert_usage_error(&ran, &[flag, &format!("'{value}'"), rule]);
        assert_eq!(ran.stderr.matches("invalid").count(), 1, "{ran:#?}");
    }
    assert_eq!(atlas.request_count(), 0);
}

#[tokio::test]
async fn a_bad_base_url_is_named_with_its_rule() {
    for (url, rule) in [
        ("", "scheme"),
        ("cloud.mongodb.com", "scheme"),
        ("ftp://cloud.mongodb.com", "must start with https://"),
        ("http://cloud.mongodb.com", "must use https://"),
        (
            "https://cloud.mongodb.com?token=sesame",
            "query or fragment",
        ),
        ("https://cloud.mongodb.com#sesame", "query or fragment"),
        ("https://sesame@cloud.mongodb.com", "user name or password"),
        ("https://cloud.mongodb.com/ sesame", "white space"),
        ("https:\\\\sesame@cloud.mongodb.com", "backslashes"),
    ] {
        let ran = run(program([
            "list",
            "--project",
            PROJECT,
            "--cluster",
            "Cluster0",
            "--base-url",
            url,
        ]))
        .await;
        assert_usage_error(&ran, &[rule, "--base-url"]);
        // It may contain a secret.
        assert!(!ran.stderr.contains("sesame"), "{}", ran.stderr);
    }
}

#[tokio::test]
async fn a_hidden_alias_has_the_same_rules() {
    let list = ["list", "--project", PROJECT, "--cluster", "Cluster0"];
    let ran = run(program([&list[..], &["--prefetch", "65"]].concat())).await;
    assert_usage_error(
        &ran,
        &[
            "'65'",
            "--max-in-flight",
            "it must be a number from 1 to 64",
        ],
    );

    let both = ["--prefetch", "2", "--max-in-flight", "2"];
    let ran = run(program([&list[..], &both].concat())).await;
    assert_usage_error(&ran, &["--max-in-flight", "multiple times"]);
}

#[tokio::test]
async fn verify_is_a_consistency_of_its_own() {
    for consistency in ["single-pass", "adaptive", "verified"] {
        let mut command = program(["list", "--project", PROJECT, "--cluster", "Cluster0"]);
        command.args(["--verify", "--consistency", consistency]);
        assert_usage_error(&run(command).await, &["--verify", "--consistency"]);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn arguments_and_a_program_name_that_are_not_utf_8_are_usage_errors_at_most() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let odd = OsStr::from_bytes(b"\xff");
    let atlas = start(MockAtlas::builder().snapshots(3)).await;
    let mut command = list(&atlas, ["--output", "ndjson"]);
    command.arg0(odd);
    let ran = run(command).await;
    assert_eq!((ran.code, ran.json_lines().len()), (Some(0), 3), "{ran:#?}");

    let mut without_project = program(["list", "--cluster", "Cluster0"]);
    without_project.arg0(odd);
    assert_usage_error(&run(without_project).await, &["--project"]);

    for flag in [
        "--project",
        "--cluster",
        "--base-url",
        "--checkpoint",
        "--output",
    ] {
        let mut command = program(["list", "--cluster", "Cluster0", flag]);
        command.arg(odd);
        let ran = run(command).await;
        assert_usage_error(&ran, &[]);
        assert!(!ran.stderr.contains("panicked"), "{ran:#?}");
    }
    let mut command = program(["list"]);
    command.arg(odd);
    assert_usage_error(&run(command).await, &[]);
}

#[tokio::test]
async fn what_is_missing_or_unknown_is_named() {
    let (project, cluster) = ("--project <ID>", "--cluster <NAME>");
    let credentials = "MONGODB_ATLAS_CLIENT_SECRET";
    let given_project = ["--project", PROJECT];
    let given_cluster = ["--cluster", "Cluster0"];
    let local = ["--base-url", "http://127.0.0.1:1"];
    let (list, check, clusters) = (&["list"][..], &["auth", "check"], &["clusters"]);
    for (command, given, missing) in [
        (
            list,
            &[][..],
            &[project, PROJECT_ID, cluster, CLUSTER, credentials][..],
        ),
        (list, &given_project, &[cluster, CLUSTER, credentials]),
        (list, &given_cluster, &[project, PROJECT_ID, credentials]),
        (list, &local, &[project, PROJECT_ID, cluster, CLUSTER]),
        (
            list,
            &["--all-clusters"],
            &[project, PROJECT_ID, credentials],
        ),
        (check, &given_cluster, &[project, PROJECT_ID, credentials]),
        (check, &[], &[credentials]),
        (clusters, &[], &[project, PROJECT_ID, credentials]),
        (&["projects"], &[], &[credentials]),
    ] {
        let ran = run(program([command, given].concat())).await;
        assert_usage_error(&ran, &[missing, &["Usage:"]].concat());
        for named in [project, cluster, credentials] {
            let is_named = ran.stderr.contains(named);
            assert_eq!(is_named, missing.contains(&named), "{named} in {ran:#?}");
        }
    }

    let list = ["list", "--cluster", "Cluster0", "--colour"];
    assert_usage_error(&run(program(list)).await, &["'--colour'", "Usage:"]);

    assert_usage_error(&run(program(["erase"])).await, &["'erase'", "Usage:"]);
    assert_usage_error(&run(program([])).await, &["Usage:", "list"]);
}

#[tokio::test]
async fn help_and_version_are_printed_on_standard_output() {
    for arguments in [vec!["--help"], vec!["list", "--help"], vec!["list", "-h"]] {
        let ran = run(program(arguments)).await;
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        assert!(ran.stdout.contains("MONGODB_ATLAS_CLIENT_ID"));
        for hidden in ["--instance", "--prefetch"] {
            assert!(!ran.stdout.contains(hidden), "{hidden} in {ran:#?}");
        }
    }
    let ran = run(program(["--version"])).await;
    let version = concat!("atlas-snapshots ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), version));
}

#[tokio::test]
async fn completions_and_the_manual_are_made_of_the_arguments() {
    for (shell, named) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef atlas-snapshots"),
        ("fish", "complete -c atlas-snapshots"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let ran = run(program(["completions", shell])).await;
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        assert!(ran.stdout.contains(named), "{shell}");
        assert!(ran.stdout.contains("all-projects"), "{shell}");
    }
    for (arguments, named) in [
        (&["man"][..], "check"),
        (&["man", "list"], "MONGODB_ATLAS_CLIENT_ID"),
    ] {
        let ran = run(program(arguments.iter().copied())).await;
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        assert!(
            ran.stdout.contains(".TH ") && ran.stdout.contains(named),
            "{ran:#?}"
        );
    }
    assert_usage_error(&run(program(["man", "nope"])).await, &["no command 'nope'"]);
}

/// `list` with nothing but the cluster on the command line.
fn bare<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Command {
    let mut command = program(["list", "--cluster", "Instance0", "--output", "csv"]);
    command.args(["--api", "serverless"]).envs(variables);
    command
}

#[tokio::test]
async fn project_and_base_url_come_from_the_environment() {
    let atlas = start(MockAtlas::builder().snapshots(3)).await;
    let (url, project) = (atlas.base_url(), atlas.project_id());
    // The Atlas CLI requires the slash.
    let with_slash = format!("{url}/");
    for url in [url, &with_slash] {
        let ran = run(bare([(PROJECT_ID, project), (BASE_URL, url)])).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert_eq!(ran.stdout.lines().count(), 4);

        let mut command = bare([]);
        command.args(["--project", project, "--base-url", url]);
        let ran = run(command).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    }
}

#[tokio::test]
async fn the_cluster_comes_from_the_environment() {
    let atlas = start(MockAtlas::builder().snapshots(3)).await;
    let without_cluster = |command: &[&'static str], variable: &str| {
        let mut program = program(command.iter().copied());
        program.args(project(&atlas)).env(CLUSTER, variable);
        program
    };
    for command in [&["list"][..], &["auth", "check"]] {
        let ran = run(without_cluster(command, atlas.cluster_name())).await;
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let ran = run(without_cluster(command, "my_cluster")).await;
        assert_usage_error(&ran, &[CLUSTER, "\"my_cluster\"", "letters"]);

        let mut program = without_cluster(command, "my_cluster");
        program.args(["--cluster", atlas.cluster_name()]);
        assert_eq!(run(program).await.code, Some(0));
    }
}

#[tokio::test]
async fn arguments_take_precedence_over_the_environment() {
    let atlas = start(MockAtlas::builder().snapshots(3)).await;
    let mut command = list(&atlas, []);
    command
        .env(PROJECT_ID, "000000000000000000000000")
        .env(BASE_URL, "https://nowhere.invalid");
    assert_eq!(run(command).await.code, Some(0));

    // Not even checked.
    let mut command = list(&atlas, []);
    command
        .env(PROJECT_ID, "nonsense")
        .env(BASE_URL, "nonsense");
    assert_eq!(run(command).await.code, Some(0));
}

#[tokio::test]
async fn an_empty_variable_counts_as_unset() {
    let atlas = start(MockAtlas::builder().snapshots(3)).await;
    let mut command = list(&atlas, []);
    command.envs([(TOKEN, ""), (PROJECT_ID, ""), (BASE_URL, "")]);
    assert_eq!(run(command).await.code, Some(0));
    assert_eq!(atlas.requests()[0].authorization_scheme(), None);

    let ran = run(bare([(PROJECT_ID, "")])).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains(PROJECT_ID), "{}", ran.stderr);
}

#[tokio::test]
async fn a_bad_variable_is_named_with_its_rule() {
    for (variables, expected) in [
        (
            vec![(PROJECT_ID, "nonsense")],
            [PROJECT_ID, "\"nonsense\"", "24 characters"],
        ),
        (
            vec![(PROJECT_ID, PROJECT), (BASE_URL, "nonsense")],
            [BASE_URL, "the base URL", "scheme"],
        ),
        (
            vec![(PROJECT_ID, PROJECT), (TOKEN, "with space")],
            [TOKEN, "access token", "without spaces"],
        ),
    ] {
        let ran = run(bare(variables)).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
        for expected in expected {
            assert!(ran.stderr.contains(expected), "{expected:?} in {ran:#?}");
        }
    }
}

#[tokio::test]
async fn a_proxy_of_the_environment_that_cannot_be_used_is_refused_by_its_name() {
    for (name, proxy) in [
        ("HTTPS_PROXY", "ftp://sesame@proxy.example"),
        ("ALL_PROXY", "socks5://sesame@proxy.example"),
        ("https_proxy", " http://sesame@proxy.example"),
    ] {
        let url = (BASE_URL, "https://gateway.invalid");
        let ran = run(bare([
            (PROJECT_ID, PROJECT),
            url,
            (TOKEN, "abc"),
            (name, proxy),
        ]))
        .await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
        assert!(ran.stderr.contains(&format!("{name} must")), "{ran:#?}");
        assert!(!ran.stderr.contains("sesame"), "{ran:#?}");
    }
}

#[tokio::test]
async fn without_credentials_only_loopback_hosts_are_requested() {
    for url in ["", "https://gateway.invalid"] {
        let ran = run(bare([(PROJECT_ID, PROJECT), (BASE_URL, url)])).await;
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
async fn a_variable_that_is_not_text_is_refused_and_not_shown() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let mut command = bare([(PROJECT_ID, PROJECT)]);
    command.env(TOKEN, OsStr::from_bytes(b"sesame\xff"));
    let ran = run(command).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains(TOKEN), "{}", ran.stderr);
    assert!(!ran.stderr.contains("sesame"), "{}", ran.stderr);
}

#[tokio::test]
async fn an_argument_cannot_send_commands_to_the_terminal() {
    let odd = "\u{1b}[2J\u{202e}\u{200b}\nsummary: forged";
    let list = ["list", "--project", PROJECT, "--cluster", "Cluster0"];
    for arguments in [
        vec![odd],
        vec!["list", odd],
        vec!["list", "--project", odd],
        vec!["list", "--deadline", odd],
        vec!["list", "--deadline", "1\u{202e}"],
        vec!["list", "--output", odd],
        [&list[..], &["--base-url", odd]].concat(),
        [&list[..], &["--output", "csv", "--resume-from", odd]].concat(),
        [
            &list[..],
            &[
                "--output",
                "csv",
                "--checkpoint",
                odd,
                "--resume-from",
                "none",
            ],
        ]
        .concat(),
    ] {
        let ran = run(program(arguments)).await;
        assert_usage_error(&ran, &[]);
        let unprintable = ['\u{1b}', '\u{202e}', '\u{200b}'];
        assert!(!ran.stderr.contains(unprintable), "{ran:#?}");
        assert!(!ran.stderr.contains("\nsummary"), "{ran:#?}");
    }
}
