//! Why: what the search did, where the worth comes from, what would flip the choice, what limits refused, what was assumed.

use super::{Desk, HUNDRED, right_text, trim};
use crate::engine::decide::{Candidate, Drawn, Judged, Searched, fees, style_words};
use crate::engine::inputs::events_until;
use crate::plan::{
    Assumption, Draws, Edge, Figure, Flip, NetsChoice, NetsView, RefusalView, SearchView, Why,
};
use crate::report::units::usd;
use market::futures::Assumptions;
use pricing::Right;
use search::StopReason;
use wheel::{Action, Leg, Move, Refusal, Rules, Situation};

impl Desk<'_> {
    pub(super) fn why(&self, searched: &Searched, drawn: &Drawn) -> Why {
        let rules = self.rules();
        let counts = searched.counts;
        let subject = self.graded.subject;
        let (answered, asked) = self.graded.tree_answered;
        let mut assumptions = self.table.fitted.assumptions.clone();
        assumptions.extend(self.house_assumptions());
        Why {
            objective: format!(
                "highest expected utility of wealth on {} (day {}), constant relative risk aversion {}, shown as the sure dollars it equals; cash earns {:.2} % a year",
                self.date(rules.horizon_day),
                rules.horizon_day,
                rules.utility.risk_aversion,
                100.0 * rules.futures.rate
            ),
            search: SearchView {
                simulations: u64::from(counts.simulations),
                evaluations: u64::from(counts.evaluations),
                nodes: u64::from(counts.nodes),
                depth_max: counts.depth,
                stopped: stopped(searched.stopped).to_owned(),
                actions: rules.menu.len() as u32,
                draw_simulations: drawn.simulations,
                draw_evaluations: drawn.evaluations,
                paths: self.graded.paths as u64,
                tree_answered_fraction: if asked == 0 {
                    Figure::missing("no later decisions")
                } else {
                    (answered as f64 / asked as f64).into()
                },
                principal_line: self.principal_line(searched),
                nets: self.nets(searched),
            },
            subject: self.text(&self.graded.candidates[subject].action),
            edge: self.edge(&self.graded.candidates[subject]),
            draws: Draws {
                count: drawn.count,
                stays_best_fraction: drawn.stays_best,
                same_contract_fraction: drawn.same_contract,
                beats_doing_nothing_fraction: drawn.beats_nothing,
                required_fraction: self.inputs.config.decision.min_share_of_draws,
                indifference_usd: self.table.indifference_usd,
                parameters: format!(
                    "forecast volatility +- {:.0} % (stratified), drift +- {:.1} points, vol of vol, half-life and jump frequency",
                    100.0 * self.table.fitted.forecast_log_error,
                    100.0 * self.inputs.config.market.drift_error_per_year
                ),
            },
            flips: self.flips(&self.graded.candidates[subject].action),
            refusals: self.refusals(),
            assumptions,
        }
    }

    fn nets(&self, searched: &Searched) -> NetsView {
        let tree = &searched.tree;
        let best = tree.best(tree.root()).and_then(|edge| match edge.action {
            Move::Menu(line) => Some(usize::from(line)),
            _ => None,
        });
        let choice = |line: usize, over_holding: Option<f64>| NetsChoice {
            action: self.text(&self.rules().menu[line]),
            over_holding_usd: over_holding.map_or_else(
                || Figure::missing("not among the finalists"),
                |value| value.into(),
            ),
        };
        let graded = |line: usize| {
            let mut candidates = self.graded.candidates.iter();
            let found = candidates.find(|candidate| candidate.line == line);
            choice(line, found.map(|candidate| candidate.over_holding.value))
        };
        let chosen = self.graded.candidates[self.graded.chosen].line;
        match &searched.judged {
            Judged::ByNets {
                name,
                sha256,
                without,
            } => NetsView {
                in_use: true,
                model: Some(name.clone()),
                sha256: Some(sha256.clone()),
                because: None,
                with_nets: Some(graded(chosen)),
                without_nets: without.map(|(line, over)| choice(line, Some(over.value))),
                note: self.inputs.config.search.time_ms.map(|_| {
                    "by the clock: the tree without nets had a quarter of the time".to_owned()
                }),
            },
            Judged::InClosedForm { because } => NetsView {
                in_use: false,
                model: None,
                sha256: None,
                because: Some(because.clone()),
                with_nets: None,
                without_nets: best.map(graded),
                note: None,
            },
        }
    }

    fn principal_line(&self, searched: &Searched) -> Vec<String> {
        let tree = &searched.tree;
        let step = |step: search::Step<Move>| {
            let situation = tree.state(step.node);
            let action = self.rules().action(situation, step.action)?;
            let place = format!(
                "{} at ${:.2}",
                self.date(situation.state.day),
                situation.state.spot
            );
            Some(format!("{place}: {}", self.text(&action)))
        };
        tree.principal_line().into_iter().filter_map(step).collect()
    }

    /// Certainty equivalent in dollars of holding a situation, in closed form.
    fn held(&self, rules: &Rules, situation: &Situation) -> f64 {
        rules
            .utility
            .certain(rules.held_worth(situation, &mut Vec::new()))
    }

    fn edge(&self, candidate: &Candidate) -> Edge {
        let action = &candidate.action;
        if action.legs().is_empty() {
            let none = || Figure::missing("nothing is traded today");
            return Edge {
                volatility_usd: none(),
                drift_usd: none(),
                carry_usd: none(),
                other_usd: none(),
                costs_usd: none(),
                risk_usd: none(),
                later_decisions_usd: candidate.over_holding.value.into(),
                total_usd: candidate.over_holding.value.into(),
            };
        }
        let rules = self.rules();
        let futures = &rules.futures;
        let neutral = futures.under(Assumptions {
            drift: futures.rate,
            ..futures.assumptions
        });
        let today = &self.table.today.state;
        let (mut volatility, mut drift, mut costs) = (0.0, 0.0, -fees(self.rules(), action));
        for leg in action.legs() {
            let Leg::Option {
                right,
                strike,
                expiry_day,
                contracts,
                price,
            } = *leg
            else {
                continue;
            };
            let shares = f64::from(contracts) * HUNDRED;
            let discount = (-futures.rate * f64::from(expiry_day) / 365.0).exp();
            let mid = self.quoted_mid(right, strike.usd(), expiry_day);
            let fair = discount * neutral.expected_payoff(today, right, strike.usd(), expiry_day);
            let fair_drift =
                discount * futures.expected_payoff(today, right, strike.usd(), expiry_day);
            volatility += shares * (fair - mid);
            drift += shares * (fair_drift - fair);
            costs -= shares * (price.usd() - mid);
        }
        let after = self.after(action);
        let mut dollars = rules.clone();
        dollars.utility.risk_aversion = 0.0;
        let mean = self.held(&dollars, &after) - self.held(&dollars, &self.table.today);
        let certain = self.held(rules, &after) - self.held(rules, &self.table.today);
        let total = candidate.over_holding.value;
        let years = f64::from(rules.horizon_day) / 365.0;
        let received = action.premium().usd() - fees(rules, action);
        let carry = received * (futures.rate * years).exp_m1();
        Edge {
            volatility_usd: volatility.into(),
            drift_usd: drift.into(),
            carry_usd: carry.into(),
            other_usd: (mean - volatility - drift - costs - carry).into(),
            costs_usd: costs.into(),
            risk_usd: (certain - mean).into(),
            later_decisions_usd: (total - certain).into(),
            total_usd: total.into(),
        }
    }

    fn quoted_mid(&self, right: Right, strike: f64, expiry_day: u16) -> f64 {
        let view = self.leg_view(&Leg::Option {
            right,
            strike: market::Cents::from_usd(strike),
            expiry_day,
            contracts: -1,
            price: market::Cents::ZERO,
        });
        view.mid_usd.known().unwrap_or_else(|| {
            self.rules()
                .futures
                .mid(&self.table.today.state, right, strike, expiry_day)
        })
    }

    /// Inputs at which the action stops (or starts) beating holding, the option held to its end.
    fn flips(&self, action: &Action) -> Vec<Flip> {
        if action.legs().is_empty() {
            return Vec::new();
        }
        let rules = self.rules();
        let base = rules.futures.assumptions;
        let gain = |assumptions: Assumptions| {
            let mut other = rules.clone();
            other.futures = other.futures.under(assumptions);
            self.held(&other, &self.after(action)) - self.held(&other, &self.table.today)
        };
        let forecast = self.table.fitted.forecast_vol;
        let scaled = |vol: f64| Assumptions {
            forecast_over_implied: base.forecast_over_implied * vol / forecast,
            ..base
        };
        let mut flips = vec![
            Flip {
                input: "forecast volatility, 30 days".to_owned(),
                now: 100.0 * forecast,
                flips_at: crossing(forecast, 0.3 * forecast, 3.0 * forecast, |vol| {
                    gain(scaled(vol))
                })
                .map_or_else(
                    || Figure::missing("no flip between a third and three times"),
                    |vol| (100.0 * vol).into(),
                ),
                unit: "% a year".to_owned(),
            },
            Flip {
                input: "drift of the share".to_owned(),
                now: 100.0 * base.drift,
                flips_at: crossing(base.drift, base.drift - 0.5, base.drift + 0.5, |drift| {
                    gain(Assumptions { drift, ..base })
                })
                .map_or_else(
                    || Figure::missing("no flip within 50 points"),
                    |drift| (100.0 * drift).into(),
                ),
                unit: "% a year".to_owned(),
            },
        ];
        if let Some((_, _, _, contracts, price)) = action.sold() {
            // Cash is nearly linear in the price: the gain per cent of premium decides.
            let shares = f64::from(contracts) * HUNDRED;
            let needed = price.usd() - gain(base) / shares;
            flips.push(Flip {
                input: "price at which the option is sold".to_owned(),
                now: price.usd(),
                flips_at: if needed > 0.0 {
                    needed.into()
                } else {
                    Figure::missing("no price is too low")
                },
                unit: "$ per share".to_owned(),
            });
        }
        flips
    }

    /// The largest part of an action's worth over holding, in words: a premium and a shed risk are different reasons.
    pub(super) fn main_source(&self, candidate: &Candidate) -> String {
        let edge = self.edge(candidate);
        let parts = [
            (
                "the price is above the expected payoff",
                edge.volatility_usd,
            ),
            ("the drift", edge.drift_usd),
            ("interest on the premium", edge.carry_usd),
            ("less risk, not premium", edge.risk_usd),
            ("later decisions", edge.later_decisions_usd),
        ];
        let known = parts
            .into_iter()
            .filter_map(|(name, part)| Some((name, part.known()?)));
        match known.max_by(|a, b| a.1.total_cmp(&b.1)) {
            Some((name, part)) if part > 0.0 => {
                format!("most of it comes from this: {name} ({})", usd(part))
            }
            _ => "no single part explains it".to_owned(),
        }
    }

    pub(super) fn refusals(&self) -> Vec<RefusalView> {
        let mut views: Vec<(&'static str, Vec<&Refusal>)> = Vec::new();
        for refusal in &self.table.refusals {
            match views.iter_mut().find(|(limit, _)| *limit == refusal.limit) {
                Some((_, list)) => list.push(refusal),
                None => views.push((refusal.limit, vec![refusal])),
            }
        }
        let mut views: Vec<RefusalView> = views
            .into_iter()
            .map(|(limit, list)| {
                let miss = |r: &&&Refusal| (r.value - r.bound).abs() / r.bound.abs().max(1e-9);
                let nearest = list.iter().min_by(|a, b| miss(a).total_cmp(&miss(b)));
                let words = nearest.map_or_else(String::new, |r| {
                    let what = format!(
                        "{} {} {}",
                        self.date(r.what.expiry_day),
                        trim(r.what.strike.usd()),
                        right_text(r.what.right)
                    );
                    if r.value == r.bound {
                        what
                    } else {
                        format!("{what}: {} against {}", trim(r.value), trim(r.bound))
                    }
                });
                RefusalView {
                    limit: limit.to_owned(),
                    count: list.len() as u32,
                    nearest_miss: words,
                }
            })
            .collect();
        let tail: Vec<&Candidate> = self
            .graded
            .candidates
            .iter()
            .filter(|c| c.tail_refused)
            .collect();
        if let Some(nearest) = tail.iter().min_by(|a, b| a.tail_usd.total_cmp(&b.tail_usd)) {
            let bound =
                self.inputs.config.limits.max_cvar95_fraction * self.rules().utility.wealth_usd;
            views.push(RefusalView {
                limit: "limits.max_cvar95_fraction".to_owned(),
                count: tail.len() as u32,
                nearest_miss: format!(
                    "{}: {} against {}",
                    self.text(&nearest.action),
                    usd(nearest.tail_usd),
                    usd(bound)
                ),
            });
        }
        views
    }

    fn house_assumptions(&self) -> Vec<Assumption> {
        let config = &self.inputs.config;
        let row = |name: &str, value: String, source: &str| Assumption {
            name: name.to_owned(),
            value,
            source: source.to_owned(),
        };
        let fill = match config.costs.fill {
            crate::config::Fill::BidAsk => "sell at the bid, buy at the ask",
            crate::config::Fill::Mid => "at the mid",
        };
        let mut rows = vec![
            row(
                "risk aversion",
                config.objective.risk_aversion.to_string(),
                "config objective.risk_aversion",
            ),
            row("fills", fill.to_owned(), "config costs.fill"),
            row(
                "fees",
                format!(
                    "${:.2} per contract, ${} per share, ${:.2} per assignment",
                    config.costs.fee_usd_per_contract,
                    config.costs.fee_usd_per_share,
                    config.costs.assignment_fee_usd
                ),
                "config costs.*",
            ),
            row(
                "exercise",
                format!(
                    "{}; optimally (puts not before a listed dividend; the tree looks on decision days, the paths every day), by exception from one cent at expiry",
                    style_words(self.rules().style)
                ),
                "rules of the exchange; optimal holders",
            ),
            row(
                "later sales",
                format!(
                    "{} days out at deltas {:?}, as many as cash and shares secure",
                    config.actions.interior_days, config.actions.interior_deltas
                ),
                "config actions.interior_*",
            ),
            row(
                "shares bought or sold outright",
                if config.actions.allow_stock_trades {
                    "compete"
                } else {
                    "do not compete; baselines show them"
                }
                .to_owned(),
                "config actions.allow_stock_trades",
            ),
        ];
        let events = events_until(self.inputs, self.rules().horizon_day);
        if !self.inputs.known.events_given {
            rows.push(row(
                "ex-dates and earnings",
                "n/a (no events file: give --events)".to_owned(),
                "none",
            ));
        } else if !events.is_empty() {
            rows.push(row(
                "events to the horizon",
                events.join("; "),
                "the events file",
            ));
        }
        rows
    }
}

/// Where `gain` changes sign between `low` and `high`, nearest to `now`; `None` if it does not.
fn crossing(now: f64, low: f64, high: f64, gain: impl Fn(f64) -> f64) -> Option<f64> {
    let here = gain(now) > 0.0;
    let side = |far: f64| {
        if (gain(far) > 0.0) == here {
            return None;
        }
        let (mut inside, mut outside) = (now, far);
        for _ in 0..40 {
            let middle = (inside + outside) / 2.0;
            if (gain(middle) > 0.0) == here {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        Some((inside + outside) / 2.0)
    };
    [side(low), side(high)]
        .into_iter()
        .flatten()
        .min_by(|a, b| (a - now).abs().total_cmp(&(b - now).abs()))
}

/// Why a search stopped, in words.
pub(crate) fn stopped(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Budget => "the budget of evaluations was spent",
        StopReason::Solved => "the game was solved",
        StopReason::Horizon => "every line reached the depth limit",
        StopReason::Settled => "the best action stood clear of the others",
        StopReason::Abstained => "nothing could beat doing nothing",
        StopReason::Asked => "the time was up",
        StopReason::TooSmall => "the budget did not suffice to look at every action once",
    }
}
