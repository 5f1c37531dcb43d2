//! What kind of cluster the mock has, and what became of the API of the other kind.

use std::str::FromStr;

use crate::fault::ParseFaultError;

/// Which API lists the mock's cluster.
///
/// As text: `serverless`, `flex`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ClusterKind {
    /// A serverless instance (the default). The Flex API answers 400
    /// `CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API`.
    #[default]
    Serverless,
    /// A Flex cluster, with Flex snapshots, oldest first. The serverless API answers 400
    /// `NOT_SERVERLESS_TENANT_CLUSTER`.
    Flex,
}

/// How the serverless API answers after its sunset, whatever is asked for.
///
/// As text: `gone`, `empty`, `not-found`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sunset {
    /// 410 `VERSION_GONE`.
    Gone,
    /// 200, with nothing in it.
    Empty,
    /// 404, as if the instance did not exist.
    NotFound,
}

impl FromStr for ClusterKind {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "serverless" => Ok(Self::Serverless),
            "flex" => Ok(Self::Flex),
            _ => Err(ParseFaultError::value("kind", text, "serverless or flex")),
        }
    }
}

impl FromStr for Sunset {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "gone" => Ok(Self::Gone),
            "empty" => Ok(Self::Empty),
            "not-found" => Ok(Self::NotFound),
            _ => {
                let expected = "gone, empty or not-found";
                Err(ParseFaultError::value("sunset", text, expected))
            }
        }
    }
}
