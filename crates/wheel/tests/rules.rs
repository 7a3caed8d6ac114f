//! The rules of the game on a small synthetic market: menus, journeys, exercise, worth, encoding.

use market::futures::{Assumptions, Dividend, Futures, Spread, State};
use market::{Cents, Style};
use pricing::{Right, Smile, Surface, smile};
use wheel::action::{Grid, Table};
use wheel::rules::{Exercise, Fill};
use wheel::{
    Action, Book, Costs, Kind, Leg, Limits, Lot, Move, Offer, Rules, Situation, Utility, encoding,
};

const COSTS: Costs = Costs {
    per_contract: Cents(65),
    per_share_usd: 0.0,
    per_assignment: Cents(0),
};

fn futures(forecast_over_implied: f64, dividends: Vec<Dividend>) -> Futures {
    let expiry = |days: f64| smile::Expiry {
        years: days / 365.0,
        forward: 100.0,
        smile: Smile::flat(0.25).unwrap(),
    };
    let assumptions = Assumptions {
        drift: 0.03,
        forecast_over_implied,
        half_life_days: 45.0,
        vol_of_vol: 0.3,
        spot_vol_correlation: 0.0,
        jumps_per_year: 0.0,
        jump_mean: 0.0,
        jump_sd: 0.0,
    };
    let surface = Surface::new(vec![expiry(10.0), expiry(60.0)]).unwrap();
    let spread = Spread {
        fraction_of_mid: 0.03,
        minimum_usd: 0.02,
    };
    let days = (1..200).filter(|day| day % 7 < 5).collect();
    Futures::new(
        100.0,
        0.03,
        0.0,
        dividends,
        surface,
        assumptions,
        spread,
        days,
    )
}

fn rules(futures: Futures, menu: Vec<Action>, wealth_usd: f64) -> Rules {
    Rules {
        exercise: Exercise::new(futures.rate, futures.dividend_yield, 0.25, 200),
        futures,
        costs: COSTS,
        fill: Fill::BidAsk,
        slippage_usd: 0.0,
        horizon_day: 88,
        style: Style::American,
        cycle_days: 30,
        deltas: vec![0.15, 0.3, 0.45],
        collateral_fraction: 1.0,
        concentration_fraction: 1.0,
        utility: Utility {
            risk_aversion: 2.0,
            wealth_usd,
        },
        menu,
    }
}

fn lot(right: Right, strike: f64, expiry_day: u16, contracts: i32) -> Lot {
    Lot {
        right,
        style: Style::American,
        strike: Cents::from_usd(strike),
        expiry_day,
        contracts,
    }
}

fn situation(rules: &Rules, cash: i64, shares: i64, lots: &[Lot]) -> Situation {
    Situation {
        state: rules.futures.today(),
        book: Book::new(Cents(cash * 100), Cents::ZERO, shares, lots).unwrap(),
    }
}

/// Contracts on a dollar grid for three expiries, priced by the futures.
fn offers(futures: &Futures) -> Vec<Offer> {
    let today = futures.today();
    let mut offers = Vec::new();
    for expiry_day in [10, 31, 45] {
        for strike in 80..=120 {
            for right in [Right::Put, Right::Call] {
                let strike = f64::from(strike);
                let (bid, ask) = futures.bid_ask(&today, right, strike, expiry_day);
                offers.push(Offer {
                    right,
                    strike: Cents::from_usd(strike),
                    expiry_day,
                    sell_at: Some(Cents::from_usd(bid)).filter(|&bid| bid > Cents::ZERO),
                    buy_at: Some(Cents::from_usd(ask)),
                    spread_fraction: Some(2.0 * (ask - bid) / (ask + bid)),
                    open_interest: Some(100),
                    delta: futures.delta(&today, right, strike, expiry_day),
                });
            }
        }
    }
    offers
}

const LIMITS: Limits = Limits {
    collateral_fraction: 1.0,
    concentration_fraction: 1.0,
    delta_fraction: 1.5,
    days: (5, 60),
    open_interest_min: 0,
    spread_fraction_max: 0.5,
};

fn grid() -> Grid {
    Grid {
        put_deltas: vec![0.1, 0.16, 0.22, 0.3, 0.4, 0.5],
        call_deltas: vec![0.1, 0.16, 0.22, 0.3, 0.4, 0.5],
        expiries: 4,
        sizes: vec![1.0, 0.5, 0.25],
        stock_trades: false,
        actions_max: 64,
    }
}

fn menu(book: &Book, limits: &Limits) -> wheel::action::Menu {
    let futures = futures(1.0, Vec::new());
    let offers = offers(&futures);
    let wealth_usd = book.cash().usd() + book.shares() as f64 * 100.0;
    let table = Table {
        book,
        offers: &offers,
        spot: Cents(10_000),
        wealth_usd,
        dollar_delta: book.shares() as f64 * 100.0,
        costs: &COSTS,
    };
    table.menu(&grid(), limits)
}

/// Nothing first, no more than 64, no repetition, and every line can really be carried out.
#[test]
fn every_line_of_a_menu_can_be_carried_out() {
    let books = [
        Book::new(Cents(5_000_000), Cents::ZERO, 0, &[]),
        Book::new(Cents(1_500_000), Cents::ZERO, 300, &[]),
        Book::new(
            Cents(3_000_000),
            Cents::ZERO,
            100,
            &[
                lot(Right::Put, 95.0, 10, -2),
                lot(Right::Call, 105.0, 10, -1),
            ],
        ),
    ];
    for book in books.map(Result::unwrap) {
        let menu = menu(&book, &LIMITS);
        assert_eq!(menu.actions[0], Action::do_nothing());
        assert!(
            (10..=64).contains(&menu.actions.len()),
            "{}",
            menu.actions.len()
        );
        for (index, action) in menu.actions.iter().enumerate() {
            assert!(!menu.actions[..index].contains(action), "{action:?} twice");
            let mut trial = book.clone();
            trial.trade(action, Style::American, &COSTS).unwrap();
            assert!(trial.adds_up() && trial.cash() >= trial.reserved());
        }
        if !book.lots().is_empty() {
            for kind in [Kind::Close, Kind::Roll] {
                assert!(
                    menu.actions.iter().any(|action| action.kind() == kind),
                    "{kind:?} is missing"
                );
            }
        }
    }
}

/// What a limit forbids is not on the menu, and is named with value and bound.
#[test]
fn limits_refuse_and_say_so() {
    let book = Book::new(Cents(5_000_000), Cents::ZERO, 0, &[]).unwrap();
    let cases: [(&str, Limits); 5] = [
        (
            "limits.max_collateral_fraction",
            Limits {
                collateral_fraction: 0.1,
                ..LIMITS
            },
        ),
        (
            "limits.max_concentration_fraction",
            Limits {
                concentration_fraction: 0.1,
                ..LIMITS
            },
        ),
        (
            "limits.max_delta_fraction",
            Limits {
                delta_fraction: 0.001,
                ..LIMITS
            },
        ),
        (
            "limits.min_open_interest",
            Limits {
                open_interest_min: 101,
                ..LIMITS
            },
        ),
        (
            "limits.max_spread_fraction",
            Limits {
                spread_fraction_max: 0.001,
                ..LIMITS
            },
        ),
    ];
    for (name, limits) in cases {
        let menu = menu(&book, &limits);
        assert_eq!(menu.actions.len(), 1, "{name}: {:?}", menu.actions.last());
        assert!(
            menu.refusals.iter().all(|refusal| refusal.limit == name),
            "{name}: {:?}",
            menu.refusals[0]
        );
    }
    let poor = Book::new(Cents(100_000), Cents::ZERO, 0, &[]).unwrap();
    assert!(
        menu(&poor, &LIMITS)
            .refusals
            .iter()
            .all(|refusal| refusal.limit == "cash")
    );
}

/// Probabilities add up, the mean of the spot is its growth, and settlement splits exactly at the strike.
#[test]
fn journeys_keep_probability_and_mean() {
    let rules = rules(futures(0.9, Vec::new()), Vec::new(), 1e5);
    let mut journeys = Vec::new();
    for lots in [
        vec![],
        vec![lot(Right::Put, 97.0, 8, -1)],
        vec![
            lot(Right::Put, 97.0, 30, -1),
            lot(Right::Call, 104.0, 30, -1),
        ],
    ] {
        let start = situation(&rules, 50_000, 100, &lots);
        rules.journeys(&start, &mut journeys);
        let total: f64 = journeys.iter().map(|(p, _)| p).sum();
        assert!((total - 1.0).abs() < 1e-12, "{total}");
        let day = rules.next_day(&start);
        let mean: f64 = journeys.iter().map(|(p, s)| p * s.state.spot).sum();
        assert!(
            (mean - rules.futures.mean_spot(&start.state, day)).abs() < 1e-6,
            "{mean}"
        );
        assert!(
            journeys
                .iter()
                .all(|(_, s)| s.state.day == day && s.book.adds_up())
        );
    }
    let start = situation(&rules, 50_000, 0, &[lot(Right::Put, 97.0, 8, -1)]);
    rules.journeys(&start, &mut journeys);
    let assigned: f64 = journeys
        .iter()
        .filter(|(_, s)| s.book.shares() == 100)
        .map(|(p, _)| p)
        .sum();
    let step = 0.01;
    let put = |strike: f64| {
        rules
            .futures
            .expected_payoff(&start.state, Right::Put, strike, 8)
    };
    let below = (put(97.0 + step) - put(97.0 - step)) / (2.0 * step);
    assert!(
        (assigned - below).abs() < 0.03,
        "assigned with {assigned}, below the strike with {below}"
    );
}

/// The holder of a call takes a dividend that is worth more than what is left of the call, on the eve and not before.
#[test]
fn calls_are_exercised_for_a_dividend_on_its_eve() {
    let dividend = Dividend {
        ex_day: 10,
        usd: 1.5,
    };
    let rules = rules(futures(1.0, vec![dividend]), Vec::new(), 1e5);
    let deep = lot(Right::Call, 90.0, 17, -1);
    let at = |day, spot| State {
        day,
        spot,
        vol_factor: 0.0,
    };
    assert!(
        rules.is_exercised(&deep, &at(9, 104.0)),
        "deep in the money, on the eve"
    );
    assert!(!rules.is_exercised(&deep, &at(8, 104.0)), "a day early");
    assert!(!rules.is_exercised(&deep, &at(10, 104.0)), "a day late");
    assert!(
        !rules.is_exercised(&lot(Right::Call, 104.0, 17, -1), &at(9, 104.0)),
        "at the money: more is left than the dividend"
    );
    assert!(
        !rules.is_exercised(
            &Lot {
                style: Style::European,
                ..deep
            },
            &at(9, 104.0)
        ),
        "European"
    );
    assert!(
        !rules.is_exercised(
            &Lot {
                contracts: 1,
                ..deep
            },
            &at(9, 104.0)
        ),
        "a long lot is ours to exercise"
    );
    // Puts: never before a dividend, deep in the money without one.
    assert!(!rules.is_exercised(&lot(Right::Put, 150.0, 17, -1), &at(5, 100.0)));
    assert!(rules.is_exercised(&lot(Right::Put, 150.0, 17, -1), &at(11, 100.0)));
}

/// With implied = forecast and no costs, selling is worth nothing to who counts dollars only; with a premium it is worth just that.
#[test]
fn holding_a_fair_sale_is_worth_nothing_and_a_rich_one_its_premium() {
    for (ratio, rich) in [(1.0, false), (0.8, true)] {
        let mut rules = rules(futures(ratio, Vec::new()), Vec::new(), 1e5);
        rules.costs.per_contract = Cents::ZERO;
        rules.utility.risk_aversion = 0.0;
        let cash = situation(&rules, 100_000, 0, &[]);
        let mid = rules.futures.mid(&cash.state, Right::Put, 97.0, 31);
        let leg = Leg::Option {
            right: Right::Put,
            strike: Cents(9_700),
            expiry_day: 31,
            contracts: -10,
            price: Cents::from_usd(mid),
        };
        let mut sold = cash.clone();
        sold.book
            .trade(
                &Action::new(Kind::SellPut, &[leg]),
                Style::American,
                &rules.costs,
            )
            .unwrap();
        let gain =
            rules.held_worth(&sold, &mut Vec::new()) - rules.held_worth(&cash, &mut Vec::new());
        let fair = (-0.03 * 31.0 / 365.0_f64).exp()
            * rules
                .futures
                .expected_payoff(&cash.state, Right::Put, 97.0, 31);
        let premium = 1000.0 * (mid - fair) * (0.03 * 88.0 / 365.0_f64).exp();
        assert!(
            (gain - premium).abs() < 6.0,
            "gain {gain}, premium {premium}"
        );
        assert_eq!(gain > 100.0, rich, "gain {gain}");
    }
}

/// Cash grows by interest; to who counts dollars only, shares are worth their mean, and both add up.
#[test]
fn cash_and_shares_are_held_at_their_mean() {
    let mut rules = rules(futures(0.9, Vec::new()), Vec::new(), 1e5);
    for day in [0, 40, 87] {
        let state = State {
            day,
            spot: 97.0,
            vol_factor: 0.2,
        };
        let held = |rules: &Rules, shares| {
            let book = Book::new(Cents(5_000_000), Cents::ZERO, shares, &[]).unwrap();
            rules.held_worth(&Situation { state, book }, &mut Vec::new())
        };
        let cash = 5e4 * (0.03 * f64::from(88 - day) / 365.0_f64).exp();
        for risk_aversion in [0.0, 2.0] {
            rules.utility.risk_aversion = risk_aversion;
            let exact = rules.utility.of(cash);
            assert!((held(&rules, 0) / exact - 1.0).abs() < 1e-12);
        }
        rules.utility.risk_aversion = 0.0;
        let mean = rules.futures.mean_spot(&state, 88);
        let gap = held(&rules, 300) - rules.utility.of(cash + 300.0 * mean);
        assert!(gap.abs() < 1e-6, "day {day}: {gap}");
    }
}

/// A short put takes part of the spot's risk: the more risk-averse, the less it is worth.
#[test]
fn risk_aversion_lowers_the_worth_of_a_sale() {
    let worth = |risk_aversion: f64| {
        let mut rules = rules(futures(0.9, Vec::new()), Vec::new(), 1e5);
        rules.utility.risk_aversion = risk_aversion;
        let sold = situation(&rules, 100_000, 0, &[lot(Right::Put, 97.0, 31, -10)]);
        rules
            .utility
            .certain(rules.held_worth(&sold, &mut Vec::new()))
    };
    assert!(worth(0.0) > worth(1.0) && worth(1.0) > worth(3.0) && worth(3.0) > worth(10.0));
}

#[test]
fn an_encoding_is_finite_and_tells_situations_apart() {
    let base = rules(
        futures(
            0.9,
            vec![Dividend {
                ex_day: 20,
                usd: 0.5,
            }],
        ),
        Vec::new(),
        1e5,
    );
    let one = situation(&base, 50_000, 100, &[lot(Right::Put, 97.0, 31, -1)]);
    let code = encoding::encode(&base, &one);
    assert!(code.iter().all(|x| x.is_finite()));
    assert_eq!(code.len(), encoding::LEN);
    let blocks = [
        encoding::ACCOUNT,
        encoding::LOTS,
        encoding::TERMS,
        encoding::MENU,
        encoding::EVENTS,
    ];
    assert!(
        blocks.windows(2).all(|pair| pair[0].end == pair[1].start)
            && blocks[4].end == encoding::LEN
    );
    let other = situation(&base, 50_000, 100, &[lot(Right::Put, 98.0, 31, -1)]);
    assert_ne!(code, encoding::encode(&base, &other), "another strike");
    assert!(
        code[encoding::EVENTS][0] == 1.0
            && code[encoding::LOTS][0] == 1.0
            && code[encoding::MENU].iter().all(|&x| x == 0.0)
    );
}

/// Later moves are legal too: whatever is offered can be carried out, to the end of the game.
#[test]
fn later_moves_can_be_carried_out() {
    let rules = rules(futures(0.9, Vec::new()), Vec::new(), 1e5);
    let mut moves = Vec::new();
    for (day, lots) in [
        (15, vec![]),
        (
            20,
            vec![
                lot(Right::Put, 97.0, 40, -2),
                lot(Right::Call, 104.0, 31, -1),
            ],
        ),
        (80, vec![]),
    ] {
        let start = Situation {
            state: State {
                day,
                spot: 99.0,
                vol_factor: 0.1,
            },
            book: Book::new(Cents(6_000_000), Cents::ZERO, 200, &lots).unwrap(),
        };
        rules.moves(&start, &mut moves);
        assert_eq!(moves[0], Move::Nothing);
        for &choice in &moves {
            let action = rules.action(&start, choice).unwrap();
            let mut book = start.book.clone();
            book.trade(&action, Style::American, &rules.costs)
                .unwrap_or_else(|error| panic!("{choice:?}: {error}"));
        }
    }
    let end = Situation {
        state: State {
            day: 88,
            spot: 99.0,
            vol_factor: 0.0,
        },
        ..situation(&rules, 1000, 0, &[])
    };
    rules.moves(&end, &mut moves);
    assert!(moves.is_empty() && rules.is_over(&end));
}
