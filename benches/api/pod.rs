//! The Pod that is read and written: about 4 KB as JSON, with its owners.

use crate::failure::Failure;
use http::Request;
use serde_json::{Value, json};

pub(crate) const PODS: &str = "/api/v1/namespaces/default/pods";
pub(crate) const POD: &str = "/api/v1/namespaces/default/pods/web";
/// Who applies it.
pub(crate) const MANAGER: &str = "bench";

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
                        {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
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

/// Applies it, and tells how many bytes it has then.
pub(crate) async fn create(client: &kube::Client) -> Result<usize, Failure> {
    let path = format!("{POD}?fieldManager={MANAGER}");
    let request = Request::patch(path).header("content-type", "application/apply-patch+yaml");
    let made = client.request_text(request.body(config().to_string().into_bytes())?).await?;
    Ok(made.len())
}

/// How many bytes of it tell who owns what.
pub(crate) async fn owners_size(client: &kube::Client) -> Result<usize, Failure> {
    let text = client.request_text(Request::get(POD).body(Vec::new())?).await?;
    let pod: Value = serde_json::from_str(&text).map_err(|error| Failure::Server(error.to_string()))?;
    Ok(pod["metadata"]["managedFields"].to_string().len())
}
