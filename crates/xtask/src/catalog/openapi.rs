//! What only the published OpenAPI documents say: which members are required.

use crate::failure::Failure;
use pintle_meta::value::{Value, parse};
use std::collections::HashMap;
use std::path::Path;

/// Facts of all published definitions.
pub(crate) struct Published {
    required: HashMap<String, Vec<String>>,
}

impl Published {
    /// Reads every document of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Published, Failure> {
        let mut required = HashMap::new();
        let files = std::fs::read_dir(folder).map_err(|error| Failure::file(folder, error))?;
        for file in files.filter_map(Result::ok) {
            let path = file.path();
            let bytes = std::fs::read(&path).map_err(|error| Failure::file(&path, error))?;
            let document = parse(&bytes).map_err(|error| Failure::file(&path, error))?;
            let Some(schemas) = document.at(&["components", "schemas"]).and_then(Value::as_map) else {
                continue;
            };
            for (name, schema) in schemas.iter() {
                let list = schema.get("required").and_then(Value::as_list).into_iter().flatten();
                let names = list.filter_map(Value::as_str).map(str::to_owned).collect();
                required.insert(name.to_string(), names);
            }
        }
        Ok(Published { required })
    }

    /// Whether `definition` requires `member`; `None` when it is not published.
    pub(crate) fn requires(&self, definition: &str, member: &str) -> Option<bool> {
        Some(self.required.get(definition)?.iter().any(|name| name == member))
    }
}
