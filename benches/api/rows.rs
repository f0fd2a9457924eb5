//! What is asked.

use crate::client::Client;
use crate::config::CONFIG;
use crate::failure::Failure;
use crate::pod::{MANAGER, POD, PODS};
use clap::builder::PossibleValuesParser;

/// One kind of request.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    ask: Ask,
}

#[derive(Debug)]
enum Ask {
    Get,
    List,
    Patch { content_type: &'static str, body: fn(u64) -> String },
}

const APPLY: &str = "application/apply-patch+yaml";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
const MERGE: &str = "application/merge-patch+json";
const JSON: &str = "application/json-patch+json";

pub(crate) const ROWS: &[Row] = &[
    Row { name: "get", about: "a read, to compare with", ask: Ask::Get },
    Row { name: "list", about: "a list of one", ask: Ask::List },
    Row {
        name: "apply-same",
        about: "apply of what is there already",
        ask: Ask::Patch { content_type: APPLY, body: |_| CONFIG.to_owned() },
    },
    Row {
        name: "strategic-same",
        about: "strategic merge patch, nothing changes",
        ask: Ask::Patch { content_type: STRATEGIC, body: |_| image(0) },
    },
    Row {
        name: "strategic",
        about: "strategic merge patch, an image changes",
        ask: Ask::Patch { content_type: STRATEGIC, body: image },
    },
    Row {
        name: "merge",
        about: "merge patch, a label changes",
        ask: Ask::Patch {
            content_type: MERGE,
            body: |number| format!(r#"{{"metadata":{{"labels":{{"number":"{number}"}}}}}}"#),
        },
    },
    Row {
        name: "json",
        about: "JSON patch, a label changes",
        ask: Ask::Patch {
            content_type: JSON,
            body: |number| format!(r#"[{{"op":"add","path":"/metadata/labels/number","value":"{number}"}}]"#),
        },
    },
    Row {
        name: "apply",
        about: "apply, an annotation changes",
        ask: Ask::Patch {
            content_type: APPLY,
            body: |number| {
                CONFIG.replace(r#""annotations":{"#, &format!(r#""annotations":{{"number":"{number}","#))
            },
        },
    },
];

fn image(number: u64) -> String {
    let image = format!("registry.example/log-shipper:{number}");
    format!(r#"{{"spec":{{"containers":[{{"name":"log-shipper","image":"{image}"}}]}}}}"#)
}

pub(crate) fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(ROWS.iter().map(|row| row.name))
}

impl Row {
    /// Asks once; bodies may differ by `number`.
    ///
    /// # Errors
    /// When it is not answered with a success.
    pub(crate) async fn ask(&self, client: &mut Client, number: u64) -> Result<(), Failure> {
        match &self.ask {
            Ask::Get => client.ask("GET", POD, "application/json", Vec::new()).await?,
            Ask::List => client.ask("GET", PODS, "application/json", Vec::new()).await?,
            Ask::Patch { content_type, body } => {
                let forced = if *content_type == APPLY { "&force=true" } else { "" };
                let path = format!("{POD}?fieldManager={MANAGER}{forced}");
                client.ask("PATCH", &path, content_type, body(number).into_bytes()).await?
            }
        };
        Ok(())
    }
}
