#!/bin/sh
# A new user's path, each step as it is written: README -> decision -> own CSV -> report -> Python.
#
#   packaging/new-user.sh [FOLDER]
#
# Clones this checkout (what is committed) into an empty folder with an empty home, checks that each command stands in README.md, and runs it there.
# The tutorial's commands are taken from its page. Toolchain and downloads are this machine's; CARGO_TARGET_DIR may name a warm folder. With
# JARVIS2_PROGRAM=FILE the build is left out, and said to be.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
if [ -n "$(ls -A "$folder")" ]; then
    echo "$folder: not empty" >&2
    exit 2
fi
folder=$(CDPATH='' cd -- "$folder" && pwd)
program=${JARVIS2_PROGRAM:-}

# The machine's toolchain; nothing else of this user's.
CARGO_HOME=${CARGO_HOME:-$HOME/.cargo}
RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
export CARGO_HOME RUSTUP_HOME
mkdir "$folder/home" "$folder/mine"
HOME=$folder/home
export HOME
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME
for name in $(env | sed -n 's/^\(JARVIS2__[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

# Not on standard output, which a step may write into a file.
say() { printf '\n==> %s\n' "$*" >&2; }
fail() { echo "FAILED: $*" >&2; exit 1; }

# Runs a command of README.md, which must say it so: with a comment behind it, or as a part of a line or sentence.
step() {
    grep -qF -- "$1" "$folder/jarvis2/README.md" || fail "README.md does not say: $1"
    say "$1"
    sh -euc "$1"
}
# A file that must be there now, with something in it.
there() { [ -s "$1" ] || fail "$1: not there, or empty"; }

say "git clone"
git clone --quiet "$root" "$folder/jarvis2"

# 1. README -> decision
cd "$folder/jarvis2"
if [ -z "$program" ]; then
    step 'cargo run --release -- plan' > "$folder/first.txt"
    program=${CARGO_TARGET_DIR:-$folder/jarvis2/target}/release/jarvis2
    there report.html
    there plan.json
else
    echo "SKIPPED cargo run --release -- plan: JARVIS2_PROGRAM names a program"
    "$program" plan --out "$folder/first" > "$folder/first.txt"
fi
sed -n '/^ACTION/,/^WHY/p' "$folder/first.txt"
grep -q '^ACTION' "$folder/first.txt" || fail 'no decision'
there "$HOME/.local/share/jarvis2/diary.sqlite"
mkdir "$folder/bin"
cp "$program" "$folder/bin/jarvis2"
PATH=$folder/bin:$PATH
export PATH

# 2. The tutorial, as written, with its own chain in plain columns.
mkdir "$folder/tutorial"
cd "$folder/tutorial"
awk '/^```sh runnable$/ { on = 1; next } /^```$/ { on = 0 } on' "$folder/jarvis2/docs/guide/src/tutorial.md" > steps.sh
[ "$(wc -l < steps.sh)" -ge 10 ] || fail 'the tutorial shows hardly any command'
say 'the tutorial:'
cat steps.sh
sh -eu steps.sh > tutorial.txt
there report.html
there mine/report.html
there mine/plan.json

# 3. Own CSV -> report: README's commands for files of one's own. The quotes are the sample's without the column that tells where they come
# from and under another name, so that the program takes them for somebody's own.
cd "$folder/mine"
jarvis2 sample --out sample > sample.txt
{
    echo 'quote_date,underlying,spot,expiry,strike,right,style,bid,ask'
    grep ',SYNVOL,' sample/chain.csv | cut -d, -f2-10 | sed 's/SYNVOL/ZZOWN/'
} > chain.csv
cp sample/history_SYNVOL.csv prices.csv
sed 's/SYNVOL/ZZOWN/' sample/events.csv > events.csv
sed -i.bak 's/SYNVOL/ZZOWN/' prices.csv
step 'jarvis2 config init --account my-account.toml'
# The edit that the file asks for.
printf '\n[[shares]]\nsymbol = "ZZOWN"\ncount = 200\nbasis_usd_per_share = 20.50\n' >> my-account.toml
step 'jarvis2 plan --chain chain.csv --account my-account.toml --history prices.csv --events events.csv' > plan.txt
sed -n '/^ACTION/,/^WHY/p' plan.txt
there report.html
there plan.json
if grep -q 'SYNTHETIC' plan.txt; then fail 'own files are taken for the sample'; fi
if grep -Eq '(src|href)="https?:' report.html; then fail 'report.html loads something'; fi
step 'jarvis2 price chain.csv' > price.txt
step 'jarvis2 iv --right P --spot 36 --strike 40 --years 1 --rate 0.06 --price 4.49'
step 'jarvis2 surface chain.csv --html smiles.html' > surface.txt
there smiles.html
step 'jarvis2 risk --account my-account.toml --chain chain.csv --events events.csv' > risk.txt
step 'jarvis2 config init --portfolio portfolio.toml && jarvis2 plan --portfolio portfolio.toml' > portfolio.txt
step 'jarvis2 plan --trace tree.json' > trace.txt
there tree.json
step 'jarvis2 journal report'
step 'jarvis2 history'
step 'jarvis2 recall --history prices.csv' > recall.txt
step 'jarvis2 export --out tables' > export.txt
step 'jarvis2 regimes --history prices.csv'
(
    # A forecast is graded on three years or more.
    mkdir years
    cd years
    jarvis2 sample --out long --years 4 --symbol SYNVOL --quiet > sample.txt
    cp long/history_SYNVOL.csv prices.csv
    step 'jarvis2 market validate --series prices.csv' > validate.txt
)
step 'jarvis2 models list'
step 'jarvis2 machine'
step 'jarvis2 memory explain'

# 4. Python
cd "$folder/jarvis2"
if [ -d crates/jarvis2-py ]; then
    say 'cargo xtask python-check'
    cargo xtask python-check
else
    echo "SKIPPED Python: this checkout has no crates/jarvis2-py"
fi
say "done: $folder"
