//! Conflicts in words.

use super::change::Conflicts;
use super::managers::Manager;
use super::{Element, FieldSet};
use pintle_meta::field::go_quote;

/// One field that another manager owns.
#[derive(Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its owner, as messages name it: `"kubectl" with subresource "status" using v1`.
    pub manager: String,
    /// The field: `.spec.containers[name="c"].image`.
    pub path: String,
}

impl Conflicts {
    /// Each by itself, those of one manager together.
    pub fn each(&self) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        for (manager, fields) in &self.0 {
            let name = manager_text(manager);
            fields.each_path(&mut |path| {
                conflicts.push(Conflict { manager: name.clone(), path: path_text(path) });
            });
        }
        conflicts
    }

    /// All of them in one text.
    pub fn text(&self) -> String {
        let each = self.each();
        if let [one] = &each[..] {
            return format!("Apply failed with 1 conflict: conflict with {}: {}", one.manager, one.path);
        }
        let mut lines: Vec<String> = Vec::with_capacity(each.len() + self.0.len());
        for (manager, fields) in &self.0 {
            lines.push(format!("conflicts with {}:", manager_text(manager)));
            fields.each_path(&mut |path| lines.push(format!("- {}", path_text(path))));
        }
        format!("Apply failed with {} conflicts: {}", each.len(), lines.join("\n"))
    }

    /// Those that are not about `allowed`.
    #[must_use]
    pub(super) fn without(self, allowed: &FieldSet) -> Conflicts {
        let left = self.0.into_iter().map(|(manager, fields)| (manager, fields.difference(allowed)));
        Conflicts(left.filter(|(_, fields)| !fields.is_empty()).collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn path_text(path: &[Element]) -> String {
    path.iter().map(ToString::to_string).collect()
}

fn manager_text(manager: &Manager) -> String {
    let mut text = go_quote(&manager.name);
    if !manager.subresource.is_empty() {
        text.push_str(&format!(" with subresource {}", go_quote(&manager.subresource)));
    }
    if !manager.applies {
        text.push_str(&format!(" using {}", manager.api_version));
    }
    text
}
