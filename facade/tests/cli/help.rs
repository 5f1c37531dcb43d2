//! The text of `list --help`: its examples run as printed, and its table of exit codes is that of
//! the README.

use std::path::Path;
use std::process::Stdio;

use atlas_snapshots_mock::{
    Cluster, ClusterKind, DataChange, ItemFault, MockAtlas, MockAtlasBuilder, PageFault,
    ResponseFault, When,
};
use tempfile::TempDir;
use tokio::process::Command;

use crate::harness::{Ran, ids_of, program, run, start};

async fn help() -> String {
    run(program(["list", "--help"])).await.stdout
}

/// The lines below a heading, up to the next one, without their indentation.
fn section(help: &str, heading: &str) -> String {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1);
    let lines = lines.take_while(|line| line.is_empty() || line.starts_with("  "));
    let lines: Vec<_> = lines
        .map(|line| line.strip_prefix("  ").unwrap_or(line))
        .collect();
    lines.join("\n")
}

/// Words, without what is only there for the layout.
fn words(text: &str) -> String {
    let text = text.replace('|', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_exit_codes_of_help_and_readme_are_the_same() {
    let readme = include_str!("../../../README.md");
    let table = readme
        .lines()
        .skip_while(|line| !line.starts_with("| exit code"));
    let rows = table.skip(2).take_while(|line| line.starts_with('|'));
    let rows = rows.collect::<Vec<_>>().join("\n");
    let codes = section(&help().await, "Exit codes:");
    let codes = words(&codes);
    assert!(codes.starts_with("0 "), "{codes}");
    assert!(codes.starts_with(&words(&rows)), "{codes}\n{rows}");
    assert!(rows.lines().count() == 12, "{rows}");
}

/// The examples, by the comment above each.
async fn example(named: &str) -> String {
    let examples = section(&help().await, "Examples:");
    let mut examples = examples.split("\n\n");
    let found = examples.find(|example| example.lines().next().unwrap().contains(named));
    found
        .unwrap_or_else(|| panic!("no example {named:?}"))
        .to_owned()
}

/// A mock that knows what the examples name.
fn mock() -> MockAtlasBuilder {
    MockAtlas::builder()
        .kind(ClusterKind::Flex)
        .cluster_name("Cluster0")
        .project_id("32b6e34b3d91647abb20e7b8")
        .snapshots(1_200)
}

/// Runs a script in `folder`, with the environment that the examples take for granted, and does not
/// sleep.
async fn run_script(script: &str, atlas: &MockAtlas, folder: &Path) -> Ran {
    let program = Path::new(env!("CARGO_BIN_EXE_atlas-snapshots"));
    let tools = std::env::var("PATH").unwrap();
    let path = format!("{}:{tools}", program.parent().unwrap().display());
    let mut command = Command::new("bash");
    command
        .args(["-c", &format!("sleep() {{ :; }}\n{script}")])
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("MONGODB_ATLAS_PROJECT_ID", atlas.project_id())
        .env("MONGODB_ATLAS_OPS_MANAGER_URL", atlas.base_url())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    run(command).await
}

#[tokio::test]
async fn the_example_of_a_table_runs() {
    // The secrets of the example are dots.
    let atlas = start(mock().service_account("...", "...")).await;
    let folder = TempDir::new().unwrap();
    let script = example("A table").await;
    let ran = run_script(&script, &atlas, folder.path()).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(ran.stdout.lines().count(), 1 + 1_200);
}

#[tokio::test]
async fn the_example_of_a_pipe_runs_and_fails_with_the_listing() {
    let script = example("completed snapshots").await;
    let folder = TempDir::new().unwrap();
    let atlas = start(mock()).await;
    let ran = run_script(&script, &atlas, folder.path()).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.lines().count() > 100, "{ran:#?}");

    let fault = ResponseFault::Status(410);
    atlas.add_fault(fault, When::page(2));
    let ran = run_script(&script, &atlas, folder.path()).await;
    assert_eq!(ran.code, Some(7), "{ran:#?}");
}

#[tokio::test]
async fn the_example_of_a_spreadsheet_runs_and_says_complete_only_then() {
    let script = example("A spreadsheet").await;
    let folder = TempDir::new().unwrap();
    for (builder, printed) in [
        (mock(), "complete\n"),
        (mock().fault(DataChange::DeleteHead(1), When::always()), ""),
    ] {
        let atlas = start(builder).await;
        let ran = run_script(&script, &atlas, folder.path()).await;
        assert_eq!(ran.stdout, printed, "{ran:#?}");
        let rows = std::fs::read_to_string(folder.path().join("snapshots.csv")).unwrap();
        assert!(rows.lines().count() > 1_000);
    }
}

/// What the examples call, in place of the program, which `$program` is.
fn in_place_of_the_program(body: &str) -> String {
    let program = env!("CARGO_BIN_EXE_atlas-snapshots");
    format!("program='{program}'\natlas-snapshots() {{\n{body}\n}}\n")
}

#[tokio::test]
async fn the_example_of_resuming_ends_with_the_listing_and_never_starts_again() {
    let small_pages = in_place_of_the_program(
        "\"$program\" \"$@\" --max-retries 0 --page-size 100 --max-in-flight 1",
    );
    let resume = example("Up to nine attempts").await;
    let script = format!("{small_pages}{resume}\necho \"$attempt $code\"");
    // The first page fails twice, two later ones once; and once the listing ends well, once
    // with an item that cannot be read.
    for (unreadable, code) in [(false, 0), (true, 1)] {
        let atlas = start(mock()).await;
        if unreadable {
            let fault = ItemFault::set("finishTime", "yesterday");
            atlas.add_fault(PageFault::Item { place: 0, fault }, When::page(1));
        }
        for nth in [1, 2, 4, 7] {
            atlas.add_fault(ResponseFault::Status(503), When::nth(nth));
        }
        let folder = TempDir::new().unwrap();
        let ran = run_script(&script, &atlas, folder.path()).await;
        assert_eq!(ran.stdout, format!("5 {code}\n"), "{ran:#?}");
        let rows = std::fs::read_to_string(folder.path().join("snapshots.ndjson")).unwrap();
        assert_eq!(
            ids_of(&rows),
            atlas.snapshot_ids()[usize::from(unreadable)..]
        );
        assert!(!folder.path().join("at.json").exists());
    }
}

#[tokio::test]
async fn the_example_of_resuming_goes_on_after_a_kill_before_the_file_exists() {
    let killed_first = in_place_of_the_program(
        "if test $attempt -lt 3; then sh -c 'kill -KILL $$'; else \"$program\" \"$@\"; fi",
    );
    let resume = example("Up to nine attempts").await;
    let script = format!("{killed_first}{resume}\necho \"$attempt $code\"");
    let atlas = start(mock()).await;
    let folder = TempDir::new().unwrap();
    let ran = run_script(&script, &atlas, folder.path()).await;
    assert_eq!(ran.stdout, "3 0\n", "{ran:#?}");
    let rows = std::fs::read_to_string(folder.path().join("snapshots.ndjson")).unwrap();
    assert_eq!(ids_of(&rows), atlas.snapshot_ids());
}

#[tokio::test]
async fn the_examples_of_several_clusters_run() {
    let tagged = |name| Cluster::dedicated(name).snapshots(3).tag("env", "prod");
    let builder = MockAtlas::builder()
        .project_with_id("32b6e34b3d91647abb20e7b8", "Shop")
        .cluster(tagged("Cluster0"))
        .cluster(tagged("Cluster1"))
        .flex("Cluster2")
        .project("Labs")
        .dedicated("Cluster3");
    let atlas = start(builder).await;
    let folder = TempDir::new().unwrap();
    let script = example("Every cluster").await;
    let ran = run_script(&script, &atlas, folder.path()).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let rows = std::fs::read_to_string(folder.path().join("snapshots.csv")).unwrap();
    assert_eq!(rows.lines().count(), 1 + 3 + 3 + 8 + 8);

    let script = example("production clusters").await;
    let script = format!("export MONGODB_ATLAS_PROJECT_ID=32b6e34b3d91647abb20e7b8\n{script}");
    let ran = run_script(&script, &atlas, folder.path()).await;
    assert_eq!(
        (ran.code, ran.stdout.lines().count()),
        (Some(0), 1 + 3),
        "{ran:#?}"
    );
}

#[tokio::test]
async fn the_example_of_a_mock_runs() {
    let atlas = start(mock()).await;
    let script = example("Against a mock").await;
    // The port is that of `mock-atlas --port 8080`.
    assert!(script.contains("http://127.0.0.1:8080"));
    let script = script.replace("http://127.0.0.1:8080", atlas.base_url());
    let folder = TempDir::new().unwrap();
    let ran = run_script(&script, &atlas, folder.path()).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(ran.stdout.lines().count(), 1 + 1_200);
}

#[tokio::test]
async fn the_examples_of_the_short_help_run() {
    let help = run(program(["--help"])).await.stdout;
    let script = section(&help, "Example:");
    assert!(script.contains("auth check"), "{help}");
    let atlas = start(mock().service_account("...", "...")).await;
    let folder = TempDir::new().unwrap();
    let ran = run_script(&format!("set -e\n{script}"), &atlas, folder.path()).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    // A table of one cluster, and one of its snapshots.
    assert_eq!(ran.stdout.lines().count(), 2 + 1 + 1_200);
}

#[tokio::test]
async fn every_example_is_tested() {
    let examples = section(&help().await, "Examples:");
    let titles = examples.lines().filter(|line| line.starts_with('#'));
    let titles: Vec<&str> = titles.collect();
    assert_eq!(titles.len(), 7, "{titles:#?}");
}
