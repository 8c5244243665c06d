//! The CSDL document, read as a client's generator would.

use std::collections::{HashMap, HashSet};

use crate::office::Office;

/// An element: name and attributes.
struct Element<'a> {
    name: &'a str,
    attributes: HashMap<&'a str, &'a str>,
    /// The names of those around it.
    within: Vec<&'a str>,
}

/// Reads the document; panics where it is not well-formed.
fn elements(xml: &str) -> Vec<Element<'_>> {
    let mut open: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for part in xml.split('<').skip(2) {
        let (tag, _) = part.split_once('>').unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let (inside, closed) = tag.strip_suffix('/').map_or((tag, false), |inside| (inside, true));
        let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
        let mut attributes = HashMap::new();
        while let Some((key, after)) = rest.split_once("=\"") {
            let (value, after) = after.split_once('"').unwrap();
            assert!(attributes.insert(key.trim(), value).is_none(), "{tag}");
            rest = after;
        }
        assert!(rest.trim().is_empty(), "{tag}");
        found.push(Element { name, attributes, within: open.clone() });
        if !closed {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    found
}

#[tokio::test]
async fn the_document_is_well_formed_and_everything_it_refers_to_is_in_it() {
    let office = Office::new().await;
    let reply = office.get("/$metadata").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.header("content-type"), "application/xml");
    let elements = elements(&reply.text);
    let mut types: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut bases: HashMap<&str, &str> = HashMap::new();
    let mut now = "";
    let mut navigations = Vec::new();
    for element in &elements {
        match element.name {
            "EntityType" | "ComplexType" | "EnumType" => {
                now = element.attributes["Name"];
                assert!(types.insert(now, HashSet::new()).is_none(), "{now} is there twice");
                if let Some(base) = element.attributes.get("BaseType") {
                    bases.insert(now, base.trim_start_matches("mscrm."));
                }
            }
            "Property" | "NavigationProperty" if element.within.last() == Some(&"EntityType") => {
                let name = element.attributes["Name"];
                assert!(types.get_mut(now).unwrap().insert(name), "{now} has {name} twice");
                if element.name == "NavigationProperty" {
                    navigations.push((now, name, element));
                }
            }
            _ => {}
        }
    }
    let has = |kind: &str, property: &str| {
        let mut kind = Some(kind);
        while let Some(name) = kind {
            if types[name].contains(property) {
                return true;
            }
            kind = bases.get(name).copied();
        }
        false
    };
    let bare = |kind: &str| {
        kind.trim_start_matches("Collection(mscrm.")
            .trim_start_matches("mscrm.")
            .trim_end_matches(')')
            .to_owned()
    };
    for element in &elements {
        for key in ["Type", "BaseType"] {
            if let Some(kind) = element.attributes.get(key).filter(|kind| kind.contains("mscrm.")) {
                assert!(types.contains_key(bare(kind).as_str()), "{kind} is not declared");
            }
        }
    }
    for (kind, name, element) in navigations {
        if let Some(partner) = element.attributes.get("Partner") {
            let to = bare(element.attributes["Type"]);
            assert!(has(&to, partner), "{kind}.{name}: {to} has no {partner}");
        }
    }
    assert!(has("incident", "title") && has("incident", "_customerid_value"));
    assert!(has("task", "activityid") && bases["task"] == "activitypointer");
    assert_eq!((bases["systemuser"], bases["team"]), ("principal", "principal"));
    assert!(has("account", "incident_customer_accounts") && has("team", "teammembership_association"));
    assert!(has("PicklistAttributeMetadata", "LogicalName") && has("EntityMetadata", "Attributes"));
    let sets: HashSet<&str> = elements
        .iter()
        .filter(|element| element.name == "EntitySet")
        .map(|set| set.attributes["Name"])
        .collect();
    assert!(sets.len() > 700 && sets.contains("EntityDefinitions"), "{}", sets.len());
    for element in elements.iter().filter(|element| element.name == "NavigationPropertyBinding") {
        assert!(sets.contains(element.attributes["Target"]), "{}", element.attributes["Target"]);
    }
    for set in elements.iter().filter(|element| element.name == "EntitySet") {
        let kind = set.attributes["EntityType"].trim_start_matches("Microsoft.Dynamics.CRM.");
        assert!(types.contains_key(kind), "{kind}");
    }
    assert!(!reply.text.contains("Core.V1.Description"));
    let annotated = office.get("/$metadata?annotations=true").await;
    assert!(annotated.text.contains("Core.V1.Description") && annotated.text.contains("ChangeTracking"));
    assert!(!self::elements(&annotated.text).is_empty());
}
