//! What a device request leaves out: one device, counted exactly.

use crate::hooks::cells::items;
use crate::hooks::shape;
use pintle_meta::Value;
use pintle_schema::Struct;

/// Fills the requests that `path` leads to. v1beta1 has requests without `exactly`: flat ones, which are empty
/// when they only list alternatives.
pub(super) fn default(version: &str, object: &mut Value, path: &[&str]) {
    if items(object, path).is_empty() {
        return;
    }
    let named = |name: &str| shape::definition(&format!("io.k8s.api.resource.{version}.{name}"));
    let Some(Value::List(requests)) = object.place(path) else { return };
    for request in requests.make_mut() {
        let flat = version == "v1beta1";
        if flat && !request.text_at(&["deviceClassName"]).is_empty() {
            fill(named("DeviceRequest"), request);
        }
        let Value::Map(members) = request else { continue };
        if let Some(exactly) = members.get_mut("exactly").filter(|_| !flat) {
            fill(named("ExactDeviceRequest"), exactly);
        }
        if let Some(Value::List(alternatives)) = members.get_mut("firstAvailable") {
            alternatives.make_mut().iter_mut().for_each(|request| fill(named("DeviceSubRequest"), request));
        }
    }
}

fn fill(ty: &Struct, request: &mut Value) {
    if request.text_at(&["allocationMode"]).is_empty() {
        shape::set(ty, request, "allocationMode", "ExactCount");
    }
    let counted = request.text_at(&["allocationMode"]) == "ExactCount";
    if counted && request.get("count").is_none_or(Value::is_empty) {
        shape::set(ty, request, "count", 1);
    }
}

#[cfg(test)]
mod tests {
    use crate::hooks::cells::tests::check_default;
    use crate::hooks::resource::claim::{ResourceClaim, ResourceClaimTemplate};

    #[test]
    fn requests_are_for_one_device() {
        check_default(
            &ResourceClaim,
            "v1",
            &[
                (r#"{"spec":{"devices":{}}}"#, r#"{"spec":{"devices":{}}}"#),
                (
                    r#"{"spec":{"devices":{"requests":[{"name":"a","exactly":{"deviceClassName":"c"}},
                        {"name":"b","exactly":{"deviceClassName":"c","allocationMode":"All"}},
                        {"name":"c","firstAvailable":[{"name":"x","deviceClassName":"c","count":2}]}]}}}"#,
                    r#"{"spec":{"devices":{"requests":[
                        {"name":"a","exactly":{"deviceClassName":"c","allocationMode":"ExactCount","count":1}},
                        {"name":"b","exactly":{"deviceClassName":"c","allocationMode":"All"}},
                        {"name":"c","firstAvailable":[{"name":"x","deviceClassName":"c",
                        "allocationMode":"ExactCount","count":2}]}]}}}"#,
                ),
            ],
        );
        check_default(
            &ResourceClaimTemplate,
            "v1beta1",
            &[(
                r#"{"spec":{"spec":{"devices":{"requests":[{"name":"a","deviceClassName":"c"},{"name":"b"}]}}}}"#,
                r#"{"spec":{"spec":{"devices":{"requests":[
                    {"name":"a","deviceClassName":"c","allocationMode":"ExactCount","count":1},{"name":"b"}]}}}}"#,
            )],
        );
    }
}
