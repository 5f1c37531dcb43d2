//! Credentials from the environment, under the names the Atlas CLI uses.

use std::ffi::OsString;

use super::{AccessToken, Credentials};
use crate::error::{Error, ErrorKind, Result};

const ACCESS_TOKEN: &str = "MONGODB_ATLAS_ACCESS_TOKEN";
const CLIENT_ID: &str = "MONGODB_ATLAS_CLIENT_ID";
const CLIENT_SECRET: &str = "MONGODB_ATLAS_CLIENT_SECRET";
const PUBLIC_KEY: &str = "MONGODB_ATLAS_PUBLIC_API_KEY";
const PRIVATE_KEY: &str = "MONGODB_ATLAS_PRIVATE_API_KEY";

impl Credentials {
    /// Reads the environment, by the Atlas CLI's names:
    ///
    /// | kind | variables |
    /// |---|---|
    /// | access token | `MONGODB_ATLAS_ACCESS_TOKEN` |
    /// | service account | `MONGODB_ATLAS_CLIENT_ID`, `MONGODB_ATLAS_CLIENT_SECRET` |
    /// | API key | `MONGODB_ATLAS_PUBLIC_API_KEY`, `MONGODB_ATLAS_PRIVATE_API_KEY` |
    ///
    /// An empty variable counts as unset. No kind takes precedence over another: which identity
    /// a program acts under is not to be guessed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), naming the variables,
    /// when there are none, one of a pair is missing, there is more than one kind, or a value
    /// cannot be sent.
    pub fn from_env() -> Result<Self> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    fn from_variables(read: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let read = |name: &str| {
            let value = read(name).filter(|value| !value.is_empty());
            let text = value.map(OsString::into_string).transpose();
            text.map_err(|_| refuse(format!("{name} is not valid UTF-8")))
        };
        let mut found = Vec::new();
        if let Some(token) = read(ACCESS_TOKEN)? {
            AccessToken::new(&*token)
                .authorization()
                .map_err(|error| refuse(format!("{ACCESS_TOKEN}: {error}")))?;
            found.push((ACCESS_TOKEN, Self::access_token(token)));
        }
        if let Some((id, secret)) = pair(&read, CLIENT_ID, CLIENT_SECRET)? {
            found.push((CLIENT_ID, Self::service_account(id, secret)));
        }
        if let Some((public, private)) = pair(&read, PUBLIC_KEY, PRIVATE_KEY)? {
            found.push((PUBLIC_KEY, Self::api_key(public, private)));
        }
        let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
        match (found.pop(), found.is_empty()) {
            (Some((_, credentials)), true) => Ok(credentials),
            (Some(_), false) => Err(refuse(format!(
                "{} are all set; keep those of one kind of credentials",
                names.join(" and ")
            ))),
            (None, _) => Err(refuse(format!(
                "no credentials in the environment; set {CLIENT_ID} and {CLIENT_SECRET}, or \
                 {PUBLIC_KEY} and {PRIVATE_KEY}, or {ACCESS_TOKEN}"
            ))),
        }
    }
}

fn pair(
    read: &impl Fn(&str) -> Result<Option<String>>,
    first: &str,
    second: &str,
) -> Result<Option<(String, String)>> {
    match (read(first)?, read(second)?) {
        (Some(one), Some(other)) => Ok(Some((one, other))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(refuse(format!("{first} is set and {second} is not"))),
        (None, Some(_)) => Err(refuse(format!("{second} is set and {first} is not"))),
    }
}

fn refuse(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument).with_message(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Credentials> {
        Credentials::from_variables(|name| {
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
            let credentials = read(variables).unwrap();
            assert!(format!("{credentials:?}").contains(shown));
        }
    }

    #[test]
    fn nothing_halves_and_ambiguity_name_the_variables() {
        for (variables, named) in [
            (&[][..], &[CLIENT_ID, PRIVATE_KEY, ACCESS_TOKEN][..]),
            (
                &[(ACCESS_TOKEN, "open sesame")],
                &[ACCESS_TOKEN, "without spaces"],
            ),
            (&[(CLIENT_ID, "i")], &["MONGODB_ATLAS_CLIENT_SECRET is not"]),
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
            let error = read(variables).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            let message = error.to_string();
            for name in named {
                assert!(message.contains(name), "{message}");
            }
            assert!(!message.contains("sesame"));
        }
    }
}
