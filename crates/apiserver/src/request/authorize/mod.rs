//! Whether the user may do it. After authentication, before anything of the cluster is read for the request.
//!
//! An ordered list of authorizers; the first that allows or denies decides, silence of all is a no. Members of
//! `system:masters` pass before the list is asked.

use super::authenticate::{Authenticated, MASTERS, User};
use super::receive::{Received, RequestInfo};
use crate::server::Server;
use pintle_meta::{GroupResource, Status};

/// What is to be decided.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    /// Who.
    pub user: &'a User,
    /// What.
    pub info: &'a RequestInfo,
    /// The verb; differs from the request's where a stage asks on behalf of another action.
    pub verb: &'a str,
}

/// What an authorizer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes, and nobody else is asked.
    Allow,
    /// No, and nobody else is asked.
    Deny,
    /// Somebody else's business.
    NoOpinion,
}

/// Decides about requests.
pub trait Authorizer: std::fmt::Debug + Send + Sync {
    /// Its opinion of one request.
    fn decide(&self, attributes: &Attributes<'_>) -> Decision;
}

/// `--authorization-mode` says AlwaysAllow.
#[derive(Debug)]
pub struct AlwaysAllow;

/// `--authorization-mode` says AlwaysDeny.
#[derive(Debug)]
pub struct AlwaysDeny;

impl Authorizer for AlwaysAllow {
    fn decide(&self, _: &Attributes<'_>) -> Decision {
        Decision::Allow
    }
}

/// Has no opinion, so that whoever is listed after it may still allow; nobody does, and the answer is no.
impl Authorizer for AlwaysDeny {
    fn decide(&self, _: &Attributes<'_>) -> Decision {
        Decision::NoOpinion
    }
}

/// The authorizers in order.
#[derive(Debug)]
pub struct Authorization(pub Vec<Box<dyn Authorizer>>);

impl Authorization {
    /// Whether the request may go on.
    pub fn allows(&self, attributes: &Attributes<'_>) -> bool {
        if attributes.user.is_in(MASTERS) {
            return true;
        }
        let decided = self.0.iter().map(|authorizer| authorizer.decide(attributes));
        decided.into_iter().find(|decision| *decision != Decision::NoOpinion) == Some(Decision::Allow)
    }
}

/// A request that its user may make. Only [`authorize`] makes one.
#[derive(Debug)]
#[expect(clippy::manual_non_exhaustive, reason = "nobody else in this crate may make one either")]
pub struct Authorized {
    /// The request.
    pub received: Received,
    /// Who sent it.
    pub user: User,
    _proof: (),
}

/// Lets a request through if its user may make it.
///
/// # Errors
/// 403 in the reference's words.
pub fn authorize(server: &Server, request: Authenticated) -> Result<Authorized, Status> {
    let Authenticated { received, user, .. } = request;
    let attributes = Attributes { user: &user, info: &received.info, verb: &received.info.verb };
    if server.authorization.allows(&attributes) {
        return Ok(Authorized { received, user, _proof: () });
    }
    Err(forbidden(&attributes))
}

/// 403 for `attributes`.
pub fn forbidden(attributes: &Attributes<'_>) -> Status {
    let resource = GroupResource::new(attributes.info.group.clone(), attributes.info.resource.clone());
    Status::forbidden(&resource, &attributes.info.name, &denial(attributes))
}

fn denial(Attributes { user, info, verb }: &Attributes<'_>) -> String {
    let user = pintle_meta::field::go_quote(&user.name);
    if !info.is_resource {
        return format!("User {user} cannot {verb} path {:?}", info.path);
    }
    let slash = if info.subresource.is_empty() { "" } else { "/" };
    let what =
        format!("resource \"{}{slash}{}\" in API group {:?}", info.resource, info.subresource, info.group);
    match info.namespace.as_str() {
        "" => format!("User {user} cannot {verb} {what} at the cluster scope"),
        namespace => format!("User {user} cannot {verb} {what} in the namespace {namespace:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_a_no_and_masters_pass() {
        let info = RequestInfo {
            is_resource: true,
            resource: "pods".into(),
            namespace: "a".into(),
            ..Default::default()
        };
        let alice = User { name: "alice".to_owned(), ..User::default() };
        let root = User { groups: vec![MASTERS.to_owned()], ..User::default() };
        let ask = |user| Attributes { user, info: &info, verb: "get" };
        let nobody = Authorization(vec![Box::new(AlwaysDeny)]);
        assert!(!nobody.allows(&ask(&alice)) && nobody.allows(&ask(&root)));
        assert!(Authorization(vec![Box::new(AlwaysDeny), Box::new(AlwaysAllow)]).allows(&ask(&alice)));
        let words = "pods is forbidden: User \"alice\" cannot get resource \"pods\" in API group \"\" in the namespace \"a\"";
        assert_eq!(forbidden(&ask(&alice)).message, words);
    }
}
