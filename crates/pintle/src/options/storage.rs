//! Where everything is kept. One answer so far: in this process's memory.

use super::{Problems, Storage, StoredAs};
use crate::flags::Given;

/// The reference's media types of stored objects.
const MEDIA_TYPES: [&str; 3] =
    ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/// Reads where to keep objects, and in which form.
pub(super) fn read(given: &Given, problems: &mut Problems, warnings: &mut Vec<String>) -> Storage {
    match given.text("embedded-storage") {
        "memory" => {}
        // `--etcd-servers` is refused with its own reason.
        "" if given.has("etcd-servers") => {}
        "" => problems.add("say where to keep objects: --embedded-storage=memory keeps them in this process, until it ends"),
        folder => problems.add(format!(
            "--embedded-storage={folder}: keeping objects in a folder comes with the storage tier; until then \
             use --embedded-storage=memory"
        )),
    }
    let media_type = given.text("storage-media-type");
    let stored_as = match media_type {
        "application/vnd.kubernetes.protobuf" => StoredAs::Protobuf,
        "application/json" => StoredAs::Json,
        "application/yaml" => {
            warnings.push("objects are stored as JSON: every reader of YAML reads it".to_owned());
            StoredAs::Json
        }
        other => {
            problems.add(format!("--storage-media-type {other:?} must be one of {}", MEDIA_TYPES.join(", ")));
            StoredAs::default()
        }
    };
    Storage { prefix: prefix(given.text("etcd-prefix")), stored_as }
}

/// `/a/b/`, however many slashes were written where.
fn prefix(text: &str) -> String {
    let parts = text.split('/').filter(|part| !part.is_empty());
    parts.fold("/".to_owned(), |prefix, part| format!("{prefix}{part}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_have_slashes_at_both_ends() {
        let cases = [("/registry", "/registry/"), ("a//b/", "/a/b/"), ("", "/")];
        cases.iter().for_each(|(text, expected)| assert_eq!(prefix(text), *expected));
    }

    #[test]
    fn storage_that_is_not_there_is_refused() {
        let problems = |words: &[&str]| {
            let mut problems = Problems::default();
            read(&Given::from_words(words).unwrap(), &mut problems, &mut Vec::new());
            problems.0
        };
        assert_eq!(problems(&["--embedded-storage=memory"]), [""; 0]);
        assert_eq!(
            problems(&[]),
            [
                "say where to keep objects: --embedded-storage=memory keeps them in this process, until it ends"
            ]
        );
        assert_eq!(
            problems(&["--embedded-storage=/data"]),
            [
                "--embedded-storage=/data: keeping objects in a folder comes with the storage tier; until then use \
              --embedded-storage=memory"
            ]
        );
        assert_eq!(
            problems(&["--embedded-storage=memory", "--storage-media-type=text/plain"]),
            ["--storage-media-type \"text/plain\" must be one of application/json, application/yaml, \
              application/vnd.kubernetes.protobuf"]
        );
    }
}
