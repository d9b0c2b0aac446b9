"""A stopped or failing run leaves what is finished, and says so."""

import os
import signal
import subprocess
import sys
import time

import pytest

import dpsim.experiments.ensemble as module
from dpsim import load_case, load_strategy, run_ensemble
from dpsim.errors import RunError


@pytest.fixture(scope="module")
def inputs():
    return load_case("linyi-2018"), load_strategy("past_pace")


def test_ctrl_c_leaves_what_is_finished_and_says_so(inputs, monkeypatch, capsys):
    whole = run_ensemble(*inputs, replications=15, seed=3, workers=1)
    stream = module._stream

    def stopped(*arguments):
        for count, part in enumerate(stream(*arguments)):
            if count == 2:
                raise KeyboardInterrupt
            yield part

    monkeypatch.setattr(module, "_stream", stopped)
    part = run_ensemble(*inputs, replications=15, seed=3, workers=1)
    assert part.record["interrupted"] is True, "the record must say that the run was stopped"
    assert whole.record["interrupted"] is False, "control: an undisturbed run is not marked"
    assert part.record["finished"] == 10, "two chunks of five were finished"
    first = whole.indicators[whole.indicators["replication"] < 10].reset_index(drop=True)
    assert part.indicators.equals(first), "what is finished is what an undisturbed run gives"
    assert (part.targets["replications"] == 10).all(), "n is the number of finished runs"
    assert "10" in capsys.readouterr().err, "the user is told how many are used"


@pytest.mark.parametrize(("lang", "why"), [("en", "Ctrl-C"), ("zh", "Ctrl-C")])
def test_ctrl_c_before_anything_is_finished_is_an_error_of_the_run(inputs, monkeypatch, lang, why):
    def stopped(*_):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(module, "_stream", stopped)
    monkeypatch.setenv("DPSIM_LANG", lang)
    with pytest.raises(RunError) as caught:
        run_ensemble(*inputs, replications=5, seed=3, workers=1)
    assert caught.value.message == "error.nothing_finished" and caught.value.values["asked"] == 5
    assert why in str(caught.value) and "{" not in str(caught.value), "and it says why"


def test_when_every_replication_fails_the_error_names_the_first_reason(inputs, monkeypatch):
    def faulty(setting, paths, row, **options):
        raise ZeroDivisionError(f"planted in {row}")

    monkeypatch.setattr(module, "run_one", faulty)
    with pytest.raises(RunError) as caught:
        run_ensemble(*inputs, replications=7, seed=3, workers=1)
    assert caught.value.message == "error.nothing_finished" and caught.value.values["asked"] == 7
    for lang in ("en", "zh"):
        text = caught.value.text(lang)
        assert "ZeroDivisionError: planted in 0" in text and "7" in text and "{" not in text, text
    assert "stopped" not in caught.value.text("en"), "nobody stopped it"


def test_a_failed_replication_is_listed_and_the_others_stand(inputs, monkeypatch):
    whole = run_ensemble(*inputs, replications=8, seed=3, workers=1)
    run_one = module.run_one

    def faulty(setting, paths, row, **options):
        if row == 3:
            raise ZeroDivisionError("planted")
        return run_one(setting, paths, row, **options)

    monkeypatch.setattr(module, "run_one", faulty)
    part = run_ensemble(*inputs, replications=8, seed=3, workers=1)
    assert part.failures["replication"].tolist() == [3], "the failed one is named"
    assert "ZeroDivisionError: planted" in part.failures["error"].iloc[0], "and why it failed"
    assert whole.failures.empty, "control: nothing fails undisturbed"
    others = whole.indicators[whole.indicators["replication"] != 3].reset_index(drop=True)
    assert part.indicators.equals(others), "all others are as they would have been"
    assert (part.targets["replications"] == 7).all(), "n counts finished runs only"


@pytest.mark.long  # tests/test_cli.py sends the program signals in `make test`
@pytest.mark.skipif(sys.platform == "win32", reason="signals to a group of processes are a POSIX matter")
def test_a_real_signal_ends_a_parallel_run_at_once_with_what_is_finished():
    command = [sys.executable, "-m", "dpsim", "run", "linyi-2018", "--lang", "en", "--replications"]
    # compiled functions are stored first: a signal has to wait for a compilation under way
    subprocess.run([*command, "1"], check=True, capture_output=True, timeout=300)
    command.append("5000")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        time.sleep(15)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert "Traceback" not in err, err
    if process.returncode == 0:
        assert "all_online" in out, "the targets of the finished runs are printed"
        assert "Stopped by the user" in err, "and that it was stopped"
    else:
        assert process.returncode in (1, 130), f"nothing was finished yet: {process.returncode} {err}"
