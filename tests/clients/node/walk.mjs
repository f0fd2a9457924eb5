// Lists, creates, watches and deletes with the official Node client. Prints what it saw.
import { CoreV1Api, KubeConfig, Watch } from "@kubernetes/client-node";

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const namespace = "default";

const namespaces = await core.listNamespace();
console.log("namespaces:", ...namespaces.items.map((item) => item.metadata.name).sort());

const { metadata } = await core.listNamespacedConfigMap({ namespace });
const body = { metadata: { name: "walk" }, data: { k: "v" } };
const created = await core.createNamespacedConfigMap({ namespace, body });
console.log("created:", created.metadata.name, created.data.k);

const replaced = { ...created, data: { k: "w" } };
await core.replaceNamespacedConfigMap({ name: "walk", namespace, body: replaced });
await core.deleteNamespacedConfigMap({ name: "walk", namespace });

await new Promise((resolve, reject) => {
  let request;
  const seen = (type, object) => {
    console.log("watched:", type, object.metadata.name);
    if (type === "DELETED") {
      request.then((controller) => controller.abort());
      resolve();
    }
  };
  const query = { resourceVersion: metadata.resourceVersion, timeoutSeconds: 60 };
  request = new Watch(config).watch(`/api/v1/namespaces/${namespace}/configmaps`, query, seen, reject);
});

try {
  await core.readNamespacedConfigMap({ name: "walk", namespace });
} catch (error) {
  console.log("absent:", error.code, JSON.parse(error.body).reason);
}
