//! The desk: a choice, with every number that a trader would ask for, as a [`Plan`].

use super::decide::{Candidate, Drawn, Graded, Searched, Table, fees, style_words, watched};
use super::fit::date_after;
use super::inputs::{Inputs, events_until, sha256};
use crate::plan::*;
use crate::report::units::{count, usd};
use evidence::{Grade, Interval};
use market::calendar;
use market::futures::{Assumptions, Futures, State};
use pricing::{Right, american, european};
use search::StopReason;
use wheel::{
    Action, Kind, Leg, Lot, Move, Refusal, Rules, SHARES_PER_CONTRACT, Situation, encoding,
};

const HUNDRED: f64 = SHARES_PER_CONTRACT as f64;

/// Writes the plan.
pub(crate) fn explain(
    inputs: &Inputs,
    table: &Table,
    searched: &Searched<'_>,
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
        watermark: inputs.chain.is_synthetic().then(|| {
            format!(
                "SYNTHETIC DATA ({}): {} does not exist; nothing here is advice or evidence",
                inputs.chain.source, inputs.chain.symbol
            )
        }),
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
        what_if: desk.what_if(&candidate.action),
        evidence: desk.evidence(shown),
        account: desk.account(),
        data: desk.data(),
        manifest: Manifest {
            seed: inputs.config.search.seed,
            data_sha256: inputs.data_sha256.clone(),
            inputs_sha256: inputs.inputs_sha256.clone(),
            config_sha256: sha256(inputs.config.canonical().as_bytes()),
            encoding_sha256: sha256(
                &encoding::encode(&table.rules, &table.today)
                    .iter()
                    .flat_map(|x| x.to_le_bytes())
                    .collect::<Vec<u8>>(),
            ),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            device: "cpu".to_owned(),
        },
    }
}

struct Desk<'a> {
    inputs: &'a Inputs,
    table: &'a Table,
    graded: &'a Graded,
}

impl Desk<'_> {
    fn rules(&self) -> &Rules {
        &self.table.rules
    }

    fn spot(&self) -> f64 {
        self.table.today.state.spot
    }

    fn date(&self, day: u16) -> String {
        date_after(self.inputs.chain.as_of, day).to_string()
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
        if edge.low <= 0.0 {
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
            "{}; this kind of action stays best in {:.0} % of {} draws of the market's parameters",
            self.why_won(self.graded.chosen),
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
                    "every other action breaks limits.max_cvar95_fraction: a mean loss of more than {} in the worst 5 % of paths",
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
                let compared = if gap > 0.0 {
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
            .find(|s| s.symbol.eq_ignore_ascii_case(&self.inputs.chain.symbol))?
            .basis_usd_per_share
    }

    fn lot_text(&self, lot: &Lot) -> String {
        format!(
            "{} {} {} {} {}",
            lot.contracts,
            self.inputs.chain.symbol,
            self.date(lot.expiry_day),
            trim(lot.strike_usd()),
            right_text(lot.right)
        )
    }

    /// One line that a broker would understand.
    fn text(&self, action: &Action) -> String {
        let legs: Vec<String> = action.legs().iter().map(|leg| self.leg_text(leg)).collect();
        if legs.is_empty() {
            "do nothing today".to_owned()
        } else {
            legs.join(", ")
        }
    }

    fn leg_text(&self, leg: &Leg) -> String {
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
                self.inputs.chain.symbol,
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
                    self.inputs.chain.symbol
                )
            }
        }
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
        action.legs().iter().map(leg).sum()
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

    fn numbers(&self, candidate: &Candidate) -> Numbers {
        let action = &candidate.action;
        let greeks = self.greeks(&self.after(action));
        let mut numbers = Numbers {
            cvar95_usd: candidate.grade.cvar95_usd.into(),
            delta_shares: greeks.0.into(),
            gamma_shares_per_usd: greeks.1.into(),
            theta_usd_per_day: greeks.2.into(),
            vega_usd_per_vol_point: greeks.3.into(),
            rho_usd_per_percent: greeks.4.into(),
            worth: Some(interval(candidate.grade.worth_usd)),
            worth_over_holding: Some(interval(candidate.over_holding)),
            mean_gain_usd: candidate.grade.mean_gain_usd.into(),
            ..blank("no option is sold")
        };
        if !action.legs().is_empty() {
            numbers.premium_after_fees_usd =
                (action.premium().usd() - fees(self.rules(), action)).into();
        }
        if let Some(lot) = watched(self.table, action) {
            self.lot_numbers(&lot, candidate.odds, &mut numbers);
            if action.sold().is_some() {
                self.sale_numbers(candidate, &lot, &mut numbers);
            } else {
                let why = format!("sold earlier: {}", self.lot_text(&lot));
                numbers.probability_of_profit_real_world = Figure::missing(&why);
            }
        }
        numbers
    }

    /// Distance and odds of a short lot that is held to its end.
    fn lot_numbers(&self, lot: &Lot, odds: Option<evidence::Odds>, out: &mut Numbers) {
        let futures = &self.rules().futures;
        let today = &self.table.today.state;
        let strike = lot.strike_usd();
        let distance = lot.right.sign() * (strike - self.spot()) / self.spot();
        out.distance_fraction = distance.into();
        out.distance_in_expected_moves =
            (distance / futures.deviation(today, lot.expiry_day)).into();
        let odds = odds.ok_or("its expiry lies beyond the horizon of the paths");
        let share = |f: fn(&evidence::Odds) -> f64| {
            odds.as_ref()
                .map_or_else(|why| Figure::missing(why), |o| f(o).into())
        };
        out.probability_of_profit_real_world = share(|o| o.profit);
        out.probability_of_early_assignment_real_world = share(|o| o.assigned_early);
        out.probability_of_assignment_at_expiry_real_world = share(|o| o.assigned_at_expiry);
        out.probability_of_touch_real_world = share(|o| o.touched);
        out.probability_in_the_money_risk_neutral =
            in_the_money(futures, today, lot.right, strike, lot.expiry_day).into();
    }

    /// What depends on the price at which the lot is sold.
    fn sale_numbers(&self, candidate: &Candidate, lot: &Lot, out: &mut Numbers) {
        let (right, strike, spot) = (lot.right, lot.strike_usd(), self.spot());
        let net = candidate.action.premium().usd() - fees(self.rules(), &candidate.action);
        let shares = lot.shares() as f64;
        let per_share = net / shares;
        out.break_even_usd_per_share = match right {
            Right::Put => (strike - per_share).into(),
            Right::Call => (strike + per_share).into(),
        };
        let capital = match right {
            Right::Put => strike * shares,
            Right::Call => spot * shares,
        };
        out.max_profit_usd = match right {
            Right::Put => net.into(),
            Right::Call => (net + (strike - spot) * shares).into(),
        };
        out.max_loss_usd = (capital - net).into();
        out.return_on_capital_fraction = (net / capital).into();
        out.return_on_capital_annualised_simple_fraction =
            (net / capital * 365.0 / f64::from(lot.expiry_day.max(1))).into();
        out.adjusted_basis_usd_per_share = self.adjusted_basis(right, strike, shares, net);
    }

    fn adjusted_basis(&self, right: Right, strike: f64, shares: f64, net: f64) -> Figure {
        let held = self.table.today.book.shares() as f64;
        match (right, self.basis(), held > 0.0) {
            (Right::Put, None, true) | (Right::Call, None, _) => {
                Figure::missing("the account names no cost basis")
            }
            (Right::Put, basis, _) => {
                ((basis.unwrap_or(0.0) * held + strike * shares - net) / (held + shares)).into()
            }
            (Right::Call, Some(basis), _) => (basis - net / held.max(1.0)).into(),
        }
    }

    /// Greeks of the position: shares, shares per dollar, dollars per day, per vol point, per percent.
    fn greeks(&self, situation: &Situation) -> (f64, f64, f64, f64, f64) {
        let futures = &self.rules().futures;
        let mut sum = (situation.book.shares() as f64, 0.0, 0.0, 0.0, 0.0);
        for lot in situation.book.lots() {
            let years = f64::from(lot.expiry_day) / 365.0;
            let forward = futures.forward(&situation.state, lot.expiry_day);
            let inputs = pricing::Inputs {
                right: lot.right,
                // The spot less the dividends that the option does not get.
                spot: forward * ((futures.dividend_yield - futures.rate) * years).exp(),
                strike: lot.strike_usd(),
                years,
                rate: futures.rate,
                dividend_yield: futures.dividend_yield,
                vol: futures.implied_vol(&situation.state, lot.strike_usd(), lot.expiry_day),
            };
            let european = || european::greeks(&inputs);
            let greeks = match lot.style {
                market::Style::American => {
                    american::greeks(&inputs, american::Precision::default())
                        .unwrap_or_else(|_| european())
                }
                market::Style::European => european(),
            };
            let count = f64::from(lot.contracts) * HUNDRED;
            sum.0 += count * greeks.delta;
            sum.1 += count * greeks.gamma;
            sum.2 += count * greeks.theta / 365.0;
            sum.3 += count * greeks.vega / 100.0;
            sum.4 += count * greeks.rho / 100.0;
        }
        sum
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

    fn why(&self, searched: &Searched<'_>, drawn: &Drawn) -> Why {
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

    fn principal_line(&self, searched: &Searched<'_>) -> Vec<String> {
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
        Edge {
            volatility_usd: volatility.into(),
            drift_usd: drift.into(),
            carry_usd: (mean - volatility - drift - costs).into(),
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

    fn refusals(&self) -> Vec<RefusalView> {
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

    fn what_if(&self, action: &Action) -> WhatIf {
        let rules = self.rules();
        let after = self.after(action);
        let first = after
            .book
            .lots()
            .iter()
            .map(|lot| lot.expiry_day)
            .min()
            .unwrap_or(rules.horizon_day)
            .min(rules.horizon_day);
        let wealth = rules.utility.wealth_usd;
        let deviation = rules
            .futures
            .deviation(&self.table.today.state, first)
            .max(0.02);
        let profit = |day: u16, spot: f64| {
            let state = State {
                day,
                spot,
                vol_factor: 0.0,
            };
            rules.wealth(&rules.arrive(&after, state, |_, _| ())) - wealth
        };
        let at = |z: f64| cents(self.spot() * (z * deviation).exp());
        let mut days: Vec<u16> = (0..=4)
            .map(|quarter| (f64::from(first) * f64::from(quarter) / 4.0).round() as u16)
            .collect();
        days.dedup();
        let mut spots: Vec<f64> = (-5..=5).map(|step| at(f64::from(step) * 0.5)).collect();
        spots.dedup();
        WhatIf {
            meaning: format!(
                "profit of the whole position in dollars against today's wealth, if the share stands there on that day: volatility as today, interest and dividends counted, nothing traded in between; the last column, {}, is {}",
                self.date(first),
                if after.book.lots().is_empty() {
                    "the horizon"
                } else {
                    "the first expiry"
                }
            ),
            dates: days.iter().map(|&day| self.date(day)).collect(),
            profit_usd: spots
                .iter()
                .map(|&spot| days.iter().map(|&day| cents(profit(day, spot))).collect())
                .collect(),
            spots_usd: spots,
            payoff: (-30..=30)
                .map(|step| {
                    let spot = at(f64::from(step) * 0.1);
                    PayoffPoint {
                        spot_usd: spot,
                        now_usd: cents(profit(0, spot)),
                        at_expiry_usd: cents(profit(first, spot)),
                    }
                })
                .collect(),
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
            real_history: Figure::missing("out-of-sample backtests are not built yet"),
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
            let others = account.symbols().into_iter().filter(|other| other != symbol);
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

/// Every figure absent, for this reason.
fn blank(why: &str) -> Numbers {
    let none = || Figure::missing(why);
    Numbers {
        premium_after_fees_usd: none(),
        break_even_usd_per_share: none(),
        distance_fraction: none(),
        distance_in_expected_moves: none(),
        probability_of_profit_real_world: none(),
        probability_of_early_assignment_real_world: none(),
        probability_of_assignment_at_expiry_real_world: none(),
        probability_of_touch_real_world: none(),
        probability_in_the_money_risk_neutral: none(),
        max_profit_usd: none(),
        max_loss_usd: none(),
        return_on_capital_fraction: none(),
        return_on_capital_annualised_simple_fraction: none(),
        cvar95_usd: none(),
        delta_shares: none(),
        gamma_shares_per_usd: none(),
        theta_usd_per_day: none(),
        vega_usd_per_vol_point: none(),
        rho_usd_per_percent: none(),
        adjusted_basis_usd_per_share: none(),
        worth: None,
        worth_over_holding: None,
        mean_gain_usd: none(),
    }
}

/// Risk-neutral probability of expiring in the money: slope of the put price in its strike, along the smile.
fn in_the_money(
    futures: &Futures,
    today: &State,
    right: Right,
    strike: f64,
    expiry_day: u16,
) -> f64 {
    let quoted = futures.under(Assumptions {
        drift: futures.rate,
        forecast_over_implied: 1.0,
        jumps_per_year: 0.0,
        ..futures.assumptions
    });
    let step = 1e-3 * strike;
    let put = |strike: f64| quoted.expected_payoff(today, Right::Put, strike, expiry_day);
    let below = ((put(strike + step) - put(strike - step)) / (2.0 * step)).clamp(0.0, 1.0);
    if right == Right::Put {
        below
    } else {
        1.0 - below
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

fn interval(value: Interval) -> IntervalUsd {
    IntervalUsd {
        value_usd: value.value,
        low_usd: value.low,
        high_usd: value.high,
    }
}

fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn right_text(right: Right) -> &'static str {
    if right == Right::Put { "put" } else { "call" }
}

/// A number without needless zeros.
fn trim(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn stopped(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Budget => "the budget of evaluations was spent",
        StopReason::Solved => "the game was solved",
        StopReason::Horizon => "every line reached the depth limit",
        StopReason::Asked => "the time was up",
        StopReason::TooSmall => "the budget did not suffice to look at every action once",
    }
}
