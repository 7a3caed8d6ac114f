"""Prices, plans, backtests and self-play on Ray: the bytes of one process, whoever dies. Figures are printed (`pytest -s`)."""

import importlib.util
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import jarvis2

pa = pytest.importorskip("pyarrow")
np = pytest.importorskip("numpy")
from jarvis2 import distributed  # noqa: E402 (it needs pyarrow)

EXAMPLE = Path(__file__).parents[1] / "examples" / "self_play.py"
SMALL = {"search.evaluations": 256, "search.root_actions": 4, "search.paths": 1024}


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """A log of trials of the test's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def options(rows, american=0.1, seed=5):
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "id": np.arange(rows),
            "right": np.where(rng.random(rows) < 0.5, "call", "put"),
            "style": np.where(rng.random(rows) < american, "american", "european"),
            "spot": rng.uniform(80, 120, rows),
            # Some rows that cannot be priced.
            "strike": np.where(rng.random(rows) < 0.001, -1.0, rng.uniform(80, 120, rows)),
            "years": rng.uniform(0.1, 2, rows),
            "rate": np.full(rows, 0.04),
            "vol": rng.uniform(0.1, 0.6, rows),
        }
    )


def ipc(table):
    """The table as bytes of Arrow's own format."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def timed(work):
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def dies(pid, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not alive(pid):
            return True
        time.sleep(0.02)
    return False


class Killer(threading.Thread):
    """Waits until a worker has begun its `after`-th piece, and kills it.

    Workers leave an empty file PID-NUMBER in `folder` as they begin. What was under way in the killed one is lost.
    """

    def __init__(self, folder, after):
        super().__init__(daemon=True)
        self.folder, self.after, self.killed = folder, after, None

    def run(self):
        end = time.monotonic() + 120
        while self.killed is None and time.monotonic() < end:
            for begun in os.listdir(self.folder):
                pid, number = map(int, begun.split("-"))
                if number == self.after and pid != os.getpid():
                    os.kill(pid, signal.SIGKILL)
                    self.killed = pid
                    return
            time.sleep(0.002)


def telling(function, folder):
    """The function, and word of who begins what. A closure: Ray's workers cannot import this file."""

    def begin(table):
        begun = [int(name.split("-")[1]) for name in os.listdir(folder) if name.startswith(f"{os.getpid()}-")]
        open(os.path.join(folder, f"{os.getpid()}-{len(begun)}"), "w").close()
        return function(table)

    return begin


# Batches, without Ray


def test_a_batch_is_what_the_table_is():
    table = options(500)
    whole = pa.table(jarvis2.price(table))
    assert distributed.price_batches(table).equals(whole)
    (batch,) = table.to_batches()
    answer = distributed.price_batches(batch)
    assert isinstance(answer, pa.RecordBatch) and pa.Table.from_batches([answer]).equals(whole)
    assert set(whole["status"].to_pylist()) == {"ok", "bad_input"}
    assert distributed.greeks_batches(table).equals(pa.table(jarvis2.greeks(table)))
    assert distributed.implied_vol_batches(whole).equals(pa.table(jarvis2.implied_vol(whole)))
    empty = distributed.price_batches(batch.slice(0, 0))
    assert empty.num_rows == 0 and empty.schema.equals(answer.schema)


def test_as_spark_calls_it():
    """`mapInArrow` hands over an iterator of record batches and iterates over the answer, whose batches have one schema."""
    table = options(1000)
    given = iter(table.to_batches(max_chunksize=300))
    answers = distributed.in_arrow(distributed.price_batches)(given)
    assert iter(answers) is answers
    first = next(answers)
    assert isinstance(first, pa.RecordBatch) and first.num_rows == 300
    rest = list(answers)
    assert pa.Table.from_batches([first, *rest]).combine_chunks().equals(pa.table(jarvis2.price(table)).combine_chunks())
    assert list(distributed.in_arrow(distributed.price_batches)(iter([]))) == []
    jobs = pa.table({"symbol": ["SYNVOL", "SYNDIV"], "policy": ["rule", "rule"]})
    (answer,) = distributed.in_arrow(distributed.backtest_batches)(iter(jobs.to_batches()))
    assert isinstance(answer, pa.RecordBatch) and answer["status"].to_pylist() == ["ok", "ok"]


def test_chunks_do_not_show_in_the_answers():
    table = options(1000)
    whole = distributed.price(table, workers=0)
    parts = distributed.price(table, workers=0, chunk_rows=77)
    assert parts["price"].num_chunks == 13 and parts.equals(whole)
    assert distributed.price(table.slice(0, 0), workers=0).column_names == whole.column_names
    for wrong in ({"workers": -1}, {"chunk_rows": 0}, {"retries": -1}):
        with pytest.raises(jarvis2.UsageError, match="or more is needed"):
            distributed.price(table, **{"workers": 0, **wrong})
    with pytest.raises(jarvis2.BadInput, match="no column `vol`"):
        distributed.price(table.drop_columns(["vol"]), workers=0)


def test_plans_are_those_of_plan():
    jobs = [{"job": "mine", "symbol": "SYNVOL", "set": SMALL}, {"symbol": "NOSUCH"}, {"symbol": "SYNVOL", "out": "here"}]
    answers = distributed.plan(jobs, workers=0).to_pylist()
    direct = jarvis2.plan(symbol="SYNVOL", set=SMALL)
    assert [row["status"] for row in answers] == ["ok", "data", "usage"]
    first = answers[0]
    assert json.loads(first["answer"]) == direct and first["exit_code"] == direct.exit_code and first["job"] == "mine"
    assert first["outcome"] == direct["decision"]["outcome"] and first["message"] is None
    assert answers[1]["answer"] is None and "NOSUCH" in answers[1]["message"] and answers[1]["exit_code"] == 3
    assert "a job cannot have `out`" in answers[2]["message"]
    with pytest.raises(jarvis2.UsageError, match="no jobs"):
        distributed.plan([], workers=0)


def test_a_job_may_say_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    config = tmp_path / "jarvis2" / "config.toml"
    config.parent.mkdir()
    lines = [f"{name.partition('.')[2]} = {value}" for name, value in SMALL.items()]
    config.write_text("\n".join(["schema_version = 1", "[search]", *lines]))
    (row,) = distributed.plan([{}], workers=0).to_pylist()
    assert row["status"] == "ok" and row["outcome"] == jarvis2.plan()["decision"]["outcome"]
    assert distributed.plan([{}, {}], workers=0, seed=1)["seed"].to_pylist() == [distributed.seed_of(1, 0), distributed.seed_of(1, 1)]


def test_jobs_may_differ_in_kind():
    """One file and several, a word and a number: each job is asked as it would be alone."""
    jobs = [{"chain": "one.csv"}, {"chain": ["two.csv", Path("three.csv")]}, {"chain": None}]
    assert distributed._jobs(jobs, None)["chain"].to_pylist() == [["one.csv"], ["two.csv", "three.csv"], None]
    answers = distributed.plan(jobs[:2], workers=0).to_pylist()
    assert [row["status"] for row in answers] == ["data", "data"]
    assert "one.csv" in answers[0]["message"] and "two.csv" in answers[1]["message"]
    fills = [{"fill": "mid"}, {"fill": 0.5}, {}]
    assert distributed._jobs(fills, None)["fill"].to_pylist() == ["mid", "0.5", None]
    for wrong in ([{"stress": True}, {"stress": "yes"}], [{"job": 1}, {"job": "b"}]):
        with pytest.raises(jarvis2.UsageError, match="cannot be one column"):
            distributed.backtest(wrong, workers=0)


@pytest.mark.parametrize("settings", [{"search.time_ms": 50}, ["search.evaluations=256", " search.time_ms = 50"], "search.time_ms=50"])
def test_a_setting_does_not_bound_a_job_by_time_either(settings):
    for name in ("set", "set_"):
        (row,) = distributed.plan([{"symbol": "SYNVOL", name: settings}], workers=0).to_pylist()
        assert row["status"] == "usage" and row["exit_code"] == 2 and row["answer"] is None
        assert "a job cannot have `search.time_ms` in `set`: the answer would depend on the worker's speed" in row["message"]


def test_backtests_are_those_of_backtest_and_each_is_counted_once(own_home):
    jobs = [{"symbol": symbol, "policy": "rule"} for symbol in ("SYNVOL", "SYNDIV")] + [{"symbol": "NOSUCH", "policy": "rule"}]
    before = dict(os.environ)
    answers = distributed.backtest(jobs, workers=0)
    assert dict(os.environ) == before
    assert answers["status"].to_pylist()[:2] == ["ok", "ok"] and answers["status"][2].as_py() != "ok"
    lines = (own_home / "data/jarvis2/trials.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["run"] for line in lines] == answers["run"].to_pylist()[:2]
    # The program believes the log, goes on with it, and can ask the run again.
    direct = jarvis2.backtest(symbol="SYNVOL", policy="rule")
    assert direct["odds"]["runs_counted"] == 3 and direct["odds"]["trials"] == 2
    assert not any("trusted" in note for note in direct["notes"])
    ours = json.loads(answers["answer"][0].as_py())
    assert "ask this one by itself" in ours.pop("odds")["deflated_sharpe"]["missing"]
    assert ours == {name: value for name, value in direct.items() if name != "odds"}
    assert jarvis2.ask("replay", answers["run"][1].as_py(), json=False)
    figures = next(policy for policy in direct["policies"] if policy["name"] == direct["manifest"]["policy"])["figures"]
    assert answers["sharpe"][0].as_py() == figures["sharpe"] and answers["last_equity_usd"][0].as_py() == figures["last_equity_usd"]


def test_who_counts_at_the_same_time_waits(own_home):
    answers = distributed.backtest([{"symbol": "SYNVOL", "policy": "rule"}], workers=0)
    threads = [threading.Thread(target=lambda: [distributed.count(answers) for _ in range(10)]) for _ in range(3)]
    # One that moves the process's folders meanwhile.
    threads.append(threading.Thread(target=lambda: distributed.backtest([{"symbol": "SYNVOL", "policy": "rule"}] * 3, workers=0)))
    # And other processes.
    code = "import sys, pickle; from jarvis2 import distributed; answers = pickle.load(sys.stdin.buffer); [distributed.count(answers) for _ in range(10)]"
    others = [subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) for _ in range(2)]
    for other in others:
        other.stdin.write(pickle.dumps(answers))
        other.stdin.close()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [other.wait() for other in others] == [0, 0]
    direct = jarvis2.backtest(symbol="SYNVOL", policy="rule")
    assert direct["odds"]["runs_counted"] == 1 + 3 * 10 + 3 + 2 * 10 + 1
    assert not any("trusted" in note for note in direct["notes"]), direct["notes"]


def test_whole_numbers_in_a_column_with_holes():
    pd = pytest.importorskip("pandas")
    jobs = pd.DataFrame({"symbol": ["SYNVOL", "SYNDIV"], "policy": ["rule", "rule"], "seed": [5, None]})
    for table in (pa.table(jobs), pa.Table.from_pandas(jobs)):
        assert table["seed"].type == pa.float64()
        assert distributed.backtest(table, workers=0)["status"].to_pylist() == ["ok", "ok"]
        assert distributed.backtest(table, workers=0, seed=1)["seed"].to_pylist() == [5, distributed.seed_of(1, 1)]


@pytest.mark.parametrize(("seed", "status"), [(2**63, "ok"), (2**64, "usage"), (-1, "usage"), ("five", "usage"), ("5", "ok")])
def test_a_seed_that_is_none_is_an_answer_of_its_job(seed, status):
    jobs = [{"symbol": "SYNVOL", "policy": "rule", "seed": seed}, {"symbol": "SYNVOL", "policy": "rule"}]
    assert distributed.backtest(jobs, workers=0, seed=3)["status"].to_pylist() == [status, "ok"]


def test_a_cut_log_is_still_told_on(own_home):
    jobs = [{"symbol": "SYNVOL", "policy": "rule"}]
    for _ in range(3):
        distributed.backtest(jobs, workers=0)
    log = own_home / "data/jarvis2/trials.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:1]))
    distributed.backtest(jobs, workers=0)
    direct = jarvis2.backtest(symbol="SYNVOL", policy="rule")
    assert direct["odds"]["runs_counted"] == 5 and any("trusted" in note for note in direct["notes"])


def test_seeds_are_of_the_job():
    # The first numbers of SplitMix64 from the seed 0, as published, their upper 53 bits.
    assert [distributed.seed_of(0, n) for n in range(3)] == [0xE220A8397B1DCDAF >> 11, 0x6E789E6AA1B965F4 >> 11, 0x06C45D188009454F >> 11]
    jobs = [{"symbol": "SYNVOL", "policy": "rule"}, {"symbol": "SYNVOL", "policy": "rule", "seed": 3}, {"symbol": "SYNDIV", "policy": "rule"}]
    seeds = distributed.backtest(jobs, workers=0, seed=11)["seed"].to_pylist()
    assert seeds == [distributed.seed_of(11, 0), 3, distributed.seed_of(11, 2)]


# Self-play


def lesson():
    """The example; Ray's workers get it by value, for they cannot import it."""
    spec = importlib.util.spec_from_file_location("self_play", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["self_play"] = module
    spec.loader.exec_module(module)
    return module


def test_self_play_learns():
    lattice = lesson()
    game = lattice.Player().game
    exact = game.solve()
    table = lattice.Table()
    assert distributed.self_play(lattice.Player, table, games=128, workers=0, seed=7) == 128
    before, after = lattice.error_usd({}, exact, game.cycles), lattice.error_usd(table.worths, exact, game.cycles)
    assert after < before / 2
    start = lattice.State(0, 0, False)
    assert abs(table.worths[start] - exact[start]) < 0.05 < abs(lattice.liquidation(start) - exact[start])


def test_the_lesson_is_the_lattice_of_the_crate():
    """Reference figures of `crates/search/tests/wheel_lattice.rs`."""
    lattice = lesson()
    exact = lattice.Lattice(12).solve()
    assert exact[lattice.State(0, 0, False)] == pytest.approx(4.710321, abs=1e-6)
    assert exact[lattice.State(0, 0, True)] == pytest.approx(104.710321, abs=1e-6)


def test_self_play_resumes_where_it_ended(tmp_path):
    lattice = lesson()
    whole, parts = lattice.Table(), lattice.Table()
    distributed.self_play(lattice.Player, whole, games=40, round_games=8, workers=0, seed=3)
    # An end within a round, then on from the last round by a learner that knows nothing.
    assert distributed.self_play(lattice.Player, parts, games=20, round_games=8, workers=0, seed=3, folder=tmp_path) == 20
    again = lattice.Table()
    assert distributed.self_play(lattice.Player, again, games=40, round_games=8, workers=0, seed=3, folder=tmp_path) == 24
    assert again.save() == whole.save() != parts.save()
    with pytest.raises(jarvis2.UsageError, match="seed=3, and 4 is asked for"):
        distributed.self_play(lattice.Player, again, games=48, round_games=8, workers=0, seed=4, folder=tmp_path)
    checkpoint = tmp_path / "self_play.checkpoint"
    content = checkpoint.read_bytes()
    for damaged in (content[:-1], b"x" + content, b"{}\n"):
        checkpoint.write_bytes(damaged)
        with pytest.raises(jarvis2.DataError, match="take it away to start anew"):
            distributed.self_play(lattice.Player, again, games=48, round_games=8, workers=0, seed=3, folder=tmp_path)


def test_a_first_round_that_is_cut_short_is_learnt_once(tmp_path):
    """Whether the call ends within it, or a player fails: the same learner goes on as it began."""
    lattice = lesson()
    whole, parts = lattice.Table(), lattice.Table()
    distributed.self_play(lattice.Player, whole, games=16, round_games=16, workers=0, seed=3)
    given = {"round_games": 16, "workers": 0, "seed": 3, "folder": tmp_path, "identity": "lattice"}
    distributed.self_play(lattice.Player, parts, games=8, **given)

    class Failing(lattice.Player):
        def play(self, number, seed, weights):
            if number == 4:
                raise RuntimeError("out of luck")
            return super().play(number, seed, weights)

    with pytest.raises(RuntimeError, match="out of luck"):
        distributed.self_play(Failing, parts, games=16, **given)
    assert distributed.self_play(lattice.Player, parts, games=16, **given) == 16
    assert parts.save() == whole.save()
    with pytest.raises(jarvis2.UsageError, match="identity='lattice', and 'other' is asked for"):
        distributed.self_play(lattice.Player, parts, games=32, **{**given, "identity": "other"})


# On Ray


def test_more_than_there_is(ray):
    """Players that nobody has room for are not waited for, and work that never begins is refused."""
    lattice = lesson()
    by_value(lattice)
    two, three = lattice.Table(), lattice.Table()
    distributed.self_play(lattice.Player, two, games=8, round_games=8, workers=0, seed=1)
    assert distributed.self_play(lattice.Player, three, games=8, round_games=8, workers=3, seed=1) == 8
    assert three.save() == two.save()
    with pytest.raises(jarvis2.UsageError, match="`threads` is 3, and the largest node of Ray has 2 processors"):
        distributed.backtest([{"symbol": "SYNVOL", "policy": "rule"}], threads=3)


def test_two_workers_price_as_one_process_and_a_killed_one_changes_nothing(ray, tmp_path):
    table = options(1_000_000, american=1.0)
    one, seconds_one = timed(lambda: distributed.price(table, workers=0, chunk_rows=50_000))
    two, seconds_two = timed(lambda: distributed.price(table, workers=2, chunk_rows=50_000))
    assert ipc(two) == ipc(one)
    killer = Killer(tmp_path, after=2)
    killer.start()
    told = telling(distributed.price_batches, str(tmp_path))
    killed, seconds_killed = timed(lambda: distributed.apply(told, table, workers=2, chunk_rows=50_000))
    killer.join(1)
    begun = os.listdir(tmp_path)
    assert killer.killed is not None and dies(killer.killed)
    # The lost piece was begun twice, and by three processes in all.
    assert len(begun) == 20 + 1 and len({name.split("-")[0] for name in begun}) >= 2
    assert ipc(killed) == ipc(one)
    assert ipc(distributed.price(table, workers=1, chunk_rows=50_000)) == ipc(one)
    print(f"\nprices of {table.num_rows:,} American options: one process {seconds_one:.2f} s, two workers {seconds_two:.2f} s, one of them killed {seconds_killed:.2f} s")


def test_backtests_on_ray(ray, tmp_path, own_home):
    jobs = [{"symbol": symbol, "policy": "rule", "delta": delta} for symbol in ("SYNVOL", "SYNDIV", "SYNIDX") for delta in (0.15, 0.25, 0.35, 0.45)]
    one, seconds_one = timed(lambda: distributed.backtest(jobs, workers=0, seed=1))
    two, seconds_two = timed(lambda: distributed.backtest(jobs, workers=2, seed=1))
    assert set(one["status"].to_pylist()) == {"ok"} and len(set(one["run"].to_pylist())) == 12
    assert ipc(two) == ipc(one)
    folder = tmp_path / "begun"
    folder.mkdir()
    killer = Killer(folder, after=1)
    killer.start()
    table = one.select(["symbol", "policy", "delta", "seed"])
    told = telling(distributed.backtest_batches, str(folder))
    killed, seconds_killed = timed(lambda: distributed.apply(told, table, workers=2, chunk_rows=1))
    killer.join(1)
    assert killer.killed is not None and dies(killer.killed) and len(os.listdir(folder)) == 13
    assert ipc(killed) == ipc(one)
    # `backtest` has counted its own, `apply` counts nothing until it is told to.
    assert len((own_home / "data/jarvis2/trials.jsonl").read_bytes().splitlines()) == 24
    assert distributed.count(killed) == 12
    assert jarvis2.backtest(policy="tbill")["odds"]["runs_counted"] == 37
    print(f"\n12 backtests: one process {seconds_one:.2f} s, two workers {seconds_two:.2f} s, one of them killed {seconds_killed:.2f} s")


def test_plans_on_ray(ray):
    jobs = [{"symbol": symbol, "set": SMALL} for symbol in ("SYNVOL", "SYNDIV", "SYNIDX", "SYNVOL")]
    one, seconds_one = timed(lambda: distributed.plan(jobs, workers=0, seed=1))
    two, seconds_two = timed(lambda: distributed.plan(jobs, workers=2, seed=1))
    assert ipc(two) == ipc(one) and set(one["status"].to_pylist()) == {"ok"}
    # The same question with other seeds.
    assert one["answer"][0].as_py() != one["answer"][3].as_py()
    print(f"\n4 plans: one process {seconds_one:.2f} s, two workers {seconds_two:.2f} s")


def test_a_worker_that_always_dies_is_an_error_that_says_so(ray):
    def die(table):
        os.kill(os.getpid(), 9)

    with pytest.raises(jarvis2.ResourceError, match=r"chunk 0 \(rows from 0\): worker after worker died, 1 were tried again"):
        distributed.apply(die, options(10), retries=1)


def test_what_the_work_raises_comes_out(ray):
    with pytest.raises(jarvis2.BadInput, match="no column `vol`"):
        distributed.price(options(10).drop_columns(["vol"]))


def telling_player(lattice, folder):
    """The example's player, and word of who plays what."""
    by_value(lattice)

    class Telling(lattice.Player):
        def play(self, number, seed, weights):
            begun = [name for name in os.listdir(folder) if name.startswith(f"{os.getpid()}-")]
            open(os.path.join(folder, f"{os.getpid()}-{len(begun)}"), "w").close()
            return super().play(number, seed, weights)

    return Telling


def by_value(module):
    from ray import cloudpickle

    cloudpickle.register_pickle_by_value(module)


def test_self_play_on_ray_and_a_killed_player_changes_nothing(ray, tmp_path):
    lattice = lesson()
    by_value(lattice)

    # Thinks longer than the example, so that a game is work.
    def make_player():
        return lattice.Player(evaluations=512)

    tables = [lattice.Table() for _ in range(3)]
    _, seconds_one = timed(lambda: distributed.self_play(make_player, tables[0], games=256, round_games=32, workers=0, seed=5))
    _, seconds_two = timed(lambda: distributed.self_play(make_player, tables[1], games=256, round_games=32, workers=2, seed=5))
    assert tables[1].save() == tables[0].save()
    killer = Killer(tmp_path, after=20)
    killer.start()
    player = telling_player(lattice, str(tmp_path))
    _, seconds_killed = timed(lambda: distributed.self_play(lambda: player(evaluations=512), tables[2], games=256, round_games=32, workers=2, seed=5))
    killer.join(1)
    assert killer.killed is not None and dies(killer.killed)
    begun = os.listdir(tmp_path)
    assert len(begun) in (256, 257) and len({name.split("-")[0] for name in begun}) == 3
    assert tables[2].save() == tables[0].save()
    print(f"\n256 games: one process {seconds_one:.2f} s, two workers {seconds_two:.2f} s, one of them killed {seconds_killed:.2f} s")


DRIVER = """
import sys
sys.path.insert(0, sys.argv[1])
import ray
from ray import cloudpickle
import self_play as lattice
from jarvis2 import distributed
cloudpickle.register_pickle_by_value(lattice)
ray.init(address="local", num_cpus=2, include_dashboard=False, object_store_memory=100 << 20, log_to_driver=False)
distributed.self_play(lattice.Player, lattice.Table(), games=100_000, round_games=8, workers=2, seed=5, folder=sys.argv[2])
"""


def test_self_play_goes_on_after_its_driver_is_killed(ray, tmp_path):
    checkpoint = tmp_path / "self_play.checkpoint"
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, str(EXAMPLE.parent), str(tmp_path)], env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0"})
    end = time.monotonic() + 180
    learnt = 0
    while learnt < 24 and time.monotonic() < end and driver.poll() is None:
        time.sleep(0.02)
        if checkpoint.exists():
            learnt = json.loads(checkpoint.read_bytes().partition(b"\n")[0])["games"]
    driver.kill()
    assert driver.wait() == -signal.SIGKILL and learnt >= 24
    lattice = lesson()
    by_value(lattice)
    learnt = json.loads(checkpoint.read_bytes().partition(b"\n")[0])["games"]
    again, whole = lattice.Table(), lattice.Table()
    games = learnt + 16
    assert distributed.self_play(lattice.Player, again, games=games, round_games=8, workers=2, seed=5, folder=tmp_path) == 16
    distributed.self_play(lattice.Player, whole, games=games, round_games=8, workers=0, seed=5)
    assert again.save() == whole.save()


def test_ray_data(ray):
    data = pytest.importorskip("ray.data", reason="Ray Data is not installed: `pip install 'ray[data]'`")
    data.DataContext.get_current().execution_options.preserve_order = True
    table = options(10_000)
    answer = data.from_arrow(table).map_batches(distributed.price_batches, batch_format="pyarrow", batch_size=3000)
    found = pa.concat_tables(ray.get(answer.to_arrow_refs()))
    assert found.sort_by("id").combine_chunks().equals(pa.table(jarvis2.price(table)).combine_chunks())


def test_dask():
    bag = pytest.importorskip("dask.bag", reason="Dask is not installed: `pip install dask`")
    table = options(10_000)
    parts = [table.slice(start, 3000) for start in range(0, table.num_rows, 3000)]
    answer = bag.from_sequence(parts, npartitions=2).map(distributed.price_batches).compute(scheduler="processes", num_workers=2)
    assert pa.concat_tables(answer).combine_chunks().equals(pa.table(jarvis2.price(table)).combine_chunks())


def test_without_ray_it_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(jarvis2.UsageError, match="pip install ray"):
        distributed.price(options(10))
