//! Task that runs every gate of the project, locally and in CI.

use std::{
    env,
    io::{self, Write as _},
    process::{Child, Command, Stdio},
    time::Instant,
};

use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::{Failure, root};

/// One check that every change has to pass.
struct Gate {
    name: &'static str,
    checks: &'static str,
    /// The error is a sentence that says what failed.
    run: fn() -> Result<(), String>,
}

/// All gates, in the order in which they run: the tests last, so that the output ends with them.
const GATES: &[Gate] = &[
    gate("fmt", "All code is formatted", fmt),
    gate(
        "clippy",
        "Clippy reports no warning, in every target and without default features",
        clippy,
    ),
    gate(
        "codegen",
        "The generated client is up to date with the OpenAPI fragments",
        codegen,
    ),
    gate("doc", "The documentation builds without a warning", doc),
    gate(
        "quickstart",
        "The first command of the README prints the expected line",
        quickstart,
    ),
    gate(
        "package",
        "The packages build from the files that would be published",
        package,
    ),
    gate(
        "consumer",
        "A program outside the workspace runs; without TLS, https URLs are refused",
        consumer,
    ),
    gate("test", "All tests pass", test),
];

const fn gate(name: &'static str, checks: &'static str, run: fn() -> Result<(), String>) -> Gate {
    Gate { name, checks, run }
}

/// Run the gates of the project.
///
/// Stops at the first gate that fails.
#[derive(clap::Args)]
#[command(after_help = "\
Exit status: 0 all passed; 1 a gate failed; 2 bad usage.

Examples:
  cargo xtask ci              run every gate
  cargo xtask ci fmt clippy   run these two
  cargo xtask ci --list       list the gates")]
pub(crate) struct Args {
    /// Run only these gates, in the order of the list [default: all]
    #[arg(value_name = "GATE", value_parser = names())]
    gates: Vec<String>,

    /// List the gates and what each one checks; run none
    #[arg(long, conflicts_with = "gates")]
    list: bool,
}

fn names() -> PossibleValuesParser {
    let values = GATES.iter();
    PossibleValuesParser::new(values.map(|gate| PossibleValue::new(gate.name).help(gate.checks)))
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if args.list {
        for gate in GATES {
            println!("{:<10}  {}", gate.name, gate.checks);
        }
        return Ok(());
    }
    let named = |gate: &&Gate| args.gates.iter().any(|name| name == gate.name);
    let all = args.gates.is_empty();
    for gate in GATES.iter().filter(|gate| all || named(gate)) {
        let name = gate.name;
        println!("\n==> {name}");
        let start = Instant::now();
        let result = (gate.run)();
        let seconds = start.elapsed().as_secs_f64();
        result.map_err(|problem| {
            Failure::new(format!("gate {name}, after {seconds:.1} s"), problem)
                .help(format!("`cargo xtask ci {name}` runs this gate alone"))
        })?;
        println!("{name} passed in {seconds:.1} s");
    }
    Ok(())
}

/// A call of cargo in the root of the workspace.
fn cargo(arguments: &str) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command
        .args(arguments.split_whitespace())
        .current_dir(root())
        // The messages of failing tests are easier to read without; a panic prints its place anyway.
        .env("RUST_BACKTRACE", "0");
    command
}

/// The command as messages show it.
fn display_command(command: &Command) -> String {
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy());
    let words: Vec<_> = ["cargo".into()].into_iter().chain(arguments).collect();
    format!("`{}`", words.join(" "))
}

/// Runs the command, which must succeed, and returns its standard output if that is piped.
fn output(mut command: Command) -> Result<String, String> {
    let name = display_command(&command);
    let output = command
        .stderr(Stdio::inherit())
        .spawn()
        .and_then(Child::wait_with_output)
        .map_err(|error| format!("cannot run {name}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    // The output of the command explains the failure; an error while printing it is ignored.
    let _ = io::stdout().write_all(text.as_bytes());
    Err(format!("{name} failed ({})", output.status))
}

/// Runs the command with its output shown; it must succeed.
fn succeed(command: Command) -> Result<(), String> {
    output(command).map(drop)
}

/// Runs the command, which must succeed and print a line that begins as expected.
fn prints(mut command: Command, expected: &str) -> Result<(), String> {
    let name = display_command(&command);
    command.stdout(Stdio::piped());
    let text = output(command)?;
    print!("{text}");
    if text.lines().any(|line| line.starts_with(expected)) {
        return Ok(());
    }
    Err(format!(
        "{name} printed no line that begins with {expected:?}"
    ))
}

fn fmt() -> Result<(), String> {
    succeed(cargo("fmt --all --check"))?;
    succeed(cargo(
        "fmt --manifest-path tests/consumer/Cargo.toml --check",
    ))
}

fn clippy() -> Result<(), String> {
    succeed(cargo(
        "clippy --workspace --all-targets --features cli -- -D warnings",
    ))?;
    succeed(cargo(
        "clippy --package atlas-snapshots --no-default-features -- -D warnings",
    ))
}

fn codegen() -> Result<(), String> {
    succeed(cargo("xtask codegen --check"))
}

fn doc() -> Result<(), String> {
    let mut command = cargo("doc --workspace --no-deps --features cli");
    command.env("RUSTDOCFLAGS", "-D warnings");
    succeed(command)
}

fn quickstart() -> Result<(), String> {
    let mut command = cargo("run --quiet -p quickstart");
    // With credentials it would list the caller's organisation.
    for variable in [
        "CLIENT_ID",
        "CLIENT_SECRET",
        "PUBLIC_API_KEY",
        "PRIVATE_API_KEY",
        "ACCESS_TOKEN",
    ] {
        command.env_remove(format!("MONGODB_ATLAS_{variable}"));
    }
    prints(
        command,
        "785 snapshots of 6 clusters in 2 projects with 11 requests: complete",
    )
}

fn package() -> Result<(), String> {
    succeed(cargo(
        "package --quiet --allow-dirty --no-metadata --no-verify --workspace \
         --exclude xtask --exclude atlas-snapshots-contract --exclude quickstart",
    ))?;
    // Cargo's own verification keeps what it has built of a version, and does not notice changes.
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let folder = root().join(target).join("package");
    let name = |package: &str| format!("{package}-{}", env!("CARGO_PKG_VERSION"));
    for package in ["atlas-snapshots-generated", "atlas-snapshots"] {
        let mut unpack = Command::new("tar");
        let archive = format!("{}.crate", name(package));
        // `m`: with the times of the archive, which are always the same, Cargo would not notice changes.
        unpack.args(["-xzmf", &archive]).current_dir(&folder);
        succeed(unpack)?;
    }
    let generated = folder.join(name("atlas-snapshots-generated"));
    let mut check = cargo("check --quiet --features cli --config");
    check
        .arg(format!(
            "patch.crates-io.atlas-snapshots-generated.path={:?}",
            generated.display().to_string()
        ))
        .current_dir(folder.join(name("atlas-snapshots")))
        .env("CARGO_TARGET_DIR", root().join("target"));
    succeed(check)
}

fn consumer() -> Result<(), String> {
    let mut program = cargo("run --quiet --manifest-path tests/consumer/Cargo.toml");
    if env::var_os("CARGO_TARGET_DIR").is_none() {
        // The folder of the workspace, where most of the dependencies are already compiled.
        program.env("CARGO_TARGET_DIR", "target");
    }
    prints(program, "2 of 3 snapshots are from the last 24 hours")?;
    let without_tls = "test --quiet --package atlas-snapshots --no-default-features --lib \
        an_https_url_needs_a_build_with_tls";
    // Cargo succeeds when no test has this name, so the count is checked.
    prints(cargo(without_tls), "test result: ok. 1 passed")
}

fn test() -> Result<(), String> {
    succeed(cargo("test --workspace --features cli"))
}
