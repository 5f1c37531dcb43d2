//! `auth check`: one small request that says what is wrong.

use atlas_snapshots_mock::MockAtlas;
use tokio::process::Command;

use crate::harness::{Ran, program, project, run, start, target};

fn check(atlas: &MockAtlas, variables: &[(&str, &str)]) -> Command {
    let mut command = program(["auth", "check"]);
    command.args(target(atlas)).envs(variables.iter().copied());
    command
}

#[tokio::test]
async fn each_kind_of_credentials_is_let_in_by_one_small_request() {
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
        // The first is sent back with a challenge.
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
async fn each_refusal_has_its_line_and_its_exit_code() {
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
    for (builder, variables, code, told) in [
        (
            builder().service_account("mdb_sa_id_1", "mdb_sa_sk_2"),
            account,
            4,
            "the client id or the client secret is not accepted",
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
            "credentials not accepted",
        ),
        (
            builder().require_token("another"),
            token,
            4,
            "credentials not accepted",
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
            builder().instance_name("Other"),
            &[],
            5,
            "SERVERLESS_INSTANCE_NOT_FOUND",
        ),
    ] {
        let atlas = start(builder).await;
        let mut command = program(["auth", "check", "--instance", "Instance0"]);
        command
            .args(project(&atlas))
            .envs(variables.iter().copied());
        let ran: Ran = run(command).await;
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(code), ""),
            "{ran:#?}"
        );
        assert!(ran.stderr.contains(told), "{told:?} in {ran:#?}");
        assert!(!ran.stderr.contains("sesame"), "{ran:#?}");
        assert_eq!(ran.stderr.matches("error: ").count(), 1, "{ran:#?}");
    }
}
