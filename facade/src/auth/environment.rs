//! Credentials and base URL from the environment, by the names of the Atlas CLI.

use std::ffi::OsString;

use super::Credentials;
use crate::error::Result;
use crate::model::ids::InvalidValue;

const ACCESS_TOKEN: &str = "MONGODB_ATLAS_ACCESS_TOKEN";
const CLIENT_ID: &str = "MONGODB_ATLAS_CLIENT_ID";
const CLIENT_SECRET: &str = "MONGODB_ATLAS_CLIENT_SECRET";
const PUBLIC_KEY: &str = "MONGODB_ATLAS_PUBLIC_API_KEY";
const PRIVATE_KEY: &str = "MONGODB_ATLAS_PRIVATE_API_KEY";
const BASE_URL: &str = "MONGODB_ATLAS_OPS_MANAGER_URL";

/// The variables to set, as one clause of a sentence.
pub(crate) const VARIABLES: &str = "set MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, \
     or MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY, \
     or MONGODB_ATLAS_ACCESS_TOKEN";

impl Credentials {
    /// Reads the credentials from the environment, by the names of the Atlas CLI:
    ///
    /// | kind | variables |
    /// |---|---|
    /// | access token | `MONGODB_ATLAS_ACCESS_TOKEN` |
    /// | service account | `MONGODB_ATLAS_CLIENT_ID`, `MONGODB_ATLAS_CLIENT_SECRET` |
    /// | API key | `MONGODB_ATLAS_PUBLIC_API_KEY`, `MONGODB_ATLAS_PRIVATE_API_KEY` |
    ///
    /// An empty variable counts as unset. No kind takes precedence over another: the identity a
    /// program uses is not guessed. When Atlas rejects the credentials, the error names the
    /// variables.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), which names the
    /// variables, when there are none, one of a pair is missing, there is more than one kind, or
    /// a value cannot be sent or has white space around it.
    pub fn from_env() -> Result<Self> {
        let missing =
            || InvalidValue::because(format!("no credentials in the environment; {VARIABLES}"));
        Ok(Self::read(&process_environment)?.ok_or_else(missing)?)
    }

    /// The credentials of the environment, or `None` where there are none.
    pub(crate) fn from_env_if_any() -> Result<Option<Self>, InvalidValue> {
        Self::read(&process_environment)
    }

    fn read(variables: &dyn Fn(&str) -> Option<OsString>) -> Result<Option<Self>, InvalidValue> {
        let mut found = Vec::new();
        if let Some(token) = variable(variables, ACCESS_TOKEN)? {
            found.push(Self::access_token(token).read_from(&[ACCESS_TOKEN]));
        }
        if let Some((id, secret)) = pair(variables, CLIENT_ID, CLIENT_SECRET)? {
            let account = Self::service_account(id, secret);
            found.push(account.read_from(&[CLIENT_ID, CLIENT_SECRET]));
        }
        if let Some((public, private)) = pair(variables, PUBLIC_KEY, PRIVATE_KEY)? {
            let key = Self::api_key(public, private);
            found.push(key.read_from(&[PUBLIC_KEY, PRIVATE_KEY]));
        }
        if found.len() > 1 {
            let names = found
                .iter()
                .filter_map(|kind| kind.variables.first().copied());
            return Err(InvalidValue::because(format!(
                "{} are all set; keep those of one kind of credentials",
                names.collect::<Vec<_>>().join(" and ")
            )));
        }
        let credentials = found.pop();
        credentials.iter().try_for_each(Self::check)?;
        Ok(credentials)
    }
}

/// The base URL of the environment, or `None` where it is not set.
pub(crate) fn base_url_from_env() -> Result<Option<String>, InvalidValue> {
    variable(&process_environment, BASE_URL)
}

fn process_environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The value of a variable; an empty one counts as unset.
fn variable(
    variables: &dyn Fn(&str) -> Option<OsString>,
    name: &str,
) -> Result<Option<String>, InvalidValue> {
    let value = variables(name).filter(|value| !value.is_empty());
    let text = value.map(OsString::into_string).transpose();
    text.map_err(|_| InvalidValue::because(format!("{name} is not valid UTF-8")))
}

fn pair(
    variables: &dyn Fn(&str) -> Option<OsString>,
    first: &str,
    second: &str,
) -> Result<Option<(String, String)>, InvalidValue> {
    let half = |set: &str, unset: &str| {
        Err(InvalidValue::because(format!(
            "{set} is set and {unset} is not"
        )))
    };
    match (variable(variables, first)?, variable(variables, second)?) {
        (Some(one), Some(other)) => Ok(Some((one, other))),
        (None, None) => Ok(None),
        (Some(_), None) => half(first, second),
        (None, Some(_)) => half(second, first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<Credentials>, InvalidValue> {
        Credentials::read(&|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn each_kind_is_found_under_its_names() {
        for (variables, shown) in [
            (&[(ACCESS_TOKEN, "t")][..], "AccessToken"),
            (&[(CLIENT_ID, "i"), (CLIENT_SECRET, "s")], "ServiceAccount"),
            (
                &[(PUBLIC_KEY, "p"), (PRIVATE_KEY, "s"), (CLIENT_ID, "")],
                "ApiKey",
            ),
        ] {
            let credentials = read(variables).unwrap().unwrap();
            assert!(format!("{credentials:?}").contains(shown));
        }
    }

    #[test]
    fn halves_and_ambiguity_name_the_variables() {
        assert!(read(&[]).unwrap().is_none());
        for (variables, named) in [
            (
                &[(ACCESS_TOKEN, "open sesame")][..],
                &[ACCESS_TOKEN, "without spaces"][..],
            ),
            (&[(CLIENT_ID, "i")], &["MONGODB_ATLAS_CLIENT_SECRET is not"]),
            (
                &[(CLIENT_ID, "i"), (CLIENT_SECRET, "sesame\n")],
                &["MONGODB_ATLAS_CLIENT_SECRET must not have white space"],
            ),
            (
                &[(PRIVATE_KEY, "sesame")],
                &["MONGODB_ATLAS_PUBLIC_API_KEY is not"],
            ),
            (
                &[
                    (ACCESS_TOKEN, "sesame"),
                    (CLIENT_ID, "i"),
                    (CLIENT_SECRET, "sesame"),
                ],
                &[ACCESS_TOKEN, CLIENT_ID],
            ),
        ] {
            let message = read(variables).unwrap_err().to_string();
            for name in named {
                assert!(message.contains(name), "{message}");
            }
            assert!(!message.contains("sesame"));
        }
    }
}
