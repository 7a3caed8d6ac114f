"""Compares the trades of a backtest with what optopsy 2.2.0 says of the same contracts on the same chain.

    jarvis2 backtest --policy rule --data DIR --symbol X --history DIR/history_X.csv --json > report.json
    python beside_optopsy.py report.json --data DIR/chain_X.parquet --history DIR/history_X.csv

optopsy has no account: it lists every entry that its filters let through. Here it gets all of them (shorts at the bid, held to the day of
expiry), and each trade of the report is looked up. The chain ends the day before expiry, so rows that settle at the close are added: without
them optopsy finds nothing. Symbols without a split. Needs `pip install optopsy==2.2.0 pyarrow`; nothing of optopsy is copied.
"""

import argparse
import json
from collections import Counter

import numpy as np
import optopsy as op
import pandas as pd
import pyarrow.parquet as pq

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("report")
parser.add_argument("--data", required=True)
parser.add_argument("--history", required=True)
arguments = parser.parse_args()
with open(arguments.report) as file:
    trades = [t for t in json.load(file)["policies"][0]["trades"] if t["ending"] != "still open"]

chain = pq.read_table(arguments.data, columns=["underlying", "spot", "right", "expiry", "quote_date", "strike", "bid", "ask"]).to_pandas()
chain = chain.rename(columns=dict(underlying="underlying_symbol", spot="underlying_price", right="option_type", expiry="expiration"))
chain["option_type"] = chain.option_type.map({"P": "put", "C": "call"})
for column in ("expiration", "quote_date"):
    chain[column] = pd.to_datetime(chain[column]).astype("datetime64[ns]")

close = pd.read_csv(arguments.history, comment="#", parse_dates=["date"]).set_index("date").close
settled = chain.drop_duplicates(["expiration", "strike", "option_type"], keep="last")
settled = settled[settled.expiration.isin(close.index)].copy()
settled["quote_date"] = settled.expiration
settled["underlying_price"] = settled.expiration.map(close)
side = np.where(settled.option_type == "put", 1, -1)
settled["bid"] = settled["ask"] = np.maximum(side * (settled.strike - settled.underlying_price), 0).round(2)
whole = pd.concat([chain, settled], ignore_index=True)

found = {}
for right, shorts in (("put", op.short_puts), ("call", op.short_calls)):
    print(f"{right}s: {len(shorts(chain, raw=True))} entries without the settlement rows", end=", ")
    table = shorts(whole, raw=True, slippage="spread", min_bid_ask=0.001, max_entry_dte=90, exit_dte=0)
    print(f"{len(table)} with them")
    entered = table.expiration - pd.to_timedelta(table.dte_entry, unit="D")
    for day, expiry, strike, entry, end, change in zip(entered, table.expiration, table.strike, table["entry"], table["exit"], table["pct_change"]):
        found[right, str(day.date()), str(expiry.date()), strike] = (entry, end, change)

kinds = Counter()
for trade in trades:
    there = found.get((trade["right"], trade["opened"], trade["expiry"], trade["strike_usd"]))
    if there is None:
        kinds["not among optopsy's entries"] += 1
        continue
    entry, end, change = there
    gain = round((entry - end) * 100 * trade["contracts"], 2)
    ours = round(trade["gain_usd"] + trade["fees_usd"], 2)
    kinds["pct_change has the sign of the buyer"] += (change > 0) == (gain < 0)
    if round(entry, 4) != trade["premium_usd"]:
        kinds["another entry price"] += 1
    elif gain == ours:
        kinds["the same but for the fee"] += 1
    else:
        kinds[f"another result: {trade['ending']}"] += 1
        print(f"{trade['opened']} {trade['right']} {trade['strike_usd']} {trade['expiry']} x {trade['contracts']}, {trade['ending']} on {trade['closed']}: "
              f"before fees {ours:.2f}, optopsy {gain:.2f}")
print(f"{len(trades)} trades ended:", dict(kinds))
