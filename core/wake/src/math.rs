//! Functions for tables that are computed while compiling, in double precision. No host's
//! mathematics library takes part, so the tables are the same everywhere. Their error is
//! about 10⁻¹⁴, far below what the tables are rounded to.

const PI: f64 = core::f64::consts::PI;
const LN_2: f64 = core::f64::consts::LN_2;

/// The sine, for |x| ≤ 2π.
pub const fn sin(x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (x, x, 1.0);
    while n < 40.0 {
        term *= -x * x / ((n + 1.0) * (n + 2.0));
        sum += term;
        n += 2.0;
    }
    sum
}

/// The cosine, for |x| ≤ 3π/2.
pub const fn cos(x: f64) -> f64 {
    sin(x + PI / 2.0)
}

/// The natural logarithm of a positive number.
pub const fn ln(mut x: f64) -> f64 {
    let mut halvings = 0.0;
    while x > 1.5 {
        x /= 2.0;
        halvings += 1.0;
    }
    while x < 0.75 {
        x *= 2.0;
        halvings -= 1.0;
    }
    // ln x = 2 artanh((x − 1)/(x + 1))
    let z = (x - 1.0) / (x + 1.0);
    let (mut power, mut sum, mut n) = (z, 0.0, 1.0);
    while n < 40.0 {
        sum += power / n;
        power *= z * z;
        n += 2.0;
    }
    2.0 * sum + halvings * LN_2
}

/// e to the power of x, for x ≤ 0.
pub const fn exp(mut x: f64) -> f64 {
    let mut scale = 1.0;
    while x < -LN_2 {
        x += LN_2;
        scale /= 2.0;
    }
    let (mut term, mut sum, mut n) = (1.0, 1.0, 1.0);
    while n < 25.0 {
        term *= x / n;
        sum += term;
        n += 1.0;
    }
    sum * scale
}
