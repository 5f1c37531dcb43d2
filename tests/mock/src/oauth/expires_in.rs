use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

use crate::fault::ParseFaultError;

/// What the token endpoint says in `expires_in`, in seconds. A client should survive all of these.
///
/// As text: `exact`, `absent`, or `=JSON`, `=0` and `="soon"` for example.
///
/// ```
/// use atlas_snapshots_mock::ExpiresIn;
///
/// assert_eq!("=-1".parse(), Ok(ExpiresIn::Says((-1).into())));
/// assert_eq!("=\"soon\"".parse(), Ok(ExpiresIn::Says("soon".into())));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExpiresIn {
    /// How long the token really is good, in whole seconds (the default).
    #[default]
    Exact,
    /// No `expires_in` at all.
    Absent,
    /// Always this: a number that lies, a text, a `null`.
    Says(Value),
}

impl ExpiresIn {
    pub(super) fn of(&self, lifetime: Duration) -> Option<Value> {
        match self {
            Self::Exact => Some(lifetime.as_secs().into()),
            Self::Absent => None,
            Self::Says(value) => Some(value.clone()),
        }
    }
}

impl FromStr for ExpiresIn {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let said = || serde_json::from_str(text.strip_prefix('=')?).ok();
        match text {
            "exact" => Ok(Self::Exact),
            "absent" => Ok(Self::Absent),
            _ => said().map(Self::Says).ok_or_else(|| {
                ParseFaultError::value("expires-in", text, "exact, absent or =JSON")
            }),
        }
    }
}
