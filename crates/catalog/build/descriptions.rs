//! Descriptions as the program holds them: one text in which every sentence stands once, and an index of
//! definitions and their fields with places in it (`NAME START LENGTH`, fields indented).

use k8s_openapi::schemars::Schema;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::Path;
use std::{fs, io};

/// Sentences, each once.
#[derive(Default)]
struct Sentences {
    text: String,
    places: HashMap<String, usize>,
}

/// What is said of a definition and of its fields.
#[derive(Default)]
struct Said {
    itself: String,
    fields: BTreeMap<String, String>,
}

/// Writes `descriptions.text` and `descriptions.index` to the folder `out`: what the published schemas say, and
/// our own words (lines `DEFINITION FIELD WORDS`) for what they lack.
pub(crate) fn write(published: &BTreeMap<String, Schema>, own: &Path, out: &Path) -> io::Result<()> {
    let mut said: BTreeMap<String, Said> =
        published.iter().map(|(name, schema)| (name.clone(), of_schema(schema))).collect();
    for line in fs::read_to_string(own)?.lines() {
        let mut words = line.splitn(3, ' ');
        if let (Some(definition), Some(field), Some(words)) = (words.next(), words.next(), words.next()) {
            let definition = said.entry(definition.to_owned()).or_default();
            definition.fields.insert(field.to_owned(), words.to_owned());
        }
    }
    let (mut sentences, mut index) = (Sentences::default(), String::new());
    for (name, said) in &said {
        sentences.point(&mut index, "", name, &said.itself);
        said.fields.iter().for_each(|(field, words)| sentences.point(&mut index, " ", field, words));
    }
    fs::write(out.join("descriptions.text"), &sentences.text)?;
    fs::write(out.join("descriptions.index"), index)
}

fn of_schema(schema: &Schema) -> Said {
    let text = |description: Option<&str>| description.unwrap_or_default().trim().to_owned();
    let properties = schema.get("properties").and_then(|properties| properties.as_object());
    let fields = properties.into_iter().flatten();
    Said {
        itself: text(schema.get("description").and_then(|words| words.as_str())),
        fields: fields
            .map(|(name, field)| {
                (name.clone(), text(field.get("description").and_then(|words| words.as_str())))
            })
            .collect(),
    }
}

impl Sentences {
    fn point(&mut self, index: &mut String, indent: &str, name: &str, words: &str) {
        let start = *self.places.entry(words.to_owned()).or_insert_with(|| {
            let start = self.text.len();
            self.text.push_str(words);
            start
        });
        let _ = writeln!(index, "{indent}{name} {start} {}", words.len());
    }
}
