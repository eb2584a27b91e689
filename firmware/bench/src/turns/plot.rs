//! Draws the latencies: how many questions were answered after how long.

use std::fmt::Write as _;

/// One curve.
pub struct Series<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its values in ms, in any order.
    pub values: &'a [f64],
}

const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 480.0;
/// The rectangle of the plot itself.
const LEFT: f64 = 72.0;
const RIGHT: f64 = WIDTH - 36.0;
const TOP: f64 = 96.0;
const BOTTOM: f64 = HEIGHT - 68.0;

/// They differ in hue and in lightness, for black-and-white print and colour blindness.
const COLOURS: [&str; 2] = ["#0b7a75", "#d1603d"];

/// Draws the cumulative distributions. `None` if there is nothing to draw.
pub fn svg(series: &[Series<'_>], profile: &str) -> Option<String> {
    let curves: Vec<Curve<'_>> = series.iter().filter_map(Curve::new).collect();
    let longest = curves.iter().map(Curve::reach).fold(0.0, f64::max);
    let step = step(longest);
    let scale = Scale { end: (longest / step).ceil() * step };
    let counts: Vec<String> = curves.iter().map(|curve| curve.sorted.len().to_string()).collect();
    let n = Some(counts.join(" and ")).filter(|_| longest > 0.0)?;
    let mut out = String::new();
    let _ = write!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13" fill="#444">
<title>Voice-to-voice latency</title>
<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#fff"/>
<text x="{LEFT}" y="36" font-size="19" font-weight="600" fill="#111">From the end of the question to the first sound of the answer</text>
<text x="{LEFT}" y="58">{n} questions answered, profile “{profile}”; measured on the recorded sound of both sides</text>
"##
    );
    scale.axes(step, &mut out);
    if let [fast, slow] = curves.as_slice() {
        let between: String = fast.steps(&scale).chain(slow.steps(&scale).rev()).collect();
        let _ = writeln!(out, r##"<path d="M{}Z" fill="#0b7a75" opacity=".08"/>"##, &between[1..]);
    }
    for (number, curve) in curves.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        curve.draw(&scale, colour, number, &mut out);
    }
    out.push_str("</svg>\n");
    Some(out)
}

/// The horizontal scale: 0 to `end` ms.
struct Scale {
    end: f64,
}

impl Scale {
    fn x(&self, ms: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * (ms / self.end).clamp(0.0, 1.0)
    }

    fn axes(&self, step: f64, out: &mut String) {
        for percent in [0, 25, 50, 75, 100] {
            let y = height(f64::from(percent) / 100.0);
            let _ = writeln!(
                out,
                r##"<path d="M{LEFT} {y:.1}H{RIGHT}" stroke="#e4e4e4"/><text x="{}" y="{:.1}" text-anchor="end">{percent} %</text>"##,
                LEFT - 10.0,
                y + 4.0
            );
        }
        let ticks = (self.end / step).round() as u32;
        for tick in 0..=ticks {
            let ms = f64::from(tick) * step;
            let x = self.x(ms);
            let _ = writeln!(
                out,
                r##"<path d="M{x:.1} {BOTTOM}v6" stroke="#999"/><text x="{x:.1}" y="{}" text-anchor="middle">{ms}</text>"##,
                BOTTOM + 22.0
            );
        }
        let _ = writeln!(
            out,
            r##"<path d="M{LEFT} {BOTTOM}H{RIGHT}" stroke="#999"/><text x="{:.1}" y="{}" text-anchor="middle">voice to voice, ms</text><text x="{LEFT}" y="{}" text-anchor="start">questions answered by then</text>"##,
            (LEFT + RIGHT) / 2.0,
            BOTTOM + 46.0,
            TOP - 12.0
        );
    }
}

struct Curve<'a> {
    name: &'a str,
    sorted: Vec<f64>,
}

impl<'a> Curve<'a> {
    fn new(series: &Series<'a>) -> Option<Self> {
        let mut sorted = series.values.to_vec();
        sorted.sort_by(f64::total_cmp);
        (!sorted.is_empty()).then_some(Self { name: series.name, sorted })
    }

    fn at(&self, share: f64) -> f64 {
        let rank = (share * self.sorted.len() as f64).ceil() as usize;
        self.sorted.get(rank.max(1) - 1).copied().unwrap_or_default()
    }

    /// How far the horizontal axis extends for it: one late answer must not squeeze the rest.
    fn reach(&self) -> f64 {
        self.at(1.0).min(self.at(0.95) * 1.5)
    }

    /// The corners of the steps from 0 to 100 %, each as ` x,y`.
    fn steps(&self, scale: &Scale) -> std::vec::IntoIter<String> {
        let count = self.sorted.len() as f64;
        let corner =
            |ms: f64, done: f64| format!(" {:.1},{:.1}", scale.x(ms), height(done / count));
        let mut corners = vec![corner(0.0, 0.0)];
        for (done, ms) in self.sorted.iter().enumerate() {
            corners.push(corner(*ms, done as f64));
            corners.push(corner(*ms, done as f64 + 1.0));
        }
        corners.push(corner(scale.end, count));
        corners.into_iter()
    }

    fn draw(&self, scale: &Scale, colour: &str, number: usize, out: &mut String) {
        let steps: String = self.steps(scale).collect();
        let _ = writeln!(
            out,
            r##"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-linejoin="round"/>"##,
            steps.trim_start()
        );
        let count = self.sorted.len() as f64;
        for (done, ms) in self.sorted.iter().enumerate() {
            let _ = writeln!(
                out,
                r##"<circle cx="{:.1}" cy="{:.1}" r="3" fill="{colour}" opacity=".45"/>"##,
                scale.x(*ms),
                height((done as f64 + 1.0) / count)
            );
        }
        let median = self.at(0.5);
        // There is room at the bottom right: by then all have been answered.
        let y = BOTTOM - 40.0 + 24.0 * number as f64;
        let _ = writeln!(
            out,
            r##"<path d="M{:.1} {:.1}V{BOTTOM}" stroke="{colour}" stroke-width="1.5" stroke-dasharray="4 4"/>
<text x="{}" y="{y}" text-anchor="end" font-size="15" font-weight="600" fill="{colour}" stroke="#fff" stroke-width="4" paint-order="stroke">{}: median {median:.0} ms, p95 {:.0} ms</text>"##,
            scale.x(median),
            height(0.5),
            RIGHT - 8.0,
            self.name,
            self.at(0.95)
        );
    }
}

fn height(share: f64) -> f64 {
    BOTTOM - (BOTTOM - TOP) * share
}

/// A round distance between ticks, for at most ten ticks.
fn step(longest: f64) -> f64 {
    let round = [50.0, 100.0, 200.0, 250.0, 500.0, 1_000.0, 2_000.0, 5_000.0];
    round.into_iter().find(|step| longest / step <= 10.0).unwrap_or(10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_curves_and_their_medians_are_in_the_picture() {
        let fast = [400.0, 900.0, 700.0];
        let slow = [1500.0, 1200.0, 1400.0, 30_000.0];
        let series = [
            Series { name: "overlapped", values: &fast },
            Series { name: "cascade", values: &slow },
        ];
        let drawn = svg(&series, "small").expect("drawn");
        assert!(drawn.contains("overlapped: median 700 ms"), "{drawn}");
        assert!(drawn.contains("cascade: median 1400 ms"));
        assert!(drawn.contains(">3 and 4 questions answered"));
        assert_eq!(drawn.matches("<circle").count(), 7);
        assert_eq!(drawn.matches("<polyline").count(), 2);
        // Nothing lies outside the picture.
        for x in
            drawn.split("cx=\"").skip(1).filter_map(|s| s.split('"').next()?.parse::<f64>().ok())
        {
            assert!((LEFT..=RIGHT).contains(&x), "{x}");
        }
        assert!(svg(&[Series { name: "x", values: &[] }], "small").is_none());
    }

    #[test]
    fn curves_rise_to_100_percent() {
        let curve = Curve::new(&Series { name: "x", values: &[200.0, 100.0] }).expect("values");
        let scale = Scale { end: 400.0 };
        let corners: Vec<String> = curve.steps(&scale).collect();
        assert_eq!(corners.len(), 6);
        assert_eq!(corners[0], format!(" {:.1},{:.1}", LEFT, BOTTOM));
        assert_eq!(corners[5], format!(" {:.1},{:.1}", RIGHT, TOP));
        assert_eq!(curve.at(0.5), 100.0);
    }
}
