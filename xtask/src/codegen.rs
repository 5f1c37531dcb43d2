//! Task that writes the generated client: read the fragments, apply the overlay, join, check, generate.

use std::{
    ffi::OsStr,
    fs::{self, DirEntry},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use similar::TextDiff;

use crate::{
    Failure,
    bundle::{self, Bundle, Input, display_path},
    check, generate, root,
};

/// The versions that this binary was built with.
const LOCK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"));

/// The packages that shape the output; a new version of any of them explains a difference.
const GENERATORS: [&str; 3] = ["progenitor", "typify", "prettyplease"];

/// Write the generated client from the OpenAPI fragments.
///
/// Reads every fragment, applies the overlay, refuses what the generator would silently get wrong, and
/// writes one file. The same inputs give the same bytes.
#[derive(clap::Args)]
#[command(after_help = "\
Exit status: 0 success (with --check: up to date); 1 the inputs are invalid or the file is stale; 2 bad usage.

Examples:
  cargo xtask codegen           write generated/src/codegen.rs
  cargo xtask codegen --check   report whether it is up to date; write nothing")]
pub(crate) struct Args {
    /// Write nothing; print what would change, and fail if anything would
    #[arg(long)]
    check: bool,

    /// An OpenAPI fragment; repeat for several, in any order [default: openapi/*.yaml except the overlay]
    #[arg(long = "spec", value_name = "FILE")]
    specs: Vec<PathBuf>,

    /// The overlay [default: openapi/codegen.overlay.yaml]
    #[arg(long, value_name = "FILE")]
    overlay: Option<PathBuf>,

    /// The file to write or check [default: generated/src/codegen.rs]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let fragments = if args.specs.is_empty() {
        discover(&root().join("openapi"))?
    } else {
        args.specs.clone()
    };
    let or_default =
        |given: &Option<PathBuf>, default| given.clone().unwrap_or_else(|| root().join(default));
    let overlay = or_default(&args.overlay, "openapi/codegen.overlay.yaml");
    let output = or_default(&args.output, "generated/src/codegen.rs");
    let name = display_path(&output);

    let expected = source(&fragments, &overlay)?;
    let present = fs::read_to_string(&output);
    if !args.check {
        if present.is_ok_and(|present| present == expected) {
            println!("{name}: already up to date");
            return Ok(());
        }
        fs::write(&output, expected)
            .map_err(|error| Failure::new(&name, format!("cannot write: {error}")))?;
        println!("{name}: written");
        return Ok(());
    }
    let present = present.map_err(|error| Failure::new(&name, format!("cannot read: {error}")))?;
    if present == expected {
        println!("{name}: up to date");
        return Ok(());
    }
    let diff = TextDiff::from_lines(&present, &expected);
    print!("{}", diff.unified_diff().header(&name, "expected"));
    Err(Failure::new(name, "the generated file is stale")
        .help("run `cargo xtask codegen` and commit the result"))
}

/// The fragments of a folder: every YAML file except the overlay and the hidden files of linters.
fn discover(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let is_fragment = |name: &OsStr| {
        let name = name.to_string_lossy();
        let is_hidden = name.starts_with('.') || name.ends_with(".overlay.yaml");
        !is_hidden && name.strip_suffix(".yaml").is_some()
    };
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries
        .map_err(|error| Failure::new(display_path(folder), format!("cannot list: {error}")))?;
    let fragments: Vec<_> = entries
        .iter()
        .filter(|entry| is_fragment(&entry.file_name()))
        .map(DirEntry::path)
        .collect();
    if fragments.is_empty() {
        return Err(Failure::new(display_path(folder), "no fragment here")
            .help("a fragment is an OpenAPI 3.0 document named *.yaml"));
    }
    Ok(fragments)
}

/// The whole text of the generated file.
fn source(fragments: &[PathBuf], overlay: &Path) -> Result<String, Failure> {
    let mut fragments = fragments
        .iter()
        .map(|path| Input::read(path))
        .collect::<Result<Vec<_>, _>>()?;
    fragments.sort_by(|one, other| one.name.cmp(&other.name));
    let overlay = Input::read(overlay)?;

    let header = header(fragments.iter().chain([&overlay]));
    let documented = join(&fragments)?;
    bundle::apply_overlay(&overlay, &mut fragments)?;
    let patched = join(&fragments).map_err(|failure| {
        let overlay = &overlay.path;
        failure.help(format!(
            "the fragment itself is valid; the cause is in {overlay}"
        ))
    })?;
    let schemas = check::check_bundle(&patched)?;
    let media_types = check::media_types(&documented, &schemas)?;
    Ok(header + &generate::generate(&patched, &media_types)?)
}

/// One document of all fragments, each of which must be valid by itself.
fn join(fragments: &[Input]) -> Result<Bundle, Failure> {
    for fragment in fragments {
        check::check_fragment(fragment, fragments)?;
    }
    Bundle::of(fragments)
}

/// The comment at the top of the generated file, with the generator and the inputs.
fn header<'a>(inputs: impl Iterator<Item = &'a Input>) -> String {
    let generators = GENERATORS.map(|name| format!("{name} {}", locked_version(name)));
    let inputs = inputs.map(|input| {
        let sum = Sha256::digest(&input.text).map(|byte| format!("{byte:02x}"));
        format!("//   {}  {}\n", sum.as_slice().concat(), input.path)
    });
    format!(
        "// Written by `cargo xtask codegen`; do not edit. `cargo xtask codegen --check` reports whether it is stale.\n\
         //\n\
         // Generator: {}.\n\
         // Inputs, with their sha256:\n\
         {}\n",
        generators.join(", "),
        inputs.collect::<Vec<_>>().concat()
    )
}

fn locked_version(package: &str) -> &'static str {
    let entry = format!("name = \"{package}\"\nversion = \"");
    LOCK.split_once(&entry)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("of unknown version", |(version, _)| version)
}
