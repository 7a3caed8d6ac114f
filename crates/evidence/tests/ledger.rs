//! On every path, after every decision: the cash adds up to the cent, puts are secured, calls covered.

use evidence::worlds::{Garch, Heston, Regimes, World};
use evidence::{FixedRule, Grade, Hold, Paths, Policy, difference, odds, uniform, walk_all};
use market::futures::{Assumptions, Dividend, Futures, Spread};
use market::{Cents, Style};
use pricing::{Right, Smile, Surface, smile};
use wheel::rules::{Exercise, Fill};
use wheel::{Action, Book, Costs, Lot, Rules, Situation, Utility};

fn rules(forecast_over_implied: f64) -> Rules {
    let expiry = |days: f64| smile::Expiry {
        years: days / 365.0,
        forward: 50.0,
        smile: Smile::flat(0.3).unwrap(),
    };
    let assumptions = Assumptions {
        drift: 0.03,
        forecast_over_implied,
        half_life_days: 45.0,
        vol_of_vol: 0.4,
        spot_vol_correlation: -0.2,
        jumps_per_year: 0.5,
        jump_mean: -0.1,
        jump_sd: 0.05,
    };
    let futures = Futures::new(
        50.0,
        0.03,
        0.0,
        vec![
            Dividend {
                ex_day: 22,
                usd: 0.4,
            },
            Dividend {
                ex_day: 83,
                usd: 0.4,
            },
        ],
        Surface::new(vec![expiry(10.0), expiry(90.0)]).unwrap(),
        assumptions,
        Spread {
            fraction_of_mid: 0.05,
            minimum_usd: 0.02,
        },
        (1..200).filter(|day| day % 7 < 5).collect(),
    );
    Rules {
        exercise: Exercise::new(0.03, 0.0, 0.3, 200),
        futures,
        costs: Costs {
            per_contract: Cents(65),
            per_share_usd: 0.005,
            per_assignment: Cents(500),
        },
        fill: Fill::BidAsk,
        slippage_usd: 0.01,
        horizon_day: 88,
        style: Style::American,
        cycle_days: 30,
        deltas: vec![0.15, 0.3, 0.45],
        collateral_fraction: 1.0,
        concentration_fraction: 1.0,
        utility: Utility {
            risk_aversion: 2.0,
            wealth_usd: 40_000.0,
        },
        menu: vec![Action::do_nothing()],
    }
}

fn start(rules: &Rules) -> Situation {
    let call = Lot {
        right: Right::Call,
        style: Style::American,
        strike: Cents(5_200),
        expiry_day: 25,
        contracts: -2,
    };
    Situation {
        state: rules.futures.today(),
        book: Book::new(Cents(3_000_000), Cents::ZERO, 200, &[call]).unwrap(),
    }
}

/// Takes any legal move, and checks the book each time it is asked.
struct Anything(u64);

impl Policy for Anything {
    type Memory = u64;

    fn begin(&self) -> u64 {
        0
    }

    fn decide(&self, asked: &mut u64, rules: &Rules, situation: &Situation) -> Action {
        let book = &situation.book;
        assert!(book.adds_up(), "the cash identity broke: {book:?}");
        assert!(
            book.cash() >= book.reserved(),
            "a put is not secured: {book:?}"
        );
        assert!(
            book.short_call_shares() <= book.shares(),
            "a call is not covered: {book:?}"
        );
        let mut moves = Vec::new();
        rules.moves(situation, &mut moves);
        *asked += 1;
        let draw = uniform(self.0 ^ situation.state.spot.to_bits(), *asked);
        let choice = moves[(draw * moves.len() as f64) as usize];
        rules.action(situation, choice).unwrap()
    }
}

#[test]
fn any_policy_keeps_the_books() {
    let rules = rules(0.9);
    let paths = Paths::simulate(&rules.futures, rules.horizon_day, 2_000, 5, 2);
    for seed in 0..3 {
        let walks = walk_all(&rules, &start(&rules), &paths, &Anything(seed), 2);
        assert!(
            walks
                .iter()
                .all(|walk| walk.wealth_usd.is_finite() && walk.refused == 0)
        );
        assert!(
            walks.iter().any(|walk| walk.assigned_early > 0)
                && walks.iter().any(|walk| walk.assigned_at_expiry > 0)
        );
    }
}

/// The control has mean zero whatever is done, so it may be taken out of any worth.
#[test]
fn the_control_is_worth_nothing_on_average() {
    let rules = rules(0.9);
    let own = Paths::simulate(&rules.futures, rules.horizon_day, 20_000, 6, 2);
    let others = worlds().map(|world| {
        world
            .simulate(&rules.futures, 0.3, rules.horizon_day, 20_000, 6, 2)
            .unwrap()
    });
    for (place, paths) in others.iter().chain([&own]).enumerate() {
        let walks = walk_all(&rules, &start(&rules), paths, &Anything(1), 2);
        let count = walks.len() as f64;
        let mean = walks.iter().map(|walk| walk.control_usd).sum::<f64>() / count;
        let spread = (walks
            .iter()
            .map(|walk| walk.control_usd.powi(2))
            .sum::<f64>()
            / count)
            .sqrt();
        assert!(
            mean.abs() < 4.0 * spread / count.sqrt(),
            "paths {place}: mean {mean}, spread {spread}"
        );
    }
}

fn worlds() -> [World; 3] {
    [
        World::Heston(Heston::default()),
        World::Garch(Garch::default()),
        World::Regimes(Regimes::default()),
    ]
}

/// To who counts dollars only, a rule that sells the 30-delta put gains or loses little in a world whose volatility is the implied
/// one (its costs; and leverage makes that put dearer, fat tails make it cheaper, than the lognormal), and where the world is
/// calmer it earns the premium.
#[test]
fn selling_pays_in_other_worlds_where_they_are_calmer() {
    let mut rules = rules(1.0);
    rules.utility.risk_aversion = 0.0;
    rules.futures.assumptions.jumps_per_year = 0.0;
    let all_cash = Situation {
        book: Book::new(Cents(4_000_000), Cents::ZERO, 0, &[]).unwrap(),
        ..start(&rules)
    };
    let rule = FixedRule {
        delta: 0.3,
        days: 45,
    };
    for world in worlds() {
        let gain = |vol: f64| {
            let paths = world
                .simulate(&rules.futures, vol, rules.horizon_day, 5_000, 11, 2)
                .unwrap();
            let grade = |walks: &[_]| Grade::new(walks, &rules.utility, 1.96);
            let sold = grade(&walk_all(&rules, &all_cash, &paths, &rule, 2));
            let held = grade(&walk_all(&rules, &all_cash, &paths, &Hold, 2));
            difference(&sold, &held, 1.96)
        };
        let (fair, rich) = (gain(0.3), gain(0.24));
        assert!(fair.value.abs() < 200.0, "{world:?}: {fair:?}");
        assert!(rich.low > 300.0, "{world:?}: {rich:?}");
        assert!(rich.low - fair.high > 400.0, "{world:?}: {rich:?} {fair:?}");
    }
}

/// Results do not depend on threads; a paired difference is sharper than the two worths apart.
#[test]
fn grades_are_paired_and_repeatable() {
    let rules = rules(0.85);
    let paths = Paths::simulate(&rules.futures, rules.horizon_day, 2_000, 7, 2);
    let all_cash = Situation {
        book: Book::new(Cents(4_000_000), Cents::ZERO, 0, &[]).unwrap(),
        ..start(&rules)
    };
    let rule = FixedRule {
        delta: 0.3,
        days: 45,
    };
    let walks = walk_all(&rules, &all_cash, &paths, &rule, 1);
    assert_eq!(walks, walk_all(&rules, &all_cash, &paths, &rule, 3));
    let grade = Grade::new(&walks, &rules.utility, 1.96);
    let hold = Grade::new(
        &walk_all(&rules, &all_cash, &paths, &Hold, 2),
        &rules.utility,
        1.96,
    );
    assert!(
        (hold.worth_usd.high - hold.worth_usd.low).abs() < 1e-6,
        "T-bills are certain"
    );
    let gap = difference(&grade, &hold, 1.96);
    assert!(
        (gap.value - (grade.worth_usd.value - hold.worth_usd.value)).abs()
            < 0.02 * gap.value.abs() + 20.0,
        "{gap:?}"
    );
    assert!(grade.premium_usd > 0.0 && grade.fees_usd > 0.0 && grade.assignments.1 > 0.0);
}

/// Odds of a lot agree with the law, add up, and a lot beyond the horizon has none.
#[test]
fn odds_agree_with_the_law() {
    let rules = rules(1.0);
    let paths = Paths::simulate(&rules.futures, rules.horizon_day, 20_000, 8, 2);
    let put = Lot {
        right: Right::Put,
        style: Style::European,
        strike: Cents(4_800),
        expiry_day: 30,
        contracts: -1,
    };
    let found = odds(&rules, &paths, &put, 1.0).unwrap();
    let value = |strike: f64| {
        rules
            .futures
            .expected_payoff(&rules.futures.today(), Right::Put, strike, 30)
    };
    let below = (value(48.1) - value(47.9)) / 0.2;
    assert!(
        (found.assigned_at_expiry - below).abs() < 0.015,
        "{} against {below}",
        found.assigned_at_expiry
    );
    assert!(
        found.assigned_early == 0.0
            && found.touched >= found.assigned_at_expiry
            && found.profit > 1.0 - below
    );
    assert!(
        odds(
            &rules,
            &paths,
            &Lot {
                expiry_day: 89,
                ..put
            },
            1.0
        )
        .is_none()
    );
}
