"""Commands in this process: the same answers as the program's, errors by kind, and Ctrl-C."""

import math
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import jarvis2

SMALL = {
    "search.evaluations": 600,
    "search.draw_evaluations": 300,
    "search.root_actions": 12,
    "search.paths": 256,
}


def test_the_sample_is_planned(tmp_path):
    plan = jarvis2.plan(set=SMALL, symbol="SYNVOL")
    assert plan.exit_code in (0, 4)
    assert plan["decision"]["outcome"] in ("act", "do_nothing", "abstain")
    assert not list(tmp_path.iterdir())
    again = jarvis2.plan(set=SMALL, symbol="SYNVOL", out=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} >= {"plan.json", "report.html"}
    assert again["decision"] == plan["decision"]


def test_hardware_and_any_command():
    assert isinstance(jarvis2.hardware()["threads"], str)
    assert '"properties"' in jarvis2.ask("schema", "plan", json=False)
    answer = jarvis2.ask("iv", right="P", spot=36, strike=40, years=1, rate=0.06, price=4.49)
    assert "0.2" in str(answer)


def test_errors_have_kinds(tmp_path):
    with pytest.raises(jarvis2.DataError, match="nowhere.csv") as caught:
        jarvis2.plan(chain=tmp_path / "nowhere.csv")
    assert caught.value.kind == "data" and caught.value.exit_code == 3
    with pytest.raises(jarvis2.UsageError, match="no_such_flag|no-such-flag"):
        jarvis2.plan(no_such_flag=3)
    with pytest.raises(jarvis2.UsageError):
        jarvis2.ask("serve")
    with pytest.raises(jarvis2.Error):
        jarvis2.ask("nonsense")
    for slip in ({"chain": []}, {"chain": b"a.csv"}):
        with pytest.raises(jarvis2.UsageError, match="chain"):
            jarvis2.plan(**slip)
    with pytest.raises(jarvis2.UsageError, match="json=False"):
        jarvis2.ask("--help")
    for slip in ({"rate": 4.0}, {"rate": math.nan}, {"capital": 1e300}, {"delta": 30}, {"from_": "2026-02-01", "to": "2026-01-01"}):
        with pytest.raises(jarvis2.UsageError):
            jarvis2.backtest(symbol="SYNDIV", policy="rule", **slip)


def test_what_was_answered_comes_with_what_went_wrong_after(tmp_path):
    (tmp_path / "text.sqlite").write_text("no diary")
    with pytest.raises(jarvis2.Error, match="text.sqlite") as caught:
        jarvis2.plan(set=SMALL, symbol="SYNVOL", db=tmp_path / "text.sqlite")
    assert caught.value.answer["decision"] and caught.value.answer.exit_code == caught.value.exit_code


def test_the_diary_is_read(tmp_path):
    db = tmp_path / "diary.sqlite"
    jarvis2.plan(set=SMALL, symbol="SYNVOL", db=db)
    jarvis2.journal.add("earnings on Tuesday", db=db, symbol="SYNVOL")
    diary = jarvis2.Experience(db)
    (decision,) = diary.decisions()
    whole = diary.decision(decision["id"])
    assert whole["action"] and sum(visit["visits"] for visit in whole["visits"]) > 0
    assert diary.situation(decision["situation"])["symbol"] == "SYNVOL"
    assert diary.outcome(decision["id"]) is None
    assert [note["body"] for note in diary.notes()] == ["earnings on Tuesday"]
    assert diary.verify() == [] and diary.fills() == []
    for question in (diary.decision, diary.outcome, lambda id: diary.encoding(id, 1)):
        with pytest.raises(jarvis2.DataError):
            question(10_000)
    with jarvis2.Experience(db) as other:
        assert len(other.decisions()) == 1
    with pytest.raises(jarvis2.UsageError, match="closed"):
        other.decisions()
    with pytest.raises(jarvis2.DataError, match="no diary"):
        jarvis2.Experience(tmp_path / "nowhere")


@pytest.mark.skipif(os.name == "nt", reason="n/a (signals of POSIX)")
def test_ctrl_c_ends_a_command():
    # A shell that starts its children in the background has them ignore Ctrl-C, and so would theirs.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code = heard + "import jarvis2; print('on', flush=True); jarvis2.plan(set={'search.evaluations': 4000000})"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child.stdout.readline()
    time.sleep(1.0)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert "KeyboardInterrupt" in said and child.returncode != 0, said


def test_commands_run_beside_each_other():
    answers = {}
    hands = [threading.Thread(target=lambda i=i: answers.update({i: jarvis2.plan(set=SMALL, symbol="SYNVOL")["decision"]})) for i in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert answers[0] == answers[1]
