//! From the OpenAPI fragments to the generated client.

mod accept;
mod bundle;
mod diff;
mod fragment;
mod generate;
mod guards;
mod header;
mod info;
mod inputs;
mod name;
mod overlay;
mod promises;
mod references;
mod vocabulary;

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// Write the generated client from the OpenAPI fragments.
///
/// Reads every fragment, applies the overlay, refuses what the generator would get wrong without a
/// word, and writes one file. The same inputs give the same bytes.
#[derive(clap::Args)]
#[command(after_help = "\
Exit status: 0 done, or with --check up to date; 1 the inputs are wrong, or the file is stale; 2 bad usage.

Examples:
  cargo xtask codegen           write generated/src/codegen.rs
  cargo xtask codegen --check   say whether it is up to date; write nothing")]
pub(crate) struct Args {
    /// Write nothing; print what would change, and fail if anything would
    #[arg(long)]
    check: bool,

    /// An OpenAPI fragment; repeat for several, in any order [default: openapi/*.yaml but the overlay]
    #[arg(long = "spec", value_name = "FILE")]
    specs: Vec<PathBuf>,

    /// The overlay [default: openapi/codegen.overlay.yaml]
    #[arg(long, value_name = "FILE")]
    overlay: Option<PathBuf>,

    /// The file to write or check [default: generated/src/codegen.rs]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The root of the workspace, where relative defaults start.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// A path as people write it: relative to the workspace, with forward slashes.
fn shown(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.display().to_string().replace('\\', "/")
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let fragments = if args.specs.is_empty() {
        inputs::discover(&root().join("openapi"))?
    } else {
        args.specs.clone()
    };
    let overlay = or_default(args.overlay.as_deref(), "openapi/codegen.overlay.yaml");
    let output = or_default(args.output.as_deref(), "generated/src/codegen.rs");

    let wanted = source(&fragments, &overlay)?;
    if args.check {
        return check(&output, &wanted);
    }
    if fs::read_to_string(&output).is_ok_and(|present| present == wanted) {
        println!("{}: already up to date", shown(&output));
        return Ok(());
    }
    fs::write(&output, wanted)
        .map_err(|error| Failure::new(shown(&output), format!("cannot write: {error}")))?;
    println!("{}: written", shown(&output));
    Ok(())
}

fn or_default(given: Option<&Path>, default: &str) -> PathBuf {
    given.map_or_else(|| root().join(default), Path::to_path_buf)
}

/// The whole text of the generated file.
fn source(fragments: &[PathBuf], overlay: &Path) -> Result<String, Failure> {
    let mut fragments = fragments
        .iter()
        .map(|path| inputs::Input::read(path))
        .collect::<Result<Vec<_>, _>>()?;
    fragments.sort_by(|one, other| one.name.cmp(&other.name));
    inputs::names_differ(&fragments)?;
    let overlay = inputs::Input::read(overlay)?;

    let header = header::header(fragments.iter().chain([&overlay]));
    let documented = bundle::Bundle::of(&fragments)?;
    overlay::apply(&overlay, &mut fragments)?;
    let patched = bundle::Bundle::of(&fragments).map_err(|failure| {
        let overlay = &overlay.path;
        failure.help(format!(
            "the fragment itself is right; see what {overlay} makes of it"
        ))
    })?;
    guards::inspect(&patched)?;
    let accepted = accept::Accepted::of(&documented, &patched)?;
    Ok(header + &generate::generate(&patched, &accepted)?)
}

/// Whether a key holds data or extensions, in which the keywords of OpenAPI mean nothing.
fn is_data(key: &str) -> bool {
    ["example", "examples", "default", "enum"].contains(&key)
        || (key.starts_with("x-") && key != "x-rust-type")
}

fn check(output: &Path, wanted: &str) -> Result<(), Failure> {
    let present = fs::read_to_string(output)
        .map_err(|error| Failure::new(shown(output), format!("cannot read: {error}")))?;
    if present == wanted {
        println!("{}: up to date", shown(output));
        return Ok(());
    }
    print!("{}", diff::unified(&shown(output), &present, wanted));
    Err(Failure::new(shown(output), "the generated file is stale")
        .help("run `cargo xtask codegen` and commit the result"))
}
