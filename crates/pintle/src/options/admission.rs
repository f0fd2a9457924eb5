//! Admission plugins by name. None acts yet, so a plugin that was asked to keep somebody out matters: where
//! only system:masters pass, nobody is left to keep out; where everybody does, the server doesn't start.

use super::{AuthorizationMode, Problems};
use crate::flags::Given;

/// On unless switched off.
const DEFAULT_ON: [&str; 27] = [
    "NamespaceLifecycle",
    "LimitRanger",
    "ServiceAccount",
    "TaintNodesByCondition",
    "PodSecurity",
    "Priority",
    "DefaultTolerationSeconds",
    "DefaultStorageClass",
    "StorageObjectInUseProtection",
    "PodGroupProtection",
    "PersistentVolumeClaimResize",
    "RuntimeClass",
    "CertificateApproval",
    "CertificateSigning",
    "ClusterTrustBundleAttest",
    "CertificateSubjectRestriction",
    "DefaultIngressClass",
    "PodTopologyLabels",
    "PodGroupWorkloadExists",
    "NodeDeclaredFeatureValidator",
    "JobValidation",
    "PodResizeValidator",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionWebhook",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionWebhook",
    "ResourceQuota",
];

/// Off unless switched on; those that only add convenience.
const OPTIONAL: [&str; 3] = ["AlwaysAdmit", "NamespaceAutoProvision", "ExtendedResourceToleration"];

/// Off unless switched on; those that refuse what would otherwise pass.
const GUARDS: [&str; 11] = [
    "NamespaceExists",
    "LimitPodHardAntiAffinityTopology",
    "NodeRestriction",
    "AlwaysPullImages",
    "ImagePolicyWebhook",
    "PodNodeSelector",
    "PodTolerationRestriction",
    "EventRateLimit",
    "OwnerReferencesPermissionEnforcement",
    "DenyServiceExternalIPs",
    "AlwaysDeny",
];

/// Refuses unknown plugins, plugins both on and off, and guards that nobody would stand in for.
pub(super) fn check(given: &Given, modes: &[AuthorizationMode], problems: &mut Problems) {
    let enabled = [given.list("enable-admission-plugins"), given.list("admission-control")].concat();
    let disabled = given.list("disable-admission-plugins");
    for (flag, names) in [("enable", &enabled), ("disable", &disabled)] {
        for name in names.iter().filter(|name| !is_known(name)) {
            problems.add(format!("--{flag}-admission-plugins plugin {name:?} is unknown"));
        }
    }
    for name in enabled.iter().filter(|name| disabled.contains(name)) {
        problems.add(format!("{name} is in --enable-admission-plugins and --disable-admission-plugins"));
    }
    if modes.contains(&AuthorizationMode::AlwaysAllow) {
        for name in enabled.iter().filter(|name| GUARDS.contains(&name.as_str())) {
            problems.add(format!(
                "--enable-admission-plugins={name}: admission comes later, and with AlwaysAllow nothing else \
                 would refuse what it refuses; use --authorization-mode=RBAC"
            ));
        }
    }
}

fn is_known(name: &str) -> bool {
    let lists: [&[&str]; 3] = [&DEFAULT_ON, &OPTIONAL, &GUARDS];
    lists.iter().any(|list| list.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_need_somebody_in_their_place() {
        let check = |words: &[&str], mode| {
            let mut problems = Problems::default();
            check(&Given::from_words(words).unwrap(), &[mode], &mut problems);
            problems.0
        };
        let node = ["--enable-admission-plugins=NodeRestriction"];
        assert_eq!(check(&node, AuthorizationMode::Rbac), [""; 0]);
        assert_eq!(
            check(&node, AuthorizationMode::AlwaysAllow),
            [
                "--enable-admission-plugins=NodeRestriction: admission comes later, and with AlwaysAllow nothing \
              else would refuse what it refuses; use --authorization-mode=RBAC"
            ]
        );
        assert_eq!(
            check(&["--disable-admission-plugins=Nonsense"], AuthorizationMode::Rbac),
            ["--disable-admission-plugins plugin \"Nonsense\" is unknown"]
        );
    }
}
