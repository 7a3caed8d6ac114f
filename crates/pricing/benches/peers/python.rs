//! Runs the peer that has its American implied volatility in Python, on the options of this run.

use std::path::Path;
use std::process::Command;

use crate::options::Options;

/// QuantLib's American implied volatility.
pub(crate) struct AmericanIv {
    pub(crate) version: String,
    /// Time per option, of the process.
    pub(crate) ns: f64,
    /// Options without an answer.
    pub(crate) refused: usize,
    /// Largest difference of price to quote at the volatility found, per strike.
    pub(crate) worst: f64,
    /// Median error of the volatility.
    pub(crate) vol_median: f64,
}

/// Runs `quantlib_iv.py` on `puts` by the interpreter that `JARVIS2_PYTHON` names, or `python3`; says why if it cannot.
pub(crate) fn american_iv(puts: &Options) -> Result<AmericanIv, String> {
    let python = std::env::var("JARVIS2_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/quantlib_iv.py");
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("puts.bin");
    let no_prices = vec![0.0; puts.len()];
    std::fs::write(&data, puts.bytes(&no_prices)).map_err(|error| error.to_string())?;
    let output = Command::new(&python).arg(&script).arg(&data).output();
    let output = output.map_err(|error| format!("{python}: {error}"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let line = text.lines().last().unwrap_or("no reason given");
        return Err(format!(
            "{python}: {line}; `pip install QuantLib`, and name that Python in JARVIS2_PYTHON"
        ));
    }
    parse(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| format!("the output of {} cannot be read", script.display()))
}

fn parse(line: &str) -> Option<AmericanIv> {
    let mut words = line.split_whitespace();
    let version = words.next()?.to_owned();
    let refused = words.next()?.parse().ok()?;
    let [ns, worst, vol_median] = [words.next()?, words.next()?, words.next()?];
    Some(AmericanIv {
        version,
        ns: ns.parse().ok()?,
        refused,
        worst: worst.parse().ok()?,
        vol_median: vol_median.parse().ok()?,
    })
}
