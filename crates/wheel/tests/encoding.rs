//! What the 768 numbers tell apart, what they leave out, and how large they may be.

use market::futures::{Assumptions, Dividend, Futures, Spread, State};
use market::{Cents, Style};
use pricing::smile::{Expiry, SmilePoint};
use pricing::{Right, Smile, Surface};
use std::collections::HashMap;
use wheel::encoding::{self, Encoder, LEN};
use wheel::rules::{Exercise, Fill};
use wheel::{Action, Book, Costs, Lot, Move, Rules, Situation, Utility};

/// Everything that rules are made of.
#[derive(Clone, Debug)]
struct World {
    spot: f64,
    vol: f64,
    /// Volatility falls by this per standard deviation of the strike.
    slope: f64,
    rate: f64,
    dividend_yield: f64,
    dividends: Vec<Dividend>,
    assumptions: Assumptions,
    spread: Spread,
    costs: Costs,
    fill: Fill,
    slippage_usd: f64,
    horizon_day: u16,
    style: Style,
    cycle_days: u16,
    deltas: Vec<f64>,
    collateral_fraction: f64,
    concentration_fraction: f64,
    risk_aversion: f64,
    wealth_usd: f64,
}

fn house() -> World {
    World {
        spot: 100.0,
        vol: 0.25,
        slope: 0.02,
        rate: 0.03,
        dividend_yield: 0.01,
        dividends: [50, 70, 90]
            .map(|ex_day| Dividend { ex_day, usd: 0.5 })
            .into(),
        assumptions: Assumptions {
            drift: 0.04,
            forecast_over_implied: 0.9,
            half_life_days: 45.0,
            vol_of_vol: 0.5,
            spot_vol_correlation: -0.3,
            jumps_per_year: 0.5,
            jump_mean: -0.1,
            jump_sd: 0.05,
        },
        spread: Spread {
            fraction_of_mid: 0.03,
            minimum_usd: 0.02,
        },
        costs: Costs {
            per_contract: Cents(65),
            per_share_usd: 0.01,
            per_assignment: Cents(500),
        },
        fill: Fill::BidAsk,
        slippage_usd: 0.01,
        horizon_day: 91,
        style: Style::American,
        cycle_days: 30,
        deltas: vec![0.15, 0.3, 0.45],
        collateral_fraction: 1.0,
        concentration_fraction: 0.9,
        risk_aversion: 2.0,
        wealth_usd: 6e4,
    }
}

impl World {
    fn rules(&self) -> Rules {
        let expiries = [10.0, 30.0, 60.0, 120.0].map(|days| {
            let years: f64 = days / 365.0;
            let points = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|z: f64| SmilePoint {
                strike: self.spot * (z * self.vol * years.sqrt()).exp(),
                vol: self.vol - self.slope * z,
                weight: 1.0,
            });
            Expiry {
                years,
                forward: self.spot,
                smile: Smile::fit(&points, self.spot, years).unwrap(),
            }
        });
        let futures = Futures::new(
            self.spot,
            self.rate,
            self.dividend_yield,
            self.dividends.clone(),
            Surface::new(expiries.to_vec()).unwrap(),
            self.assumptions,
            self.spread,
            (1..=self.horizon_day).filter(|day| day % 7 < 5).collect(),
        );
        Rules {
            exercise: Exercise::new(self.rate, self.dividend_yield, self.vol, 200),
            futures,
            costs: self.costs,
            fill: self.fill,
            slippage_usd: self.slippage_usd,
            horizon_day: self.horizon_day,
            style: self.style,
            cycle_days: self.cycle_days,
            deltas: self.deltas.clone(),
            collateral_fraction: self.collateral_fraction,
            concentration_fraction: self.concentration_fraction,
            utility: Utility {
                risk_aversion: self.risk_aversion,
                wealth_usd: self.wealth_usd,
            },
            menu: Vec::new(),
        }
    }

    fn lot(&self, right: Right, moneyness: f64, expiry_day: u16, contracts: i32) -> Lot {
        Lot {
            right,
            style: self.style,
            strike: Cents::from_usd(self.spot * moneyness),
            expiry_day,
            contracts,
        }
    }
}

/// Uniform numbers in [0, 1), one after the other: SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.next()
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() * count as f64) as usize
    }
}

/// A market, an account and limits that somebody might have.
fn any_world(dice: &mut Dice) -> World {
    let spot = 10.0_f64.powf(dice.between(0.5, 3.2));
    let vol = dice.between(0.08, 0.9);
    let every = 28 + dice.below(70) as u16;
    World {
        spot,
        vol,
        slope: vol * dice.between(-0.02, 0.12),
        rate: dice.between(-0.01, 0.12),
        dividend_yield: dice.between(0.0, 0.06),
        dividends: (0..dice.below(4) as u16)
            .map(|i| Dividend {
                ex_day: 5 + i * every,
                usd: spot * dice.between(0.001, 0.02),
            })
            .collect(),
        assumptions: Assumptions {
            drift: dice.between(-0.2, 0.3),
            forecast_over_implied: dice.between(0.5, 1.6),
            half_life_days: dice.between(3.0, 365.0),
            vol_of_vol: dice.between(0.0, 1.2),
            spot_vol_correlation: dice.between(-0.9, 0.5),
            jumps_per_year: dice.between(0.0, 4.0),
            jump_mean: dice.between(-0.3, 0.1),
            jump_sd: dice.between(0.0, 0.2),
        },
        spread: Spread {
            fraction_of_mid: dice.between(0.0, 0.3),
            minimum_usd: dice.between(0.0, 0.2),
        },
        costs: Costs {
            per_contract: Cents(dice.below(130) as i64),
            per_share_usd: 0.0,
            per_assignment: Cents(dice.below(2000) as i64),
        },
        fill: [Fill::BidAsk, Fill::Mid][dice.below(2)],
        slippage_usd: dice.between(0.0, 0.05),
        horizon_day: 30 + dice.below(150) as u16,
        style: [Style::American, Style::American, Style::European][dice.below(3)],
        cycle_days: 14 + dice.below(50) as u16,
        deltas: (0..1 + dice.below(4))
            .map(|i| 0.1 + 0.12 * i as f64 + dice.between(0.0, 0.1))
            .collect(),
        collateral_fraction: dice.between(0.3, 1.0),
        concentration_fraction: dice.between(0.3, 1.0),
        risk_aversion: dice.between(0.0, 10.0),
        wealth_usd: spot * 10.0_f64.powf(dice.between(2.1, 4.5)),
    }
}

/// Cash, or shares for half of it.
fn start(world: &World, rules: &Rules, shares: bool) -> Situation {
    let hundreds = (world.wealth_usd / (200.0 * world.spot)) as i64;
    let shares = if shares { 100 * hundreds } else { 0 };
    let cash = Cents::from_usd(world.wealth_usd - shares as f64 * world.spot);
    Situation {
        state: rules.futures.today(),
        book: Book::new(cash, Cents::ZERO, shares, &[]).unwrap(),
    }
}

/// Plays a game by legal moves at random and hands out the situation before and after each.
fn play(rules: &Rules, start: Situation, dice: &mut Dice, mut visit: impl FnMut(&Situation)) {
    let (mut moves, mut journeys) = (Vec::new(), Vec::new());
    let mut here = start;
    while !rules.is_over(&here) {
        visit(&here);
        rules.moves(&here, &mut moves);
        if here.state.day == 0 {
            // There is no menu: the moves of later days are legal today too.
            moves = vec![Move::Nothing, Move::SellPut(0), Move::SellCall(0)];
        }
        let choice = moves[dice.below(moves.len())];
        let action = rules
            .action(&here, choice)
            .unwrap_or_else(Action::do_nothing);
        if here.book.trade(&action, rules.style, &rules.costs).is_ok() {
            visit(&here);
        }
        rules.journeys(&here, &mut journeys);
        let mut left = dice.next();
        let drawn = journeys.iter().position(|(probability, _)| {
            left -= probability;
            left < 0.0
        });
        here = journeys.swap_remove(drawn.unwrap_or(0)).1;
    }
    visit(&here);
}

fn bits(code: &[f32]) -> Vec<u32> {
    code.iter().map(|x| x.to_bits()).collect()
}

fn encode(rules: &Rules, situation: &Situation) -> Vec<u32> {
    bits(&encoding::encode(rules, situation)[..])
}

/// Equal but for what the documentation leaves out: the way to the cash, the order of the lots, and digits that an `f32` lacks.
fn agree(one: &Situation, other: &Situation) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 2e-7 * a.abs().max(b.abs()).max(1.0);
    let lots = |s: &Situation| -> Vec<Lot> {
        let order = encoding::lot_order(&s.book);
        order.iter().map(|&place| s.book.lots()[place]).collect()
    };
    one.state.day == other.state.day
        && near(one.state.spot, other.state.spot)
        && near(one.state.vol_factor, other.state.vol_factor)
        && near(one.book.cash().usd(), other.book.cash().usd())
        && near(one.book.reserved().usd(), other.book.reserved().usd())
        && one.book.shares() == other.book.shares()
        && lots(one) == lots(other)
}

/// Thousands of situations that legal play reaches, in many markets: equal numbers mean equal situations.
#[test]
fn no_two_situations_look_the_same() {
    let mut dice = Dice(1);
    let mut seen: HashMap<Vec<u32>, (usize, Situation)> = HashMap::new();
    let (mut visits, mut most_lots) = (0, 0);
    for number in 0..24 {
        let world = any_world(&mut dice);
        let rules = world.rules();
        for game in 0..40 {
            let begin = start(&world, &rules, game % 2 == 1);
            play(&rules, begin, &mut dice, |here| {
                visits += 1;
                most_lots = most_lots.max(here.book.lots().len());
                let before = seen
                    .entry(encode(&rules, here))
                    .or_insert_with(|| (number, here.clone()));
                assert!(
                    before.0 == number && agree(&before.1, here),
                    "world {} {:?}\nworld {number} {here:?}",
                    before.0,
                    before.1
                );
            });
        }
    }
    println!(
        "{visits} visits, {} situations, up to {most_lots} lots",
        seen.len()
    );
    assert!(visits > 8000 && seen.len() > 3000 && most_lots >= 2);
}

/// The situation that the next tests look at, after its parts have been changed.
fn middle(world: &World) -> (Rules, Situation) {
    let rules = world.rules();
    let lots = [
        world.lot(Right::Put, 0.95, 52, -1),
        world.lot(Right::Call, 1.04, 52, -2),
    ];
    let usd = |shares: f64| Cents::from_usd(shares * world.spot);
    let book = Book::new(usd(400.0), usd(10.0), 250, &lots).unwrap();
    let state = State {
        day: 30,
        spot: 0.98 * world.spot,
        vol_factor: 0.1,
    };
    (rules, Situation { state, book })
}

/// Whatever changes what a later situation is worth changes a number; what the documentation leaves out does not.
#[test]
fn each_assumption_is_told_on_later_days() {
    type Change = (&'static str, fn(&mut World));
    let told: [Change; 33] = [
        ("smile level", |w| w.vol += 0.001),
        ("smile slope", |w| w.slope += 0.001),
        ("rate", |w| w.rate += 0.0001),
        ("dividend yield", |w| w.dividend_yield += 0.0001),
        ("first dividend", |w| w.dividends[0].usd += 0.01),
        ("second dividend", |w| w.dividends[1].usd += 0.01),
        ("third dividend's day", |w| w.dividends[2].ex_day += 1),
        ("a fourth dividend", |w| {
            w.dividends.push(Dividend {
                ex_day: 91,
                usd: 0.1,
            })
        }),
        ("drift", |w| w.assumptions.drift += 0.0001),
        ("forecast", |w| {
            w.assumptions.forecast_over_implied += 0.0001
        }),
        ("half-life", |w| w.assumptions.half_life_days += 0.01),
        ("vol of vol", |w| w.assumptions.vol_of_vol += 0.0001),
        ("correlation", |w| {
            w.assumptions.spot_vol_correlation += 0.0001
        }),
        ("jumps", |w| w.assumptions.jumps_per_year += 0.0001),
        ("jump mean", |w| w.assumptions.jump_mean += 0.0001),
        ("jump sd", |w| w.assumptions.jump_sd += 0.0001),
        ("spread", |w| w.spread.fraction_of_mid += 0.0001),
        ("least spread", |w| w.spread.minimum_usd += 0.0001),
        ("fee", |w| w.costs.per_contract += Cents(1)),
        ("assignment fee", |w| w.costs.per_assignment += Cents(1)),
        ("fill", |w| w.fill = Fill::Mid),
        ("slippage", |w| w.slippage_usd += 0.0001),
        ("horizon", |w| w.horizon_day += 1),
        ("style", |w| w.style = Style::European),
        ("cycle", |w| w.cycle_days += 1),
        ("a delta", |w| w.deltas[2] += 0.001),
        ("another delta", |w| w.deltas.push(0.6)),
        ("no deltas", |w| w.deltas.clear()),
        ("collateral", |w| w.collateral_fraction -= 0.001),
        ("concentration", |w| w.concentration_fraction -= 0.001),
        ("risk aversion", |w| w.risk_aversion += 0.001),
        ("scale of the utility", |w| w.wealth_usd += 1.0),
        ("scale of the market", |w| w.spot *= 1.001),
    ];
    let base = house();
    let (rules, situation) = middle(&base);
    let code = encode(&rules, &situation);
    for (name, change) in told {
        let mut world = base.clone();
        change(&mut world);
        assert_ne!(code, encode(&world.rules(), &situation), "{name}");
    }
    let mut world = base.clone();
    world.costs.per_share_usd += 1.0;
    assert_eq!(code, encode(&world.rules(), &situation), "fee on shares");
}

/// Numbers by hand: each stands where the table says.
#[test]
fn numbers_stand_where_the_table_says() {
    let (rules, situation) = middle(&house());
    let code = encoding::encode(&rules, &situation);
    let futures = &rules.futures;
    let state = &situation.state;
    let (put, call) = (
        futures.mid(state, Right::Put, 95.0, 52),
        futures.mid(state, Right::Call, 104.0, 52),
    );
    let wealth = 4e4 + 250.0 * 98.0 - 100.0 * put - 200.0 * call;
    assert!((wealth - rules.wealth(&situation)).abs() < 1e-6);
    let (account, lots, terms, later, events) = (
        encoding::ACCOUNT.start,
        encoding::LOTS.start,
        encoding::TERMS.start,
        encoding::LATER.start,
        encoding::EVENTS.start,
    );
    let by_hand = [
        (account, wealth.log10()),
        (account + 1, 4e4 / wealth),
        (account + 2, (1e3 + 9.5e3) / wealth),
        (account + 3, (4e4 - 1e3 - 9.5e3) / wealth),
        (account + 4, 250.0 * 98.0 / wealth),
        (account + 5, 50.0 * 98.0 / wealth),
        (account + 7, 9800.0 / wealth),
        (account + 8, (1.0 + (4e4 - 1e3 - 9.5e3) / 9800.0_f64).ln()),
        (account + 9, 1.5_f64.ln()),
        (account + 13, 0.9),
        (account + 22, 0.65 / 9800.0),
        (account + 24, 91.0 / 365.0),
        (account + 25, 61.0 / 365.0),
        (account + 26, 30.0 / 365.0),
        (account + 27, 0.1),
        (account + 28, 0.2),
        (account + 30, 2.0),
        // The put before the call of the same day.
        (lots, 1.0),
        (lots + 1, 0.0),
        (lots + 2, 1.0),
        (lots + 3, 2.0_f64.ln()),
        (lots + 4, (95.0 / 98.0_f64).ln()),
        (lots + 5, 22.0 / 365.0),
        (lots + 6, futures.implied_vol(state, 95.0, 52)),
        (lots + 7, futures.delta(state, Right::Put, 95.0, 52)),
        (lots + 8, put / 98.0),
        (lots + 12 + 1, 1.0),
        (lots + 12 + 3, 3.0_f64.ln()),
        (lots + 12 + 8, call / 98.0),
        (lots + 24, 0.0),
        (terms, 5.0 / 365.0),
        (terms + 8 * 5 + 1, (futures.forward(state, 60) / 98.0).ln()),
        (terms + 8 * 5 + 7, futures.deviation(state, 60)),
        (encoding::MENU.start + 2, 0.15),
        (encoding::MENU.start + 16 + 2, 0.45),
        (encoding::MENU.start + 24, 0.0),
        (later + 1, 1.0),
        (later + 2, 0.9),
        (later + 3, 5.0 / 9800.0),
        (later + 4, 0.0),
        (later + 5, (wealth / 6e4).ln()),
        (events, 1.0),
        (events + 1, 20.0 / 365.0),
        (events + 2, 0.5 / 98.0),
        (events + 3, 200.0 / 250.0),
        (events + 4 + 3, 0.0),
    ];
    for (place, exact) in by_hand {
        let gap = (f64::from(code[place]) - exact).abs();
        assert!(
            gap < 1e-6 * exact.abs().max(0.01),
            "number {place}: {} is not {exact}",
            code[place]
        );
    }
}

/// A cent, a share, a contract, a day: each part of the situation is told.
#[test]
fn each_part_of_a_situation_is_told() {
    let base = house();
    let (rules, situation) = middle(&base);
    let code = encode(&rules, &situation);
    let state = situation.state;
    for (name, state) in [
        ("day", State { day: 31, ..state }),
        (
            "spot",
            State {
                spot: state.spot + 0.001,
                ..state
            },
        ),
        (
            "factor",
            State {
                vol_factor: 0.1001,
                ..state
            },
        ),
    ] {
        let other = Situation {
            state,
            book: situation.book.clone(),
        };
        assert_ne!(code, encode(&rules, &other), "{name}");
    }
    let lots = situation.book.lots();
    let with = |place: usize, lot: Lot| {
        let mut lots = lots.to_vec();
        lots[place] = lot;
        lots
    };
    let books = [
        ("cash", 4_000_001, 100_000, 250, lots.to_vec()),
        ("pledge", 4_000_000, 100_001, 250, lots.to_vec()),
        ("shares", 4_000_000, 100_000, 251, lots.to_vec()),
        ("no call", 4_000_000, 100_000, 250, lots[..1].to_vec()),
        (
            "strike",
            4_000_000,
            100_000,
            250,
            with(
                0,
                Lot {
                    strike: lots[0].strike + Cents(1),
                    ..lots[0]
                },
            ),
        ),
        (
            "expiry",
            4_000_000,
            100_000,
            250,
            with(
                1,
                Lot {
                    expiry_day: 53,
                    ..lots[1]
                },
            ),
        ),
        (
            "contracts",
            4_000_000,
            100_000,
            250,
            with(
                1,
                Lot {
                    contracts: -1,
                    ..lots[1]
                },
            ),
        ),
        (
            "long",
            4_000_000,
            100_000,
            250,
            with(
                0,
                Lot {
                    contracts: 1,
                    ..lots[0]
                },
            ),
        ),
        (
            "right",
            4_000_000,
            100_000,
            250,
            with(
                1,
                Lot {
                    right: Right::Put,
                    ..lots[1]
                },
            ),
        ),
    ];
    for (name, cash, pledged, shares, lots) in books {
        let book = Book::new(Cents(cash), Cents(pledged), shares, &lots).unwrap();
        assert_ne!(code, encode(&rules, &Situation { state, book }), "{name}");
    }
}

/// Neither the order in which lots were opened nor how cash came about leaves a trace, in the last bit.
#[test]
fn order_and_history_leave_no_trace() {
    let base = house();
    let rules = base.rules();
    let lots: Vec<Lot> = [
        (Right::Put, 0.95, 52, -1),
        (Right::Call, 1.04, 52, -1),
        (Right::Put, 0.91, 40, -1),
        (Right::Call, 1.01, 60, 1),
        (Right::Put, 0.99, 52, -1),
    ]
    .map(|(right, moneyness, day, contracts)| base.lot(right, moneyness, day, contracts))
    .into();
    let at = |day| State {
        day,
        spot: 97.0,
        vol_factor: -0.1,
    };
    let mut dice = Dice(7);
    for day in [0, 30] {
        let book = |lots: &[Lot]| Book::new(Cents(9_000_000), Cents::ZERO, 200, lots).unwrap();
        let situation = |book| Situation {
            state: at(day),
            book,
        };
        let code = encode(&rules, &situation(book(&lots)));
        for _ in 0..20 {
            let mut mixed = lots.clone();
            for last in (1..mixed.len()).rev() {
                mixed.swap(last, dice.below(last + 1));
            }
            assert_eq!(code, encode(&rules, &situation(book(&mixed))), "{mixed:?}");
        }
        let mut paid = Book::new(Cents(8_900_000), Cents::ZERO, 200, &lots).unwrap();
        paid.receive_dividend(5.0);
        assert_eq!(paid.cash(), Cents(9_000_000));
        assert_eq!(code, encode(&rules, &situation(paid)), "by a dividend");
    }
}

/// An encoder gives the same bits as the function, for states it has kept, has dropped, and has never seen.
#[test]
fn an_encoder_changes_no_bit() {
    let mut dice = Dice(3);
    for _ in 0..4 {
        let world = any_world(&mut dice);
        let rules = world.rules();
        let mut situations = Vec::new();
        for game in 0..20 {
            let begin = start(&world, &rules, game % 2 == 1);
            play(&rules, begin, &mut dice, |here| {
                situations.push(here.clone())
            });
        }
        let mut encoder = Encoder::new(&rules);
        // What lies in `out` before is overwritten.
        let mut out = [f32::NAN; LEN];
        for turn in 0..2000 {
            // Now among a few states, now among more than are kept.
            let among = if turn % 200 < 100 {
                situations.len()
            } else {
                12
            };
            let here = &situations[dice.below(among.min(situations.len()))];
            encoder.write(here, &mut out);
            assert_eq!(bits(&out), encode(&rules, here));
        }
    }
}

/// In any market that one meets numbers stay below 10, and in one that nobody meets they are held there.
#[test]
fn numbers_are_of_order_one() {
    let mut dice = Dice(5);
    let mut largest = (0.0_f32, 0);
    for _ in 0..60 {
        let world = any_world(&mut dice);
        let rules = world.rules();
        for game in 0..6 {
            let begin = start(&world, &rules, game % 2 == 1);
            play(&rules, begin, &mut dice, |here| {
                for (place, x) in encoding::encode(&rules, here).iter().enumerate() {
                    assert!(
                        x.abs() < 10.0,
                        "number {place} is {x} in {here:?} of {world:?}"
                    );
                    largest = if x.abs() > largest.0 {
                        (x.abs(), place)
                    } else {
                        largest
                    };
                }
            });
        }
    }
    println!("largest {largest:?}");
    let mut crash = house();
    crash.assumptions.jumps_per_year = 300.0;
    crash.costs.per_contract = Cents(100_000);
    let (rules, mut situation) = middle(&crash);
    for spot in [1e-3, 0.5, 1e5] {
        situation.state.spot = spot;
        let code = encoding::encode(&rules, &situation);
        assert!(
            code.iter().all(|x| x.abs() <= encoding::BOUND as f32),
            "{spot}"
        );
    }
}

/// Everything in tens of dollars: only the numbers in dollars move, and the fees, which are fixed, over what they are paid for.
#[test]
fn a_market_ten_times_as_dear_looks_the_same() {
    let small = house();
    let mut large = small.clone();
    large.spot *= 10.0;
    large.wealth_usd *= 10.0;
    large.dividends.iter_mut().for_each(|d| d.usd *= 10.0);
    let at = |world: &World, day: u16| {
        let (rules, mut situation) = middle(world);
        situation.state.day = day;
        encoding::encode(&rules, &situation)
    };
    for day in [0, 30] {
        let (one, ten) = (at(&small, day), at(&large, day));
        for place in 0..LEN {
            let (a, b) = (one[place], ten[place]);
            match place {
                0 => assert!((b - a - 1.0).abs() < 1e-5, "wealth {a} {b}"),
                // Fees over the value of a contract.
                22 => assert!((b * 10.0 - a).abs() < 1e-6 * a, "fee {a} {b}"),
                _ if place == encoding::LATER.start + 3 => {
                    assert!((b * 10.0 - a).abs() <= 1e-6 * a, "assignment {a} {b}");
                }
                _ => assert!(
                    (a - b).abs() < 2e-5 * a.abs().max(1.0),
                    "number {place}: {a} and {b}"
                ),
            }
        }
    }
}
