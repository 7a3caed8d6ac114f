//! The desk: a choice, with every number that a trader would ask for, as a [`Plan`].

mod numbers;
mod reasons;
mod what_if;

use self::numbers::blank;
pub(crate) use self::reasons::stopped;
use super::decide::{Candidate, Drawn, Graded, Searched, Table, watched};
use super::fit::date_after;
use super::inputs::{Inputs, events_until, sha256};
use super::tree::Glass;
use crate::account::same_symbol;
use crate::plan::*;
use crate::recall::RecallView;
use crate::report::units::{count, usd};
use evidence::{Grade, Interval};
use market::{Cents, calendar};
use pricing::Right;
use wheel::{Action, Kind, Leg, Lot, Rules, SHARES_PER_CONTRACT, Situation, encoding};

const HUNDRED: f64 = SHARES_PER_CONTRACT as f64;

/// Writes the plan.
pub(crate) fn explain(
    inputs: &Inputs,
    table: &Table,
    searched: &Searched,
    graded: &Graded,
    drawn: &Drawn,
) -> Plan {
    let desk = Desk {
        inputs,
        table,
        graded,
    };
    let (outcome, because) = desk.verdict(drawn);
    let waiting = desk.waiting();
    let shown = if outcome == Outcome::Act {
        graded.chosen
    } else {
        waiting
    };
    let candidate = &graded.candidates[shown];
    Plan {
        schema_version: 1,
        watermark: watermark(inputs),
        symbol: inputs.chain.symbol.clone(),
        as_of: inputs.chain.as_of.to_string(),
        spot_usd: table.today.state.spot,
        decision: Decision {
            outcome,
            action: desk.action_view(&candidate.action),
            because,
            confidence_fraction: inputs.config.decision.confidence,
            notices: desk.notices(&candidate.action),
        },
        numbers: desk.numbers(candidate),
        alternatives: desk.alternatives(shown),
        why: desk.why(searched, drawn),
        tree: Glass::new(inputs, table, searched).view(),
        what_if: desk.what_if(&candidate.action),
        evidence: desk.evidence(shown),
        // It asks about the proposed contract, so the plan comes first.
        recall: RecallView::none("not asked", "not asked"),
        account: desk.account(),
        data: desk.data(),
        manifest: Manifest {
            seed: inputs.config.search.seed,
            data_sha256: inputs.data_sha256.clone(),
            inputs_sha256: inputs.inputs_sha256.clone(),
            config_sha256: sha256(inputs.config.canonical().as_bytes()),
            search_batch: inputs.config.search.batch,
            encoding_sha256: sha256(
                &encoding::encode(&table.rules, &table.today)
                    .iter()
                    .flat_map(|x| x.to_le_bytes())
                    .collect::<Vec<u8>>(),
            ),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            device: table.fitted.vols_by.device.clone(),
            device_because: table.fitted.vols_by.because.clone(),
        },
    }
}

/// An action as people say it.
pub(crate) fn action_text(
    inputs: &Inputs,
    table: &Table,
    graded: &Graded,
    action: &Action,
) -> String {
    let desk = Desk {
        inputs,
        table,
        graded,
    };
    desk.text(action)
}

/// What every screen and file of an invented market says first.
pub(crate) fn watermark(inputs: &Inputs) -> Option<String> {
    inputs.chain.is_synthetic().then(|| {
        format!(
            "SYNTHETIC DATA ({}): {} does not exist; nothing here is advice or evidence",
            inputs.chain.source, inputs.chain.symbol
        )
    })
}

/// An action that a portfolio may take: its own plan would advise it.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) action: ActionView,
    pub(crate) numbers: Numbers,
    /// Worth over holding of the action alone, held to its end, in closed form, in dollars.
    pub(crate) held_usd: f64,
    /// Change of the cash reserved for short puts.
    pub(crate) collateral: Cents,
    /// Free cash that it takes; negative: it frees some.
    pub(crate) cash: Cents,
}

/// What a portfolio may do with this symbol besides nothing, the plan's own choice first. Nothing, unless the plan acts: what a plan
/// would not advise never enters.
///
/// Others enter that pass every test the choice passed: held alone they beat holding, by more than what counts as equal on both sets
/// of paths, the interval stays above zero, the tail limit holds, and their kind stays best in enough draws. A smaller size of
/// the choice (`rungs`) is judged by the draws of the choice: it is the same contract.
pub(crate) fn choices(
    inputs: &Inputs,
    table: &Table,
    graded: &Graded,
    drawn: &Drawn,
    rungs: &[Candidate],
) -> Vec<Choice> {
    let desk = Desk {
        inputs,
        table,
        graded,
    };
    if desk.verdict(drawn).0 != Outcome::Act {
        return Vec::new();
    }
    let required = inputs.config.decision.min_share_of_draws;
    let over = |candidate: &Candidate| candidate.ranking_usd - graded.held_ranking_usd;
    let passes = |candidate: &Candidate, stays_best: f64| {
        candidate.line != 0
            && !candidate.tail_refused
            && candidate.alone_usd > 0.0
            && over(candidate) >= table.indifference_usd
            && candidate.over_holding.value >= table.indifference_usd
            && candidate.over_holding.low > 0.0
            && stays_best >= required
    };
    let chosen = &graded.candidates[graded.chosen];
    let finalists = graded.candidates.iter().zip(&drawn.stays_best_of);
    let mut others: Vec<&Candidate> = finalists
        .enumerate()
        .filter(|&(index, (candidate, stays_best))| {
            index != graded.chosen && passes(candidate, *stays_best)
        })
        .map(|(_, (candidate, _))| candidate)
        .collect();
    others.extend(rungs.iter().filter(|rung| passes(rung, drawn.stays_best)));
    others.sort_by(|a, b| b.ranking_usd.total_cmp(&a.ranking_usd));
    let before = &table.today.book;
    std::iter::once(chosen)
        .chain(others)
        .map(|candidate| {
            let after = desk.after(&candidate.action).book;
            Choice {
                action: desk.action_view(&candidate.action),
                numbers: desk.numbers(candidate),
                held_usd: candidate.alone_usd,
                collateral: after.reserved() - before.reserved(),
                cash: before.free_cash() - after.free_cash(),
            }
        })
        .collect()
}

struct Desk<'a> {
    inputs: &'a Inputs,
    table: &'a Table,
    graded: &'a Graded,
}

/// Act, do nothing or abstain, and why; `drawn` may be of no draws where [`is_settled`].
pub(crate) fn verdict(
    inputs: &Inputs,
    table: &Table,
    graded: &Graded,
    drawn: &Drawn,
) -> (Outcome, String) {
    let desk = Desk {
        inputs,
        table,
        graded,
    };
    desk.verdict(drawn)
}

/// Is the verdict clear before the parameters are drawn? Draws only veto an action.
pub(crate) fn is_settled(table: &Table, graded: &Graded) -> bool {
    let chosen = &graded.candidates[graded.chosen];
    let edge = chosen.over_holding;
    chosen.line == 0 || edge.value < table.indifference_usd || edge.low.is_nan() || edge.low <= 0.0
}

/// Names of days, lots and actions of one symbol.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    symbol: &'a str,
    as_of: jiff::civil::Date,
}

impl<'a> Words<'a> {
    pub(crate) fn of(inputs: &'a Inputs) -> Words<'a> {
        Words {
            symbol: &inputs.chain.symbol,
            as_of: inputs.chain.as_of,
        }
    }

    /// `YYYY-MM-DD`.
    pub(crate) fn date(&self, day: u16) -> String {
        date_after(self.as_of, day).to_string()
    }

    pub(crate) fn lot(&self, lot: &Lot) -> String {
        format!(
            "{} {} {} {} {}",
            lot.contracts,
            self.symbol,
            self.date(lot.expiry_day),
            trim(lot.strike_usd()),
            right_text(lot.right)
        )
    }

    /// One line that a broker would understand.
    pub(crate) fn action(&self, action: &Action) -> String {
        let legs: Vec<String> = action.legs().iter().map(|leg| self.leg(leg)).collect();
        if legs.is_empty() {
            "do nothing today".to_owned()
        } else {
            legs.join(", ")
        }
    }

    /// The same without ticker and price.
    pub(crate) fn short(&self, action: &Action) -> String {
        let leg = |leg: &Leg| match *leg {
            Leg::Option {
                right,
                strike,
                expiry_day,
                contracts,
                ..
            } => format!(
                "{} {} {} {} {}",
                if contracts < 0 { "sell" } else { "buy" },
                contracts.abs(),
                self.date(expiry_day),
                trim(strike.usd()),
                right_text(right)
            ),
            Leg::Shares { count, .. } => format!(
                "{} {} shares",
                if count < 0 { "sell" } else { "buy" },
                count.abs()
            ),
        };
        let legs: Vec<String> = action.legs().iter().map(leg).collect();
        if legs.is_empty() {
            "nothing".to_owned()
        } else {
            legs.join(", ")
        }
    }

    fn leg(&self, leg: &Leg) -> String {
        match *leg {
            Leg::Option {
                right,
                strike,
                expiry_day,
                contracts,
                price,
            } => format!(
                "{} {} {} {} {} {} at {}",
                if contracts < 0 { "sell" } else { "buy" },
                contracts.abs(),
                self.symbol,
                self.date(expiry_day),
                trim(strike.usd()),
                right_text(right),
                price
            ),
            Leg::Shares { count, price } => {
                format!(
                    "{} {} {} shares at {price}",
                    if count < 0 { "sell" } else { "buy" },
                    count.abs(),
                    self.symbol
                )
            }
        }
    }
}

impl Desk<'_> {
    fn rules(&self) -> &Rules {
        &self.table.rules
    }

    fn spot(&self) -> f64 {
        self.table.today.state.spot
    }

    fn words(&self) -> Words<'_> {
        Words::of(self.inputs)
    }

    fn date(&self, day: u16) -> String {
        self.words().date(day)
    }

    /// Index of doing nothing among the candidates.
    fn waiting(&self) -> usize {
        self.graded
            .candidates
            .iter()
            .position(|c| c.line == 0)
            .unwrap_or(0)
    }

    /// Act, do nothing, or abstain, and why.
    fn verdict(&self, drawn: &Drawn) -> (Outcome, String) {
        let chosen = &self.graded.candidates[self.graded.chosen];
        if chosen.line == 0 {
            return self.verdict_of_nothing();
        }
        let edge = chosen.over_holding;
        let confidence = 100.0 * self.inputs.config.decision.confidence;
        let label = self.text(&chosen.action);
        if edge.value < self.table.indifference_usd {
            let because = format!(
                "the best action found ({label}) is worth {} over holding on fresh paths: not more than the {} that count as equal",
                usd(edge.value),
                usd(self.table.indifference_usd)
            );
            return (Outcome::DoNothing, because);
        }
        if edge.low.is_nan() || edge.low <= 0.0 {
            let because = format!(
                "{label} looks {} better than holding, but the {confidence:.0} % interval reaches down to {}: the evidence is too thin",
                usd(edge.value),
                usd(edge.low)
            );
            return (Outcome::Abstain, because);
        }
        let required = self.inputs.config.decision.min_share_of_draws;
        if drawn.stays_best < required {
            let because = format!(
                "{label} is best under the forecast, but its kind stays best in only {:.0} % of {} draws of the market's parameters; {:.0} % are required",
                100.0 * drawn.stays_best,
                drawn.count,
                100.0 * required
            );
            return (Outcome::Abstain, because);
        }
        let because = format!(
            "{}; {}; this kind of action stays best in {:.0} % of {} draws of the market's parameters",
            self.why_won(self.graded.chosen),
            self.main_source(&self.graded.candidates[self.graded.chosen]),
            100.0 * drawn.stays_best,
            drawn.count
        );
        (Outcome::Act, because)
    }

    fn verdict_of_nothing(&self) -> (Outcome, String) {
        let others: Vec<&Candidate> = self
            .graded
            .candidates
            .iter()
            .filter(|c| c.line != 0)
            .collect();
        if others.is_empty() && !self.table.refusals.is_empty() {
            let views = self.refusals();
            let reasons: Vec<String> = views
                .iter()
                .map(|r| format!("{} ({})", r.limit, r.count))
                .collect();
            return (
                Outcome::Abstain,
                format!("every other action was refused: {}", reasons.join(", ")),
            );
        }
        if !others.is_empty() && others.iter().all(|c| c.tail_refused) {
            let bound =
                self.inputs.config.limits.max_cvar95_fraction * self.rules().utility.wealth_usd;
            return (
                Outcome::Abstain,
                format!(
                    "the best other actions all break limits.max_cvar95_fraction on the paths: a mean loss of more than {} in the worst 5 %; a smaller one may fit (actions.sizes)",
                    usd(bound)
                ),
            );
        }
        let best = others
            .iter()
            .max_by(|a, b| a.over_waiting.value.total_cmp(&b.over_waiting.value));
        let because = match best {
            None => "there is nothing to sell, close or roll".to_owned(),
            Some(best) => {
                let gap = best.over_waiting.value;
                let compared = if best.alone_usd <= 0.0 {
                    format!("held to its end, is worth {} less", usd(-best.alone_usd))
                } else if gap > 0.0 {
                    format!(
                        "is worth {} more, which counts as equal (within {}) or was not so on the paths that chose",
                        usd(gap),
                        usd(self.table.indifference_usd)
                    )
                } else {
                    format!("is worth {} less", usd(-gap))
                };
                format!(
                    "nothing beats doing nothing today: the nearest, {}, {compared}; implied volatility is {:.1} %, the forecast {:.1} %",
                    self.text(&best.action),
                    100.0 * self.table.fitted.implied_vol,
                    100.0 * self.table.fitted.forecast_vol
                )
            }
        };
        (Outcome::DoNothing, because)
    }

    fn notices(&self, action: &Action) -> Vec<String> {
        let mut notices = self.table.notices.clone();
        notices.extend(self.inputs.notices.iter().cloned());
        let last = action
            .sold()
            .map_or(30, |(_, _, expiry_day, _, _)| expiry_day);
        notices.extend(
            events_until(self.inputs, last)
                .into_iter()
                .map(|event| format!("before {}: {event}", self.date(last))),
        );
        self.early_notices(&mut notices);
        for lot in self.table.today.book.lots() {
            if self.rules().is_exercised(lot, &self.table.today.state) {
                notices.push(format!(
                    "{} is deep enough in the money that its holder should exercise now",
                    self.lot_text(lot)
                ));
            }
        }
        if let Some((Right::Call, strike, _, _, _)) = action.sold()
            && let Some(basis) = self.basis()
            && strike.usd() < basis
        {
            notices.push(format!("the strike {} lies below the cost basis of {}: being called away would realise a loss", usd(strike.usd()), usd(basis)));
        }
        notices
    }

    /// Short lots that are likely to be assigned before their expiry if nothing is done.
    fn early_notices(&self, notices: &mut Vec<String>) {
        let waiting = &self.graded.candidates[self.waiting()];
        if let (Some(lot), Some(odds)) = (watched(self.table, &Action::do_nothing()), waiting.odds)
            && odds.assigned_early >= 0.1
        {
            let share = 100.0 * odds.assigned_early;
            notices.push(format!(
                "if nothing is done, {} is assigned before its expiry on {share:.0} % of the paths",
                self.lot_text(&lot)
            ));
        }
    }

    fn basis(&self) -> Option<f64> {
        let account = self.inputs.owner.account.as_ref()?;
        account
            .shares
            .iter()
            .find(|s| same_symbol(&s.symbol, &self.inputs.chain.symbol))?
            .basis_usd_per_share
    }

    fn lot_text(&self, lot: &Lot) -> String {
        self.words().lot(lot)
    }

    /// One line that a broker would understand.
    fn text(&self, action: &Action) -> String {
        self.words().action(action)
    }

    fn action_view(&self, action: &Action) -> ActionView {
        let kind = match action.kind() {
            Kind::DoNothing => "do_nothing",
            Kind::SellPut => "sell_put",
            Kind::SellCall => "sell_call",
            Kind::Close => "close",
            Kind::Roll => "roll",
            Kind::BuyShares => "buy_shares",
            Kind::SellShares => "sell_shares",
        };
        ActionView {
            kind: kind.to_owned(),
            text: self.text(action),
            legs: action.legs().iter().map(|leg| self.leg_view(leg)).collect(),
            capital_locked_usd: self.locked(action),
            valid_until: calendar::next_trading_day(self.inputs.chain.as_of).to_string(),
        }
    }

    /// Cash that the action locks: strikes of the puts it sells, price of the shares it buys.
    fn locked(&self, action: &Action) -> f64 {
        let leg = |leg: &Leg| match *leg {
            Leg::Option {
                right: Right::Put,
                strike,
                contracts,
                ..
            } if contracts < 0 => -f64::from(contracts) * HUNDRED * strike.usd(),
            Leg::Shares { count, price } if count > 0 => count as f64 * price.usd(),
            _ => 0.0,
        };
        action.legs().iter().map(leg).sum::<f64>() + 0.0
    }

    fn leg_view(&self, leg: &Leg) -> LegView {
        let Leg::Option {
            right,
            strike,
            expiry_day,
            contracts,
            price,
        } = *leg
        else {
            let Leg::Shares { count, price } = *leg else {
                unreachable!("a leg is an option or shares")
            };
            let none = || Figure::missing("the file quotes no bid and ask for the shares");
            return LegView {
                side: if count < 0 { "sell" } else { "buy" }.to_owned(),
                instrument: "shares".to_owned(),
                expiry: None,
                dte_days: None,
                strike_usd: None,
                count: count.abs(),
                multiplier_shares: 1,
                delta: 1.0.into(),
                implied_vol: Figure::missing("shares have none"),
                bid_usd: none(),
                mid_usd: none(),
                ask_usd: none(),
                limit_usd: price.usd(),
                price_basis: "the spot".to_owned(),
            };
        };
        let quote = self.inputs.chain.quotes.iter().find(|q| {
            q.contract.right == right
                && (q.contract.strike_usd - strike.usd()).abs() < 0.005
                && super::fit::day_offset(self.inputs.chain.as_of, q.contract.expiry)
                    == Some(expiry_day)
        });
        let figure =
            |value: Option<f64>| value.map_or_else(|| Figure::missing("not quoted"), Figure::from);
        let side = if contracts < 0 { "sell" } else { "buy" };
        let mid_fill = self.inputs.config.costs.fill == crate::config::Fill::Mid;
        let price_basis = match (self.table.fitted.quotes_assumed, mid_fill, contracts < 0) {
            (true, _, _) => {
                "assumed: implied volatility through the smile, less half an assumed spread"
            }
            (false, true, _) => "the mid",
            (false, false, true) => "the bid",
            (false, false, false) => "the ask",
        };
        LegView {
            side: side.to_owned(),
            instrument: right_text(right).to_owned(),
            expiry: Some(self.date(expiry_day)),
            dte_days: Some(u32::from(expiry_day)),
            strike_usd: Some(strike.usd()),
            count: i64::from(contracts.abs()),
            multiplier_shares: SHARES_PER_CONTRACT as u32,
            delta: self
                .rules()
                .futures
                .delta(&self.table.today.state, right, strike.usd(), expiry_day)
                .into(),
            implied_vol: self
                .rules()
                .futures
                .implied_vol(&self.table.today.state, strike.usd(), expiry_day)
                .into(),
            bid_usd: figure(quote.and_then(|q| q.bid_usd)),
            mid_usd: figure(quote.and_then(|q| q.mid_usd())),
            ask_usd: figure(quote.and_then(|q| q.ask_usd)),
            limit_usd: price.usd(),
            price_basis: price_basis.to_owned(),
        }
    }

    fn after(&self, action: &Action) -> Situation {
        let mut after = self.table.today.clone();
        // A line of the menu was carried out once already when the menu was written.
        let refused = after
            .book
            .trade(action, self.rules().style, &self.rules().costs);
        debug_assert!(refused.is_ok(), "{refused:?}");
        after
    }

    /// The choice, the finalists by worth, doing nothing, and holding to the horizon.
    fn alternatives(&self, shown: usize) -> Vec<Alternative> {
        let mut order: Vec<usize> = (0..self.graded.candidates.len())
            .filter(|&i| i != shown)
            .collect();
        let worth = |i: usize| self.graded.candidates[i].grade.worth_usd.value;
        order.sort_by(|&a, &b| worth(b).total_cmp(&worth(a)));
        let waiting = self.waiting();
        let best: Vec<usize> = order
            .iter()
            .copied()
            .filter(|&i| i != waiting)
            .take(4)
            .collect();
        let rows = [shown]
            .into_iter()
            .chain(best)
            .chain((waiting != shown).then_some(waiting));
        let mut rows: Vec<Alternative> = rows.map(|i| self.alternative(i, shown)).collect();
        rows.push(self.holding_row(shown));
        rows
    }

    fn alternative(&self, index: usize, shown: usize) -> Alternative {
        let candidate = &self.graded.candidates[index];
        Alternative {
            action: self.action_view(&candidate.action),
            numbers: self.numbers(candidate),
            chosen: index == shown,
            verdict: if index == shown {
                self.why_won(shown)
            } else {
                self.why_lost(candidate, &self.graded.candidates[shown])
            },
        }
    }

    fn why_won(&self, shown: usize) -> String {
        if shown != self.graded.chosen {
            return "the best other action was not allowed to win: see the decision".to_owned();
        }
        let winner = &self.graded.candidates[shown];
        let rivals = self
            .graded
            .candidates
            .iter()
            .enumerate()
            .filter(|&(i, c)| i != shown && !c.tail_refused);
        let gaps = rivals.map(|(_, c)| {
            evidence::difference(&winner.grade, &c.grade, self.table.deviations).value
        });
        match gaps.min_by(f64::total_cmp) {
            None => "the only legal action".to_owned(),
            Some(gap) if gap >= 0.0 => {
                format!("worth {} more than the next best on fresh paths", usd(gap))
            }
            Some(gap) => format!(
                "best on the paths that chose; {} behind the best on the paths that grade",
                usd(-gap)
            ),
        }
    }

    fn why_lost(&self, lost: &Candidate, winner: &Candidate) -> String {
        if lost.tail_refused {
            let bound =
                self.inputs.config.limits.max_cvar95_fraction * self.rules().utility.wealth_usd;
            return format!(
                "refused: CVaR95 of {} on the paths that choose is above the limit of {}",
                usd(lost.tail_usd),
                usd(bound)
            );
        }
        if lost.line != 0 && lost.alone_usd <= 0.0 {
            let alone = usd(-lost.alone_usd);
            return format!(
                "held to its end it is worth {alone} less than holding: only later decisions would make it pay, and they can be taken later"
            );
        }
        let gap = evidence::difference(&lost.grade, &winner.grade, self.table.deviations);
        let mut reasons = Vec::new();
        let (premium, fees) = (
            lost.grade.premium_usd - winner.grade.premium_usd,
            lost.grade.fees_usd - winner.grade.fees_usd,
        );
        if premium.abs() > 0.5 {
            reasons.push(format!(
                "{} {} premium along the way",
                usd(premium.abs()),
                if premium < 0.0 { "less" } else { "more" }
            ));
        }
        if fees > 0.5 {
            reasons.push(format!("{} more fees", usd(fees)));
        }
        let tail = lost.grade.cvar95_usd - winner.grade.cvar95_usd;
        if tail.abs() > 1.0 {
            reasons.push(format!(
                "{} {} lost in the worst 5 %",
                usd(tail.abs()),
                if tail > 0.0 { "more" } else { "less" }
            ));
        }
        let reasons = if reasons.is_empty() {
            String::new()
        } else {
            format!("; {}", reasons.join(", "))
        };
        if gap.high < 0.0 {
            format!(
                "worth {} less ({} to {}){reasons}",
                usd(-gap.value),
                usd(-gap.high),
                usd(-gap.low)
            )
        } else if winner.line == 0 && gap.low > 0.0 && gap.value < self.table.indifference_usd {
            format!(
                "worth {} more, which counts as equal (within {}){reasons}",
                usd(gap.value),
                usd(self.table.indifference_usd)
            )
        } else if gap.value >= 0.0
            && winner.line == 0
            && self.graded.candidates[self.graded.chosen].line != 0
        {
            format!(
                "worth {} more, but the evidence does not carry it (see the decision){reasons}",
                usd(gap.value)
            )
        } else {
            let words = if gap.low > 0.0 {
                "worth more on these paths"
            } else {
                "not told apart from the plan on these paths"
            };
            format!(
                "{words} ({} to {}); it ranked lower on the paths that chose{reasons}",
                usd(gap.low),
                usd(gap.high)
            )
        }
    }

    fn holding_row(&self, shown: usize) -> Alternative {
        let holding = &self.graded.holding;
        let greeks = self.greeks(&self.table.today);
        let numbers = Numbers {
            cvar95_usd: holding.cvar95_usd.into(),
            delta_shares: greeks.0.into(),
            gamma_shares_per_usd: greeks.1.into(),
            theta_usd_per_day: greeks.2.into(),
            vega_usd_per_vol_point: greeks.3.into(),
            rho_usd_per_percent: greeks.4.into(),
            worth: Some(interval(holding.worth_usd)),
            worth_over_holding: Some(IntervalUsd {
                value_usd: 0.0,
                low_usd: 0.0,
                high_usd: 0.0,
            }),
            mean_gain_usd: holding.mean_gain_usd.into(),
            ..blank("no option is sold")
        };
        let book = &self.table.today.book;
        let text = match (book.shares() > 0, book.lots().is_empty()) {
            (true, true) => "hold the shares, cash in T-bills, to the horizon",
            (true, false) => "hold shares and options to their end, cash in T-bills",
            (false, true) => "hold T-bills to the horizon",
            (false, false) => "hold the options to their end, cash in T-bills",
        };
        let winner = &self.graded.candidates[shown];
        let gap = evidence::difference(holding, &winner.grade, self.table.deviations);
        let verdict = if gap.high < 0.0 {
            format!(
                "worth {} less ({} to {})",
                usd(-gap.value),
                usd(-gap.high),
                usd(-gap.low)
            )
        } else {
            match (gap.low, gap.high) {
                (0.0, 0.0) => "the same as the plan on every path".to_owned(),
                (low, high) => format!(
                    "not told apart from the plan: {} to {}",
                    usd(low),
                    usd(high)
                ),
            }
        };
        Alternative {
            action: ActionView {
                kind: "hold_to_horizon".to_owned(),
                text: text.to_owned(),
                legs: Vec::new(),
                capital_locked_usd: 0.0,
                valid_until: self.date(self.rules().horizon_day),
            },
            numbers,
            chosen: false,
            verdict,
        }
    }

    fn evidence(&self, shown: usize) -> Evidence {
        let row = |policy: String, grade: &Grade| EvidenceRow {
            policy,
            worth: interval(grade.worth_usd),
            mean_gain_usd: grade.mean_gain_usd,
            cvar95_usd: grade.cvar95_usd,
            premium_usd: grade.premium_usd,
            fees_usd: grade.fees_usd,
            assignments_early: grade.assignments.0,
            assignments_at_expiry: grade.assignments.1,
            quantiles_usd: grade.quantiles_usd,
            share_of_gains: grade.share_of_gains,
        };
        let mut rows = vec![row(
            self.policy_text(shown).to_owned(),
            &self.graded.candidates[shown].grade,
        )];
        rows.push(row(
            "do nothing to the horizon".to_owned(),
            &self.graded.holding,
        ));
        rows.extend(
            self.graded
                .baselines
                .iter()
                .map(|(name, grade)| row(name.clone(), grade)),
        );
        Evidence {
            meaning: format!(
                "{} simulated futures to {} under the assumptions above, the same for every row, with costs; worth is the certainty equivalent of the gain. Simulated under our own model: it shows what follows from the assumptions, not that they are right",
                count(self.graded.paths as u64),
                self.date(self.rules().horizon_day)
            ),
            rows,
            // The front door knows the log of trials.
            real_history: Figure::missing("the log of backtests was not looked at"),
            real_history_record: String::new(),
            mismatch: None,
        }
    }

    /// The plan as a policy: managed later on, or held, whichever did better on the ranking paths.
    fn policy_text(&self, shown: usize) -> &'static str {
        match (
            self.graded.candidates[shown].manages,
            self.graded.candidates[shown].line,
        ) {
            (true, _) => "the plan, then the searched policy",
            (false, 0) => "the plan: nothing now or later",
            (false, _) => "the plan, then held to its end",
        }
    }

    fn account(&self) -> AccountView {
        let book = &self.table.today.book;
        let symbol = &self.inputs.chain.symbol;
        let left_out = self.inputs.owner.account.as_ref().map_or_else(Vec::new, |account| {
            let others = account.symbols().into_iter().filter(|other| !same_symbol(other, symbol));
            others.map(|other| format!("{other}: not in this plan; cash that its short puts may take stays reserved")).collect()
        });
        AccountView {
            source: self.inputs.owner.source.clone(),
            cash_usd: book.cash().usd(),
            shares: book.shares(),
            basis_usd_per_share: self
                .basis()
                .map_or_else(|| Figure::missing("not given"), Figure::from),
            options: book.lots().iter().map(|lot| self.lot_text(lot)).collect(),
            wealth_usd: self.rules().utility.wealth_usd,
            reserved_usd: book.reserved().usd(),
            left_out,
        }
    }

    fn data(&self) -> DataView {
        let ingest = &self.inputs.ingest;
        let refused = ingest
            .refused_counts
            .iter()
            .map(|(reason, &count)| RefusedRows {
                reason: (*reason).to_owned(),
                count: count as u64,
                examples: ingest
                    .refused
                    .iter()
                    .filter(|r| r.reason.label() == *reason)
                    .take(3)
                    .map(ToString::to_string)
                    .collect(),
            });
        let mut notes: Vec<String> = ingest.notes.iter().map(ToString::to_string).collect();
        notes.extend(self.inputs.notes.iter().cloned());
        notes.extend(self.table.fitted.notes.iter().cloned());
        DataView {
            chain: self.inputs.chain_name.clone(),
            format: ingest.format.name().to_owned(),
            rows: ingest.rows_read as u64,
            contracts: self.table.fitted.contracts as u64,
            refused: refused.collect(),
            notes,
            smiles: self.table.fitted.smiles.clone(),
        }
    }
}

pub(crate) fn interval(value: Interval) -> IntervalUsd {
    IntervalUsd {
        value_usd: value.value + 0.0,
        low_usd: value.low + 0.0,
        high_usd: value.high + 0.0,
    }
}

fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0 + 0.0
}

fn right_text(right: Right) -> &'static str {
    if right == Right::Put { "put" } else { "call" }
}

/// A number without needless zeros.
fn trim(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
