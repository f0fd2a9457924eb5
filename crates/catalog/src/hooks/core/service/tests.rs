//! Services before and after defaulting, and as cells.

use super::*;
use crate::hooks::cells::tests::{check, check_default};

#[test]
fn policies_follow_the_type() {
    check_default(
        &Service,
        "v1",
        &[
            (
                r#"{"spec":{"type":"ClusterIP","sessionAffinity":"None","sessionAffinityConfig":{},"ports":[{"port":80}]}}"#,
                r#"{"spec":{"type":"ClusterIP","sessionAffinity":"None","internalTrafficPolicy":"Cluster",
                    "ports":[{"port":80,"targetPort":80}]}}"#,
            ),
            (
                r#"{"spec":{"type":"ClusterIP","externalIPs":["1.1.1.1"],"ports":[{"port":80,"targetPort":"web"}]}}"#,
                r#"{"spec":{"type":"ClusterIP","externalIPs":["1.1.1.1"],"externalTrafficPolicy":"Cluster",
                    "internalTrafficPolicy":"Cluster","ports":[{"port":80,"targetPort":"web"}]}}"#,
            ),
            (
                r#"{"spec":{"type":"LoadBalancer","sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{}}},
                    "status":{"loadBalancer":{"ingress":[{"ip":"1.1.1.1"},{"hostname":"h"}]}}}"#,
                r#"{"spec":{"type":"LoadBalancer","sessionAffinity":"ClientIP","allocateLoadBalancerNodePorts":true,
                    "sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10800}},
                    "externalTrafficPolicy":"Cluster","internalTrafficPolicy":"Cluster"},
                    "status":{"loadBalancer":{"ingress":[{"ip":"1.1.1.1","ipMode":"VIP"},{"hostname":"h"}]}}}"#,
            ),
            (
                r#"{"spec":{"type":"ExternalName","externalName":"e"}}"#,
                r#"{"spec":{"type":"ExternalName","externalName":"e"}}"#,
            ),
        ],
    );
}

#[test]
fn cells_are_the_reference_s() {
    check(
        &Service,
        &[
            (r#"{"spec":{"type":"ClusterIP"}}"#, r#"["<none>","<none>","<none>"]"#),
            (
                r#"{"spec":{"type":"NodePort","clusterIPs":["10.0.0.1","fd00::1"],"externalIPs":["1.1.1.1","2.2.2.2"],
                    "ports":[{"port":80,"nodePort":30080,"protocol":"TCP"},{"port":53,"protocol":"UDP"}]}}"#,
                r#"["10.0.0.1","1.1.1.1,2.2.2.2","80:30080/TCP,53/UDP"]"#,
            ),
            (r#"{"spec":{"type":"LoadBalancer"}}"#, r#"["<none>","<pending>","<none>"]"#),
            (
                r#"{"spec":{"type":"LoadBalancer","externalIPs":["9.9.9.9"]},
                    "status":{"loadBalancer":{"ingress":[{"hostname":"h"},{"ip":"1.1.1.1"},{}]}}}"#,
                r#"["<none>","1.1.1.1,h,9.9.9.9","<none>"]"#,
            ),
            (r#"{"spec":{"type":"ExternalName","externalName":"e"}}"#, r#"["<none>","e","<none>"]"#),
            (r#"{"spec":{"type":"Odd"}}"#, r#"["<none>","<unknown>","<none>"]"#),
        ],
    );
}
