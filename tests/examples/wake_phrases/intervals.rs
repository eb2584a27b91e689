//! Intervals of 95 %.

/// For a share, in percent (Wilson).
pub fn share_interval(count: usize, of: usize) -> (f64, f64) {
    let (n, p, z) = (of.max(1) as f64, count as f64 / of.max(1) as f64, 1.96);
    let centre = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + z * z / n);
    ((scale * (centre - half)).max(0.0), scale * (centre + half))
}

/// For a count (Garwood, approximated by Wilson and Hilferty).
pub fn count_interval(count: usize) -> (f64, f64) {
    let bound = |k: f64, z: f64| k * (1.0 - 1.0 / (9.0 * k) + z / (3.0 * k.sqrt())).powi(3);
    let k = count as f64;
    (if count == 0 { 0.0 } else { bound(k, -1.96) }, bound(k + 1.0, 1.96))
}
