"""Names, paths and folders."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from dpsim.errors import FileFaults, InputError, RunError
from dpsim.params import locate
from dpsim.params.load import check_file, load_case, load_strategy

ODD = ["..", "../linyi-2018", "a/../b", "a\\b", "", " ", "Linyi-2018", "临沂", "linyi 2018", "-a", "a\n", "a\0b", 
       "/etc/passwd", "linyi-2018\n", "{x}", "a" * 500]  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_is_refused(name: str) -> None:
    for find, message in ((locate.locate_case, "bad_case_name"), (locate.locate_strategy, "bad_strategy_name")):
        with pytest.raises(InputError) as caught:
            find(name)
        assert caught.value.message == f"params.{message}"
        for lang in ("zh", "en"):
            assert "[a-z0-9]" in caught.value.text(lang)
            assert len(caught.value.text(lang)) < 300
            assert "\n" not in caught.value.text(lang)


@pytest.mark.parametrize("name", ["../linyi-2018", "..", "no/such/file", "a\0b/c"])
def test_a_path_that_is_no_file_and_no_yaml_is_an_odd_name(name: str) -> None:
    with pytest.raises(InputError) as caught:
        load_case(name)
    assert caught.value.message == "params.bad_case_name"


@pytest.mark.parametrize("given", [None, b"linyi-2018", 2018, 2.5, True, ["linyi-2018"], "", "a" * 5000, "a\0b"])
def test_what_is_no_name_is_refused_as_such(given: object) -> None:
    for load, message in ((load_case, "bad_case_name"), (load_strategy, "bad_strategy_name")):
        with pytest.raises(InputError) as caught:
            load(given)  # type: ignore[arg-type]
        assert caught.value.message == f"params.{message}"
        for lang in ("zh", "en"):
            assert len(caught.value.text(lang)) < 300 and ".yaml" in caught.value.text(lang)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("a" * 5000 + ".yaml", "unreadable"),
        ("a/" * 2500 + "b", "unreadable"),
        (Path("a" * 5000), "unreadable"),
        ("a\0b.yaml", "no_file"),
        (Path("a\0b"), "no_file"),
        ("\ud800.yaml", "no_file"),
    ],
)
def test_an_odd_path_is_refused_as_such(given: str | Path, message: str) -> None:
    for load in (load_case, load_strategy, check_file):
        with pytest.raises(FileFaults) as caught:
            load(given)
        assert [fault.message for fault in caught.value.faults] == [f"params.{message}"]
        for lang in ("zh", "en"):
            assert len(caught.value.text(lang)) < 900 and "\0" not in caught.value.text(lang)


@pytest.mark.parametrize("given", [None, b"a.yaml", 3])
def test_what_is_no_path_cannot_be_checked(given: object) -> None:
    with pytest.raises(InputError) as caught:
        check_file(given)  # type: ignore[arg-type]
    assert caught.value.message == "params.no_file"


def test_an_unknown_name_gets_the_nearest_and_the_list() -> None:
    with pytest.raises(InputError) as caught:
        load_case("linyi-2081")
    assert caught.value.message == "params.unknown_case_near"
    assert "linyi-2018" in caught.value.text("zh") and "linyi-2081" in caught.value.text("en")
    with pytest.raises(InputError) as caught:
        load_strategy("zzz")
    assert caught.value.message == "params.unknown_strategy"
    for name in locate.list_strategies():
        assert name in caught.value.text("en")


def test_known_names_are_found() -> None:
    assert locate.list_cases() == ["chancheng-2013", "linyi-2018", "qixian-2023", "tonghua-winter", "yiyang-2025"]
    assert "current_arrangement" in locate.list_strategies()
    assert locate.locate_case("linyi-2018").is_file()
    assert locate.locate_strategy("no_meetings").name == "no_meetings.yaml"


def test_a_path_typed_by_the_user_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "mine.yaml"
    shutil.copy(locate.locate_case("linyi-2018"), copy)
    (tmp_path / "sub").mkdir()
    shutil.copy(copy, tmp_path / "sub" / "mine.txt")
    monkeypatch.chdir(tmp_path)
    wanted = load_case("linyi-2018")
    for given in (copy, str(copy), "mine.yaml", "sub/mine.txt", "sub/../mine.yaml"):
        assert load_case(given) == wanted
    with pytest.raises(FileFaults, match="absent.yaml"):
        load_case("absent.yaml")
    with pytest.raises(FileFaults, match="absent"):
        load_case(Path("absent"))


def test_folders_of_a_checkout() -> None:
    assert (locate.params_folder() / "evidence.csv").is_file()
    assert locate.params_folder().name == "params"


def test_folders_of_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "dpsim"
    (package / "params").mkdir(parents=True)
    shutil.copy(locate.__file__, package / "params" / "locate.py")
    spec = importlib.util.spec_from_file_location("installed_locate", package / "params" / "locate.py")
    assert spec is not None and spec.loader is not None
    installed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(installed)
    with pytest.raises(RunError) as caught:
        installed.params_folder()
    assert "params" in caught.value.text("zh") and "install" in caught.value.text("en")
    for name in ("params", "notebooks"):
        (package / "_data" / name).mkdir(parents=True)
    assert installed.params_folder() == package / "_data" / "params"
    assert installed.notebooks_folder() == package / "_data" / "notebooks"
