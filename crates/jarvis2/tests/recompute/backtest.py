"""Computes a backtest again, from the files and docs/backtest.md alone, and compares it with the report to the cent.

    jarvis2 backtest --policy rule --data chain.parquet --history h.csv --events e.csv --symbol X --json > report.json
    python backtest.py report.json --data chain.parquet --history h.csv --events e.csv --symbol X [--delta 0.3 --days 45] [--spreads index] [--fill mid]

Taken from the report: capital, rate, fees, first and last day, and nothing else that was computed. Decisions, fills, fees, interest, dividends,
splits, exercise, marks and equity are computed here. Prints what differs; ends with 1 if anything does. Files in the common schema of `jarvis2 sample`.

Needs pyarrow and QuantLib (the American boundary). Money is whole cents; prices of options are cents per share.
"""

import argparse
import csv
import datetime as dt
import json
import math
import sys
from collections import defaultdict
from fractions import Fraction
from statistics import NormalDist

import pyarrow.compute as pc
import pyarrow.parquet as pq
import QuantLib as ql

N = NormalDist().cdf
ANNOUNCED = dt.timedelta(days=45)
# New York, in the months of the files without quotes.
CLOSED = {dt.date(2026, 5, 25), dt.date(2026, 6, 19), dt.date(2026, 7, 3), dt.date(2026, 9, 7)}
# Spread in dollars by mid price; None where nothing was measured (the table of market::tape::made).
TO_USD = [0.25, 0.5, 1, 2, 5, 10]
SPREADS = {
    "index": [None, 0.01, 0.02, 0.02, 0.02, 0.04, 0.05],
    "fund": [0.02, 0.03, 0.04, 0.05, 0.07, 0.10, None],
    "share": [0.05, 0.055, 0.05, 0.06, 0.07, None, None],
}


def cents(usd):
    """Dollars to whole cents, half cents away from zero."""
    return int(math.floor(abs(usd) * 100 + 0.5 + 1e-9)) * (1 if usd >= 0 else -1)


# --- Black-Scholes ------------------------------------------------------------------------------------------------------------


def black_scholes(spot, strike, years, rate, vol, sign):
    """Value and delta; sign +1 for a call, -1 for a put."""
    if years <= 0 or vol <= 0 or spot <= 0:
        forward = spot - strike * math.exp(-rate * max(years, 0))
        return max(sign * forward, 0.0), float(sign) if sign * forward > 0 else 0.0
    sd = vol * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + vol * vol / 2) * years) / sd
    return (
        sign * (spot * N(sign * d1) - strike * math.exp(-rate * years) * N(sign * (d1 - sd))),
        sign * N(sign * d1),
    )


def implied(price, spot, strike, years, rate, sign):
    """The volatility at which Black-Scholes gives the price; None where none does."""
    if years <= 0 or price <= black_scholes(spot, strike, years, rate, 1e-9, sign)[0] + 1e-12:
        return None
    low, high = 1e-4, 8.0
    if black_scholes(spot, strike, years, rate, high, sign)[0] < price:
        return None
    for _ in range(200):
        middle = (low + high) / 2
        if black_scholes(spot, strike, years, rate, middle, sign)[0] < price:
            low = middle
        else:
            high = middle
    return (low + high) / 2


class American:
    """Value of an American option, no dividends, by QuantLib."""

    def __init__(self):
        self.today = ql.Date(1, 1, 2020)
        ql.Settings.instance().evaluationDate = self.today

    def value(self, spot, strike, days, rate, vol, sign):
        flat = lambda r: ql.YieldTermStructureHandle(ql.FlatForward(self.today, r, ql.Actual365Fixed()))
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(spot)),
            flat(0.0),
            flat(rate),
            ql.BlackVolTermStructureHandle(ql.BlackConstantVol(self.today, ql.NullCalendar(), vol, ql.Actual365Fixed())),
        )
        option = ql.VanillaOption(
            ql.PlainVanillaPayoff(ql.Option.Call if sign > 0 else ql.Option.Put, strike),
            ql.AmericanExercise(self.today, self.today + days),
        )
        option.setPricingEngine(ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme()))
        return option.NPV()


AMERICAN = American()

# --- Files --------------------------------------------------------------------------------------------------------------------


def spread_at(table, mid):
    """The whole spread in dollars at a mid price in dollars."""
    row = SPREADS[table]
    bucket = next((i for i, to in enumerate(TO_USD) if mid <= to), len(TO_USD))
    if row[bucket] is not None:
        return max(row[bucket], mid * row[bucket] / 15.0) if bucket == len(TO_USD) else row[bucket]
    below = [i for i in range(bucket) if row[i] is not None]
    if below:
        i = below[-1]
        return mid * row[i] / (((TO_USD[i - 1] if i else 0.0) + TO_USD[i]) / 2)
    return next(row[i] for i in range(bucket, len(row)) if row[i] is not None)


class Day:
    """One close: spot, and per (expiry, strike in cents, right) the row (bid, ask in cents or None, volume, open interest, iv, delta)."""

    def __init__(self, date, spot):
        self.date, self.spot, self.rows = date, spot, {}

    def expiries(self, right):
        return sorted({e for e, _, r in self.rows if r == right})


def read_chain(path, symbol, rate, spreads):
    table = pq.read_table(path, columns=["quote_date", "underlying", "spot", "expiry", "strike", "right", "bid", "ask", "volume", "open_interest", "iv", "delta"])
    table = table.filter(pc.equal(table["underlying"], symbol))
    days = {}
    columns = [table[c].to_pylist() for c in ["quote_date", "spot", "expiry", "strike", "right", "bid", "ask", "volume", "open_interest", "iv", "delta"]]
    for date, spot, expiry, strike, right, bid, ask, volume, held, iv, delta in zip(*columns):
        # A day without the price of the share goes by as if it had no chain.
        if spot is None:
            continue
        if date in CLOSED:
            continue
        day = days.get(date) or days.setdefault(date, Day(date, spot))
        day.rows[expiry, strike, right] = [bid, ask, volume, held, float(iv) if iv is not None else None, float(delta) if delta is not None else None]
    for day in days.values():
        if spreads and all(r[0] is None and r[1] is None for r in day.rows.values()):
            make_quotes(day, rate, spreads)
        for row in day.rows.values():
            row[0] = cents(row[0]) if row[0] is not None and row[0] > 0 else None
            row[1] = cents(row[1]) if row[1] is not None and row[1] > 0 else None
    return [days[d] for d in sorted(days)]


def make_quotes(day, rate, spreads):
    for (expiry, strike, right), row in day.rows.items():
        sign = 1 if right == "C" else -1
        _, _, volume, held, iv, _ = row
        if iv is None or iv <= 0 or not (volume or held):
            continue
        years = (expiry - day.date).days / 365
        value = max(black_scholes(day.spot, strike, years, rate, iv, sign)[0], sign * (day.spot - strike), 0.0)
        mark = cents(value) / 100
        half = spread_at(spreads, mark) / 2
        row[0], row[1] = cents(mark - half) / 100, cents(mark + half) / 100


def read_events(path, symbol):
    dividends, splits = {}, {}
    if path:
        with open(path) as file:
            for row in csv.DictReader(line for line in file if not line.startswith("#")):
                if row["symbol"] != symbol:
                    continue
                date = dt.date.fromisoformat(row["date"])
                if row["kind"] == "ex_dividend":
                    dividends[date] = cents(float(row["amount_usd"]))
                elif row["kind"] == "split":
                    splits[date] = Fraction(row["ratio"])
    return dividends, splits


def read_history(path):
    dividends, splits = {}, {}
    if path:
        with open(path) as file:
            for row in csv.DictReader(line for line in file if not line.startswith("#")):
                date = dt.date.fromisoformat(row["date"])
                if float(row.get("dividend") or 0):
                    dividends[date] = cents(float(row["dividend"]))
                if Fraction(row.get("split") or 1) != 1:
                    splits[date] = Fraction(row["split"])
    return dividends, splits


# --- The account --------------------------------------------------------------------------------------------------------------


class Open:
    """A short position."""

    def __init__(self, right, strike, expiry, count, premium, fees, opened):
        self.right, self.strike, self.expiry, self.count = right, strike, expiry, count
        self.premium, self.fees, self.opened = premium, fees, opened
        self.split = 1

    @property
    def sign(self):
        return 1 if self.right == "C" else -1


class Account:
    def __init__(self, world, policy):
        self.world, self.policy = world, policy
        self.cash, self.shares, self.open = world.capital, 0, []
        self.trades, self.nights = [], []
        self.made_marks = self.formula_marks = self.marks = self.early_ends = 0
        self.unfilled = defaultdict(int)

    # -- orders

    def buy_shares(self, day, count):
        price = cents(day.spot) + 1
        self.cash -= count * price
        self.shares += count

    def sell_shares(self, day, count):
        self.cash += count * (cents(day.spot) - 1)
        self.shares -= count

    def sell(self, day, expiry, strike, right, covered=None):
        """Sells at the bid as many as are covered by shares, puts as many as cash secures; the number sold."""
        row = day.rows.get((expiry, strike, right))
        fee = self.world.fee
        price = row and row[0] and self.world.sale_price(row)
        if not price or price * 100 <= fee:
            self.unfilled["no bid, or the fee takes it"] += 1
            return 0
        # The premium, less the fee, secures too.
        wanted = self.cash // (100 * cents(strike) - price * 100 + fee) if right == "P" else covered
        # A quarter of the volume or a tenth of the open interest, whichever is more; what the file does not say limits nothing.
        sizes = [size // part for size, part in [(row[2], 4), (row[3], 10)] if size is not None]
        count = min([wanted] + ([max(sizes)] if sizes else []))
        if count < 1:
            self.unfilled["less than one contract"] += 1
            return 0
        self.cash += count * (price * 100 - fee)
        self.open.append(Open(right, cents(strike), expiry, count, price, fee * count, day.date))
        return count

    def end(self, day, position, how):
        """A contract is exercised or expires."""
        self.open.remove(position)
        cost = 0
        fees = position.fees
        if how != "expired worthless":
            self.cash += position.sign * position.count * 100 * position.strike - self.world.assignment_fee
            self.shares -= position.sign * position.count * 100
            cost = max(position.sign * (cents(day.spot) - position.strike), 0)
            fees += self.world.assignment_fee
        # A trade is told in the terms in which it was opened, also after a split.
        strike, count, cost = position.strike * position.split, position.count // position.split, cost * position.split
        gain = count * 100 * (position.premium - cost) - fees
        self.trades.append(
            dict(opened=position.opened, closed=day.date, ending=how, right=position.right, strike=strike, expiry=position.expiry,
                 count=count, premium=position.premium, cost=cost, fees=fees, gain=gain)
        )

    # -- one day

    def live(self, before, day, after):
        world = self.world
        interest = 0
        if before:
            for date in world.between(world.splits, before.date, day.date):
                ratio = world.splits[date]
                assert ratio.denominator == 1, "only splits of whole new shares are computed here"
                self.shares *= int(ratio)
                for position in self.open:
                    assert position.strike % ratio == 0
                    position.strike //= int(ratio)
                    position.count *= int(ratio)
                    position.split *= int(ratio)
            for date in world.between(world.dividends, before.date, day.date):
                self.cash += self.shares * world.dividends[date]
        # Interest is on the cash of last night; the dividends of this morning earn none yet.
        if before:
            night = self.nights[-1]["cash"]
            days = (day.date - before.date).days
            rate = world.rate + (0.05 if night < 0 else 0.0)
            interest = cents(night / 100 * (math.exp(rate * days / 365) - 1))
            self.cash += interest
        self.policy(self, day)
        self.early(day, after)
        for position in [p for p in self.open if p.expiry <= day.date]:
            inside = position.sign * (cents(day.spot) - position.strike) >= 1
            self.end(day, position, "assigned at expiry" if inside else "expired worthless")
        options = sum(self.mark(day, p) for p in self.open)
        self.nights.append(dict(date=day.date, cash=self.cash, shares=self.shares, options=options, interest=interest,
                                equity=self.cash + self.shares * cents(day.spot) + options))

    def early(self, day, after):
        for position in list(self.open):
            if position.expiry <= day.date:
                continue
            if self.exercised(day, after, position):
                self.end(day, position, "assigned early")
                self.early_ends += 1

    def exercised(self, day, after, position):
        world, sign = self.world, position.sign
        spot, strike = day.spot, position.strike / 100
        if sign * (spot - strike) <= 0:
            return False
        coming = {d: c for d, c in world.dividends.items() if day.date < d <= min(position.expiry, day.date + ANNOUNCED)}
        vol = self.volatility(day, position)
        if vol is None:
            return False
        left = (position.expiry - day.date).days
        if sign < 0:
            return not coming and AMERICAN.value(spot, strike, left, world.rate, vol, -1) <= strike - spot + 1e-7
        if after is None:
            eve = coming and min(coming) == day.date + dt.timedelta(days=1)
        else:
            eve = [d for d in coming if d <= after.date]
        if not eve:
            return False
        ex = min(coming)
        left = (position.expiry - ex).days
        rest = spot - coming[ex] / 100
        later = sum(c / 100 * math.exp(-world.rate * (d - ex).days / 365) for d, c in coming.items() if d > ex)
        return black_scholes(rest - later, strike, left / 365, world.rate, vol, 1)[0] < spot - strike

    # -- marks

    def volatility(self, day, position):
        """Of the nearest strikes of its expiry, each by the side out of the money; between two of them on a straight line."""
        known = []
        for (expiry, strike, right), row in day.rows.items():
            outside = (right == "P") == (strike < day.spot)
            if expiry == position.expiry and outside:
                vol = self.world.row_vol(day, (expiry, strike, right), row)
                if vol:
                    known.append((strike, vol))
        known.sort()
        strike = position.strike / 100
        below = [k for k in known if k[0] <= strike]
        above = [k for k in known if k[0] >= strike]
        if below and above:
            (k0, v0), (k1, v1) = below[-1], above[0]
            return v0 if k1 == k0 else v0 + (v1 - v0) * (strike - k0) / (k1 - k0)
        if known:
            return (below[-1] if below else above[0])[1]
        return None

    def mark(self, day, position):
        """What the position is worth tonight, in cents: less than nothing."""
        self.marks += 1
        row = day.rows.get((position.expiry, position.strike / 100, position.right))
        if row and row[1]:
            self.made_marks += not row[0]
            # Half a cent per share is half a dollar per contract: whole cents.
            return -position.count * 50 * ((row[0] or 0) + row[1])
        self.made_marks += 1
        self.formula_marks += 1
        vol = self.volatility(day, position)
        years = (position.expiry - day.date).days / 365
        spot = day.spot - self.world.present(day.date, position.expiry)
        value = black_scholes(spot, position.strike / 100, years, self.world.rate, vol or 0.0, position.sign)[0]
        return -cents(value * 100 * position.count)


# --- Policies -----------------------------------------------------------------------------------------------------------------


def rule(delta, days):
    def act(account, day):
        if account.open:
            return
        right = "C" if account.shares >= 100 else "P"
        expiries = [e for e in day.expiries(right) if (e - day.date).days > 1]
        if not expiries:
            return
        expiry = min(expiries, key=lambda e: (abs((e - day.date).days - days), e))
        best = None
        for (e, strike, r), row in sorted(day.rows.items()):
            if e != expiry or r != right:
                continue
            own = account.world.delta(day, (e, strike, r), row)
            if own is not None and (best is None or abs(abs(own) - delta) < best[0]):
                best = (abs(abs(own) - delta), strike)
        if best is None:
            account.unfilled["no delta"] += 1
            return
        strike = best[1]
        account.sell(day, expiry, strike, right, account.shares // 100)

    return act


def hold(account, day):
    account.buy_shares(day, account.cash // (cents(day.spot) + 1))


def tbill(account, day):
    pass


def third_friday(world, day, right):
    """The first monthly expiry two weeks away at least: the third Friday, or the day before it where that is a holiday."""
    for expiry in day.expiries(right):
        if (expiry - day.date).days < 14:
            continue
        friday = expiry if expiry.weekday() == 4 else expiry + dt.timedelta(days=1)
        if friday.weekday() == 4 and 15 <= friday.day <= 21:
            if expiry == friday or friday not in day.expiries(right):
                return expiry
    return None


def putwrite(account, day):
    if account.open:
        return
    # The next put is sold a close after the shares.
    if account.shares:
        account.sell_shares(day, account.shares)
        return
    expiry = third_friday(account.world, day, "P")
    strikes = [k for e, k, r in day.rows if e == expiry and r == "P" and k <= day.spot]
    if strikes:
        account.sell(day, expiry, max(strikes), "P")


def buywrite(account, day):
    if account.open:
        return
    # Shares in the size of the calls that are to be had, in whole hundreds; none without.
    lots = account.cash // (100 * (cents(day.spot) + 1))
    expiry = third_friday(account.world, day, "C")
    strikes = [k for e, k, r in day.rows if e == expiry and r == "C" and k >= day.spot]
    wanted = account.shares // 100 + lots
    sold = account.sell(day, expiry, min(strikes), "C", wanted) if strikes and wanted else 0
    if sold:
        account.buy_shares(day, 100 * (lots * sold // wanted))


# --- All of it ----------------------------------------------------------------------------------------------------------------


class World:
    def __init__(self, arguments, report):
        manifest = report["manifest"]
        self.capital = cents(manifest["capital_usd"])
        self.rate = manifest["rate_per_year"]
        self.fee = cents(manifest["fee_usd_per_contract"])
        self.assignment_fee = cents(manifest["fee_usd_per_assignment"])
        assert manifest["fee_usd_per_share"] == 0, "a fee on shares is not computed here"
        self.dividends, self.splits = read_events(arguments.events, arguments.symbol)
        if not arguments.events:
            self.dividends, self.splits = read_history(arguments.history)
        self.days = read_chain(arguments.data, arguments.symbol, self.rate, arguments.spreads)
        first, last = dt.date.fromisoformat(manifest["first"]), dt.date.fromisoformat(manifest["last"])
        self.days = [d for d in self.days if first <= d.date <= last]
        self.fill = Fraction({"bid-ask": "1", "mid": "0"}.get(arguments.fill, arguments.fill))
        self.vols = {}

    def sale_price(self, row):
        """From the middle a part of the way to the bid; half cents against the seller."""
        if row[1] is None:
            return row[0]
        middle = Fraction(row[0] + row[1], 2)
        return math.floor(middle - self.fill * (middle - row[0]))

    def between(self, events, after, to):
        return sorted(d for d in events if after < d <= to)

    def present(self, today, expiry):
        """What the announced dividends until the expiry are worth today, in dollars per share."""
        return sum(c / 100 * math.exp(-self.rate * (d - today).days / 365)
                   for d, c in self.dividends.items() if today < d <= min(expiry, today + ANNOUNCED))

    def row_vol(self, day, key, row):
        """The European volatility of the middle of the quotes, announced dividends taken from the spot; without two quotes that of the file."""
        if row[0] is None or row[1] is None:
            return row[4]
        name = (day.date, key)
        if name not in self.vols:
            expiry, strike, right = key
            years = (expiry - day.date).days / 365
            spot = day.spot - self.present(day.date, expiry)
            self.vols[name] = implied((row[0] + row[1]) / 200, spot, strike, years, self.rate, 1 if right == "C" else -1)
        return self.vols[name]

    def delta(self, day, key, row):
        """That of the file; where it has none, Black-Scholes at the volatility of the middle. Of contracts with two quotes only."""
        if row[0] is None or row[1] is None:
            return None
        if row[5] is not None:
            return row[5]
        expiry, strike, right = key
        vol = self.row_vol(day, key, row)
        if vol is None:
            return None
        spot = day.spot - self.present(day.date, expiry)
        return black_scholes(spot, strike, (expiry - day.date).days / 365, self.rate, vol, 1 if right == "C" else -1)[1]

    def run(self, policy):
        account = Account(self, policy)
        for i, day in enumerate(self.days):
            account.live(self.days[i - 1] if i else None, day, self.days[i + 1] if i + 1 < len(self.days) else None)
        return account


def compare(account, found, limit):
    """Prints what differs; how much that is."""
    wrong = 0

    def say(text):
        nonlocal wrong
        wrong += 1
        if wrong <= limit:
            print("   ", text)

    if len(account.nights) != len(found["nights"]):
        say(f"nights: here {len(account.nights)}, report {len(found['nights'])}")
    fields = [("cash", "cash_usd"), ("options", "options_usd"), ("interest", "interest_usd"), ("equity", "equity_usd")]
    bad_nights = 0
    theirs = {n["date"]: n for n in found["nights"]}
    for night in account.nights:
        other = theirs.get(str(night["date"]))
        if other is None:
            say(f"{night['date']} is no night of the report")
            continue
        differing = [f"{a} here {night[a] / 100:.2f} report {other[b]}" for a, b in fields if night[a] != cents(other[b])]
        if night["shares"] != other["shares"]:
            differing.append(f"shares here {night['shares']} report {other['shares']}")
        if differing:
            bad_nights += 1
            say(f"{night['date']}: " + "; ".join(differing))
    bad_trades = 0
    ended = [t for t in found["trades"] if t["ending"] != "still open"]
    if len(ended) != len(account.trades):
        say(f"trades ended: here {len(account.trades)}, report {len(ended)}")
    for here, there in zip(account.trades, ended):
        pairs = [("opened", str(here["opened"]), there["opened"]), ("closed", str(here["closed"]), there["closed"]), ("ending", here["ending"], there["ending"]),
                 ("right", {"C": "call", "P": "put"}[here["right"]], there["right"]), ("strike", here["strike"], cents(there["strike_usd"])),
                 ("expiry", str(here["expiry"]), there["expiry"]), ("count", here["count"], there["contracts"]),
                 ("premium", round(float(here["premium"]), 6), round(there["premium_usd"] * 100, 6)), ("cost", here["cost"], cents(there["cost_usd"])),
                 ("fees", here["fees"], cents(there["fees_usd"])), ("gain", here["gain"], cents(there["gain_usd"]))]
        differing = [f"{name} here {a} report {b}" for name, a, b in pairs if a != b]
        if differing:
            bad_trades += 1
            say(f"trade of {here['opened']} {here['right']} {here['strike'] / 100}: " + "; ".join(differing))
    figures = found["figures"]
    for name, here in [("marks", account.marks), ("marks_not_of_quotes", account.made_marks)]:
        if figures[name] != here:
            say(f"{name}: here {here}, report {figures[name]}")
    print(f"{found['name']}: {len(account.nights)} nights, {bad_nights} differ; {len(account.trades)} trades ended, {bad_trades} differ; "
          f"{account.made_marks} of {account.marks} marks not of quotes, {account.formula_marks} of them by formula; last equity {account.nights[-1]['equity'] / 100:.2f}"
          + f"; {account.early_ends} ended early")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("report")
    parser.add_argument("--data", required=True)
    parser.add_argument("--symbol", required=True)
    parser.add_argument("--history")
    parser.add_argument("--events")
    parser.add_argument("--delta", type=float, default=0.3)
    parser.add_argument("--days", type=int, default=45)
    parser.add_argument("--spreads", choices=list(SPREADS))
    parser.add_argument("--fill", default="bid-ask", help="bid-ask, mid, or the part of the way from the middle to the bid")
    parser.add_argument("--show", type=int, default=10, help="differences printed per policy")
    arguments = parser.parse_args()
    with open(arguments.report) as file:
        report = json.load(file)
    world = World(arguments, report)
    policies = [("rule", rule(arguments.delta, arguments.days)), ("buy and hold", hold), ("T-bills", tbill), ("put-write", putwrite), ("buy-write", buywrite)]
    wrong = 0
    for start, act in policies:
        found = next(p for p in report["policies"] if p["name"].startswith(start))
        wrong += compare(world.run(act), found, arguments.show)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
