"""Write an option chain as CSV for `jarvis2 plan --chain FILE`: python get_chain.py KO ko.csv  (needs: pip install yfinance)

Run by you, on your own account of the data: Jarvis2 itself never goes online.
"""
import sys
from datetime import datetime, timezone

import yfinance

symbol, path = sys.argv[1].upper(), sys.argv[2]
ticker = yfinance.Ticker(symbol)
chains = {expiry: ticker.option_chain(expiry) for expiry in ticker.options[:12]} or sys.exit(f"{symbol}: no options; check the symbol")
with open(path, "w", newline="") as file:  # Only now that all has come: what was there before is worth more than a half.
    for expiry, chain in chains.items():
        share = chain.underlying  # Its price and moment come with the quotes: a close of another day would shift every option.
        moment = datetime.fromtimestamp(share["regularMarketTime"], timezone.utc).isoformat()
        known = {"symbol": symbol, "fetched_at": moment, "spot": share["regularMarketPrice"], "expiry": expiry}
        for right, table in (("call", chain.calls), ("put", chain.puts)):
            table.assign(type=right, **known).to_csv(file, index=False, header=file.tell() == 0)
