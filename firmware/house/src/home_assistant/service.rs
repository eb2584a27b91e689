//! What Home Assistant is asked to do.

use sayso_skills::Change;
use serde_json::{Value, json};

/// The domain, the service and its data for a change to an entity. `None` if it has none.
pub fn service(entity: &str, change: &Change) -> Option<(String, &'static str, Value)> {
    let (domain, _) = entity.split_once('.')?;
    let (service, data) = match (domain, change) {
        ("light", Change::Brightness(0)) => ("turn_off", json!({})),
        ("light", Change::Brightness(level)) => ("turn_on", json!({"brightness_pct": level})),
        ("light", Change::Color(name)) => ("turn_on", json!({"color_name": name})),
        ("vacuum", Change::On(true)) => ("start", json!({})),
        ("vacuum", Change::On(false)) => ("return_to_base", json!({})),
        ("scene" | "script", Change::On(true)) => ("turn_on", json!({})),
        (
            "light" | "switch" | "input_boolean" | "fan" | "climate" | "media_player",
            Change::On(on),
        ) => (if *on { "turn_on" } else { "turn_off" }, json!({})),
        ("cover", Change::Position(0)) => ("close_cover", json!({})),
        ("cover", Change::Position(100)) => ("open_cover", json!({})),
        ("cover", Change::Position(position)) => {
            ("set_cover_position", json!({"position": position}))
        }
        ("lock", Change::Locked(locked)) => (if *locked { "lock" } else { "unlock" }, json!({})),
        ("climate", Change::Target(target)) => ("set_temperature", json!({"temperature": target})),
        _ => return None,
    };
    Some((domain.to_owned(), service, data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_has_its_service() {
        let asked = |entity: &str, change: Change| {
            service(entity, &change)
                .map(|(domain, service, data)| format!("{domain}.{service} {data}"))
        };
        let due = |text: &str| Some(text.to_owned());
        assert_eq!(asked("light.a", Change::On(true)), due("light.turn_on {}"));
        assert_eq!(
            asked("light.a", Change::Brightness(40)),
            due("light.turn_on {\"brightness_pct\":40}")
        );
        assert_eq!(asked("light.a", Change::Brightness(0)), due("light.turn_off {}"));
        assert_eq!(asked("cover.a", Change::Position(0)), due("cover.close_cover {}"));
        assert_eq!(
            asked("cover.a", Change::Position(30)),
            due("cover.set_cover_position {\"position\":30}")
        );
        assert_eq!(asked("lock.a", Change::Locked(false)), due("lock.unlock {}"));
        assert_eq!(asked("vacuum.a", Change::On(false)), due("vacuum.return_to_base {}"));
        assert_eq!(asked("input_boolean.a", Change::On(false)), due("input_boolean.turn_off {}"));
        assert_eq!(
            asked("climate.a", Change::Target(20.5)),
            due("climate.set_temperature {\"temperature\":20.5}")
        );
        for (entity, change) in [
            ("sensor.a", Change::On(true)),
            ("scene.a", Change::On(false)),
            ("switch.a", Change::Brightness(3)),
            ("lock.a", Change::Position(100)),
            ("light", Change::On(true)),
        ] {
            assert_eq!(asked(entity, change.clone()), None, "{entity} {change:?}");
        }
    }
}
