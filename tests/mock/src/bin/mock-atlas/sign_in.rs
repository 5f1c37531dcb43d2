//! The flags of signing in. Secrets come from the environment alone: other users of a machine see
//! the arguments of a program, not its environment.

use std::env::{self, VarError};
use std::time::Duration;

use atlas_snapshots_mock::{
    ChallengeFault, DigestAlgorithm, ExpiresIn, FaultRule, MockAtlasBuilder, ParseFaultError, When,
};
use clap::Args;

const API_KEY: &str = "MOCK_ATLAS_API_KEY";
const SERVICE_ACCOUNT: &str = "MOCK_ATLAS_SERVICE_ACCOUNT";

#[derive(Args)]
#[command(next_help_heading = "Signing in")]
pub(crate) struct SignInArguments {
    /// Take `Authorization: Bearer TOKEN`; better set in the environment, where other users do
    /// not see it
    #[arg(long, env = "MOCK_ATLAS_TOKEN", hide_env_values = true)]
    token: Option<String>,

    #[command(flatten)]
    digest: DigestArguments,

    #[command(flatten)]
    tokens: TokenArguments,

    /// Answer 403 `IP_ADDRESS_NOT_ON_ACCESS_LIST` to all who sign in
    #[arg(long)]
    ip_block: bool,

    /// Answer 401 `USER_UNAUTHORIZED` to all who ask for the project
    #[arg(long)]
    missing_role: bool,
}

/// What only an API key gives a meaning; the default is what no flag at all comes to.
#[derive(Args, Default, PartialEq)]
struct DigestArguments {
    /// Challenge with these hash functions, in this order: MD5, SHA-256, or both, with a comma
    /// [default: MD5]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    digest_algorithms: Option<Vec<DigestAlgorithm>>,

    /// Send all challenges in one header
    #[arg(long)]
    challenges_in_one_header: bool,

    /// How long a nonce is good; then stale=true [default: for ever]
    #[arg(long, value_name = "SECONDS")]
    nonce_lifetime: Option<u64>,

    /// How many requests a nonce is good for; then stale=true [default: any number]
    #[arg(long, value_name = "N")]
    nonce_uses: Option<usize>,

    /// Have challenges carry this opaque, which must come back
    #[arg(long, value_name = "TEXT")]
    opaque: Option<String>,

    /// Have challenges carry one more directive; may be repeated
    #[arg(long = "challenge-directive", value_name = "NAME=VALUE", value_parser = directive)]
    challenge_directives: Vec<(String, String)>,

    /// Spoil challenges: missing, garbage, no-nonce, unknown-algorithm or =TEXT; may be repeated
    #[arg(long = "challenge-fault", value_name = "KIND[@WHEN]", value_parser = challenge_fault)]
    challenge_faults: Vec<(ChallengeFault, When)>,
}

/// What only a service account gives a meaning.
#[derive(Args, Default, PartialEq)]
struct TokenArguments {
    /// How long an issued token is good [default: 3600]
    #[arg(long, value_name = "SECONDS")]
    token_lifetime: Option<u64>,

    /// What is said about that: exact, absent or =JSON [default: exact]
    #[arg(long, value_name = "TOLD")]
    expires_in: Option<ExpiresIn>,

    /// How many issued tokens may be good at once [default: 100]
    #[arg(long, value_name = "N")]
    token_limit: Option<usize>,

    /// Something that goes wrong at the token endpoint; may be repeated
    #[arg(long = "token-fault", value_name = "FAULT[@WHEN]")]
    token_faults: Vec<FaultRule>,

    /// Something that goes wrong with revocations; may be repeated
    #[arg(long = "revoke-fault", value_name = "FAULT[@WHEN]")]
    revoke_faults: Vec<FaultRule>,
}

/// Why flags and environment do not fit together. Never with the value of a variable.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    #[error("{variable} must be {form}")]
    Malformed {
        variable: &'static str,
        form: &'static str,
    },
    #[error("flags about {subject} need {variable}={form} in the environment")]
    Missing {
        subject: &'static str,
        variable: &'static str,
        form: &'static str,
    },
}

impl SignInArguments {
    pub(crate) fn apply(
        self,
        mut builder: MockAtlasBuilder,
    ) -> Result<MockAtlasBuilder, SignInError> {
        if let Some(token) = self.token {
            builder = builder.require_token(token);
        }
        if let Some((public, private)) = pair(API_KEY, "PUBLIC:PRIVATE")? {
            builder = self.digest.apply(builder.require_api_key(public, private));
        } else if self.digest != DigestArguments::default() {
            return Err(SignInError::Missing {
                subject: "challenges and nonces",
                variable: API_KEY,
                form: "PUBLIC:PRIVATE",
            });
        }
        if let Some((id, secret)) = pair(SERVICE_ACCOUNT, "ID:SECRET")? {
            builder = self.tokens.apply(builder.service_account(id, secret));
        } else if self.tokens != TokenArguments::default() {
            return Err(SignInError::Missing {
                subject: "issued tokens",
                variable: SERVICE_ACCOUNT,
                form: "ID:SECRET",
            });
        }
        if self.ip_block {
            builder = builder.block_ip();
        }
        if self.missing_role {
            builder = builder.missing_role();
        }
        Ok(builder)
    }
}

impl DigestArguments {
    fn apply(self, mut builder: MockAtlasBuilder) -> MockAtlasBuilder {
        if let Some(algorithms) = self.digest_algorithms {
            builder = builder.digest_algorithms(algorithms);
        }
        if self.challenges_in_one_header {
            builder = builder.challenges_in_one_header();
        }
        if let Some(seconds) = self.nonce_lifetime {
            builder = builder.nonce_lifetime(Duration::from_secs(seconds));
        }
        if let Some(uses) = self.nonce_uses {
            builder = builder.nonce_uses(uses);
        }
        if let Some(opaque) = self.opaque {
            builder = builder.opaque(opaque);
        }
        for (name, value) in self.challenge_directives {
            builder = builder.challenge_directive(name, value);
        }
        for (fault, when) in self.challenge_faults {
            builder = builder.challenge_fault(fault, when);
        }
        builder
    }
}

impl TokenArguments {
    fn apply(self, mut builder: MockAtlasBuilder) -> MockAtlasBuilder {
        if let Some(seconds) = self.token_lifetime {
            builder = builder.token_lifetime(Duration::from_secs(seconds));
        }
        if let Some(told) = self.expires_in {
            builder = builder.expires_in(told);
        }
        if let Some(limit) = self.token_limit {
            builder = builder.token_limit(limit);
        }
        builder
            .token_faults(self.token_faults)
            .revoke_faults(self.revoke_faults)
    }
}

/// A name and its secret from the environment: `None` if the variable is not set.
fn pair(
    variable: &'static str,
    form: &'static str,
) -> Result<Option<(String, String)>, SignInError> {
    let malformed = SignInError::Malformed { variable, form };
    match env::var(variable) {
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(malformed),
        Ok(value) => match value.split_once(':') {
            Some((name, secret)) if !name.is_empty() && !secret.is_empty() => {
                Ok(Some((name.to_owned(), secret.to_owned())))
            }
            _ => Err(malformed),
        },
    }
}

fn directive(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// As a [`FaultRule`]: the last `@` separates.
fn challenge_fault(text: &str) -> Result<(ChallengeFault, When), ParseFaultError> {
    let (fault, when) = text.rsplit_once('@').unwrap_or((text, "always"));
    Ok((fault.parse()?, when.parse()?))
}
