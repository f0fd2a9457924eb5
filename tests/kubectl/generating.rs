//! Objects that kubectl writes itself: `create KIND` for every kind it knows, and the commands that turn one into
//! another.

use crate::{kubectl_here, run, shop};

#[tokio::test]
async fn every_kind_that_create_knows() {
    kubectl_here!(kubectl, server);
    for (line, said) in [
        ("job j --image=i", "job.batch/j"),
        ("cronjob c --image=i --schedule=@daily", "cronjob.batch/c"),
        ("quota q --hard=pods=1", "resourcequota/q"),
        ("role r --verb=get --resource=pods", "role.rbac.authorization.k8s.io/r"),
        ("rolebinding r --role=r --user=u", "rolebinding.rbac.authorization.k8s.io/r"),
        ("clusterrole r --verb=get --resource=nodes", "clusterrole.rbac.authorization.k8s.io/r"),
        ("clusterrolebinding r --clusterrole=r --user=u", "clusterrolebinding.rbac.authorization.k8s.io/r"),
        ("ingress i --rule=example.com/path=s:80", "ingress.networking.k8s.io/i"),
        ("poddisruptionbudget p --selector=a=b --min-available=1", "poddisruptionbudget.policy/p"),
        ("priorityclass p --value=5", "priorityclass.scheduling.k8s.io/p"),
        ("serviceaccount s", "serviceaccount/s"),
        ("service clusterip c --tcp=80", "service/c"),
        ("service externalname e --external-name=example.com", "service/e"),
        ("service nodeport n --tcp=80", "service/n"),
        ("secret docker-registry d --docker-username=u --docker-password=p", "secret/d"),
        ("secret generic g --from-literal=a=b", "secret/g"),
        ("configmap c --from-literal=a=b", "configmap/c"),
        ("deployment d --image=i", "deployment.apps/d"),
        ("namespace n", "namespace/n"),
    ] {
        run!(kubectl, "create {line}").is(&format!("{said} created\n"));
    }
    server.stop().await;
}

#[tokio::test]
async fn what_people_do_to_a_deployment() {
    shop!(kubectl, server);
    run!(kubectl, "rollout restart deployment/web -n shop").is("deployment.apps/web restarted\n");
    run!(kubectl, "rollout pause deployment/web -n shop").is("deployment.apps/web paused\n");
    run!(kubectl, "rollout resume deployment/web -n shop").is("deployment.apps/web resumed\n");
    run!(kubectl, "set env deployment/web -n shop A=b").is("deployment.apps/web env updated\n");
    run!(kubectl, "set resources deployment/web -n shop --limits=cpu=1")
        .is("deployment.apps/web resource requirements updated\n");
    run!(kubectl, "set serviceaccount deployment/web worker -n shop")
        .is("deployment.apps/web serviceaccount updated\n");
    run!(kubectl, "autoscale deployment web -n shop --max=3")
        .is("horizontalpodautoscaler.autoscaling/web autoscaled\n");
    run!(kubectl, "get horizontalpodautoscaler web -n shop")
        .prints(&["Deployment/web", "cpu: <unknown>/80%"]);
    run!(kubectl, "get deployment web -n shop -o jsonpath={{.metadata.generation}}").is("7");
    server.stop().await;
}
