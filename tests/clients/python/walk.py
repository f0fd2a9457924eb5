"""Lists, creates, watches and deletes with the official Python client. Prints what it saw."""

import json

from kubernetes import client, config, watch
from kubernetes.client.rest import ApiException

config.load_kube_config()
core = client.CoreV1Api()

print("namespaces:", *sorted(namespace.metadata.name for namespace in core.list_namespace().items))

body = client.V1ConfigMap(metadata=client.V1ObjectMeta(name="walk"), data={"k": "v"})
version = core.list_namespaced_config_map("default").metadata.resource_version
created = core.create_namespaced_config_map("default", body)
print("created:", created.metadata.name, created.data["k"])

core.patch_namespaced_config_map("walk", "default", {"data": {"k": "w"}})
core.delete_namespaced_config_map("walk", "default")
stream = watch.Watch()
for event in stream.stream(
    core.list_namespaced_config_map, "default", resource_version=version, timeout_seconds=60
):
    print("watched:", event["type"], event["object"].metadata.name)
    if event["type"] == "DELETED":
        stream.stop()

try:
    core.read_namespaced_config_map("walk", "default")
except ApiException as error:
    print("absent:", error.status, json.loads(error.body)["reason"])
