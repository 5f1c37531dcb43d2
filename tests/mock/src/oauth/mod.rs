//! Sign-in as a service account: OAuth 2 client credentials (RFC 6749 §4.4), and revocation
//! (RFC 7009).

mod client;
mod endpoint;
mod expires_in;
mod form;
mod logged;
mod server;
mod tokens;

pub(crate) use client::ServiceAccount;
pub(crate) use endpoint::token_router;
pub use expires_in::ExpiresIn;
pub use logged::{LoggedTokenRequest, TokenEndpoint};
pub(crate) use server::{TokenServer, TokenSettings};
