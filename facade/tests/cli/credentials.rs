//! Credentials: what `auth check` reports about them, and that no output contains them.

use atlas_snapshots_mock::{CannedResponse, MockAtlas, MockAtlasBuilder};
use tokio::process::Command;

use crate::harness::{Ran, list, program, project, run, start, target};

const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.open-sesame";

fn check(atlas: &MockAtlas, variables: &[(&str, &str)]) -> Command {
    let mut command = program(["auth", "check"]);
    command.args(target(atlas)).envs(variables.iter().copied());
    command
}

#[tokio::test]
async fn each_kind_of_credentials_is_accepted_after_one_small_request() {
    let open = MockAtlas::builder().snapshots(1_200);
    let token: &[_] = &[("MONGODB_ATLAS_ACCESS_TOKEN", "abc.def")];
    let account: &[_] = &[
        ("MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_1"),
        ("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_2"),
    ];
    let key: &[_] = &[
        ("MONGODB_ATLAS_PUBLIC_API_KEY", "public"),
        ("MONGODB_ATLAS_PRIVATE_API_KEY", "private"),
    ];
    for (builder, variables, requests) in [
        (open.clone(), &[][..], 1),
        (open.clone().require_token("abc.def"), token, 1),
        (
            open.clone().service_account("mdb_sa_id_1", "mdb_sa_sk_2"),
            account,
            1,
        ),
        // The first one is challenged.
        (open.require_api_key("public", "private"), key, 2),
    ] {
        let atlas = start(builder).await;
        let ran = run(check(&atlas, variables)).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:#?}");
        assert!(
            ran.stderr
                .starts_with("ok: may list the snapshots of Instance0"),
            "{ran:#?}"
        );
        assert_eq!(atlas.request_count(), requests);
        assert_eq!(atlas.requests()[0].items_per_page, Some(1));
    }
}

#[tokio::test]
async fn each_rejection_has_its_line_and_its_exit_code() {
    let account: &[_] = &[
        ("MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_1"),
        ("MONGODB_ATLAS_CLIENT_SECRET", "sesame"),
    ];
    let key: &[_] = &[
        ("MONGODB_ATLAS_PUBLIC_API_KEY", "public"),
        ("MONGODB_ATLAS_PRIVATE_API_KEY", "sesame"),
    ];
    let token: &[_] = &[("MONGODB_ATLAS_ACCESS_TOKEN", "sesame")];
    let builder = MockAtlas::builder;
    for (builder, variables, code, expected) in [
        (
            builder().service_account("mdb_sa_id_1", "mdb_sa_sk_2"),
            account,
            4,
            "the client id or the client secret \
             (MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_CLIENT_SECRET) was rejected",
        ),
        (
            builder()
                .service_account("mdb_sa_id_1", "sesame")
                .token_limit(0),
            account,
            4,
            "Atlas issues no further token",
        ),
        (
            builder().require_api_key("public", "private"),
            key,
            4,
            "the API key \
             (MONGODB_ATLAS_PUBLIC_API_KEY, MONGODB_ATLAS_PRIVATE_API_KEY) was rejected",
        ),
        (
            builder().require_token("another"),
            token,
            4,
            "the access token (MONGODB_ATLAS_ACCESS_TOKEN) was rejected",
        ),
        (
            builder().require_token("another"),
            &[],
            4,
            "): no credentials were sent",
        ),
        (
            builder().block_ip(),
            &[],
            4,
            "add this machine's IP address",
        ),
        (
            builder().missing_role(),
            &[],
            4,
            "grant the credentials Project Read Only",
        ),
        (
            builder().cluster_name("Other"),
            &[],
            5,
            "SERVERLESS_INSTANCE_NOT_FOUND",
        ),
    ] {
        let atlas = start(builder).await;
        let mut command = program(["auth", "check", "--cluster", "Instance0"]);
        command
            .args(["--api", "serverless"])
            .args(project(&atlas))
            .envs(variables.iter().copied());
        let ran: Ran = run(command).await;
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(code), ""),
            "{ran:#?}"
        );
        assert!(ran.stderr.contains(expected), "{expected:?} in {ran:#?}");
        assert!(!ran.stderr.contains("sesame"), "{ran:#?}");
        assert_eq!(ran.stderr.matches("error: ").count(), 1, "{ran:#?}");
        // It is a single request.
        for place in [", page 1", "delivered before"] {
            assert!(!ran.stderr.contains(place), "{place} in {ran:#?}");
        }
    }
}

#[tokio::test]
async fn white_space_around_a_secret_is_refused_by_the_name_of_its_variable() {
    let id = ("MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_1");
    let secret = ("MONGODB_ATLAS_CLIENT_SECRET", "sesame\n");
    let public = ("MONGODB_ATLAS_PUBLIC_API_KEY", "public\r\n");
    let private = ("MONGODB_ATLAS_PRIVATE_API_KEY", "sesame");
    let token = ("MONGODB_ATLAS_ACCESS_TOKEN", " sesame");
    for (variables, named) in [
        (&[id, secret][..], secret.0),
        (&[public, private], public.0),
        (&[token], token.0),
    ] {
        let atlas = start(MockAtlas::builder()).await;
        let ran = run(check(&atlas, variables)).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
        assert!(
            ran.stderr.contains(&format!("{named}: "))
                || ran.stderr.contains(&format!("{named} must not")),
            "{ran:#?}"
        );
        assert!(!ran.stderr.contains("sesame"), "{ran:#?}");
        assert_eq!(atlas.request_count(), 0);
    }
}

fn with_token(mut command: Command) -> Command {
    command
        .env("MONGODB_ATLAS_ACCESS_TOKEN", TOKEN)
        .env("RUST_BACKTRACE", "1")
        .env("RUST_LOG", "trace");
    command
}

async fn assert_not_shown(command: Command, code: i32) {
    let ran = run(with_token(command)).await;
    assert_eq!(ran.code, Some(code), "{ran:#?}");
    for part in TOKEN.split('.') {
        assert!(!ran.stdout.contains(part), "{}", ran.stdout);
        assert!(!ran.stderr.contains(part), "{}", ran.stderr);
    }
}

#[tokio::test]
async fn no_response_makes_the_program_show_the_token() {
    let page_1 = |response| MockAtlas::builder().page_response(1, response);
    let atlases: [(MockAtlasBuilder, i32); 6] = [
        (MockAtlas::builder().snapshots(3).require_token(TOKEN), 0),
        (MockAtlas::builder().require_token("another"), 4),
        (page_1(CannedResponse::html(503, "<h1>Unavailable</h1>")), 1),
        (page_1(CannedResponse::text(200, "not a page")), 1),
        (
            page_1(CannedResponse::new(302).header("Location", "https://elsewhere.invalid/")),
            1,
        ),
        (MockAtlas::builder().items([serde_json::json!("odd")]), 1),
    ];
    for (builder, code) in atlases {
        let atlas = start(builder).await;
        for format in ["table", "json", "ndjson", "csv"] {
            assert_not_shown(list(&atlas, ["--output", format]), code).await;
        }
    }
}

#[tokio::test]
async fn no_usage_error_shows_the_token() {
    let project = "32b6e34b3d91647abb20e7b8";
    for arguments in [
        vec!["list", "--help"],
        vec!["list"],
        vec!["list", "--cluster", "a_b"],
        vec!["list", "--cluster", "a", "--project", "b"],
        vec![
            "list",
            "--cluster",
            "a",
            "--project",
            project,
            "--base-url",
            "nonsense",
        ],
        // There is no such flag, and the value is not repeated.
        vec!["list", "--cluster", "a", "--access-token", TOKEN],
    ] {
        let code = if arguments.contains(&"--help") { 0 } else { 2 };
        assert_not_shown(program(arguments), code).await;
    }
}

#[tokio::test]
async fn a_password_in_the_base_url_is_not_shown() {
    let url = format!("https://me:{TOKEN}@cloud.mongodb.com");
    let project = "32b6e34b3d91647abb20e7b8";
    let arguments = [
        "list",
        "--cluster",
        "a",
        "--project",
        project,
        "--base-url",
        &url,
    ];
    assert_not_shown(program(arguments), 2).await;
}
