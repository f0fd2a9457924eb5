//! `cargo xtask catalog`: the published API's tables become the project's own facts.
//!
//! ```text
//! go-fields.tsv, openapi-v3/*.json ----> fields.rs ----> data/types/<package>.facts
//! openapi-v2.json ---------------------> openapi.rs ---> data/openapi.facts
//! resources.tsv, strategies.tsv,   \
//! printers.tsv, discovery/*.json  ----> resources.rs --> data/resources.facts
//! bootstrap/*.json --------------------> bootstrap.rs -> data/bootstrap.facts
//! ```

mod bootstrap;
mod fields;
mod openapi;
mod resources;
mod table;

use crate::Outcome;
use crate::failure::Failure;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where the facts live, from the top of the repository.
const DATA: &str = "crates/catalog/data";

/// Makes the facts, or checks that they are what would be made.
pub(crate) fn run(facts: &Path, check: bool) -> Outcome {
    if check && !facts.is_dir() {
        println!("SKIPPED: no tables at {}; the facts can't be checked against them", facts.display());
        return Ok(());
    }
    let made = make(facts)?;
    if check { compare(&made) } else { write(&made) }
}

fn make(facts: &Path) -> Result<BTreeMap<PathBuf, String>, Failure> {
    let published = openapi::Published::read(facts)?;
    let mut files = BTreeMap::new();
    for (package, text) in fields::make(facts, &published)? {
        files.insert(PathBuf::from(format!("types/{package}.facts")), text);
    }
    files.insert(PathBuf::from("resources.facts"), resources::make(facts, &published)?);
    files.insert(PathBuf::from("openapi.facts"), published.facts());
    files.insert(PathBuf::from("bootstrap.facts"), bootstrap::make(&facts.join("bootstrap"))?);
    Ok(files)
}

fn write(made: &BTreeMap<PathBuf, String>) -> Outcome {
    let types = Path::new(DATA).join("types");
    std::fs::create_dir_all(&types).map_err(|error| Failure::file(&types, error))?;
    let mut bytes = 0;
    for (name, text) in made {
        let path = Path::new(DATA).join(name);
        std::fs::write(&path, text).map_err(|error| Failure::file(&path, error))?;
        bytes += text.len();
    }
    println!("wrote {} files, {} KB, below {DATA}", made.len(), bytes / 1024);
    Ok(())
}

fn compare(made: &BTreeMap<PathBuf, String>) -> Outcome {
    let differs = |(name, text): (&PathBuf, &String)| {
        let have = std::fs::read_to_string(Path::new(DATA).join(name)).unwrap_or_default();
        (have != *text).then(|| name.display().to_string())
    };
    let stale: Vec<String> = made.iter().filter_map(differs).collect();
    if stale.is_empty() {
        println!("{} files are what the tables say", made.len());
        return Ok(());
    }
    Err(Failure::Found(format!("not what the tables say: {}; run `cargo xtask catalog`", stale.join(", "))))
}
