//! Other worlds keep the model's mean and the level that was asked for, and have the tails that the model lacks.

use evidence::worlds::{Bootstrap, Garch, Heston, Jumps, Regimes, World};
use evidence::{Error, Paths, uniform};
use market::futures::{Assumptions, Dividend, Futures, Spread, State, years_between};
use pricing::smile::Expiry;
use pricing::{Right, Smile, Surface, heston, normal};

const VOL: f64 = 0.24;
const HORIZON: u16 = 91;

fn futures() -> Futures {
    let expiries = [10.0, 60.0, 120.0].map(|days| Expiry {
        years: days / 365.0,
        forward: 100.0,
        smile: Smile::flat(0.3).unwrap(),
    });
    let assumptions = Assumptions {
        drift: 0.08,
        forecast_over_implied: 0.8,
        half_life_days: 45.0,
        vol_of_vol: 0.5,
        spot_vol_correlation: -0.2,
        jumps_per_year: 0.5,
        jump_mean: -0.1,
        jump_sd: 0.05,
    };
    let dividends = [20, 70].map(|ex_day| Dividend { ex_day, usd: 0.6 });
    let spread = Spread {
        fraction_of_mid: 0.04,
        minimum_usd: 0.02,
    };
    Futures::new(
        100.0,
        0.04,
        0.01,
        dividends.into(),
        Surface::new(expiries.into()).unwrap(),
        assumptions,
        spread,
        (1..150).filter(|day| day % 7 < 5).collect(),
    )
}

/// Fifteen hundred days with clusters, crashes and a drift.
fn history() -> Vec<f64> {
    let mut vol = 0.01;
    (0..1500)
        .map(|day| {
            let z = normal::inverse_cdf(uniform(99, day));
            let crash = if uniform(98, day) < 0.004 { -5.0 } else { 0.0 };
            let r: f64 = 0.0006 + vol * (z + crash);
            vol = (0.02 * 1e-4 + 0.88 * vol * vol + 0.1 * r * r).sqrt();
            r
        })
        .collect()
}

/// An index beside that history: what the last weeks were like, a tenth more, and noise of its own.
fn index() -> Vec<f64> {
    let mut variance = 1e-4_f64;
    let days = history().into_iter().zip(0..);
    days.map(|(r, day)| {
        variance = 0.94 * variance + 0.06 * r * r;
        let noise = 0.05 * normal::inverse_cdf(uniform(97, day));
        1.1 * (252.0 * variance).sqrt() * noise.exp()
    })
    .collect()
}

fn worlds() -> [(&'static str, World); 6] {
    [
        ("heston", World::Heston(Heston::default())),
        ("heston and jumps", World::Heston(Heston::with_jumps())),
        ("garch", World::Garch(Garch::default())),
        ("regimes", World::Regimes(Regimes::default())),
        (
            "bootstrap",
            World::Bootstrap(Bootstrap {
                returns: history(),
                block_days: 10.0,
                implied: None,
            }),
        ),
        (
            "bootstrap and index",
            World::Bootstrap(Bootstrap {
                returns: history(),
                block_days: 10.0,
                implied: Some(index()),
            }),
        ),
    ]
}

fn mean_and_error(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut count, mut sum, mut square) = (0.0, 0.0, 0.0);
    for value in values {
        count += 1.0;
        sum += value;
        square += value * value;
    }
    let mean: f64 = sum / count;
    (mean, ((square / count - mean * mean) / count).sqrt())
}

/// Log returns over the model's mean, each over the deviation that the level asked for means for its days.
fn standard_returns(futures: &Futures, path: &[State]) -> Vec<f64> {
    let mut before = futures.today();
    path.iter()
        .map(|&state| {
            let ratio = state.spot / futures.mean_spot(&before, state.day);
            let years = years_between(before.day, state.day);
            before = state;
            ratio.ln() / (VOL * years.sqrt())
        })
        .collect()
}

/// The mean of the spot is the model's on every day, dividends and drift included. Errors are those of pairs.
#[test]
fn the_mean_is_the_models() {
    let futures = futures();
    for (name, world) in worlds() {
        let paths = world
            .simulate(&futures, VOL, HORIZON, 40_000, 5, 2)
            .unwrap();
        let days = paths.path(0).len();
        for at in [0, days / 3, 2 * days / 3, days - 1] {
            let day = paths.path(0)[at].day;
            let pair = |i: usize| (paths.path(i)[at].spot + paths.path(i + 1)[at].spot) / 2.0;
            let (mean, error) = mean_and_error((0..paths.count()).step_by(2).map(pair));
            let exact = futures.mean_spot(&futures.today(), day);
            println!("{name} day {day}: {mean:.4} +- {error:.4}, model {exact:.4}");
            assert!(
                (mean - exact).abs() < 4.0 * error && error < 1e-3 * exact,
                "{name} day {day}: {mean} +- {error} against {exact}"
            );
        }
    }
}

/// Shares held by any rule that looks back gain nothing over their mean: what the hedging control of a walk rests on.
#[test]
fn no_rule_beats_the_mean() {
    let futures = futures();
    for (name, world) in &worlds()[..4] {
        let paths = world
            .simulate(&futures, VOL, HORIZON, 20_000, 6, 2)
            .unwrap();
        type Rule = (&'static str, fn(&State, &State) -> f64);
        let rules: [Rule; 3] = [
            ("trend", |before, now| {
                (now.spot / before.spot).ln().signum()
            }),
            ("fear", |_, now| now.vol_factor),
            ("new fear", |before, now| now.vol_factor - before.vol_factor),
        ];
        for (rule, shares) in rules {
            let gain = |path: &[State]| {
                path.windows(3)
                    .map(|days| {
                        let mean = futures.mean_spot(&days[1], days[2].day);
                        shares(&days[0], &days[1]) * (days[2].spot - mean)
                    })
                    .sum::<f64>()
            };
            let pair = |i: usize| gain(paths.path(i)) + gain(paths.path(i + 1));
            let (mean, error) = mean_and_error((0..paths.count()).step_by(2).map(pair));
            assert!(
                mean.abs() < 4.0 * error,
                "{name}, {rule}: {mean} +- {error}"
            );
        }
    }
}

/// Realised volatility is the level asked for, to 2 %, over all and on the last day; tails are heavier than lognormal.
#[test]
fn the_level_is_met_and_the_tails_are_heavy() {
    let futures = futures();
    for (name, world) in worlds() {
        let paths = world
            .simulate(&futures, VOL, HORIZON, 40_000, 7, 2)
            .unwrap();
        let mut days = vec![0];
        days.extend(paths.path(0).iter().map(|state| state.day));
        let (mut real, mut square, mut fourth, mut far, mut count) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for path in paths.iter() {
            let returns = standard_returns(&futures, path);
            count += returns.len() as f64;
            for (z, step) in returns.into_iter().zip(days.windows(2)) {
                real += (VOL * z).powi(2) * years_between(step[0], step[1]);
                square += z * z;
                fourth += z.powi(4);
                far += f64::from(u8::from(z.abs() > 4.0));
            }
        }
        let vol = (real / (paths.count() as f64 * years_between(0, HORIZON))).sqrt();
        let kurtosis = count * fourth / (square * square);
        // A normal has 3, and a chance of 6.3e-5.
        println!(
            "{name}: vol {vol:.4}, kurtosis {kurtosis:.2}, beyond four deviations {:.1e}",
            far / count
        );
        assert!((vol / VOL - 1.0).abs() < 0.02, "{name}: volatility {vol}");
        assert!(kurtosis > 3.5, "{name}: kurtosis {kurtosis}");
        assert!(far / count > 2.5e-4, "{name}: {far} of {count}");
        let last = |path: &[State]| standard_returns(&futures, path)[path.len() - 1].powi(2);
        let (square, error) = mean_and_error(paths.iter().map(last));
        println!("{name}: mean square on the last day {square:.4} +- {error:.4}");
        // A day's variance is a trading day's share under bootstrap: more than a calendar day's, less than a weekend's.
        if !matches!(world, World::Bootstrap(_)) {
            assert!(
                (square - 1.0).abs() < 4.0 * error && error < 0.02,
                "{name}: {square}"
            );
        }
    }
}

/// The volatility factor, read as the model reads it, tells tomorrow's volatility where it is low and where it is high.
#[test]
fn quotes_follow_the_worlds_volatility() {
    let futures = futures();
    let a = futures.assumptions;
    let kappa = std::f64::consts::LN_2 / (a.half_life_days / 365.0);
    let taken_off = |day: u16| {
        a.vol_of_vol.powi(2) * (1.0 - (-2.0 * kappa * years_between(0, day)).exp()) / (2.0 * kappa)
    };
    for (name, world) in worlds() {
        let paths = world
            .simulate(&futures, VOL, HORIZON, 20_000, 8, 2)
            .unwrap();
        // Sum of squares and count where the factor is low, and where it is high.
        let mut by_level = [(0.0, 0.0, 0.0); 2];
        let (mut with_spot, mut spot, mut own) = (0.0, 0.0, 0.0);
        for path in paths.iter() {
            let returns = standard_returns(&futures, path);
            for today in 0..path.len() - 1 {
                let level = path[today].vol_factor - taken_off(path[today].day);
                assert!(level.abs() < 1.0 + 1e-12, "{name}: {level}");
                let group = &mut by_level[usize::from(level > 0.2)];
                group.0 += returns[today + 1].powi(2);
                group.1 += (2.0 * level).exp();
                group.2 += 1.0;
                let change = path[today + 1].vol_factor - path[today].vol_factor;
                with_spot += returns[today + 1] * change;
                spot += returns[today + 1].powi(2);
                own += change * change;
            }
        }
        let [low, high] = by_level.map(|(real, told, _)| (real / told).sqrt());
        let correlation = with_spot / (spot * own).sqrt();
        println!(
            "{name}: real over told volatility {low:.3} where low, {high:.3} where high ({:.0} % of days); correlation with the spot {correlation:.2}",
            100.0 * by_level[1].2 / (by_level[0].2 + by_level[1].2)
        );
        let near = |x: f64, width: f64| (x - 1.0).abs() < width;
        match world {
            // The history's average of squares is a guess at its volatility, as any is that a trader could make.
            World::Bootstrap(_) => assert!(near(low, 0.2) && near(high, 0.2), "{low} {high}"),
            _ => assert!(near(low, 0.01) && near(high, 0.06), "{name}: {low} {high}"),
        }
        match world {
            World::Heston(_) => assert!(correlation < -0.4, "{correlation}"),
            World::Garch(_) | World::Regimes(_) => {
                assert!(correlation.abs() < 0.05, "{name}: {correlation}");
            }
            World::Bootstrap(_) => (),
        }
    }
}

/// Crises last as long as they should, and come as often: both by the days spent in each over the times it ends.
#[test]
fn regimes_last_their_time() {
    let futures = futures();
    let regimes = Regimes {
        calm_days: 90.0,
        crisis_days: 30.0,
        crisis_over_calm: 2.5,
    };
    let paths = World::Regimes(regimes)
        .simulate(&futures, VOL, HORIZON, 20_000, 10, 2)
        .unwrap();
    // Days spent and times ended, in calm and in crisis.
    let mut spent = [(0.0, 0.0); 2];
    for path in paths.iter() {
        // The factor of a calm day lies below any of a crisis: what the model takes off is small beside it.
        let crisis = |state: &State| usize::from(state.vol_factor > 0.2);
        for days in path.windows(2) {
            let group = &mut spent[crisis(&days[0])];
            group.0 += f64::from(days[1].day - days[0].day);
            group.1 += f64::from(u8::from(crisis(&days[1]) != crisis(&days[0])));
        }
    }
    let [calm, crisis] = spent.map(|(days, ends)| days / ends);
    println!("calm lasts {calm:.1} days, a crisis {crisis:.1}");
    // A crisis that begins and ends between two looks is not seen: times look a little longer than they are.
    assert!((calm / 90.0 - 1.02).abs() < 0.05, "{calm}");
    assert!((crisis / 30.0 - 1.02).abs() < 0.05, "{crisis}");
    let share = spent[1].0 / (spent[0].0 + spent[1].0);
    assert!((share - 0.25).abs() < 0.01, "{share}");
}

/// Blocks are history: most days are followed by what followed them, and longer blocks keep more of its clusters.
#[test]
fn a_bootstrap_replays_blocks_of_history() {
    let futures = futures();
    let clusters = |block_days: f64| {
        let world = World::Bootstrap(Bootstrap {
            returns: history(),
            block_days,
            implied: None,
        });
        let paths = world.simulate(&futures, VOL, HORIZON, 4000, 9, 2).unwrap();
        let (mut product, mut square, mut count) = (0.0, 0.0, 0.0);
        for path in paths.iter() {
            for pair in standard_returns(&futures, path).windows(2) {
                let size = |z: f64| z.abs().min(3.0) - 0.75;
                product += size(pair[0]) * size(pair[1]);
                square += size(pair[0]).powi(2);
                count += 1.0;
            }
        }
        assert!(count > 1e5);
        product / square
    };
    let [alone, short, long] = [1.0, 4.0, 50.0].map(clusters);
    println!("correlation of neighbours' sizes: {alone:.3}, {short:.3}, {long:.3}");
    assert!(alone < 0.5 * short && short < 0.85 * long && long > 0.05);
}

fn all(paths: &Paths) -> Vec<State> {
    paths.iter().flatten().copied().collect()
}

/// The seed says it all; the number of threads and of paths nothing; mirrored pairs are mirrored.
#[test]
fn seeds_repeat_on_any_number_of_threads() {
    let futures = futures();
    for (name, world) in worlds() {
        let simulate = |count, seed, threads| {
            all(&world
                .simulate(&futures, VOL, HORIZON, count, seed, threads)
                .unwrap())
        };
        let one = simulate(101, 9, 1);
        let days = one.len() / 102;
        assert_eq!(one, simulate(101, 9, 2), "{name}");
        assert_eq!(one, simulate(102, 9, 7), "{name}");
        assert_eq!(one[..40 * days], simulate(40, 9, 3)[..], "{name}");
        assert_ne!(one, simulate(101, 10, 1), "{name}");
        let first = |path: usize| (one[path * days].spot / 100.0).ln();
        let together = (0..102).step_by(2).map(|i| first(i) * first(i + 1));
        let apart = together.sum::<f64>() / (0..102).map(|i| first(i).powi(2)).sum::<f64>() * 2.0;
        if matches!(world, World::Bootstrap(_)) {
            assert!(apart.abs() < 0.5, "{name}: {apart}");
        } else {
            assert!(apart < -0.6, "{name}: {apart}");
        }
        let days_are_the_models = Paths::simulate(&futures, HORIZON, 2, 1, 1);
        for (a, b) in one[..days].iter().zip(days_are_the_models.path(0)) {
            assert_eq!(a.day, b.day);
        }
    }
}

/// Heston's paths pay for options what Heston's formula says, to 1 % of the at-the-money price: steps of a day are short enough.
#[test]
fn heston_pays_hestons_prices() {
    let mut futures = futures();
    futures.dividends.clear();
    futures.dividend_yield = 0.0;
    futures.assumptions.drift = futures.rate;
    let heston = Heston::default();
    let model = heston::Model {
        v0: VOL * VOL,
        kappa: std::f64::consts::LN_2 / (heston.half_life_days / 365.0),
        theta: VOL * VOL,
        sigma: 2.0 * heston.vol_of_vol * VOL,
        rho: heston.correlation,
    };
    let years = f64::from(HORIZON) / 365.0;
    let paths = World::Heston(heston)
        .simulate(&futures, VOL, HORIZON, 100_000, 4, 2)
        .unwrap();
    let price = |right, strike| {
        let option = heston::Vanilla {
            right,
            spot: 100.0,
            strike,
            years,
            rate: futures.rate,
            dividend_yield: 0.0,
        };
        heston::price(&model, &option).unwrap()
    };
    let scale = price(Right::Put, 100.0);
    for (right, strike) in [
        (Right::Put, 80.0),
        (Right::Put, 90.0),
        (Right::Put, 100.0),
        (Right::Call, 110.0),
        (Right::Call, 120.0),
    ] {
        let pays = |i: usize| right.intrinsic(paths.path(i)[paths.path(i).len() - 1].spot, strike);
        let pair = |i: usize| (pays(i) + pays(i + 1)) / 2.0 * (-futures.rate * years).exp();
        let (paid, error) = mean_and_error((0..paths.count()).step_by(2).map(pair));
        let exact = price(right, strike);
        println!("{right:?} {strike}: paid {paid:.4} +- {error:.4}, formula {exact:.4}");
        assert!(
            (paid - exact).abs() < 0.01 * scale + 2.0 * error,
            "{right:?} {strike}"
        );
    }
}

/// With a variance that stands still, Heston's jumps pay Merton's prices (J. Financial Economics 3, 1976): Black's, weighed by the
/// chance of so many jumps.
#[test]
fn jumps_pay_mertons_prices() {
    let mut futures = futures();
    futures.dividends.clear();
    futures.dividend_yield = 0.0;
    futures.assumptions.drift = futures.rate;
    let jumps = Jumps {
        per_year: 2.5,
        mean_vols: -0.3,
        sd_vols: 0.25,
    };
    let world = World::Heston(Heston {
        half_life_days: 60.0,
        vol_of_vol: 0.0,
        correlation: 0.0,
        jumps: Some(jumps),
    });
    let paths = world
        .simulate(&futures, VOL, HORIZON, 100_000, 4, 2)
        .unwrap();
    let years = f64::from(HORIZON) / 365.0;
    let (mean, sd) = (jumps.mean_vols * VOL, jumps.sd_vols * VOL);
    let diffusive = VOL * VOL * (1.0 - jumps.per_year * (0.3_f64.powi(2) + 0.25_f64.powi(2)));
    let rate = jumps.per_year * years;
    let growth = (mean + sd * sd / 2.0).exp();
    let forward = 100.0 * (futures.rate * years).exp();
    let expected = |right, strike| {
        let mut chance = (-rate).exp();
        let mut sum = 0.0;
        for count in 0..40 {
            let jumped = f64::from(count);
            let mean = forward * growth.powi(count) * (-rate * (growth - 1.0)).exp();
            let deviation = (diffusive * years + jumped * sd * sd).sqrt();
            sum += chance * pricing::european::black(right, mean, strike, deviation);
            chance *= rate / (jumped + 1.0);
        }
        sum
    };
    let scale = expected(Right::Put, 100.0);
    for (right, strike) in [
        (Right::Put, 75.0),
        (Right::Put, 85.0),
        (Right::Put, 100.0),
        (Right::Call, 110.0),
        (Right::Call, 125.0),
    ] {
        let pays = |i: usize| right.intrinsic(paths.path(i)[paths.path(i).len() - 1].spot, strike);
        let pair = |i: usize| (pays(i) + pays(i + 1)) / 2.0;
        let (paid, error) = mean_and_error((0..paths.count()).step_by(2).map(pair));
        let exact = expected(right, strike);
        println!("{right:?} {strike}: paid {paid:.4} +- {error:.4}, formula {exact:.4}");
        assert!(
            (paid - exact).abs() < 4.0 * error && error < 0.01 * scale,
            "{right:?} {strike}: {paid} +- {error} against {exact}"
        );
    }
}

/// Quotes see the index of the very day whose return it is, and nothing else does: the prices are those without an index.
#[test]
fn an_index_and_its_return_stay_together() {
    let futures = futures();
    let (returns, index) = (history(), index());
    let with = |implied| {
        let world = World::Bootstrap(Bootstrap {
            returns: returns.clone(),
            block_days: 10.0,
            implied,
        });
        world.simulate(&futures, VOL, HORIZON, 400, 3, 2).unwrap()
    };
    let (paths, plain) = (with(Some(index.clone())), with(None));
    let usual = index.iter().sum::<f64>() / index.len() as f64;
    let a = futures.assumptions;
    let kappa = std::f64::consts::LN_2 / (a.half_life_days / 365.0);
    let (mut found, mut next) = (0, 0);
    for (path, other) in paths.iter().zip(plain.iter()) {
        let mut place: Option<usize> = None;
        for (state, other) in path.iter().zip(other) {
            assert_eq!((state.day, state.spot), (other.day, other.spot));
            let taken_off = a.vol_of_vol.powi(2)
                * (1.0 - (-2.0 * kappa * years_between(0, state.day)).exp())
                / (2.0 * kappa);
            let told = state.vol_factor - taken_off;
            let day = index
                .iter()
                .position(|value| ((value / usual).ln().clamp(-1.0, 1.0) - told).abs() < 1e-9);
            let day = day.expect("a day of the index");
            found += 1;
            next += usize::from(place.is_some_and(|before| (before + 1) % index.len() == day));
            place = Some(day);
        }
    }
    // Blocks of ten days: nine in ten days follow on the one before.
    let share = f64::from(next as u32) / f64::from(found as u32);
    assert!((share - 0.9).abs() < 0.04, "{share}");
    let ratio = Bootstrap {
        returns,
        block_days: 10.0,
        implied: Some(index),
    }
    .realised_over_implied();
    assert!((ratio.unwrap() - 1.0 / 1.1).abs() < 0.15, "{ratio:?}");
}

/// Without anything of its own each world is the lognormal one.
#[test]
fn plain_parameters_give_the_lognormal() {
    let futures = futures();
    let calm = [
        World::Heston(Heston {
            half_life_days: 60.0,
            vol_of_vol: 0.0,
            correlation: 0.0,
            jumps: None,
        }),
        World::Regimes(Regimes {
            calm_days: 10.0,
            crisis_days: 10.0,
            crisis_over_calm: 1.0,
        }),
    ];
    let [one, other] = calm.map(|world| {
        let paths = world.simulate(&futures, VOL, HORIZON, 200, 3, 1).unwrap();
        paths
            .iter()
            .flat_map(|path| standard_returns(&futures, path))
            .collect::<Vec<_>>()
    });
    for (a, b) in one.iter().zip(&other) {
        assert!((a - b).abs() < 1e-9, "{a} {b}");
    }
    let (square, error) = mean_and_error(one.iter().map(|z| z * z));
    assert!((square - 1.0).abs() < 4.0 * error, "{square} +- {error}");
}

#[test]
fn what_cannot_be_is_refused() {
    let futures = futures();
    let jumps = |per_year, mean_vols, sd_vols| Heston {
        jumps: Some(Jumps {
            per_year,
            mean_vols,
            sd_vols,
        }),
        ..Heston::default()
    };
    let refused = |world: World| {
        let result = world.simulate(&futures, VOL, HORIZON, 2, 1, 1);
        matches!(result, Err(Error::Parameter { .. }))
    };
    for heston in [
        Heston {
            half_life_days: 1.0,
            ..Heston::default()
        },
        Heston {
            vol_of_vol: -0.1,
            ..Heston::default()
        },
        Heston {
            correlation: -1.1,
            ..Heston::default()
        },
        jumps(-0.1, -0.1, 0.2),
        jumps(1.0, f64::NAN, 0.2),
        jumps(1.0, 0.0, -0.1),
        // More variance than there is.
        jumps(4.0, -0.4, 0.3),
    ] {
        assert!(refused(World::Heston(heston)), "{heston:?}");
    }
    for garch in [
        Garch {
            shock: 0.1,
            memory: 0.9,
            degrees: 5,
        },
        Garch {
            shock: -0.1,
            ..Garch::default()
        },
        Garch {
            memory: f64::NAN,
            ..Garch::default()
        },
        Garch {
            degrees: 2,
            ..Garch::default()
        },
    ] {
        assert!(refused(World::Garch(garch)), "{garch:?}");
    }
    for regimes in [
        Regimes {
            calm_days: 0.0,
            ..Regimes::default()
        },
        Regimes {
            crisis_over_calm: 0.9,
            ..Regimes::default()
        },
    ] {
        assert!(refused(World::Regimes(regimes)), "{regimes:?}");
    }
    for (returns, block_days) in [
        (vec![0.01; 30], 5.0),
        (history()[..19].to_vec(), 5.0),
        (history(), 0.5),
        ([history(), vec![f64::NAN]].concat(), 5.0),
    ] {
        assert!(refused(World::Bootstrap(Bootstrap {
            returns,
            block_days,
            implied: None,
        })));
    }
    for implied in [vec![0.2; 1499], vec![20.0; 1500], vec![f64::NAN; 1500]] {
        assert!(refused(World::Bootstrap(Bootstrap {
            returns: history(),
            block_days: 5.0,
            implied: Some(implied),
        })));
    }
    let world = World::Garch(Garch::default());
    for (vol, horizon_day, count) in [(0.0, 91, 2), (f64::NAN, 91, 2), (0.2, 0, 2), (0.2, 91, 0)] {
        let paths = world.simulate(&futures, vol, horizon_day, count, 1, 1);
        assert!(paths.is_err());
    }
}

#[test]
fn paths_made_elsewhere_are_checked() {
    let at = |day, spot| State {
        day,
        spot,
        vol_factor: 0.0,
    };
    let good = vec![at(1, 99.0), at(4, 98.0), at(1, 101.0), at(4, 103.0)];
    let paths = Paths::from_states(2, good.clone()).unwrap();
    assert_eq!((paths.count(), paths.path(1)), (2, &good[2..]));
    let whole = |days, states: &[State]| Paths::from_states(days, states.to_vec()).err();
    let not_whole = |states, days| Some(Error::NotWhole { states, days });
    assert_eq!(whole(0, &good), not_whole(4, 0));
    assert_eq!(whole(3, &good), not_whole(4, 3));
    assert_eq!(whole(2, &[]), not_whole(0, 2));
    let other_days = |path, day, expected| {
        Some(Error::OtherDays {
            path,
            day,
            expected,
        })
    };
    let mut bad = good.clone();
    bad[3].day = 5;
    assert_eq!(whole(2, &bad), other_days(1, 5, 4));
    bad[1].day = 1;
    assert_eq!(whole(2, &bad), other_days(0, 1, 2));
    bad[0].day = 0;
    assert_eq!(whole(2, &bad), other_days(0, 0, 1));
    for (spot, vol_factor) in [(0.0, 0.0), (f64::NAN, 0.0), (9.0, f64::INFINITY)] {
        let mut bad = good.clone();
        bad[2] = State {
            day: 1,
            spot,
            vol_factor,
        };
        let refused = whole(2, &bad);
        assert!(matches!(
            refused,
            Some(Error::NoState {
                path: 1,
                day: 1,
                ..
            })
        ));
    }
}
