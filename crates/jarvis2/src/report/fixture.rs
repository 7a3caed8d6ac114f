//! Plans made by hand, for the tests of the reports. The figures are plausible, not computed.

use crate::plan::{
    AccountView, ActionView, Alternative, Assumption, DataView, Decision, Draws, Edge, Evidence,
    EvidenceRow, Figure, Flip, IntervalUsd, LegView, Manifest, MismatchRow, MismatchView,
    NetsChoice, NetsView, Numbers, Outcome, PayoffPoint, Plan, RefusalView, RefusedRows,
    SearchView, SmileView, WhatIf, Why,
};
use crate::recall::since::{ChangeView, SinceView};
use crate::recall::{
    ContractView, DiaryPrecedent, FeatureView, MEANING, OutcomeView, PriceDay, PriceRecall,
    RecallView,
};
use crate::regimes::RegimeView;
use crate::trace::{PartKind, SettlePoint, Settling, TreePart, TreeView};

fn interval(value_usd: f64, low_usd: f64, high_usd: f64) -> IntervalUsd {
    IntervalUsd {
        value_usd,
        low_usd,
        high_usd,
    }
}

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_string()).collect()
}

/// Two cash-secured puts on a stock at 69.42.
pub(crate) fn fixture() -> Plan {
    let action = put("2026-09-18", 49, 67.5, 1.04);
    let numbers = put_numbers();
    Plan {
        schema_version: 1,
        watermark: None,
        symbol: "KO".into(),
        as_of: "2026-07-31".into(),
        spot_usd: 69.42,
        decision: Decision {
            outcome: Outcome::Act,
            action: action.clone(),
            because: "The put is worth $61.35 more than the safer 65 put, and stays best in most draws of the market's parameters.".into(),
            notices: texts(&[
                "Ex-dividend 2026-09-12 ($0.51 per share) lies before the expiry.",
                "Risk aversion was not given: the default of 4 was used.",
            ]),
            confidence_fraction: 0.95,
        },
        numbers: numbers.clone(),
        alternatives: alternatives(&action, &numbers),
        why: why(),
        tree: tree(),
        what_if: what_if(&[50.0, 55.0, 60.0, 62.5, 65.0, 67.5, 69.42, 72.5, 75.0, 80.0, 85.0], 67.5, 206.7),
        evidence: evidence(),
        recall: recall(),
        account: AccountView {
            source: "account.toml".into(),
            cash_usd: 20_000.0,
            shares: 100,
            basis_usd_per_share: Figure::Known(66.105),
            options: texts(&["short 1 KO 2026-08-21 75 call, opened at 0.62"]),
            wealth_usd: 26_901.5,
            reserved_usd: 4_200.0,
            left_out: texts(&["PFE: 1 short put (another symbol)"]),
        },
        data: data(),
        manifest: Manifest {
            seed: 7,
            data_sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
            inputs_sha256: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752".into(),
            config_sha256: "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13".into(),
            search_batch: 256,
            encoding_sha256: "a4e624d686e03ed2767c0abd85c14426b0b1157d2ce81d27bb4fe4f6f01d688a".into(),
            version: "0.1.0".into(),
            device: "cpu".into(),
            device_because: "no GPU is known to be faster for 24 rows".into(),
        },
    }
}

/// Two days of the prices and one decision of the diary.
fn recall() -> RecallView {
    let day = |date: &str, end: &str, distance, move_fraction, past| PriceDay {
        date: date.into(),
        end: end.into(),
        distance,
        regime: Some("calm rising".into()),
        most_alike: texts(&[
            "return over 21 days",
            "volatility over 63 days",
            "return over 5 days",
        ]),
        least_alike: "worst fall within 63 days".into(),
        return_fraction: move_fraction,
        worst_close_fraction: -0.061,
        past_strike: Some(past),
    };
    let outcome = |days, independent, share: f64| OutcomeView {
        days,
        independent,
        mean_return_fraction: Figure::Known(0.004),
        lowest_return_fraction: Figure::Known(-0.052),
        highest_return_fraction: Figure::Known(0.031),
        past_strike_fraction: Figure::Known(share),
        past_strike_low_fraction: Figure::Known(0.095),
        past_strike_high_fraction: Figure::Known(0.905),
    };
    RecallView {
        meaning: MEANING.into(),
        contract: Some(ContractView {
            text: "the action proposed: sell 2 KO 2026-09-18 67.5 put at $1.04".into(),
            right: "put".into(),
            strike_over_spot: 0.972,
            days: 49,
        }),
        regime: Some(RegimeView {
            name: "normal falling".into(),
            today: "2026-07-31".into(),
            since: "2026-07-20".into(),
            since_may_be_earlier: false,
            days: 10,
            odds_fraction: 0.87,
            vol_per_year: 0.183,
            trend_sigmas: -0.7,
            vol_change_fraction: 0.12,
            share_fraction: 0.31,
            mean_stay_days: Figure::Known(17.0),
            from: "2021-04-06".into(),
            regimes: texts(&["calm rising", "normal falling"]),
            separate: true,
        }),
        regime_note: "normal falling since 2026-07-20 (10 trading days), 87.0 % sure".into(),
        only_regime: None,
        prices: Some(PriceRecall {
            source: "KO.csv".into(),
            from: "2021-01-04".into(),
            today: "2026-07-31".into(),
            features: vec![FeatureView {
                name: "volatility over 21 days".into(),
                today: -1.7,
                mean: -1.8,
                deviation: 0.2,
                unit: "log of a fraction per year".into(),
            }],
            rule: "close is at most 0.5".into(),
            farthest: 0.5,
            nearest: 0.21,
            close_days: 9,
            precedents: vec![
                day("2023-05-02", "2023-06-20", 0.21, 0.012, false),
                day("2024-10-07", "2024-11-25", 0.44, -0.052, true),
            ],
            after_close: outcome(2, 2, 0.5),
            after_any: outcome(1_290, 38, 0.24),
        }),
        prices_note: "On 2 past days like this one, 50.0 % ended below the strike".into(),
        diary: vec![DiaryPrecedent {
            situation: 11,
            decision: 12,
            symbol: "KO".into(),
            date: "2026-05-29".into(),
            regime: None,
            distance: 0.0123,
            differs_in: "menu of actions".into(),
            action: "sell 2 KO 2026-07-17 67.5 put at $0.98".into(),
            ending: Some("expired".into()),
            realised_usd: Figure::Known(194.70),
        }],
        diary_note: "1 of 7 earlier situations is close".into(),
        since: Some(SinceView {
            decision: 11,
            date: "2026-07-30".into(),
            days: 1,
            action_then: "do nothing".into(),
            same_choice: false,
            worth_then_usd: 0.0.into(),
            worth_now_usd: 0.0.into(),
            action_now: Some("do nothing".into()),
            changes: vec![
                ChangeView {
                    what: "share price".into(),
                    then: "$70.10".into(),
                    now: "$69.45".into(),
                    difference: Some("-0.9 %".into()),
                },
                ChangeView {
                    what: "implied volatility, 30 days at the money".into(),
                    then: "19.2 % a year".into(),
                    now: "20.6 % a year".into(),
                    difference: None,
                },
            ],
            fills: texts(&["2026-07-31: trade -1 KO 2026-08-21 72 call at $0.41"]),
            followed: "n/a (the plan said to do nothing)".into(),
        }),
        since_note: "1 day ago (2026-07-30, decision 11) the share stood at $70.10 and the plan said: do nothing".into(),
    }
}

/// The same on data made by a generator.
pub(super) fn synthetic() -> Plan {
    Plan {
        watermark: Some(
            "SYNTHETIC DATA: made by a generator with seed 11. No market ever quoted these prices."
                .into(),
        ),
        ..fixture()
    }
}

/// Every figure that may be missing is missing, and every list is empty.
pub(super) fn bare() -> Plan {
    let none = || Figure::missing("no option is sold");
    let mut plan = fixture();
    plan.decision.outcome = Outcome::DoNothing;
    plan.decision.action = nothing("do_nothing", "do nothing");
    plan.decision.because = "Nothing that was compared is better than doing nothing today.".into();
    plan.decision.notices.clear();
    plan.numbers = empty_numbers("no option is sold");
    plan.alternatives = vec![Alternative {
        action: plan.decision.action.clone(),
        numbers: plan.numbers.clone(),
        chosen: true,
        verdict: "the only legal action".into(),
    }];
    plan.why.search.tree_answered_fraction = Figure::missing("no later decision on any path");
    plan.why.search.principal_line.clear();
    plan.why.subject = plan.decision.action.text.clone();
    let edge = &mut plan.why.edge;
    for part in [
        &mut edge.volatility_usd,
        &mut edge.drift_usd,
        &mut edge.carry_usd,
        &mut edge.other_usd,
        &mut edge.costs_usd,
        &mut edge.risk_usd,
    ] {
        *part = none();
    }
    edge.later_decisions_usd = none();
    edge.total_usd = Figure::missing("worth was not estimated");
    plan.why.draws.count = 0;
    for flip in &mut plan.why.flips {
        flip.flips_at = Figure::missing("no flip between 5 % and 100 %");
    }
    plan.why.refusals.clear();
    plan.why.assumptions.clear();
    plan.recall = RecallView::none("no price history", "the diary is switched off");
    plan.tree.parts.clear();
    plan.tree.settling = Settling {
        points: vec![],
        changes: vec![],
        changed: 0,
        settled_at_evaluations: Figure::missing("no action was tried"),
    };
    plan.what_if = WhatIf {
        meaning: "There is no position to show.".into(),
        dates: vec![],
        spots_usd: vec![],
        profit_usd: vec![],
        payoff: vec![],
    };
    plan.evidence.rows.clear();
    plan.account.basis_usd_per_share = Figure::missing("no shares");
    plan.account.options.clear();
    plan.account.left_out.clear();
    plan.data.refused.clear();
    plan.data.notes.clear();
    plan.data.smiles.clear();
    plan
}

/// All cash, and nothing beats doing nothing: no trade, no risk, a flat payoff.
pub(super) fn idle() -> Plan {
    let mut plan = fixture();
    let interest = 209.1;
    plan.decision.outcome = Outcome::DoNothing;
    plan.decision.action = nothing("do_nothing", "do nothing today");
    plan.decision.because =
        "nothing beats doing nothing today: the nearest is worth -$21.40 against it".into();
    plan.decision.notices =
        texts(&["no account was given: $20,000 of cash and no positions are assumed"]);
    plan.numbers = Numbers {
        cvar95_usd: Figure::Known(-interest),
        delta_shares: Figure::Known(0.0),
        gamma_shares_per_usd: Figure::Known(0.0),
        theta_usd_per_day: Figure::Known(0.0),
        vega_usd_per_vol_point: Figure::Known(0.0),
        rho_usd_per_percent: Figure::Known(0.0),
        worth: Some(interval(interest, interest, interest)),
        worth_over_holding: Some(interval(0.0, 0.0, 0.0)),
        mean_gain_usd: Figure::Known(interest),
        probability_in_the_money_risk_neutral: Figure::missing("no option is sold"),
        ..empty_numbers("no option is sold")
    };
    for row in &mut plan.alternatives {
        row.chosen = row.action.kind == "do_nothing";
        if row.chosen {
            row.numbers = plan.numbers.clone();
            row.verdict = "worth $21.40 more than the next best on fresh paths".into();
        }
    }
    plan.what_if = WhatIf {
        meaning: "profit of the whole position in dollars against today's wealth".into(),
        dates: texts(&["2026-07-31", "2026-09-14", "2026-10-29"]),
        spots_usd: vec![60.0, 69.42, 80.0],
        profit_usd: vec![vec![0.0, 104.2, interest]; 3],
        payoff: [60.0, 69.42, 80.0]
            .map(|spot_usd| PayoffPoint {
                spot_usd,
                now_usd: 0.0,
                at_expiry_usd: interest,
            })
            .to_vec(),
    };
    plan.account.cash_usd = 20_000.0;
    plan.account.shares = 0;
    plan.account.basis_usd_per_share = Figure::missing("not given");
    plan.account.options.clear();
    plan
}

/// A limit or the evidence forbids what looked better; one quote and some odds are missing.
pub(crate) fn abstaining() -> Plan {
    let mut plan = fixture();
    plan.decision.outcome = Outcome::Abstain;
    plan.decision.action = nothing("do_nothing", "do nothing today");
    plan.decision.because = "The best put beats doing nothing in only 52.0 % of the parameter draws; 60.0 % is required.".into();
    plan.numbers = empty_numbers("no option is sold");
    plan.numbers.worth = Some(interval(-3.2, -20.1, 13.7));
    plan.numbers.worth_over_holding = Some(interval(14.8, -2.5, 32.1));
    plan.numbers.cvar95_usd = Figure::Known(812.4);
    plan.numbers.delta_shares = Figure::Known(100.0);
    for row in &mut plan.alternatives {
        row.chosen = row.action.kind == "do_nothing";
        if row.chosen {
            row.verdict = "no action is better often enough".into();
        } else if row.action.kind == "sell_put" {
            row.verdict = "beats doing nothing in too few parameter draws".into();
        }
    }
    plan.why.draws.beats_doing_nothing_fraction = 0.52;
    plan
}

/// Amounts and strikes as large as they come, long names, and many columns.
pub(super) fn large() -> Plan {
    let mut plan = synthetic();
    let big = 1_234_567.89;
    plan.symbol = "BERKSHIRE.LIKE.A".into();
    plan.spot_usd = 54_321.0;
    let mut action = put("2026-09-18", 49, 52_500.0, 1_234.5);
    action.kind = "roll".into();
    action.text =
        "roll 12 BERKSHIRE.LIKE.A 2026-08-21 55000 puts to 2026-09-18 52500 puts for a net credit of 1234.50 or better".into();
    let mut bought = action.legs[0].clone();
    bought.side = "buy".into();
    bought.strike_usd = Some(55_000.0);
    bought.delta = Figure::missing("no volatility at this strike");
    bought.bid_usd = Figure::missing("no bid in the chain");
    bought.mid_usd = Figure::missing("no bid in the chain");
    action.legs.insert(0, bought);
    action.capital_locked_usd = 51.0 * big;
    plan.decision.action = action.clone();
    let numbers = &mut plan.numbers;
    for figure in [
        &mut numbers.premium_after_fees_usd,
        &mut numbers.max_profit_usd,
        &mut numbers.cvar95_usd,
        &mut numbers.mean_gain_usd,
    ] {
        *figure = Figure::Known(big);
    }
    numbers.break_even_usd_per_share = Figure::Known(51_265.4);
    numbers.max_loss_usd = Figure::Known(51.0 * big);
    numbers.theta_usd_per_day = Figure::Known(-big);
    numbers.delta_shares = Figure::Known(-12_345.6);
    numbers.worth = Some(interval(big, -big, 2.0 * big));
    numbers.worth_over_holding = numbers.worth;
    for row in &mut plan.alternatives {
        row.numbers = plan.numbers.clone();
        row.action.capital_locked_usd = action.capital_locked_usd;
        if row.chosen {
            row.action = action.clone();
        }
    }
    plan.what_if = what_if(
        &[40_000.0, 45_000.0, 50_000.0, 54_321.0, 60_000.0],
        52_500.0,
        big,
    );
    plan.what_if
        .dates
        .extend(texts(&["2026-10-02", "2026-10-16", "2026-10-30"]));
    for profits in &mut plan.what_if.profit_usd {
        for profit in profits.iter_mut() {
            *profit *= 100.0;
        }
        profits.extend([-big, big, 0.0]);
    }
    for row in &mut plan.evidence.rows {
        row.worth = interval(big, -big, 2.0 * big);
        row.quantiles_usd = [-10.0 * big, -big, 1.0, big, 10.0 * big];
        row.cvar95_usd = big;
        row.premium_usd = big;
        row.fees_usd = big;
    }
    plan.account.cash_usd = 51.0 * big;
    plan.data.chain = format!("a/very/long/path/without/any/space/{}.csv", "x".repeat(90));
    plan
}

fn put(expiry: &str, dte_days: u32, strike_usd: f64, limit_usd: f64) -> ActionView {
    ActionView {
        kind: "sell_put".into(),
        text: format!("sell 2 KO {expiry} {strike_usd} puts at {limit_usd:.2} or better"),
        legs: vec![LegView {
            side: "sell".into(),
            instrument: "put".into(),
            expiry: Some(expiry.into()),
            dte_days: Some(dte_days),
            strike_usd: Some(strike_usd),
            count: 2,
            multiplier_shares: 100,
            delta: Figure::Known(-0.283),
            implied_vol: Figure::Known(0.2412),
            bid_usd: Figure::Known(limit_usd - 0.02),
            mid_usd: Figure::Known(limit_usd + 0.005),
            ask_usd: Figure::Known(limit_usd + 0.03),
            limit_usd,
            price_basis: "mid less 20 % of the half-spread".into(),
        }],
        capital_locked_usd: strike_usd * 200.0,
        valid_until: "2026-07-31".into(),
    }
}

fn nothing(kind: &str, text: &str) -> ActionView {
    ActionView {
        kind: kind.into(),
        text: text.into(),
        legs: vec![],
        capital_locked_usd: 0.0,
        valid_until: "2026-07-31".into(),
    }
}

fn put_numbers() -> Numbers {
    Numbers {
        premium_after_fees_usd: Figure::Known(206.7),
        break_even_usd_per_share: Figure::Known(66.4665),
        distance_fraction: Figure::Known(0.027_658),
        distance_in_expected_moves: Figure::Known(0.47),
        probability_of_profit_real_world: Figure::Known(0.7432),
        probability_of_early_assignment_real_world: Figure::Known(0.0004),
        probability_of_assignment_at_expiry_real_world: Figure::Known(0.3011),
        probability_of_touch_real_world: Figure::Known(0.5238),
        probability_in_the_money_risk_neutral: Figure::Known(0.3456),
        max_profit_usd: Figure::Known(206.7),
        max_loss_usd: Figure::Known(13_293.3),
        return_on_capital_fraction: Figure::Known(0.015_311),
        return_on_capital_annualised_simple_fraction: Figure::Known(0.114_052),
        cvar95_usd: Figure::Known(1_421.18),
        delta_shares: Figure::Known(168.3),
        gamma_shares_per_usd: Figure::Known(-14.92),
        theta_usd_per_day: Figure::Known(4.13),
        vega_usd_per_vol_point: Figure::Known(-17.86),
        rho_usd_per_percent: Figure::Known(6.02),
        adjusted_basis_usd_per_share: Figure::Known(66.3458),
        worth: Some(interval(171.92, 118.4, 225.44)),
        worth_over_holding: Some(interval(84.12, 31.0, 137.24)),
        mean_gain_usd: Figure::Known(302.55),
    }
}

fn empty_numbers(reason: &str) -> Numbers {
    let none = || Figure::missing(reason);
    Numbers {
        premium_after_fees_usd: none(),
        break_even_usd_per_share: none(),
        distance_fraction: none(),
        distance_in_expected_moves: none(),
        probability_of_profit_real_world: none(),
        probability_of_early_assignment_real_world: none(),
        probability_of_assignment_at_expiry_real_world: none(),
        probability_of_touch_real_world: none(),
        probability_in_the_money_risk_neutral: Figure::missing("the smile could not be fitted"),
        max_profit_usd: none(),
        max_loss_usd: none(),
        return_on_capital_fraction: none(),
        return_on_capital_annualised_simple_fraction: none(),
        cvar95_usd: Figure::missing("fewer than 20 paths"),
        delta_shares: Figure::missing("no volatility for a contract of the position"),
        gamma_shares_per_usd: none(),
        theta_usd_per_day: none(),
        vega_usd_per_vol_point: none(),
        rho_usd_per_percent: none(),
        adjusted_basis_usd_per_share: none(),
        worth: None,
        worth_over_holding: None,
        mean_gain_usd: Figure::missing("fewer than 20 paths"),
    }
}

fn alternatives(action: &ActionView, numbers: &Numbers) -> Vec<Alternative> {
    let sold = |expiry: &str,
                days,
                strike,
                limit: f64,
                worth: IntervalUsd,
                odds: f64,
                cvar: f64,
                verdict: &str| Alternative {
        action: put(expiry, days, strike, limit),
        numbers: Numbers {
            premium_after_fees_usd: Figure::Known(limit * 200.0 - 1.3),
            probability_of_profit_real_world: Figure::Known(odds),
            cvar95_usd: Figure::Known(cvar),
            worth_over_holding: Some(worth),
            ..numbers.clone()
        },
        chosen: false,
        verdict: verdict.into(),
    };
    let idle = |kind: &str, text: &str, worth: IntervalUsd, cvar: f64, verdict: &str| Alternative {
        action: nothing(kind, text),
        numbers: Numbers {
            worth_over_holding: Some(worth),
            cvar95_usd: Figure::Known(cvar),
            ..empty_numbers("no option is sold")
        },
        chosen: false,
        verdict: verdict.into(),
    };
    let mut rows = vec![
        Alternative {
            action: action.clone(),
            numbers: numbers.clone(),
            chosen: true,
            verdict: "highest worth after costs and risk".into(),
        },
        sold(
            "2026-09-18",
            49,
            65.0,
            0.51,
            interval(22.77, -3.1, 48.64),
            0.842,
            1_102.7,
            "$61.35 less worth: the premium does not pay for the risk kept",
        ),
        sold(
            "2026-10-16",
            77,
            67.5,
            1.52,
            interval(19.05, -41.9, 80.0),
            0.738,
            1_633.0,
            "$65.07 less worth: the interval reaches below zero",
        ),
        sold(
            "2026-08-21",
            21,
            67.5,
            0.55,
            interval(11.4, -12.2, 35.0),
            0.781,
            1_377.4,
            "$72.72 less worth: costs take 19 % of the premium",
        ),
        sold(
            "2026-09-18",
            49,
            70.0,
            2.01,
            interval(-4.61, -66.0, 56.78),
            0.634,
            1_802.9,
            "$88.73 less worth: more risk than it pays for",
        ),
        sold(
            "2026-08-21",
            21,
            65.0,
            0.16,
            interval(-6.02, -14.0, 1.96),
            0.913,
            1_011.2,
            "$90.14 less worth: costs take 61 % of the premium",
        ),
    ];
    rows.push(idle(
        "do_nothing",
        "do nothing",
        interval(14.8, -2.5, 32.1),
        812.4,
        "$69.32 less worth: waiting keeps the choice but earns nothing now",
    ));
    rows.push(idle(
        "hold_to_horizon",
        "hold everything to the horizon",
        interval(0.0, 0.0, 0.0),
        812.4,
        "$14.80 less worth than doing nothing today",
    ));
    rows.push(sold(
        "2026-10-16",
        77,
        72.5,
        4.1,
        interval(-48.0, -120.0, 24.0),
        0.551,
        2_210.0,
        "$132.12 less worth",
    ));
    rows
}

fn why() -> Why {
    Why {
        objective: "certainty equivalent of the wealth on 2026-10-29 under constant relative risk aversion 4".into(),
        search: SearchView {
            simulations: 4_096,
            evaluations: 3_871,
            nodes: 12_345,
            depth_max: 6,
            stopped: "the budget of 4096 simulations was used".into(),
            actions: 31,
            draw_simulations: 24_576,
            draw_evaluations: 23_018,
            nets: NetsView {
                in_use: true,
                model: Some("shipped".into()),
                sha256: Some("0123456789abcdef".into()),
                because: None,
                with_nets: Some(NetsChoice {
                    action: "sell 2 KO 2026-09-18 70 put at 1.25 or better".into(),
                    over_holding_usd: Figure::Known(84.0),
                }),
                without_nets: Some(NetsChoice {
                    action: "do nothing".into(),
                    over_holding_usd: Figure::Known(0.0),
                }),
                note: None,
            },
            paths: 20_000,
            tree_answered_fraction: Figure::Known(0.643),
            principal_line: texts(&["sell 2 KO 2026-09-18 67.5 puts", "both expire worthless (likeliest)", "sell 2 KO 2026-10-30 67.5 puts"]),
        },
        subject: "sell 2 KO 2026-09-18 67.5 puts at 1.04 or better".into(),
        edge: Edge {
            volatility_usd: Figure::Known(71.44),
            drift_usd: Figure::Known(38.02),
            carry_usd: Figure::Known(0.62),
            other_usd: Figure::Known(0.5),
            costs_usd: Figure::Known(-6.3),
            risk_usd: Figure::Known(-33.41),
            later_decisions_usd: Figure::Known(13.25),
            total_usd: Figure::Known(84.12),
        },
        draws: Draws {
            count: 24,
            stays_best_fraction: 0.833_333,
            same_contract_fraction: 0.541_667,
            beats_doing_nothing_fraction: 0.916_667,
            required_fraction: 0.6,
            indifference_usd: 5.0,
            parameters: "drift, volatility premium, jump rate and their persistence".into(),
        },
        flips: vec![
            Flip { input: "implied volatility falls".into(), now: 18.7, flips_at: Figure::Known(16.1), unit: "% a year".into() },
            Flip { input: "limit price falls".into(), now: 1.04, flips_at: Figure::Known(0.81), unit: "$ per share".into() },
            Flip { input: "risk aversion rises".into(), now: 4.0, flips_at: Figure::missing("no flip up to 20"), unit: "(relative)".into() },
        ],
        refusals: vec![
            RefusalView { limit: "limits.reserve_max".into(), count: 9, nearest_miss: "3 KO 2026-09-18 67.5 puts need $20,250.00; $15,800.00 is free".into() },
            RefusalView { limit: "limits.spread_max".into(), count: 4, nearest_miss: "KO 2026-10-16 55 put: spread 38 % of mid, 35 % is allowed".into() },
        ],
        assumptions: vec![
            Assumption { name: "interest rate".into(), value: "4.25 % per year, continuous".into(), source: "config, rates.flat".into() },
            Assumption { name: "dividends".into(), value: "$0.51 on 2026-09-12".into(), source: "events.csv".into() },
            Assumption { name: "fees".into(), value: "$0.65 per contract and side".into(), source: "default".into() },
            Assumption { name: "contract size".into(), value: "100 shares".into(), source: "chain".into() },
            Assumption {
                name: "market model".into(),
                value: "stochastic volatility with jumps, fitted to 1,258 daily closes, shrunk towards the smile".into(),
                source: "history.csv".into(),
            },
        ],
    }
}

/// Short two puts: the exact payoff at expiry, and a curve that is smooth before it.
fn tree() -> TreeView {
    let part = |kind, parent, level, label: &str, text: &str, share, visits, worth: f64| TreePart {
        kind,
        parent,
        level,
        label: label.into(),
        text: text.into(),
        share_fraction: share,
        visits,
        worth_over_holding_usd: Figure::Known(worth),
        error_usd: Figure::missing("the judge does not say how far it errs"),
        status: "open".into(),
        hidden: 0,
    };
    let chosen = put("2026-09-18", 49, 67.5, 1.04).text;
    let safer = "sell 2 KO 2026-09-18 65 puts at 0.61 or better";
    let mut parts = vec![
        part(
            PartKind::Today,
            0,
            0,
            "today",
            "today, 2026-07-31 at $69.42, volatility 19 %: 100 shares",
            1.0,
            4_097,
            91.4,
        ),
        part(
            PartKind::Action,
            0,
            1,
            "sell 2 2026-09-18 67.5 put",
            &chosen,
            0.625,
            2_560,
            91.4,
        ),
        part(
            PartKind::Outcome,
            1,
            2,
            "$63.10",
            "2026-08-25 at $63.10, volatility 26 %: 100 shares, -2 KO 2026-09-18 67.5 put",
            0.25,
            640,
            -612.3,
        ),
        part(
            PartKind::Outcome,
            1,
            2,
            "$70.80",
            "2026-08-25 at $70.80, volatility 18 %: 100 shares, -2 KO 2026-09-18 67.5 put",
            0.625,
            1_600,
            302.7,
        ),
        part(
            PartKind::Action,
            0,
            1,
            "sell 2 2026-09-18 65 put",
            safer,
            0.25,
            1_024,
            33.2,
        ),
        part(
            PartKind::Action,
            0,
            1,
            "nothing",
            "do nothing today",
            0.125,
            512,
            4.9,
        ),
        part(
            PartKind::Action,
            2,
            3,
            "nothing",
            "do nothing today",
            0.75,
            480,
            -612.3,
        ),
        part(
            PartKind::Action,
            3,
            3,
            "buy 2 2026-09-18 67.5 put",
            "buy 2 KO 2026-09-18 67.5 put at $0.20",
            0.875,
            1_400,
            302.7,
        ),
    ];
    parts[1].hidden = 2;
    parts[1].error_usd = Figure::Known(12.5);
    parts[5].status = "solved".into();
    let point = |simulations, evaluations, best: &str, worth, runner_up: &str, next| SettlePoint {
        simulations,
        evaluations,
        actions_tried: 31,
        best: best.into(),
        best_worth_over_holding_usd: Figure::Known(worth),
        runner_up: runner_up.into(),
        runner_up_worth_over_holding_usd: Figure::Known(next),
        root_worth_over_holding_usd: Figure::Known(worth),
    };
    let points = vec![
        point(260, 256, safer, 40.1, &chosen, 31.7),
        point(1_030, 1_024, &chosen, 77.2, safer, 35.0),
        point(2_060, 2_048, &chosen, 93.8, safer, 33.9),
        point(4_096, 3_871, &chosen, 91.4, safer, 33.2),
    ];
    TreeView {
        meaning: "The tree's own estimate of the sure amount over holding".into(),
        parts,
        settling: Settling {
            changes: points[..2].to_vec(),
            points,
            changed: 1,
            settled_at_evaluations: Figure::Known(1_024.0),
        },
    }
}

fn what_if(spots: &[f64], strike: f64, premium: f64) -> WhatIf {
    // (x + sqrt(x^2 + w^2)) / 2 is a smooth max(x, 0), with the same bits on every machine.
    let profit = |spot: f64, width: f64| {
        let intrinsic = strike - spot;
        let value = f64::midpoint(intrinsic, (intrinsic * intrinsic + width * width).sqrt());
        premium - 200.0 * value
    };
    let start = strike * 0.06;
    let ends = [0.9, 0.75, 0.5, 0.0];
    let (low, high) = (spots[0], spots[spots.len() - 1]);
    WhatIf {
        meaning: "Profit of the new puts, the short call and the shares against the wealth today, if nothing else is traded and implied \
            volatility stays."
            .into(),
        dates: texts(&["2026-08-07", "2026-08-21", "2026-09-04", "2026-09-18"]),
        spots_usd: spots.to_vec(),
        profit_usd: spots.iter().map(|spot| ends.iter().map(|share| profit(*spot, start * share)).collect()).collect(),
        payoff: (0..=80)
            .map(|index| low + (high - low) * f64::from(index) / 80.0)
            .map(|spot| PayoffPoint { spot_usd: spot, now_usd: profit(spot, start), at_expiry_usd: profit(spot, 0.0) })
            .collect(),
    }
}

fn evidence() -> Evidence {
    let row = |policy: &str,
               worth: IntervalUsd,
               mean: f64,
               cvar: f64,
               premium: f64,
               assignments: [f64; 2],
               quantiles: [f64; 5],
               gains: f64| EvidenceRow {
        policy: policy.into(),
        worth,
        mean_gain_usd: mean,
        cvar95_usd: cvar,
        premium_usd: premium,
        fees_usd: premium * 0.006,
        assignments_early: assignments[0],
        assignments_at_expiry: assignments[1],
        quantiles_usd: quantiles,
        share_of_gains: gains,
    };
    Evidence {
        meaning: "These rows are simulated: every policy meets the same futures, drawn from the fitted market model. They compare policies; \
            they are not a track record."
            .into(),
        rows: vec![
            row("this plan", interval(171.92, 118.4, 225.44), 302.55, 1_421.18, 391.2, [0.02, 0.39], [-1_020.3, -84.1, 361.0, 702.9, 1_104.6], 0.7122),
            row("30-delta, 45 days, hold", interval(149.3, 97.1, 201.5), 288.4, 1_502.66, 402.8, [0.03, 0.49], [-1_098.0, -101.9, 344.4, 690.0, 1_088.2], 0.7051),
            row("buy and hold", interval(87.8, 61.2, 114.4), 214.9, 812.4, 0.0, [0.0, 0.0], [-702.5, -205.0, 208.8, 621.3, 1_240.7], 0.6104),
            row("cash at the bill rate", interval(209.1, 209.1, 209.1), 209.1, -209.1, 0.0, [0.0, 0.0], [209.1, 209.1, 209.1, 209.1, 209.1], 1.0),
        ],
        real_history: Figure::missing("no out-of-sample test on real history has been run yet"),
        real_history_record: String::new(),
        mismatch: Some(MismatchView {
            meaning: "the plan, planned under the model above and lived in markets that are not it: worth over holding".into(),
            worst_over_holding_usd: Figure::Known(-12.4),
            worst_market: "calm and crisis".into(),
            rows: vec![
                MismatchRow {
                    market: "Heston with jumps".into(),
                    over_holding: interval(61.2, 24.0, 98.4),
                    cvar95_usd: 1_377.9,
                },
                MismatchRow {
                    market: "calm and crisis".into(),
                    over_holding: interval(-12.4, -66.1, 41.3),
                    cvar95_usd: 1_604.2,
                },
            ],
            left_out: texts(&["history in blocks: n/a (no price history (--history))"]),
        }),
    }
}

fn data() -> DataView {
    let smile = |expiry: &str, dte_days, forward_usd, atm_vol, points, rmse_vol| SmileView {
        expiry: expiry.into(),
        dte_days,
        forward_usd,
        forward_basis: "put-call parity".into(),
        atm_vol,
        points,
        rmse_vol,
    };
    DataView {
        chain: "ko-2026-07-31.csv".into(),
        format: "generic csv".into(),
        rows: 1_412,
        contracts: 236,
        refused: vec![
            RefusedRows {
                reason: "bid above ask".into(),
                count: 3,
                examples: texts(&["row 118: 1.30 > 1.05", "row 120: 0.90 > 0.85"]),
            },
            RefusedRows {
                reason: "no bid".into(),
                count: 41,
                examples: texts(&["row 12"]),
            },
        ],
        notes: texts(&[
            "All quotes carry one time, 2026-07-31 16:00 New York.",
            "2026-08-07: 4 contracts left, no smile was fitted.",
        ]),
        smiles: vec![
            smile("2026-08-21", 21, 69.58, 0.1712, 18, 0.0031),
            smile("2026-09-18", 49, 69.29, 0.1874, 26, 0.0024),
            smile("2026-10-16", 77, 69.5, 0.1931, 22, 0.0042),
        ],
    }
}
