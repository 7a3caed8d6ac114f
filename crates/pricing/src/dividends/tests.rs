//! What is true of options with cash dividends.

use super::grid::Exercise;
use super::*;
use crate::Right::{Call, Put};
use Style::{American, European};
use proptest::prelude::*;

mod reference;

/// `[spot, strike, days, rate, yield, vol]`.
fn option(right: Right, x: [f64; 6]) -> Inputs {
    let [spot, strike, days, rate, dividend_yield, vol] = x;
    Inputs {
        right,
        spot,
        strike,
        years: days / 365.0,
        rate,
        dividend_yield,
        vol,
    }
}

/// `(days, dollars)`.
fn paid(dividends: &[(f64, f64)]) -> Vec<CashDividend> {
    let dividend = |&(days, amount_usd): &(f64, f64)| CashDividend {
        years: days / 365.0,
        amount_usd,
    };
    dividends.iter().map(dividend).collect()
}

const PRECISIONS: [Precision; 3] = [Precision::Fast, Precision::Standard, Precision::Precise];

/// Prices at every precision; `tolerances` are per dollar of strike.
fn check(
    inputs: &Inputs,
    dividends: &[CashDividend],
    style: Style,
    expected: f64,
    tolerances: [f64; 3],
) {
    for (precision, tolerance) in PRECISIONS.into_iter().zip(tolerances) {
        let value = price(inputs, dividends, style, precision).unwrap();
        let error = (value - expected) / inputs.strike;
        assert!(
            error.abs() < tolerance,
            "{value}, expected {expected}, {precision:?} error {error:e} at {inputs:?}"
        );
    }
}

fn rows() -> impl Iterator<Item = (Inputs, Vec<CashDividend>, Style, &'static reference::Row)> {
    reference::ROWS.iter().map(|row| {
        (
            option(if row.call { Call } else { Put }, row.option),
            paid(row.dividends),
            if row.american { American } else { European },
            row,
        )
    })
}

/// See `reference.rs`; its own error for puts is up to 3e-6.
#[test]
fn agrees_with_an_independent_grid() {
    for (inputs, dividends, style, row) in rows() {
        check(&inputs, &dividends, style, row.price, [1e-5, 5e-6, 4e-6]);
        assert!((row.coarse - row.price).abs() < 1e-4 * inputs.strike);
        let delta = greeks(&inputs, &dividends, style, Precision::Standard)
            .unwrap()
            .delta;
        assert!(
            (delta - row.delta).abs() < 2e-4,
            "delta {delta}, expected {} at {inputs:?}",
            row.delta
        );
    }
}

/// With one dividend, and no exercise but just before it, the price is one integral over the lognormal spot there:
/// computed with mpmath at 30 digits.
#[test]
fn agrees_with_the_integral_over_the_ex_date() {
    let case = |right, style, x, dividend, expected, tolerances| {
        check(
            &option(right, x),
            &paid(&[dividend]),
            style,
            expected,
            tolerances,
        );
    };
    let usual = [2e-5, 4e-6, 1e-7];
    case(
        Call,
        European,
        [40.0, 40.0, 182.5, 0.09, 0.0, 0.3],
        (60.0, 0.5),
        3.969_364_902_887_4,
        usual,
    );
    case(
        Put,
        European,
        [100.0, 105.0, 90.0, 0.05, 0.0, 0.25],
        (45.0, 1.0),
        7.740_136_414_457_6,
        usual,
    );
    case(
        Call,
        American,
        [100.0, 100.0, 90.0, 0.05, 0.0, 0.25],
        (45.0, 1.0),
        5.053_951_610_656_8,
        usual,
    );
    case(
        Call,
        American,
        [100.0, 95.0, 90.0, 0.05, 0.0, 0.25],
        (45.0, 2.0),
        7.555_262_779_638_1,
        usual,
    );
    case(
        Call,
        American,
        [60.0, 57.5, 45.0, 0.045, 0.0, 0.18],
        (20.0, 0.485),
        3.024_364_433_590_1,
        usual,
    );
    case(
        Call,
        American,
        [100.0, 85.0, 30.0, 0.05, 0.0, 0.4],
        (28.0, 3.0),
        15.624_759_710_813,
        usual,
    );
    case(
        Call,
        American,
        [2900.0, 2800.0, 28.0, 0.0, 0.0, 0.2],
        (27.0, 40.0),
        124.303_126_041_53,
        usual,
    );
    case(
        Call,
        American,
        [100.0, 90.0, 3.0, 0.04, 0.0, 0.3],
        (1.0, 0.8),
        10.009_862_473_329,
        usual,
    );
    case(
        Call,
        American,
        [250.0, 240.0, 60.0, 0.0, 0.0, 0.15],
        (10.0, 2.5),
        10.928_772_724_236,
        usual,
    );
    // On the expiry itself.
    case(
        Call,
        American,
        [100.0, 85.0, 30.0, 0.05, 0.0, 0.4],
        (30.0, 3.0),
        15.692_057_948_09,
        usual,
    );
    case(
        Call,
        European,
        [100.0, 100.0, 30.0, 0.05, 0.0, 0.4],
        (30.0, 3.0),
        3.456_008_447_377_5,
        usual,
    );
    // Large enough that the share may not survive it.
    let large = [3e-4, 3e-5, 1e-6];
    case(
        Put,
        European,
        [20.0, 25.0, 500.0, 0.05, 0.01, 0.8],
        (250.0, 6.0),
        13.317_043_692_552,
        large,
    );
    case(
        Call,
        American,
        [20.0, 25.0, 500.0, 0.05, 0.0, 0.8],
        (250.0, 6.0),
        4.473_835_538_146_3,
        large,
    );
    case(
        Put,
        European,
        [100.0, 100.0, 365.0, 0.05, 0.0, 0.25],
        (180.0, 25.0),
        22.490_595_507_477,
        large,
    );
}

/// Ever finer grids come ever closer to the integral, with steps small and large beside the cells: nothing grows.
#[test]
fn the_finest_grids_converge() {
    let inputs = option(Call, [100.0, 85.0, 30.0, 0.05, 0.0, 0.4]);
    let schedule = Schedule::new(&paid(&[(28.0, 3.0)]), inputs.years).unwrap();
    let problem = Problem {
        inputs: &inputs,
        schedule: &schedule,
        exercise: exercise(&inputs, American),
        aside: &[],
    };
    let mut room = Room::default();
    for (cells, steps) in [(3200, 8.0), (3200, 100.0), (3200, 1000.0), (800, 2000.0)] {
        let size = Size {
            cells,
            steps,
            refinement: 2,
            deviations: 7.0,
        };
        let error = grid::solve(&problem, size, &mut room).price - 15.624_759_710_813;
        // Eight steps over four weeks are off by more than the cells are.
        let tolerance = if steps < 10.0 { 1e-5 } else { 2e-8 };
        assert!(error.abs() < tolerance * 85.0, "{cells} {steps}: {error:e}");
    }
}

/// J. C. Hull, Options, Futures, and Other Derivatives: 0.50 after two and five months, 3.67.
#[test]
fn escrowed_example_of_a_textbook() {
    let call = Inputs {
        right: Call,
        spot: 40.0,
        strike: 40.0,
        years: 0.5,
        rate: 0.09,
        dividend_yield: 0.0,
        vol: 0.30,
    };
    let after = |months: f64| CashDividend {
        years: months / 12.0,
        amount_usd: 0.5,
    };
    let dividends = [after(5.0), after(2.0)];
    let rest = escrowed::rest_of_spot(&call, &dividends).unwrap();
    assert!((rest - 39.0259).abs() < 1e-4, "{rest}");
    let value = escrowed::price(&call, &dividends, European, Precision::Standard).unwrap();
    assert!((value - 3.6712).abs() < 1e-3, "{value}");
}

/// QuantLib's test suite: European call on 1.00 after 90, 274 and 455 of 456 days, 12.946 by finite differences and
/// simulation.
#[test]
fn european_under_the_spot_model() {
    let call = option(Call, [100.0, 95.0, 456.0, 0.05, 0.0, 0.2]);
    let dividends = paid(&[(90.0, 1.0), (274.0, 1.0), (455.0, 1.0)]);
    check(&call, &dividends, European, 12.946, [1e-5, 1e-5, 1e-5]);
}

/// QuantLib's test suite: escrowed at `vol 100 / 90` and spot model agree to 1e-2 in price.
/// The other numbers: QuantLib 1.44, `FdBlackScholesVanillaEngine`, cash dividend model `Escrowed`, 2000 by 4000.
#[test]
fn escrowed_on_the_grid() {
    let case = |right, x, dividends: &[(f64, f64)], expected: f64| {
        let (inputs, dividends) = (option(right, x), paid(dividends));
        let value = escrowed::price_on_grid(&inputs, &dividends, Precision::Precise).unwrap();
        assert!(
            (value - expected).abs() < 4e-6 * inputs.strike,
            "{value}, expected {expected} at {inputs:?}"
        );
    };
    case(
        Call,
        [100.0, 100.0, 365.0, 0.04, 0.08, 0.3 * 100.0 / 90.0],
        &[(304.0, 10.0)],
        9.357853,
    );
    case(
        Call,
        [100.0, 95.0, 90.0, 0.05, 0.0, 0.25],
        &[(45.0, 2.0)],
        7.504979,
    );
    case(
        Put,
        [100.0, 105.0, 90.0, 0.05, 0.0, 0.25],
        &[(45.0, 1.0)],
        7.915443,
    );
    case(
        Put,
        [100.0, 110.0, 365.0, 0.06, 0.0, 0.2],
        &[(40.0, 1.5), (131.0, 1.5), (222.0, 1.5), (313.0, 1.5)],
        14.011183,
    );
    let x = [100.0, 100.0, 365.0, 0.04, 0.08, 0.3];
    let dividends = paid(&[(304.0, 10.0)]);
    let spot_model = price(&option(Call, x), &dividends, American, Precision::Precise).unwrap();
    let adjusted = Inputs {
        vol: 0.3 * 100.0 / 90.0,
        ..option(Call, x)
    };
    let value = escrowed::price_on_grid(&adjusted, &dividends, Precision::Precise).unwrap();
    assert!((value - spot_model).abs() < 1e-2, "{value} {spot_model}");
}

/// Choosing the day of exercise now is worth no more than choosing it later.
#[test]
fn escrowed_formula_is_below_escrowed_grid_for_calls() {
    for (inputs, dividends, style, _) in rows() {
        if inputs.right == Call && style == American {
            let formula =
                escrowed::price(&inputs, &dividends, American, Precision::Standard).unwrap();
            let grid = escrowed::price_on_grid(&inputs, &dividends, Precision::Standard).unwrap();
            assert!(formula <= grid + 3e-5 * inputs.strike, "{formula} {grid}");
            assert!(formula >= grid - 1e-2 * inputs.strike, "{formula} {grid}");
        }
    }
}

/// Small dividends every day are a yield.
#[test]
fn many_small_dividends_are_a_yield() {
    for right in [Call, Put] {
        let with_yield = option(right, [100.0, 100.0, 60.0, 0.05, 0.03, 0.25]);
        let expected = american::price_with(&with_yield, Precision::Precise).unwrap();
        let error = |every: f64| {
            let count = (60.0 / every) as u32;
            let dividends: Vec<CashDividend> = (0..count)
                .map(|i| CashDividend {
                    years: (f64::from(i) + 0.5) * every / 365.0,
                    amount_usd: 100.0 * 0.03 * every / 365.0,
                })
                .collect();
            let without = Inputs {
                dividend_yield: 0.0,
                ..with_yield
            };
            (price(&without, &dividends, American, Precision::Standard).unwrap() - expected).abs()
        };
        // What remains is that a yield grows with the spot and cash does not.
        let (few, many) = (error(60.0), error(2.0));
        assert!(many < 1.5e-2 && many < few, "{right:?}: {few} {many}");
    }
}

/// The grid itself, without dividends, against the integral equation.
#[test]
fn grid_without_dividends_is_the_american_engine() {
    for (right, x) in [
        (Put, [100.0, 100.0, 365.0, 0.05, 0.05, 0.25]),
        (Put, [36.0, 40.0, 365.0, 0.06, 0.0, 0.20]),
        (Put, [100.0, 110.0, 45.0, 0.045, 0.013, 0.35]),
        (Put, [450.0, 450.0, 1.0, 0.05, 0.013, 0.15]),
        (Call, [100.0, 100.0, 180.0, 0.05, 0.08, 0.30]),
    ] {
        let inputs = option(right, x);
        let problem = Problem {
            inputs: &inputs,
            schedule: &Schedule::default(),
            exercise: Exercise::Always,
            aside: &[],
        };
        let expected = american::price_with(&inputs, Precision::Precise).unwrap();
        for (precision, tolerance) in PRECISIONS.into_iter().zip([1.3e-4, 3e-5, 1e-6]) {
            let value = grid::solve(&problem, size(precision), &mut Room::default());
            let error = (value.price - expected) / inputs.strike;
            println!("{precision:?} {error:.1e}");
            assert!(
                error.abs() < tolerance,
                "{precision:?} {error:e} at {inputs:?}"
            );
        }
    }
}

/// Negative rate and yield, a band of spots is exercised: against the lattice of `american`, itself good to about 1e-5.
#[test]
fn grid_finds_the_band_of_exercise() {
    for (right, x) in [
        (Put, [90.0, 100.0, 365.0, -0.01, -0.04, 0.2]),
        (Put, [75.0, 100.0, 365.0, -0.01, -0.06, 0.1]),
        (Call, [110.0, 100.0, 365.0, -0.04, -0.01, 0.2]),
    ] {
        let inputs = option(right, x);
        let problem = Problem {
            inputs: &inputs,
            schedule: &Schedule::default(),
            exercise: Exercise::Always,
            aside: &[],
        };
        let expected = american::price_with(&inputs, Precision::Precise).unwrap();
        for precision in PRECISIONS {
            let value = grid::solve(&problem, size(precision), &mut Room::default());
            let error = (value.price - expected) / inputs.strike;
            println!("{precision:?} {error:.1e}");
            assert!(error.abs() < 1e-4, "{precision:?} {error:e} at {inputs:?}");
        }
    }
}

#[test]
fn without_dividends_the_usual_engines_answer() {
    let put = option(Put, [36.0, 40.0, 365.0, 0.06, 0.0, 0.2]);
    let none = paid(&[(0.0, 3.0), (366.0, 3.0), (100.0, 0.0)]);
    let precision = Precision::Standard;
    assert_eq!(
        price(&put, &none, American, precision),
        american::price_with(&put, precision)
    );
    assert_eq!(
        price(&put, &none, European, precision),
        Ok(european::price(&put))
    );
    assert_eq!(
        greeks(&put, &none, American, precision),
        american::greeks(&put, precision)
    );
}

#[test]
fn dividends_merge_and_sort() {
    let call = option(Call, [100.0, 95.0, 90.0, 0.05, 0.0, 0.25]);
    let value = |dividends: &[(f64, f64)]| {
        price(&call, &paid(dividends), American, Precision::Fast).unwrap()
    };
    assert_eq!(
        value(&[(60.0, 1.0), (30.0, 0.5), (30.0, 0.5)]),
        value(&[(30.0, 1.0), (60.0, 1.0)])
    );
}

/// A dividend that takes the whole share for sure: the put will be exercised at 0, the call now or just before.
#[test]
fn dividends_may_take_the_whole_share() {
    let x = [10.0, 12.0, 100.0, 0.05, 0.0, 0.2];
    let dividends = paid(&[(50.0, 1000.0)]);
    let put = price(&option(Put, x), &dividends, American, Precision::Precise).unwrap();
    assert!(
        (put - 12.0 * (-0.05_f64 * 50.0 / 365.0).exp()).abs() < 1e-5,
        "{put}"
    );
    let put = price(&option(Put, x), &dividends, European, Precision::Precise).unwrap();
    assert!(
        (put - 12.0 * (-0.05_f64 * 100.0 / 365.0).exp()).abs() < 1e-5,
        "{put}"
    );
    let call = price(&option(Call, x), &dividends, European, Precision::Precise).unwrap();
    assert!(call.abs() < 1e-9, "{call}");
    let until_then = Inputs {
        years: 50.0 / 365.0,
        ..option(Call, x)
    };
    let call = price(&option(Call, x), &dividends, American, Precision::Precise).unwrap();
    assert!((call - european::price(&until_then)).abs() < 2e-6, "{call}");
}

/// Without volatility: the best of now, just before and just after the ex-date, and expiry.
#[test]
fn without_volatility_the_best_moment_is_taken() {
    let value = |right, style, strike| {
        let inputs = option(right, [100.0, strike, 365.0, 0.05, 0.0, 0.0]);
        let dividends = paid(&[(146.0, 4.0)]);
        price(&inputs, &dividends, style, Precision::Standard).unwrap()
    };
    let (soon, late) = ((-0.05_f64 * 0.4).exp(), (-0.05_f64).exp());
    let close =
        |value: f64, expected: f64| assert!((value - expected).abs() < 1e-10, "{value} {expected}");
    close(value(Call, American, 90.0), 100.0 - 90.0 * soon);
    close(
        value(Call, European, 90.0),
        100.0 - 4.0 * soon - 90.0 * late,
    );
    close(
        value(Put, American, 110.0),
        110.0 * soon - 100.0 + 4.0 * soon,
    );
    close(
        value(Put, European, 110.0),
        110.0 * late - 100.0 + 4.0 * soon,
    );
    close(value(Put, American, 300.0), 200.0);
    // Nearly without: the grid.
    let inputs = option(Call, [100.0, 90.0, 365.0, 0.05, 0.0, 1e-4]);
    let near = price(
        &inputs,
        &paid(&[(146.0, 4.0)]),
        American,
        Precision::Standard,
    )
    .unwrap();
    assert!((near - (100.0 - 90.0 * soon)).abs() < 1e-4, "{near}");
}

#[test]
fn refuses_what_cannot_be() {
    let put = option(Put, [36.0, 40.0, 365.0, 0.06, 0.0, 0.2]);
    for bad in [
        (-1.0, 1.0),
        (10.0, -1.0),
        (f64::NAN, 1.0),
        (10.0, f64::INFINITY),
    ] {
        let dividends = paid(&[bad]);
        let answer = price(&put, &dividends, American, Precision::Fast);
        assert!(matches!(answer, Err(Error::BadInput { .. })), "{answer:?}");
        assert!(greeks(&put, &dividends, American, Precision::Fast).is_err());
        assert!(escrowed::price(&put, &dividends, American, Precision::Fast).is_err());
        assert!(exercise_before(&put, &dividends).is_err());
    }
    let bad = Inputs { vol: -0.1, ..put };
    assert!(price(&bad, &paid(&[(10.0, 1.0)]), American, Precision::Fast).is_err());
}

/// Every Greek against differences of prices.
#[test]
fn greeks_are_slopes_of_the_price() {
    for (inputs, dividends, style, _) in rows() {
        let Greeks {
            price: here,
            delta,
            gamma,
            vega,
            theta,
            rho,
        } = greeks(&inputs, &dividends, style, Precision::Standard).unwrap();
        let value = |moved: Inputs, dividends: &[CashDividend]| {
            price(&moved, dividends, style, Precision::Standard).unwrap()
        };
        let (spot, strike) = (inputs.spot, inputs.strike);
        let bump = 0.004 * spot;
        let [down, up] = [spot - bump, spot + bump].map(|spot| {
            let moved = Inputs { spot, ..inputs };
            super::value(&moved, &dividends, style, Precision::Precise).unwrap()
        });
        let close = |what: &str, value: f64, expected: f64, tolerance: f64| {
            assert!(
                (value - expected).abs() < tolerance,
                "{what} {value}, by differences {expected}, at {inputs:?}"
            );
        };
        close("delta", delta, (up.price - down.price) / (2.0 * bump), 1e-3);
        let bend = (up.delta - down.delta) / (2.0 * bump);
        close("gamma", gamma * spot, bend * spot, 0.05);
        let day = 0.25 / 365.0;
        let later: Vec<CashDividend> = dividends
            .iter()
            .map(|dividend| CashDividend {
                years: dividend.years - day,
                ..*dividend
            })
            .collect();
        let tomorrow = Inputs {
            years: inputs.years - day,
            ..inputs
        };
        close(
            "theta",
            theta / strike,
            (value(tomorrow, &later) - here) / day / strike,
            2e-2,
        );
        let vol = |vol: f64| value(Inputs { vol, ..inputs }, &dividends);
        close(
            "vega",
            vega / strike,
            (vol(inputs.vol * 1.03) - vol(inputs.vol * 0.97)) / (0.06 * inputs.vol) / strike,
            2e-3,
        );
        let rate = |rate: f64| value(Inputs { rate, ..inputs }, &dividends);
        close(
            "rho",
            rho / strike,
            (rate(inputs.rate + 2e-3) - rate(inputs.rate)) / 2e-3 / strike,
            2e-2,
        );
    }
}

/// The equation that defines a critical spot, `price just after = exercise value`, and the advice at today's spot;
/// expected values by the same integral as above.
#[test]
fn critical_spots_of_calls() {
    for (x, dividend, expected) in [
        (
            [100.0, 100.0, 90.0, 0.05, 0.0, 0.25],
            (45.0, 1.0),
            112.802_623_5,
        ),
        (
            [100.0, 95.0, 90.0, 0.05, 0.0, 0.25],
            (45.0, 2.0),
            101.593_105_4,
        ),
        (
            [60.0, 57.5, 45.0, 0.045, 0.0, 0.18],
            (20.0, 0.485),
            60.123_313_53,
        ),
        (
            [250.0, 240.0, 60.0, 0.0, 0.0, 0.15],
            (10.0, 2.5),
            249.844_897_9,
        ),
    ] {
        let call = option(Call, x);
        let dates = exercise_before(&call, &paid(&[dividend])).unwrap();
        let critical = dates[0].critical_spot.unwrap();
        assert!(
            (critical / expected - 1.0).abs() < 1e-4,
            "{critical}, expected {expected}"
        );
        let at = |spot: f64| Inputs {
            spot,
            years: call.years - dividend.0 / 365.0,
            ..call
        };
        let soon = paid(&[(1e-6, dividend.1)]);
        assert_eq!(
            exercise_now(&at(expected * 1.001), &soon, Precision::Standard),
            Ok(true)
        );
        assert_eq!(
            exercise_now(&at(expected * 0.999), &soon, Precision::Standard),
            Ok(false)
        );
    }
    let put = option(Put, [100.0, 100.0, 90.0, 0.05, 0.0, 0.25]);
    let dates = exercise_before(&put, &paid(&[(45.0, 1.0), (80.0, 1.0)])).unwrap();
    assert_eq!(dates.len(), 2);
    assert!(
        dates
            .iter()
            .all(|date| date.critical_spot.is_none_or(|spot| spot < 5.0)),
        "{dates:?}"
    );
}

#[test]
fn batches_are_the_single_answers() {
    let all: Vec<_> = rows().collect();
    let bad = Inputs {
        vol: f64::NAN,
        ..all[0].0
    };
    let options: Vec<Inputs> = all.iter().map(|row| row.0).chain([bad]).collect();
    let lists: Vec<&[CashDividend]> = all.iter().map(|row| &*row.1).chain([&[][..]]).collect();
    let column = |f: fn(&Inputs) -> f64| options.iter().map(f).collect::<Vec<f64>>();
    let right: Vec<Right> = options.iter().map(|option| option.right).collect();
    let columns = [
        column(|x| x.spot),
        column(|x| x.strike),
        column(|x| x.years),
        column(|x| x.rate),
        column(|x| x.dividend_yield),
        column(|x| x.vol),
    ];
    let [spot, strike, years, rate, dividend_yield, vol] = &columns;
    let batch = DividendsRef {
        inputs: InputsRef {
            right: &right,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            vol,
        },
        dividends: &lists,
    };
    let n = options.len();
    let (mut out, mut status) = (vec![0.0; n], vec![Status::Ok; n]);
    prices(batch, American, Precision::Fast, &mut out, &mut status);
    let mut room = vec![0.0; 6 * n];
    let mut chunks = room.chunks_mut(n);
    let mut next = || chunks.next().unwrap();
    let mut greeks_status = vec![Status::Ok; n];
    let slopes = GreeksMut {
        price: next(),
        delta: next(),
        gamma: next(),
        vega: next(),
        theta: next(),
        rho: next(),
    };
    greeks_batch(batch, American, Precision::Fast, slopes, &mut greeks_status);
    for (i, option) in options.iter().enumerate().take(n - 1) {
        assert_eq!(
            price(option, lists[i], American, Precision::Fast),
            Ok(out[i])
        );
        let alone = greeks(option, lists[i], American, Precision::Fast).unwrap();
        assert_eq!(
            (alone.price, alone.delta, alone.rho),
            (room[i], room[n + i], room[5 * n + i])
        );
        assert_eq!((status[i], greeks_status[i]), (Status::Ok, Status::Ok));
    }
    assert!(out[n - 1].is_nan() && room[n - 1].is_nan());
    assert_eq!(
        (status[n - 1], greeks_status[n - 1]),
        (Status::BadInput, Status::BadInput)
    );
}

/// A chain: neighbours take turns in one room, and nobody's number depends on the company.
#[test]
fn chains_are_the_single_answers() {
    let dividends = paid(&[(20.0, 0.7), (111.0, 0.7)]);
    let n = 27;
    let right: Vec<Right> = (0..n).map(|i| if i < 13 { Call } else { Put }).collect();
    let strike: Vec<f64> = (0..n).map(|i| 80.0 + 3.0 * (i % 13) as f64).collect();
    let vol: Vec<f64> = (0..n).map(|i| 0.2 + 0.01 * (i % 5) as f64).collect();
    let same = |value: f64| vec![value; n];
    let (spot, rate, dividend_yield) = (same(100.0), same(0.04), same(0.01));
    let years: Vec<f64> = (0..n).map(|i| if i < 20 { 0.4 } else { 0.2 }).collect();
    let inputs = InputsRef {
        right: &right,
        spot: &spot,
        strike: &strike,
        years: &years,
        rate: &rate,
        dividend_yield: &dividend_yield,
        vol: &vol,
    };
    let lists = vec![&dividends[..]; n];
    let chain = DividendsRef {
        inputs,
        dividends: &lists,
    };
    for style in [American, European] {
        let (mut out, mut status) = (vec![0.0; n], vec![Status::NoVega; n]);
        prices(chain, style, Precision::Fast, &mut out, &mut status);
        for i in 0..n {
            let alone = price(&inputs.get(i), &dividends, style, Precision::Fast).unwrap();
            assert_eq!((out[i], status[i]), (alone, Status::Ok), "slot {i}");
        }
    }
}

fn inputs() -> impl Strategy<Value = Inputs> {
    (
        any::<bool>(),
        -0.4..0.4_f64,
        1.0..730.0_f64,
        0.0..0.08_f64,
        0.08..0.9_f64,
    )
        .prop_map(|(call, moneyness, days, rate, vol)| {
            let right = if call { Call } else { Put };
            option(
                right,
                [100.0, 100.0 * moneyness.exp(), days, rate, 0.0, vol],
            )
        })
}

fn dividends() -> impl Strategy<Value = Vec<CashDividend>> {
    prop::collection::vec((0.0..1.0_f64, 0.0..3.0_f64), 1..5).prop_map(|dividends| {
        let dividend = |&(years, amount_usd): &(f64, f64)| CashDividend { years, amount_usd };
        dividends.iter().map(dividend).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn american_is_worth_at_least_european_and_exercise(x in inputs(), dividends in dividends()) {
        let precision = Precision::Standard;
        let american = price(&x, &dividends, American, precision).unwrap();
        let european = price(&x, &dividends, European, precision).unwrap();
        prop_assert!(american >= european - 2e-5 * x.strike, "{american} {european} {x:?}");
        prop_assert!(american >= x.intrinsic());
        prop_assert!(american <= x.spot.max(x.strike));
    }

    /// European call less put is the forward less the strike; the floor at 0 plays no role here.
    #[test]
    fn put_call_parity(x in inputs(), dividends in dividends()) {
        let precision = Precision::Standard;
        let x = Inputs { vol: x.vol.min(0.4), ..x };
        let call = price(&Inputs { right: Call, ..x }, &dividends, European, precision).unwrap();
        let put = price(&Inputs { right: Put, ..x }, &dividends, European, precision).unwrap();
        let rest = escrowed::rest_of_spot(&x, &dividends).unwrap();
        let gap = call - put - (rest - x.discounted_strike());
        prop_assert!(gap.abs() < 3e-5 * x.strike, "{gap:e} at {x:?}");
    }

    /// A larger dividend takes from calls and gives to puts.
    #[test]
    fn monotone_in_the_dividend(x in inputs(), dividends in dividends(), extra in 0.2..1.0_f64) {
        let precision = Precision::Standard;
        let before = price(&x, &dividends, American, precision).unwrap();
        let mut more = dividends.clone();
        more[0].amount_usd += extra;
        let after = price(&x, &more, American, precision).unwrap();
        let gain = (before - after) * x.right.sign();
        prop_assert!(gain >= -2e-5 * x.strike, "{before} {after} {x:?}");
    }

    /// Standard is near Precise on contracts of all kinds.
    #[test]
    fn precisions_agree(x in inputs(), dividends in dividends()) {
        let precise = price(&x, &dividends, American, Precision::Precise).unwrap();
        let standard = price(&x, &dividends, American, Precision::Standard).unwrap();
        prop_assert!((standard - precise).abs() < 5e-5 * x.strike, "{standard} {precise} {x:?}");
    }

    /// Nothing that passes the checks breaks the grid.
    #[test]
    fn wild_inputs_give_numbers(
        right in prop_oneof![Just(Call), Just(Put)],
        spot in -3.0..3.0_f64, years in -6.0..3.0_f64, vol in -7.0..1.5_f64,
        rate in -0.2..0.5_f64, dividend_yield in -0.2..0.5_f64, at in 0.0..1.0_f64, amount in -3.0..3.0_f64,
    ) {
        let years = years.exp();
        let x = Inputs { right, spot: 100.0 * spot.exp(), strike: 100.0, years, rate, dividend_yield, vol: vol.exp() };
        let dividends = [CashDividend { years: at * years, amount_usd: amount.exp() }];
        for style in [European, American] {
            let answer = greeks(&x, &dividends, style, Precision::Fast).unwrap();
            prop_assert!(answer.price.is_finite() && answer.delta.is_finite() && answer.gamma.is_finite(), "{answer:?} {x:?}");
            prop_assert!(answer.vega.is_finite() && answer.theta.is_finite() && answer.rho.is_finite(), "{answer:?} {x:?}");
            let slack = 0.02 * x.strike;
            let most = (x.spot * (-x.dividend_yield * years).exp().max(1.0)).max(x.strike * (-x.rate * years).exp().max(1.0));
            prop_assert!(answer.price >= -slack && answer.price <= most + slack, "{answer:?} {x:?} {dividends:?}");
        }
    }
}
