"""What answers at an address and is no scheduler, and a scheduler that ends in the middle."""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dask_commands import dask, end

from dpsim.errors import InputError, RunError
from dpsim.experiments import cluster
from dpsim.experiments.ensemble import run_ensemble
from dpsim.params.load import load_case, load_strategy

sys.path.append(str(Path(__file__).parents[1] / "store"))
from store_runs import CASE, PLAN, contents, kept  # noqa: E402

ANSWERS = {
    "web server": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "zeros": b"\0" * 64,
    "huge": (2**40).to_bytes(8, "little") + b"x" * 100,
    "torn": (1).to_bytes(8, "little") + (8).to_bytes(8, "little") + b"garbage!",
    "nothing": b"",
}


@pytest.fixture
def answering(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that answers every caller alike."""

    def serve() -> None:
        while True:
            try:
                caller, _ = listening.accept()
            except OSError:
                return
            with caller:
                caller.sendall(request.param)

    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, daemon=True).start()
    yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


@pytest.mark.parametrize("answering", ANSWERS.values(), ids=ANSWERS, indirect=True)
def test_whatever_answers_and_is_no_scheduler_is_bad_input(answering: str) -> None:
    with pytest.raises(InputError) as caught:
        run_ensemble(CASE, PLAN, replications=2, seed=1, scheduler=answering)
    assert caught.value.message == "error.no_scheduler"
    assert all(answering in caught.value.text(lang) for lang in ("zh", "en"))


@pytest.mark.long  # workers are killed in `make test`
def test_a_scheduler_that_ends_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    case, plan = load_case("linyi-2018"), load_strategy("past_pace")
    folder = tmp_path / "cluster"
    folder.mkdir()
    scheduler = dask(folder, "scheduler", "--port", "0", "--no-dashboard")
    worker = None
    try:
        for _ in range(600):
            if (folder / "scheduler.json").exists() and (folder / "scheduler.json").stat().st_size:
                break
            time.sleep(0.1)
        address = str(json.loads((folder / "scheduler.json").read_text(encoding="utf-8"))["address"])
        worker = dask(folder, "worker", "--no-nanny", "--no-dashboard", "--local-directory", str(folder))

        def ended(_: int) -> None:
            if scheduler.poll() is None:
                end(scheduler)

        for _ in range(30):  # until the worker has come
            try:
                kept(tmp_path / "store", 40, case=case, strategy=plan, workers=None, scheduler=address, told=ended)
            except InputError as error:
                assert error.message == "error.no_workers", error
            except RunError as error:
                assert error.message == "error.cluster_lost" and address in error.text("en")
                break
        assert scheduler.poll() is not None, "it was ended in the middle"
    finally:
        end(scheduler)
        if worker is not None:
            end(worker)
    assert list((tmp_path / "store").rglob("*.parquet")), "what was finished is kept"
    for store in ("store", "whole"):
        kept(tmp_path / store, 40, case=case, strategy=plan)
    assert contents(tmp_path / "store") == contents(tmp_path / "whole")


def test_dask_prints_no_trace_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    import distributed  # noqa: F401

    logging.disable(logging.NOTSET)  # a program that was stopped in this process has left it all off
    client = logging.getLogger("distributed.client")
    client.addHandler(caplog.handler)
    try:
        before = client.level
        with cluster._silent():
            client.error("a trace")
        assert not caplog.records and client.level == before
        client.error("control")
        assert set(caplog.messages) == {"control"}
    finally:
        client.removeHandler(caplog.handler)
