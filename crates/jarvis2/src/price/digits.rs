//! Numbers as text: all 17 significant digits for programs, a few for people.

/// Seventeen significant digits, which give every float back exactly; nothing where there is no number.
///
/// Written as C's `%.17g` does: positional from 1e-4 to 1e17, with an exponent elsewhere, without trailing zeros.
pub(super) fn exact(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{value:.16e}");
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = digits.chars().filter(|&digit| digit != '.').collect();
    let digits = digits.trim_end_matches('0');
    let mut out = String::with_capacity(28);
    out.push_str(sign);
    if (-4..17).contains(&exponent) {
        if exponent < 0 {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
            out.push_str(digits);
        } else {
            let whole = exponent as usize + 1;
            if digits.len() <= whole {
                out.push_str(digits);
                out.extend(std::iter::repeat_n('0', whole - digits.len()));
            } else {
                out.push_str(&digits[..whole]);
                out.push('.');
                out.push_str(&digits[whole..]);
            }
        }
    } else {
        out.push_str(&digits[..1]);
        if digits.len() > 1 {
            out.push('.');
            out.push_str(&digits[1..]);
        }
        out.push('e');
        out.push_str(&exponent.to_string());
    }
    out
}

/// A number for people with so many decimals, in the exponent's form where it would not fit; `n/a` where there is none.
pub(super) fn short(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        "n/a".to_owned()
    } else if value.abs() >= 1e7 {
        format!("{value:.3e}")
    } else {
        let text = format!("{value:.decimals$}");
        // A rounded zero has no sign.
        match text.strip_prefix('-') {
            Some(rest) if !rest.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) => {
                rest.to_owned()
            }
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_c_prints_them() {
        // Python: '%.17g' % x, with its two-digit exponents written short.
        for (value, expected) in [
            (0.1, "0.10000000000000001"),
            (-10.450583572185565, "-10.450583572185565"),
            (100.0, "100"),
            (1e-5, "1.0000000000000001e-5"),
            (1.5e-7, "1.4999999999999999e-7"),
            (-0.0, "0"),
            (0.5, "0.5"),
            (123456789012345680.0, "1.2345678901234568e17"),
            (12345678901234568.0, "12345678901234568"),
            (f64::NAN, ""),
        ] {
            assert_eq!(exact(value), expected);
        }
        assert_eq!(short(-0.00001, 3), "0.000");
        assert_eq!(short(f64::NAN, 3), "n/a");
        assert_eq!(short(-1.25, 2), "-1.25");
    }

    proptest! {
        /// Whoever reads it has the same number.
        #[test]
        fn round_trip(value in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            prop_assert_eq!(exact(value).parse::<f64>().unwrap(), value);
        }
    }
}
