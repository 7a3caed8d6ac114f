#!/bin/sh
# Writes a few honest inputs for each target to fuzz/corpus/TARGET, where cargo-fuzz looks for them. All synthetic, made of what the
# tests have: run it from anywhere, once. The twins of the vendors' files come from a test of `market`; without cargo
# (`NO_TWINS=1`) the rest is written.
set -eu
cd "$(dirname "$0")/.."
corpus=$PWD/fuzz/corpus
for target in ingest mapping weights snapshots account config journal; do mkdir -p "$corpus/$target"; done

# The first byte picks the file's name and the kind of reading: see fuzz_targets/ingest.rs.
named() { { printf '%b' "$1"; cat; } >"$corpus/ingest/$2"; }
common() {
    echo 'source,quote_date,underlying,spot,expiry,strike,right,style,bid,ask,last,volume,open_interest,iv,delta,multiplier'
    echo 'x,2025-03-06,ZZT,50,2025-03-21,47.5,call,american,3.20,3.30,3.25,10,100,0.31,0.7,100'
    echo 'x,2025-03-06,ZZT,50,2025-03-21,47.5,put,american,0.70,0.80,0.75,10,100,0.31,-0.3,100'
    echo 'x,2025-03-06,ZZT,50,2025-03-21,50,call,american,1.95,2.05,2.00,10,100,0.30,0.5,100'
    echo 'x,2025-03-06,ZZT,50,2025-03-21,50,put,american,1.95,2.05,2.00,10,100,0.30,-0.5,100'
}
common | named '\000' common.csv
common | tr , '\t' | named '\007' tabs
common | named '\010' last_day
common | gzip -9 | named '\001' common.csv.gz
head -6 crates/market/sample/events.csv | named '\030' events
head -12 crates/market/sample/history_SYNDIV.csv | named '\030' history
printf '{"options":[{"symbol":"ZZT250321C00050000","bid":1.9,"ask":2.1,"underlying":"ZZT","quote_date":"2025-03-06"}]}' | named '\003' options.json
if [ -z "${NO_TWINS:-}" ]; then
    JARVIS2_SEEDS=$corpus/ingest cargo test --quiet -p market --test fuzz -- --ignored twins_as_seeds
fi

cp crates/market/src/ingest/mapping/sample.toml "$corpus/mapping/sample.toml"
grep -v '^#' crates/market/src/ingest/mapping/sample.toml >"$corpus/mapping/bare.toml"
printf 'schema_version = 1\nlayout = "wide"\n[columns]\nsymbol = "Underlying"\ndate = "Quote Day"\nexpiry = "Expires"\nstrike = "K"\n[calls]\nbid = "B"\n[puts]\nask = "A"\n' >"$corpus/mapping/wide.toml"

cp crates/nn/tests/golden/*.safetensors "$corpus/weights/"
for file in crates/index/tests/import/*.npy crates/index/tests/import/*.faiss crates/index/tests/import/*.parquet; do
    cp "$file" "$corpus/snapshots/"
done

cp crates/market/sample/account.toml "$corpus/account/sample.toml"
printf 'schema_version = 1\nkind = "cash"\ncash_usd = 1.0\n' >"$corpus/account/least.toml"
printf 'schema_version = 1\n[output]\n[actions]\nmin_days = 7\nmax_days = 45\n' >"$corpus/config/short.toml"
printf 'schema_version = 1\n[memory]\nlimit = "2 GiB"\n[diary]\nkeep = false\n' >"$corpus/config/words.toml"
# Every key at its default, as `jarvis2 config init` writes them.
if [ -n "${JARVIS2:-}" ]; then "$JARVIS2" config init --config "$corpus/config/all.toml" >/dev/null; fi

fills=$corpus/journal
cat >"$fills/own.csv" <<'CSV'
date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id
2024-07-01,deposit,,,,,,7000,a1
2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,1,0.80,0.66,,a2
2024-08-16,assigned,KO,KO240816P00069000,1,,,,a3
2024-08-16,buy,KO,,100,69,,,a4
CSV
cat >"$fills/schwab.csv" <<'CSV'
"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount",
"08/20/2024","Sell to Open","KO 09/20/2024 72.00 C","CALL COCA COLA CO $72 EXP 09/20/24","1","$0.55","$0.66","$54.34",
"08/16/2024","Buy","KO","COCA COLA CO","100","$69.00","","-$6900.00",
"07/22/2024 as of 07/19/2024","Expired","KO 07/19/2024 62.00 P","PUT COCA COLA CO $62 EXP 07/19/24","2","","","",
CSV
cat >"$fills/tastytrade.csv" <<'CSV'
Date,Type,Sub Type,Action,Symbol,Instrument Type,Description,Value,Quantity,Average Price,Commissions,Fees,Multiplier,Order #,Total
2024-08-16T22:00:00-0400,Receive Deliver,Assignment,,KO    240816P00069000,Equity Option,x,0.00,1,0.00,--,0.00,100,,0.00
2024-07-22T10:30:00-0400,Trade,Sell to Open,SELL_TO_OPEN,KO    240816P00069000,Equity Option,x,80.00,1,80.00,-0.50,-0.16,100,391052108,79.34
CSV
cat >"$fills/fidelity.csv" <<'CSV'
Run Date,Action,Symbol,Description,Type,Price ($),Quantity,Commission ($),Fees ($),Amount ($),Settlement Date
08/16/2024,ASSIGNED PUTS as of AUG-16-2024 PUT (KO) (Cash), -KO240816P69,PUT (KO),Cash,,1,,,,
07/22/2024,YOU SOLD OPENING TRANSACTION PUT (KO) (Cash), -KO240816P69,PUT (KO),Cash,0.80,-1,0.65,0.01,79.34,07/23/2024
CSV
cat >"$fills/robinhood.csv" <<'CSV'
"Activity Date","Process Date","Instrument","Description","Trans Code","Quantity","Price","Amount"
"8/16/2024","8/16/2024","KO","KO 8/16/2024 Put $69.00","OASGN","1","",""
"7/22/2024","7/22/2024","KO","KO 8/16/2024 Put $69.00","STO","1","$0.80","$79.34"
"7/1/2024","7/1/2024","","ACH Deposit","ACH","","","($7,000.00)"
CSV
printf 'sell 2 KO 2026-09-18 67.5 put at 1.30 fees 1.30\nbuy 100 KO at 67.10\nassigned 1 KO 2026-09-18 67.5 put\nexpired 1 KO 2026-09-18 70 call\nexercised 1 KO260918C00070000\n' >"$fills/words"
du -sk "$corpus"
