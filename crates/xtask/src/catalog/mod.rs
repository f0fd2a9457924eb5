//! `cargo xtask catalog`: the published API's tables become the project's own facts.
//!
//! ```text
//! go-fields.tsv, openapi-v3/*.json ----> fields.rs ----> data/types/<package>.facts
//! openapi-v2.json ---------------------> openapi.rs ---> data/openapi.facts
//! resources.tsv, strategies.tsv,   \
//! printers.tsv, discovery/*.json  ----> resources.rs --> data/resources.facts
//! bootstrap/*.json --------------------> bootstrap.rs -> data/bootstrap.facts
//! flags.tsv ---------------------------> flags.rs -----> pintle/data/flags.facts
//! gnostic-fields.tsv ------------------> gnostic.rs ---> data/gnostic.facts of the crate schema
//! ```

mod bootstrap;
mod fields;
mod flags;
mod gnostic;
mod openapi;
mod resources;
mod table;

use crate::Outcome;
use crate::failure::Failure;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where the facts of the kinds live, from the top of the repository.
const DATA: &str = "crates/catalog/data";
/// Where the facts of the command line live.
const FLAGS: &str = "crates/pintle/data/flags.facts";
/// Where those of formats live.
const SCHEMA_DATA: &str = "crates/schema/data";

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
    let data = Path::new(DATA);
    let mut files = BTreeMap::new();
    for (package, text) in fields::make(facts, &published)? {
        files.insert(data.join(format!("types/{package}.facts")), text);
    }
    files.insert(data.join("resources.facts"), resources::make(facts, &published)?);
    files.insert(data.join("openapi.facts"), published.facts());
    files.insert(data.join("bootstrap.facts"), bootstrap::make(&facts.join("bootstrap"))?);
    files.insert(PathBuf::from(FLAGS), flags::make(facts)?);
    files.insert(Path::new(SCHEMA_DATA).join("gnostic.facts"), gnostic::make(facts)?);
    Ok(files)
}

fn write(made: &BTreeMap<PathBuf, String>) -> Outcome {
    let mut bytes = 0;
    for (path, text) in made {
        let folder = path.parent().expect("every path in `made` begins with a folder");
        std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
        std::fs::write(path, text).map_err(|error| Failure::file(path, error))?;
        bytes += text.len();
    }
    println!("wrote {} files, {} KB, below {DATA} and {SCHEMA_DATA}, and {FLAGS}", made.len(), bytes / 1024);
    Ok(())
}

fn compare(made: &BTreeMap<PathBuf, String>) -> Outcome {
    let differs = |(path, text): (&PathBuf, &String)| {
        let have = std::fs::read_to_string(path).unwrap_or_default();
        (have != *text).then(|| path.display().to_string())
    };
    let stale: Vec<String> = made.iter().filter_map(differs).collect();
    if stale.is_empty() {
        println!("{} files are what the tables say", made.len());
        return Ok(());
    }
    Err(Failure::Found(format!("not what the tables say: {}; run `cargo xtask catalog`", stale.join(", "))))
}
