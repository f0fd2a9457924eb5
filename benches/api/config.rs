//! The Pod as its manager wants it: about 2 KB, which becomes about 4 KB with defaults and owners.

use serde_json::{Value, json};

/// What is applied.
pub(crate) fn config() -> Value {
    let probe = json!({"httpGet": {"path": "/healthz", "port": "http", "scheme": "HTTP"}, "periodSeconds": 10,
        "timeoutSeconds": 2, "failureThreshold": 3});
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web",
            "namespace": "default",
            "labels": {"app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "web-1", "tier": "front"},
            "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "9090"}
        },
        "spec": {
            "serviceAccountName": "web",
            "terminationGracePeriodSeconds": 45,
            "nodeSelector": {"kubernetes.io/os": "linux"},
            "tolerations": [{"key": "dedicated", "operator": "Equal", "value": "web", "effect": "NoSchedule"}],
            "volumes": [
                {"name": "settings", "configMap": {"name": "web-settings"}},
                {"name": "scratch", "emptyDir": {"sizeLimit": "256Mi"}}
            ],
            "containers": [
                {
                    "name": "web",
                    "image": "registry.example/web:1.2.3",
                    "args": ["--port=8080", "--metrics=9090"],
                    "ports": [
                        {"name": "http", "containerPort": 8080, "protocol": "TCP"},
                        {"name": "metrics", "containerPort": 9090, "protocol": "TCP"}
                    ],
                    "env": [
                        {"name": "LOG_LEVEL", "value": "info"},
                        {"name": "POD_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}}
                    ],
                    "resources": {
                        "requests": {"cpu": "250m", "memory": "128Mi"},
                        "limits": {"cpu": "1", "memory": "256Mi"}
                    },
                    "volumeMounts": [
                        {"name": "settings", "mountPath": "/etc/web", "readOnly": true},
                        {"name": "scratch", "mountPath": "/var/scratch"}
                    ],
                    "livenessProbe": probe,
                    "readinessProbe": probe
                },
                {
                    "name": "log-shipper",
                    "image": "registry.example/log-shipper:4",
                    "volumeMounts": [{"name": "scratch", "mountPath": "/var/scratch", "readOnly": true}]
                }
            ]
        }
    })
}
