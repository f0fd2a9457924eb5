//! Who is asking. Runs before anything else may cost much, and gives every later stage a [`User`].
//!
//! Order as in the reference: client certificate, bearer token, and at last nobody at all. A credential that
//! is there but bad ends the request with 401; it never falls through to anonymous.

mod token_file;
mod x509;

pub use token_file::{TokenFile, TokenFileError};

use super::receive::Received;
use crate::server::Server;
use pintle_meta::Status;

/// The group of everybody who proved who they are.
pub const AUTHENTICATED: &str = "system:authenticated";
/// The group of everybody else.
pub const UNAUTHENTICATED: &str = "system:unauthenticated";
/// The name of everybody else.
pub const ANONYMOUS: &str = "system:anonymous";
/// The group that may do anything.
pub const MASTERS: &str = "system:masters";

/// Who is asking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// Unique name.
    pub name: String,
    /// Unique over time, or "".
    pub uid: String,
    /// Groups, in order.
    pub groups: Vec<String>,
    /// What else the authenticator knows.
    pub extra: Vec<(String, Vec<String>)>,
}

impl User {
    /// Whether the user is in `group`.
    pub fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|have| have == group)
    }
}

/// A request of a known user. Only [`authenticate`] makes one.
#[derive(Debug)]
#[expect(clippy::manual_non_exhaustive, reason = "nobody else in this crate may make one either")]
pub struct Authenticated {
    /// The request.
    pub received: Received,
    /// Who sent it.
    pub user: User,
    _proof: (),
}

/// Finds out who sent a request.
///
/// # Errors
/// 401 when a credential is bad, or none was sent and anonymous requests are off.
pub fn authenticate(server: &Server, received: Received) -> Result<Authenticated, Status> {
    let user = identify(server, &received)?;
    Ok(Authenticated { received, user, _proof: () })
}

fn identify(server: &Server, received: &Received) -> Result<User, Status> {
    let settings = &server.authentication;
    let known = match x509::user(&received.peer.identity)? {
        Some(user) => Some(user),
        None => bearer_token(&received.head.headers).map(|token| settings.tokens.user(token)).transpose()?,
    };
    match known {
        Some(mut user) => {
            if !user.is_in(AUTHENTICATED) {
                user.groups.push(AUTHENTICATED.to_owned());
            }
            Ok(user)
        }
        None if settings.anonymous => Ok(anonymous()),
        None => Err(Status::unauthorized()),
    }
}

fn anonymous() -> User {
    User { name: ANONYMOUS.to_owned(), groups: vec![UNAUTHENTICATED.to_owned()], ..User::default() }
}

/// The token of `Authorization: Bearer TOKEN`; a scheme without a token counts as none.
fn bearer_token(headers: &http::HeaderMap) -> Option<&str> {
    let value = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?.trim();
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Which credentials are accepted.
#[derive(Debug)]
pub struct Authentication {
    /// `--token-auth-file`.
    pub tokens: TokenFile,
    /// `--anonymous-auth`.
    pub anonymous: bool,
}
