//! A plot of misses against false accepts.

use std::fmt::Write;

/// The misses in a condition, in percent, at each cutoff.
pub struct Curve {
    pub name: String,
    pub misses: Vec<f64>,
}

const SIZE: (f64, f64) = (640.0, 400.0);
const MARGIN: f64 = 56.0;
/// The axes' ends: false accepts an hour, and misses in percent.
const MOST: (f64, f64) = (4.0, 50.0);
const COLOURS: [&str; 6] = ["#1b6ca8", "#d95f02", "#1b9e77", "#7570b3", "#e7298a", "#666666"];

/// The plot as SVG. `an_hour` are false accepts an hour; `usual` is the place of the cutoff that is
/// used, which is marked. Of the curves, those for noises beyond the first are left out.
pub fn svg(phrase: &str, an_hour: &[f64], curves: &[Curve], usual: usize) -> String {
    let (width, height) = SIZE;
    let x = |rate: f64| MARGIN + (width - 2.0 * MARGIN) * (rate / MOST.0).min(1.0);
    let y = |misses: f64| height - MARGIN - (height - 2.0 * MARGIN) * (misses / MOST.1).min(1.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"{MARGIN}\" y=\"30\" font-size=\"15\">\"{phrase}\": misses and false accepts at \
         different cutoffs</text>\n"
    );
    // Writing to a string cannot fail.
    for n in 0..=4 {
        let (rate, misses) = (MOST.0 * f64::from(n) / 4.0, MOST.1 * f64::from(n) / 4.0);
        let _ = writeln!(
            svg,
            "<path d=\"M{0} {1}V{2}M{3} {4}H{5}\" stroke=\"#dddddd\"/>\
             <text x=\"{0}\" y=\"{6}\" text-anchor=\"middle\">{rate}</text>\
             <text x=\"{7}\" y=\"{8}\" text-anchor=\"end\">{misses} %</text>",
            x(rate),
            y(0.0),
            y(MOST.1),
            x(0.0),
            y(misses),
            x(MOST.0),
            y(0.0) + 18.0,
            x(0.0) - 6.0,
            y(misses) + 4.0
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">false accepts an hour; a dot is the cutoff \
         that is used</text>",
        width / 2.0,
        height - 12.0
    );
    for (n, (curve, colour)) in curves.iter().zip(COLOURS).enumerate() {
        let points: Vec<String> = an_hour
            .iter()
            .zip(&curve.misses)
            .map(|(rate, misses)| format!("{:.1},{:.1}", x(*rate), y(*misses)))
            .collect();
        let dot = (an_hour.get(usual), curve.misses.get(usual));
        let (Some(rate), Some(misses)) = dot else { continue };
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\
             <circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"{colour}\">{}</text>",
            points.join(" "),
            x(*rate),
            y(*misses),
            width - MARGIN,
            MARGIN + 8.0 + 16.0 * n as f64,
            curve.name
        );
    }
    svg + "</svg>\n"
}
