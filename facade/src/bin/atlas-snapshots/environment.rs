//! The environment variables, named as the Atlas CLI names them.

use std::env;

/// The access token; never a flag, since other users can read those.
pub(crate) const ACCESS_TOKEN: &str = "MONGODB_ATLAS_ACCESS_TOKEN";

/// Stands in for `--project`.
pub(crate) const PROJECT_ID: &str = "MONGODB_ATLAS_PROJECT_ID";

/// Stands in for `--base-url`.
pub(crate) const BASE_URL: &str = "MONGODB_ATLAS_OPS_MANAGER_URL";

/// The value of a variable; an empty one counts as unset.
pub(crate) fn variable(name: &str) -> Option<String> {
    let value = env::var_os(name).filter(|value| !value.is_empty())?;
    // What is not UTF-8 becomes a replacement character, which no value may contain: it is
    // refused where the value is checked, by its own rule.
    Some(value.to_string_lossy().into_owned())
}
