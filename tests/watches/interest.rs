//! What a client asks for: a collection, and selectors of each kind that is looked up or looked at in another way.

use crate::history::State;

/// Two of them, and the name of one is how the other's begins.
pub(crate) const NAMESPACES: [&str; 2] = ["watched", "watched-too"];
pub(crate) const COLORS: [&str; 3] = ["red", "green", "blue"];
pub(crate) const NODES: [&str; 3] = ["node-0", "node-1", "node-2"];
pub(crate) const PHASES: [&str; 2] = ["Pending", "Running"];

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Resource {
    ConfigMaps,
    Pods,
}

impl Resource {
    pub(crate) const ALL: [Resource; 2] = [Resource::ConfigMaps, Resource::Pods];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Resource::ConfigMaps => "configmaps",
            Resource::Pods => "pods",
        }
    }
}

/// Every part that is there must match.
#[derive(Clone, Debug)]
pub(crate) struct Interest {
    pub(crate) resource: Resource,
    namespace: Option<&'static str>,
    name: Option<&'static str>,
    node: Option<&'static str>,
    phase: Option<&'static str>,
    color: Option<Color>,
    /// Whether only metadata is asked for.
    pub(crate) metadata: bool,
}

#[derive(Clone, Copy, Debug)]
enum Color {
    Is(&'static str),
    IsNot(&'static str),
    In([&'static str; 2]),
}

impl Interest {
    /// In everything.
    pub(crate) fn new(resource: Resource) -> Interest {
        Interest {
            resource,
            namespace: None,
            name: None,
            node: None,
            phase: None,
            color: None,
            metadata: false,
        }
    }

    /// One of each kind.
    pub(crate) fn all() -> Vec<Interest> {
        let mut all = Vec::new();
        for resource in Resource::ALL {
            let any = || Interest::new(resource);
            all.extend([
                any(),
                Interest { metadata: true, ..any() },
                Interest { namespace: Some(NAMESPACES[0]), ..any() },
                Interest { namespace: Some(NAMESPACES[1]), ..any() },
                Interest { namespace: Some(NAMESPACES[0]), name: Some("writer-0-1"), ..any() },
                Interest { name: Some("writer-1-1"), ..any() },
                Interest { color: Some(Color::Is(COLORS[0])), ..any() },
                Interest { color: Some(Color::IsNot(COLORS[0])), namespace: Some(NAMESPACES[1]), ..any() },
                Interest { color: Some(Color::In([COLORS[0], COLORS[1]])), ..any() },
            ]);
        }
        let pods = || Interest::new(Resource::Pods);
        all.extend(NODES.map(|node| Interest { node: Some(node), ..pods() }));
        all.extend([
            Interest { node: Some(NODES[0]), namespace: Some(NAMESPACES[0]), ..pods() },
            Interest { node: Some(NODES[1]), color: Some(Color::Is(COLORS[1])), ..pods() },
            Interest { phase: Some(PHASES[1]), ..pods() },
            Interest {
                phase: Some(PHASES[1]),
                color: Some(Color::IsNot(COLORS[2])),
                metadata: true,
                ..pods()
            },
        ]);
        all
    }

    pub(crate) fn of_color(resource: Resource, color: &'static str) -> Interest {
        Interest { color: Some(Color::Is(color)), ..Interest::new(resource) }
    }

    /// Where its collection is, with the selectors.
    pub(crate) fn path(&self) -> String {
        let resource = self.resource.name();
        let collection = match self.namespace {
            Some(namespace) => format!("/api/v1/namespaces/{namespace}/{resource}"),
            None => format!("/api/v1/{resource}"),
        };
        let fields =
            [("metadata.name", self.name), ("spec.nodeName", self.node), ("status.phase", self.phase)];
        let fields: Vec<String> = fields
            .iter()
            .filter_map(|(field, value)| value.map(|value| format!("{field}%3D{value}")))
            .collect();
        let labels = match self.color {
            None => String::new(),
            Some(Color::Is(color)) => format!("color%3D{color}"),
            Some(Color::IsNot(color)) => format!("color!%3D{color}"),
            Some(Color::In([one, other])) => format!("color%20in%20({one},{other})"),
        };
        format!("{collection}?fieldSelector={}&labelSelector={labels}", fields.join(","))
    }

    pub(crate) fn matches(&self, key: &str, state: &State) -> bool {
        let (namespace, name) = key.split_once('/').unwrap_or_default();
        let is = |wanted: Option<&str>, value: &str| wanted.is_none_or(|wanted| wanted == value);
        let color = match self.color {
            None => true,
            Some(Color::Is(color)) => state.color == color,
            Some(Color::IsNot(color)) => state.color != color,
            Some(Color::In(colors)) => colors.contains(&state.color.as_str()),
        };
        color
            && is(self.namespace, namespace)
            && is(self.name, name)
            && is(self.node, &state.node)
            && is(self.phase, &state.phase)
    }
}
