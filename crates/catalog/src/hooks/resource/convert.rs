//! The flat forms of v1beta1: a request without `exactly`, a device within `basic`. The other versions are alike.

use crate::hooks::cells::items;
use pintle_meta::{Map, Value};

/// What a flat request holds that belongs into `exactly`.
const EXACTLY: [&str; 7] =
    ["deviceClassName", "selectors", "allocationMode", "count", "adminAccess", "tolerations", "capacity"];

/// Which way a conversion goes, when it has anything to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Flat,
    Nested,
}

fn way(from: &str, to: &str) -> Option<Way> {
    match (from, to) {
        ("v1beta1", to) if to != "v1beta1" => Some(Way::Nested),
        (from, "v1beta1") if from != "v1beta1" => Some(Way::Flat),
        _ => None,
    }
}

/// Converts the requests that `path` leads to.
pub(super) fn requests(from: &str, to: &str, object: &mut Value, path: &[&str]) {
    each(object, path, way(from, to), |request, way| match way {
        Way::Nested => nest_request(request),
        Way::Flat => {
            if let Some(Value::Map(mut exactly)) = request.remove("exactly") {
                exactly.take().for_each(|(key, value)| *request.entry(&key) = value);
            }
        }
    });
}

/// Anything said about the request itself makes it an exact one.
fn nest_request(request: &mut Map) {
    let mut exactly = Map::new();
    for name in EXACTLY {
        if let Some(value) =
            request.remove(name).filter(|value| *value != Value::from("") && !value.is_null())
        {
            exactly.push(name.into(), value);
        }
    }
    if !exactly.is_empty() {
        *request.entry("exactly") = Value::Map(exactly);
    }
}

/// Converts the devices that `path` leads to.
pub(super) fn devices(from: &str, to: &str, object: &mut Value, path: &[&str]) {
    each(object, path, way(from, to), |device, way| match way {
        Way::Nested => {
            if let Some(Value::Map(mut basic)) = device.remove("basic") {
                basic.take().for_each(|(key, value)| *device.entry(&key) = value);
            }
        }
        Way::Flat => {
            let name = device.remove("name").unwrap_or_default();
            let basic: Map = device.take().collect();
            device.push("name".into(), name);
            device.push("basic".into(), Value::Map(basic));
        }
    });
}

fn each(object: &mut Value, path: &[&str], way: Option<Way>, edit: impl Fn(&mut Map, Way)) {
    let Some(way) = way.filter(|_| !items(object, path).is_empty()) else { return };
    let Some(Value::List(list)) = object.place(path) else { return };
    list.make_mut().iter_mut().filter_map(Value::as_map_mut).for_each(|item| edit(item, way));
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn v1beta1_is_flat() {
        let nested = r#"{"r":[{"name":"a","exactly":{"deviceClassName":"c","count":1}},{"name":"b"}]}"#;
        let flat = r#"{"r":[{"name":"a","deviceClassName":"c","count":1},{"name":"b"}]}"#;
        check(requests, nested, flat);
        let nested = r#"{"r":[{"name":"a","attributes":{"x":{}}},{"name":"b"}]}"#;
        let flat = r#"{"r":[{"name":"a","basic":{"attributes":{"x":{}}}},{"name":"b","basic":{}}]}"#;
        check(devices, nested, flat);
    }

    fn check(convert: fn(&str, &str, &mut Value, &[&str]), nested: &str, flat: &str) {
        let (nested, flat) = (parse(nested.as_bytes()).unwrap(), parse(flat.as_bytes()).unwrap());
        let mut object = nested.clone();
        convert("v1", "v1beta2", &mut object, &["r"]);
        assert_eq!(object, nested);
        convert("v1", "v1beta1", &mut object, &["r"]);
        assert_eq!(object, flat);
        convert("v1beta1", "v1", &mut object, &["r"]);
        assert_eq!(object, nested);
    }
}
