"""What is no regular file is not opened; what is no plain value is not taken as one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dpsim.errors import FileFaults, InputError
from dpsim.params.load import check_file, load_case, load_strategy


def texts(error: InputError) -> list[str]:
    both = [error.text(lang) for lang in ("zh", "en")]
    assert all(len(text) < 600 for text in both)
    return both


# ------------------------------------------------------------------ files


def odd_files(folder: Path) -> list[Path]:
    os.mkfifo(folder / "pipe.yaml")
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    return [folder / "pipe.yaml", folder / "loop.yaml", Path("/dev/zero")]


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices are a POSIX matter")
@pytest.mark.parametrize("load", [check_file, load_case, load_strategy])
def test_a_device_a_pipe_or_a_loop_is_no_regular_file(tmp_path: Path, load: Any) -> None:
    for file in odd_files(tmp_path):
        with pytest.raises(FileFaults) as caught:
            load(file)
        assert [fault.message for fault in caught.value.faults] == ["error.not_regular_file"], file
        assert all(file.name in text for text in texts(caught.value))


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_link_to_a_file_is_followed_and_one_to_nothing_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(FileFaults) as caught:
        check_file(tmp_path / "dangling.yaml")
    assert caught.value.faults[0].message == "params.no_file"
    (tmp_path / "gone.yaml").write_bytes((Path(__file__).parents[2] / "data" / "bad" / "good_case.yaml").read_bytes())
    check_file(tmp_path / "dangling.yaml")


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_named_as_such(name: str) -> None:
    with pytest.raises(InputError) as caught:
        check_file(name)
    assert caught.value.message == "error.empty_file_name"
    assert "空" in texts(caught.value)[0] and "empty" in texts(caught.value)[1]


# ------------------------------------------------------------------ other values


@pytest.mark.parametrize("values", [None, 0, "1", b"x", [], [("agencies.headroom", 1.4)]], ids=repr)
def test_values_that_are_no_mapping_are_refused(values: Any) -> None:
    for loaded in (load_case("linyi-2018"), load_strategy("no_meetings")):
        with pytest.raises(InputError) as caught:
            loaded.with_values(values)
        assert caught.value.message == "error.values_no_mapping"
        assert all(type(values).__name__ in text and loaded.id in text for text in texts(caught.value))


def endless_dict() -> dict[str, object]:
    endless: dict[str, object] = {"a": 1}
    endless["b"] = endless
    return endless


def endless_list() -> list[object]:
    endless: list[object] = [1]
    endless.append((endless,))
    return endless


@pytest.mark.parametrize("value", [endless_dict(), endless_list(), [endless_dict()]], ids=["dict", "list", "both"])
@pytest.mark.parametrize("key", ["agencies.headroom", "scenario.rush.weights", "no.such"])
def test_a_value_that_contains_itself_is_refused(key: str, value: object) -> None:
    with pytest.raises(InputError) as caught:
        load_case("linyi-2018").with_values({key: value})
    assert caught.value.message == "error.value_too_deep"
    assert all(key in text and "20" in text for text in texts(caught.value))


def test_arrays_are_lists_and_an_array_for_a_number_is_a_fault() -> None:
    case = load_case("linyi-2018")
    assert case.with_values({"agencies.headroom": np.float64(1.4)}) == case.with_values({"agencies.headroom": 1.4})
    with pytest.raises(FileFaults):
        case.with_values({"agencies.headroom": np.array([1.4, 1.5])})
