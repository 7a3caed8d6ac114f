//! What cash earned: the yearly mean of the US Treasury's 3-month par yield.
//!
//! Source: US Department of the Treasury, daily par yield curve, 1990 to 2021 (public domain). A yearly mean is
//! coarse on purpose: it is a default for a plan on old data, and the plan prints where it came from. Later years are not
//! shipped: see [`ASSUMED`].

/// Rate taken where no figure is shipped: what European index options of mid-2026 imply, fraction per year.
pub const ASSUMED: f64 = 0.036;

/// Year and mean 3-month par yield, fraction per year.
#[rustfmt::skip]
const MEANS: [(i16, f64); 32] = [
    (1990, 0.0775), (1991, 0.0554), (1992, 0.0351), (1993, 0.0307), (1994, 0.0437), (1995, 0.0566),
    (1996, 0.0515), (1997, 0.0520), (1998, 0.0491), (1999, 0.0478), (2000, 0.0600), (2001, 0.0348),
    (2002, 0.0164), (2003, 0.0103), (2004, 0.0140), (2005, 0.0322), (2006, 0.0485), (2007, 0.0448),
    (2008, 0.0141), (2009, 0.0015), (2010, 0.0014), (2011, 0.0005), (2012, 0.0009), (2013, 0.0006),
    (2014, 0.0003), (2015, 0.0005), (2016, 0.0032), (2017, 0.0095), (2018, 0.0197), (2019, 0.0211),
    (2020, 0.0036), (2021, 0.0004),
];

/// The mean 3-month Treasury yield of a year, fraction per year; `None` outside 1990-2021.
pub fn treasury_3_month(year: i16) -> Option<f64> {
    MEANS
        .iter()
        .find(|(listed, _)| *listed == year)
        .map(|(_, rate)| *rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_years() {
        assert_eq!(treasury_3_month(2014), Some(0.0003));
        assert_eq!(treasury_3_month(2026), None);
    }
}
