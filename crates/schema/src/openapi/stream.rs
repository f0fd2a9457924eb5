//! Operations that answer with a stream: logs, connections to what runs behind an object, old watches.

use super::operation::{Answer, Method, Model};
use super::parameter;
use super::resource::{ANYTHING, Paths, Told, WATCHED, suffix_of, through};
use super::server::machinery;
use crate::resource::{Subresource, Verb};
use crate::types::Struct;

const TEXT: &[&str] =
    &["text/plain", "application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

impl Paths<'_> {
    /// A text that belongs to an object: a log.
    pub(super) fn text(&mut self, path: String, sub: &Subresource, options: &Struct) {
        let told = Told {
            method: Method::Get,
            verb: "read",
            infix: "",
            suffix: &suffix_of(Some(sub)),
            action: "get",
            description: format!("read{} one", through(Some(sub))),
            kind: &sub.kind,
        };
        let mut made = self.operation(path, told);
        made.produces = TEXT;
        made.parameters.extend(parameter::of_options(self.types, options, &[]));
        made.answers = vec![(Answer::Ok, Model::Text)];
        self.push(made);
    }

    /// A stream to what runs behind an object: every method it takes is an operation, with the rest of the
    /// path too where the stream is a proxy.
    pub(super) fn connect(&mut self, path: &str, sub: &Subresource, subpath: bool) {
        let deep = subpath.then(|| format!("{path}/{{path}}"));
        for path in [Some(path.to_owned()), deep].into_iter().flatten() {
            let deep = path.ends_with("/{path}");
            for method in Method::ALL.into_iter().filter(|method| takes(sub, *method)) {
                let suffix = suffix_of(Some(sub)) + if deep { "WithPath" } else { "" };
                let upper = method.key().to_uppercase();
                let told = Told {
                    method,
                    verb: "connect",
                    infix: method_title(method),
                    suffix: &suffix,
                    action: "connect",
                    description: format!("connect {upper} requests to {} of one", sub.name),
                    kind: &sub.kind,
                };
                let mut made = self.operation(path.clone(), told);
                made.produces = ANYTHING;
                made.parameters.retain(|parameter| parameter.name != "pretty");
                if deep {
                    made.parameters.push(parameter::subpath());
                }
                if let Some(options) = &sub.schema {
                    made.parameters.extend(parameter::of_options(self.types, options, &[]));
                }
                made.answers = vec![(Answer::Ok, Model::Text)];
                self.push(made);
            }
        }
    }

    pub(super) fn watch(&mut self, path: String, action: &'static str, suffix: &str) {
        let instead = match action {
            "watch" => "; a list with `watch` and a `fieldSelector` for the name does the same",
            _ => "; a list with `watch` does the same",
        };
        let told = Told {
            method: Method::Get,
            verb: "watch",
            infix: "",
            suffix,
            action,
            description: format!("(deprecated{instead}) watch changes of kind"),
            kind: &self.version.kind,
        };
        let mut made = self.operation(path, told);
        made.produces = WATCHED;
        made.parameters.extend(self.options(machinery::LIST_OPTIONS, &[]));
        made.answers = vec![(Answer::Ok, Model::Definition(machinery::WATCH_EVENT.into()))];
        self.push(made);
    }
}

/// Verbs are methods here; what takes them all takes the methods without a verb of their own too.
fn takes(sub: &Subresource, method: Method) -> bool {
    match method {
        Method::Get => sub.verbs.has(Verb::Get),
        Method::Post => sub.verbs.has(Verb::Create),
        Method::Put | Method::Options | Method::Head => sub.verbs.has(Verb::Update),
        Method::Delete => sub.verbs.has(Verb::Delete),
        Method::Patch => sub.verbs.has(Verb::Patch),
    }
}

fn method_title(method: Method) -> &'static str {
    match method {
        Method::Get => "Get",
        Method::Put => "Put",
        Method::Post => "Post",
        Method::Delete => "Delete",
        Method::Options => "Options",
        Method::Head => "Head",
        Method::Patch => "Patch",
    }
}
