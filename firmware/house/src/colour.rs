//! Colours of lamps: their names, and how devices write them.

/// A hue in degrees, and a saturation in per cent.
pub type Colour = (f64, f64);

/// The colours that have a name: hue in degrees, saturation in per cent. Home Assistant takes them
/// from CSS.
const COLOURS: [(&str, Colour); 11] = [
    ("white", (0.0, 0.0)),
    ("red", (0.0, 100.0)),
    ("orange", (38.824, 100.0)),
    ("yellow", (60.0, 100.0)),
    ("green", (120.0, 100.0)),
    ("blue", (240.0, 100.0)),
    ("purple", (300.0, 100.0)),
    ("pink", (349.524, 24.706)),
    ("brown", (0.0, 74.545)),
    ("turquoise", (174.0, 71.429)),
    ("black", (0.0, 0.0)),
];

/// How far two colours may differ and still be called the same: in degrees of hue at full
/// saturation, and in per cent of saturation. Lamps show colours only nearly.
const NEAR: f64 = 20.0;

/// Hue and saturation of a colour, by its English name.
pub fn colour(name: &str) -> Option<Colour> {
    COLOURS.iter().find(|(known, _)| *known == name).map(|(_, colour)| *colour)
}

/// How far one colour is from another.
fn distance(one: Colour, other: Colour) -> f64 {
    let turn = (one.0 - other.0).rem_euclid(360.0);
    let hue = turn.min(360.0 - turn) * one.1.min(other.1) / 100.0;
    hue.hypot(one.1 - other.1)
}

/// Whether a lamp that shows one colour shows the other.
pub fn is_near(one: Colour, other: Colour) -> bool {
    distance(one, other) <= NEAR
}

/// The name of the nearest colour.
pub fn colour_name(colour: Colour) -> Option<&'static str> {
    let near = |(name, known): &(&'static str, Colour)| (*name, distance(*known, colour));
    let all = COLOURS.iter().map(near);
    let nearest = all.min_by(|one, other| one.1.total_cmp(&other.1))?;
    (nearest.1 <= NEAR).then_some(nearest.0)
}

/// Red, green and blue of a colour, each up to 255, at its full brightness. The conversion is that of
/// HSV with a value of 1.
pub fn to_rgb((hue, saturation): Colour) -> [u8; 3] {
    let saturation = (saturation / 100.0).clamp(0.0, 1.0);
    [5.0, 3.0, 1.0].map(|n: f64| {
        let k = (n + hue / 60.0).rem_euclid(6.0);
        let part = 1.0 - saturation * k.min(4.0 - k).clamp(0.0, 1.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // It is 0 to 255.
        let part = (part * 255.0).round() as u8;
        part
    })
}

/// The colour of red, green and blue, however bright they are. `None` if they are not lit, or are no
/// numbers.
pub fn from_rgb([red, green, blue]: [f64; 3]) -> Option<Colour> {
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let known = [red, green, blue].iter().all(|part| part.is_finite());
    if !known || least < 0.0 || most == 0.0 {
        return None;
    }
    let range = most - least;
    let sixths = match () {
        () if range == 0.0 => 0.0,
        () if most == red => (green - blue) / range,
        () if most == green => (blue - red) / range + 2.0,
        () => (red - green) / range + 4.0,
    };
    Some(((60.0 * sixths).rem_euclid(360.0), 100.0 * range / most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_written_and_read() {
        for (name, rgb) in [
            ("white", [255, 255, 255]),
            ("red", [255, 0, 0]),
            ("orange", [255, 165, 0]),
            ("green", [0, 255, 0]),
            ("blue", [0, 0, 255]),
            ("purple", [255, 0, 255]),
        ] {
            let known = colour(name).expect(name);
            assert_eq!(to_rgb(known), rgb, "{name}");
            let read = from_rgb(rgb.map(f64::from)).expect(name);
            assert!(is_near(read, known), "{name}: {read:?}");
            // Half as bright.
            let dim = from_rgb(rgb.map(|part| f64::from(part) / 2.0)).expect(name);
            assert_eq!(colour_name(dim), colour_name(read), "{name}");
        }
        assert_eq!(from_rgb([0.0; 3]), None);
        assert_eq!(from_rgb([f64::NAN; 3]), None);
        assert_eq!(from_rgb([-1.0, 2.0, 3.0]), None);
    }

    #[test]
    fn colours_are_called_by_the_nearest_name() {
        assert_eq!(colour_name((2.0, 98.0)), Some("red"));
        assert_eq!(colour_name((359.0, 100.0)), Some("red"));
        assert_eq!(colour_name((250.0, 95.0)), Some("blue"));
        assert_eq!(colour_name((30.0, 8.0)), Some("white"), "warm white");
        assert_eq!(colour_name((90.0, 50.0)), None);
        for (name, known) in COLOURS {
            assert!(is_near(known, known), "{name}");
        }
        assert!(!is_near((120.0, 100.0), (240.0, 100.0)));
    }
}
