//! The OpenAPI documents of what is served: each made when it is first asked for, then kept as bytes.

use aws_lc_rs::digest;
use bytes::Bytes;
use pintle_catalog::{catalog, described};
use pintle_meta::value::to_json;
use pintle_schema::openapi::{Api, proto, v2_document, v3_document, v3_index, v3_names};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::SystemTime;

/// The version that documents name in their `info`.
const API_VERSION: &str = "1.36";

/// All documents of one moment's resources.
#[derive(Debug)]
pub struct Documents {
    v2: OnceLock<Document>,
    v3: BTreeMap<String, OnceLock<Document>>,
    index: OnceLock<Document>,
    made: SystemTime,
}

/// A document in its forms.
#[derive(Debug)]
pub struct Document {
    /// As JSON.
    pub json: Bytes,
    /// As gnostic's protobuf.
    pub protobuf: Bytes,
    /// Upper-case hexadecimal SHA-512 of the JSON.
    pub hash: String,
}

impl Documents {
    /// The documents of the built-in resources; none is made yet. `now` is when they last changed.
    pub fn new(now: SystemTime) -> Documents {
        let types = described();
        let names = v3_names(&Api { resources: catalog().resources(), types: &types, version: API_VERSION });
        let v3 = names.into_iter().map(|name| (name, OnceLock::new())).collect();
        Documents { v2: OnceLock::new(), v3, index: OnceLock::new(), made: now }
    }

    /// When the documents last changed.
    pub fn made(&self) -> SystemTime {
        self.made
    }

    /// Whether there is a document of this name in version 3.
    pub fn has(&self, name: &str) -> bool {
        self.v3.contains_key(name)
    }

    /// The document of everything in version 2. Takes a while when asked for the first time.
    pub fn v2(&self) -> &Document {
        self.v2.get_or_init(|| {
            let document = with_api(v2_document);
            Document::new(to_json(&document), proto::v2(&document))
        })
    }

    /// The document of this name in version 3. Takes a while when asked for the first time.
    pub fn v3(&self, name: &str) -> Option<&Document> {
        let place = self.v3.get(name)?;
        if place.get().is_none() {
            let document = with_api(|api| v3_document(api, name))?;
            return Some(place.get_or_init(|| Document::new(to_json(&document), proto::v3(&document))));
        }
        place.get()
    }

    /// Where the documents of version 3 are, with their hashes. Makes them all.
    pub fn index(&self) -> &Document {
        self.index.get_or_init(|| {
            let all = self.v3.keys().filter_map(|name| Some((name.as_str(), self.v3(name)?.hash.as_str())));
            Document::new(v3_index(all), Bytes::new())
        })
    }
}

impl Document {
    fn new(json: Vec<u8>, protobuf: Bytes) -> Document {
        let digest = digest::digest(&digest::SHA512, &json);
        let hash = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        Document { json: json.into(), protobuf, hash }
    }
}

fn with_api<T>(make: impl FnOnce(&Api<'_>) -> T) -> T {
    let types = described();
    make(&Api { resources: catalog().resources(), types: &types, version: API_VERSION })
}
