/// Why credentials were refused, or were not enough.
///
/// A client is told no more than the status; a test may want to know whether it was refused for
/// the right reason. See [`LoggedRequest::refusal`](crate::LoggedRequest::refusal).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// No `Authorization` header.
    NoCredentials,
    /// A scheme this mock was not told to take.
    UnknownScheme,
    /// Several `Authorization` headers, or one that breaks the rules of its scheme.
    Malformed,
    /// Not the public key, or not the client id.
    UnknownUser,
    /// Not the private key, or not the client secret; of a Digest answer, any hash that is not the
    /// expected one.
    WrongSecret,
    /// Digest: the path and query signed are not those requested, to the letter.
    WrongTarget,
    /// Digest: realm, algorithm or opaque are not those of the challenge.
    NotTheChallenge,
    /// Digest: right but for a nonce that was never handed out. Answered with `stale=true`.
    UnknownNonce,
    /// Digest: right but for a nonce that is too old or used up. Answered with `stale=true`.
    StaleNonce,
    /// Digest: right but for a count that its nonce was already used with.
    Replay,
    /// Bearer: no token that was ever issued.
    UnknownToken,
    /// Bearer: a token whose time is over.
    ExpiredToken,
    /// Bearer: a token that was revoked.
    RevokedToken,
    /// Known credentials, from an [address not allowed](crate::MockAtlasBuilder::block_ip).
    IpNotAllowed,
    /// Known credentials, [without the role](crate::MockAtlasBuilder::missing_role) needed.
    MissingRole,
}

impl Refusal {
    /// Whether the same credentials would do with a fresh nonce.
    pub(super) fn is_stale(self) -> bool {
        matches!(self, Self::UnknownNonce | Self::StaleNonce)
    }
}
