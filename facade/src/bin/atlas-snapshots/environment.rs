//! The environment variables, named as the Atlas CLI names them.

use std::env;

/// What credentials can be made of; never flags, since other users can read those.
const CREDENTIALS: [&str; 5] = [
    "MONGODB_ATLAS_ACCESS_TOKEN",
    "MONGODB_ATLAS_CLIENT_ID",
    "MONGODB_ATLAS_CLIENT_SECRET",
    "MONGODB_ATLAS_PUBLIC_API_KEY",
    "MONGODB_ATLAS_PRIVATE_API_KEY",
];

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

/// Whether the environment has credentials, be they whole or not.
pub(crate) fn has_credentials() -> bool {
    CREDENTIALS.iter().any(|name| variable(name).is_some())
}
