//! A team: all charts, with its name in them.

/// In the order in which they are applied: namespaces come first.
const CHARTS: [&str; 6] = [
    include_str!("charts/tenancy.yaml"),
    include_str!("charts/web.yaml"),
    include_str!("charts/database.yaml"),
    include_str!("charts/agent.yaml"),
    include_str!("charts/batch.yaml"),
    include_str!("charts/platform.yaml"),
];

/// What marks the lines that are not in the newer version.
const REMOVED: &str = "# REMOVED";

/// How many objects a team has.
pub(crate) const OBJECTS: usize = 47;

/// The manifests of a team as they were first.
pub(crate) fn first(team: &str) -> String {
    CHARTS.join("---\n").replace("RELEASE", team).replace("VERSION", "1.0.0")
}

/// The same in their newer version: other images, and some lines are gone.
pub(crate) fn newer(team: &str) -> String {
    let kept: Vec<String> = first(team)
        .lines()
        .filter(|line| !line.contains(REMOVED))
        .map(|line| line.replace("1.0.0", "1.1.0"))
        .collect();
    kept.join("\n") + "\n"
}

#[test]
fn a_team_has_as_many_objects_as_its_manifests() {
    for text in [first("team"), newer("team")] {
        assert_eq!(text.split("---\n").count(), OBJECTS);
    }
    assert!(first("team").contains("only-in-1.0.0") && !newer("team").contains("only-in"));
}
