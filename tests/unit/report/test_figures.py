from __future__ import annotations

import re
import string
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import dpsim.language
from dpsim.core.words import DISCOVERY, DUTIES
from dpsim.errors import InputError
from dpsim.language import LANGUAGES, catalogue
from dpsim.report import figures
from dpsim.report.figures.axes import apart
from dpsim.report.figures.words import columns_of, literal, one_line, wrapped

QUANTILES = {"q025": -2.0, "q10": -1.3, "q25": -0.7, "q50": 0.0, "q75": 0.7, "q90": 1.3, "q975": 2.0}
TARGET = {"deadline": "2018-12-31", "required": 1713, "total": 1748}
EVIL = "费用 $x_1$ 与 $\\frac{1}{2}$ <script>alert(1)</script> 甲\\n乙"


def a_fan(done: float = 689, days: pd.DatetimeIndex | None = None) -> pd.DataFrame:
    days = pd.date_range("2018-09-17", "2018-12-31", freq="7D") if days is None else days
    path = np.linspace(0.05, 1.0, len(days))
    return pd.DataFrame({"date": days, **{name: done + path * (400 + 100 * z) for name, z in QUANTILES.items()}})


def the_past(done: float = 689) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.to_datetime(["2018-03-05", "2018-06-01", "2018-09-10"]), "done": [0, 200, done]})


def a_fan_chart(lang: str, **changes: object) -> Figure:
    given = {"stage": "online", "observed": the_past(), "target": TARGET, "probability_text": "P", "n": 2000}
    return figures.plot_fan_chart(**({"bands": a_fan()} | given | changes), lang=lang)


def the_pace(label: str = "A") -> pd.DataFrame:
    rows = [
        ("one", label, "needed", np.nan, 36.8, np.nan),
        ("one", "B", "so_far", np.nan, 32.2, np.nan),
        ("two", "C", "so_far", np.nan, np.nan, np.nan),
        ("one", "D", "projected", 9.0, 36.0, 40.0),
        ("two", "E", "needed", np.nan, 12.0, np.nan),
    ]
    return pd.DataFrame(rows, columns=["stage", "label", "kind", "low", "value", "high"])


def the_queues(extra: str = "assessors") -> pd.DataFrame:
    days = pd.date_range("2018-09-10", "2018-12-31", freq="14D")
    parts = [
        pd.DataFrame({"organisation": name, "date": days, "measure": measure, "q10": low, "q50": mid, "q90": high})
        for name in ("mines", "chemicals", "industry_trade", extra)
        for measure, low, mid, high in (("queue_length", 3, 9, 21), ("utilisation", 0.4, 0.7, 1.0))
    ]
    return pd.concat(parts)[:-1].query("not (organisation == 'mines' and measure == 'utilisation')")


def the_cells(runs: tuple[int, ...] = (2000, 2000)) -> pd.DataFrame:
    rows = [
        (start, regime, rush, p, max(0.0, p - 0.02), min(1.0, p + 0.02), n, 50.0, 120.0, 200.0)
        for start, n in zip(("2018-01-01", "2018-05-01"), runs, strict=True)
        for regime, level in (("settle", 0.001), ("spread", 0.01), ("close", 0.3))
        for rush in (0.0, 0.2, 0.5)
        for p in (level * (1 + 2 * rush),)
    ]
    names = "start regime rush probability low high n shortfall_q25 shortfall_median shortfall_q75"
    return pd.DataFrame(rows, columns=names.split())


def the_rows(label: str = "A", setting: str = "1.0") -> pd.DataFrame:
    rows = [("small", "0", "1", 240, 246, 250), (label, setting, "2.5", 150, 246, 330), ("B", "a", "b", 260, 246, 250)]
    return pd.DataFrame(rows, columns=["label", "low_label", "high_label", "low", "base", "high"])


def the_differences(name: str = "S") -> pd.DataFrame:
    rows = [
        (f"M{m}", s, x, x - 1, x + 1, x - 2, x + 2, 20) for m in range(5) for s, x in ((name, 3.0 * m), ("B", -0.5))
    ]
    names = "measure strategy mean low high adjusted_low adjusted_high n"
    return pd.DataFrame(rows, columns=names.split())


def the_views(panels: tuple[str, ...] = ("P", "Q"), name: str = "S") -> pd.DataFrame:
    days = pd.date_range("2018-09-10", "2018-12-31", freq="7D")
    path = np.linspace(0.0, 1.0, len(days))
    parts = [
        pd.DataFrame({"panel": panel, "series": f"{name}{view[0]}{k}", "view": view, "date": days}).assign(
            q05=(900 - 200 * k) * path, q50=(1000 - 200 * k) * path, q95=(1100 - 200 * k) * path
        )
        for panel in panels
        for k, view in enumerate(("reported", "true", "reported", "true"))
    ]
    return pd.concat(parts, ignore_index=True)


def the_channels() -> pd.DataFrame:
    rows = [
        (channel, klass, 9.0 * k * size, 10.0 * k * size, 11.0 * k * size)
        for klass, size in (("general", 400), ("major", 1))
        for k, channel in enumerate(DISCOVERY)
    ]
    return pd.DataFrame(rows, columns=["channel", "klass", "q05", "q50", "q95"])


def the_duties(label: str = "A", pool: float = 5187.0) -> pd.DataFrame:
    rows = [
        (name, duty, 400.0 * (k + shift), pool)
        for shift, name in enumerate((label, "B of a long name"))
        for k, duty in enumerate(DUTIES)
    ]
    return pd.DataFrame(rows, columns=["label", "duty", "days", "pool"])


def examples(lang: str) -> dict[str, Figure]:
    year_end = a_fan(1160, pd.date_range("2018-09-17", "2019-03-31", freq="7D"))
    found = {
        "fan": a_fan_chart(lang),
        "fan_two": a_fan_chart(lang, second=a_fan(750)[["date", "q50"]].assign(label="S")),
        "fan_years": a_fan_chart(
            lang,
            bands=year_end,
            observed=the_past(1160)[-1:],
            target=TARGET | {"required": 1748, "deadline": "2019-03-31"},
        ),
        "fan_assumed": a_fan_chart(lang, assumed=True, target=TARGET | {"required": float("nan")}),
        "fan_reports": a_fan_chart(lang, reports="reports, 14 days late"),
        "fan_far": a_fan_chart(lang, target=TARGET | {"total": 70000}),
        "fan_near": a_fan_chart(lang, target=TARGET | {"deadline": "2018-09-20"}),
        "fan_same_day": a_fan_chart(lang, target=TARGET | {"deadline": "2018-09-10"}),
        "fan_one_day": a_fan_chart(lang, bands=a_fan()[:1], observed=the_past()[-1:]),
        "pace": figures.plot_pace(the_pace(), lang=lang, name="S"),
        "queues": figures.plot_queues(the_queues(), lang=lang, name="S"),
        "queues_one_day": figures.plot_queues(the_queues()[:1], lang=lang),
        "cells": figures.plot_scenario_cells(the_cells(), lang=lang),
        "cells_unequal": figures.plot_scenario_cells(the_cells((500, 900)), lang=lang),
        "differences": figures.plot_differences(the_differences(), lang=lang, reference="R"),
        "sensitivity": figures.plot_sensitivity(the_rows(), lang=lang),
        "sensitivity_zero": figures.plot_sensitivity(the_rows().assign(low=0, base=0, high=0), lang=lang),
        "sensitivity_bases": figures.plot_sensitivity(the_rows().assign(base=[240, 250, 260]), lang=lang),
    }
    views = {"lang": lang, "title": "T", "y": "Y", "n": 50}
    found |= {
        "views": figures.plot_reported_true(the_views(), name="S", **views),
        "views_one": figures.plot_reported_true(the_views(("",)), **views),
        "views_none": figures.plot_reported_true(the_views().assign(q05=0, q50=0, q95=0), **views),
        "channels": figures.plot_channels(the_channels(), lang=lang, n=50, name="S"),
        "channels_none": figures.plot_channels(the_channels().assign(q05=0, q50=0, q95=0), lang=lang, n=50),
        "duties": figures.plot_duties(the_duties(), lang=lang, n=50),
        "duties_over": figures.plot_duties(the_duties(pool=900.0), lang=lang, n=50),
    }
    found |= {stage: a_fan_chart(lang, stage=stage) for stage in ("built", "connected", "assessed", "passed")}
    return found


@pytest.fixture(scope="module", params=LANGUAGES)
def drawn(request: pytest.FixtureRequest) -> tuple[str, dict[str, Figure], set[str]]:
    """All examples of one language, and the message ids they used."""
    used: set[str] = set()

    class Recorder(dict[str, str]):
        def __getitem__(self, key: str) -> str:
            used.add(key)
            return super().__getitem__(key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dpsim.language, "catalogue", lambda lang: Recorder(catalogue(lang)))
        return request.param, examples(request.param), used


def texts_of(figure: Figure) -> list[Text]:
    """All texts that are drawn; matplotlib keeps tick labels beyond the ends of an axis without drawing them."""
    unseen: set[Text] = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        unseen |= {label for tick in set(ticks) - set(axis._update_ticks()) for label in (tick.label1, tick.label2)}
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in found if text not in unseen]


def words_of(figure: Figure) -> str:
    """What a reader sees, line breaks as blanks left out."""
    return "\n".join(text.get_text().replace("\n", "") for text in texts_of(figure)).replace("\\$", "$")


def test_every_figure_draws_without_warnings_and_nothing_is_cut(drawn):
    _, found, _ = drawn
    for name, figure in found.items():
        with figures.figure_style("zh"):
            figure.draw_without_rendering()
        width, height = figure.bbox.width, figure.bbox.height
        for text in texts_of(figure):
            box = text.get_window_extent()
            inside = box.x0 >= -0.5 and box.y0 >= -0.5 and box.x1 <= width + 0.5 and box.y1 <= height + 0.5
            assert inside, (name, text.get_text(), box)


def test_no_two_texts_touch(drawn):
    _, found, _ = drawn
    for name, figure in found.items():
        boxes = [(text.get_text(), text.get_window_extent().padded(-1.5)) for text in texts_of(figure)]
        assert len(boxes) > 8, name
        for (left, one), (right, two) in combinations(boxes, 2):
            assert not one.overlaps(two), (name, left, right)


def test_touching_texts_would_be_seen():
    figure = Figure()
    boxes = [figure.text(0.5, 0.5 + shift, "word").get_window_extent().padded(-1.5) for shift in (0.0, 0.01)]
    assert boxes[0].overlaps(boxes[1])


def test_every_figure_text_is_used(drawn):
    lang, _, used = drawn
    known = {id_ for id_ in catalogue(lang) if id_.startswith("figures.")}
    assert {id_ for id_ in known - used if not id_.startswith("figures.month.")} == {"figures.cells.above"} - used


def test_both_languages_have_the_same_ids_and_placeholders():
    fields = {}
    for lang in LANGUAGES:
        ours = {k: v for k, v in catalogue(lang).items() if k.startswith(("figures.", "error.figure_"))}
        fields[lang] = {
            key: sorted({name for _, name, _, _ in string.Formatter().parse(text) if name is not None})
            for key, text in ours.items()
        }
    assert fields["zh"] == fields["en"]
    assert len(fields["zh"]) > 60


def test_every_id_in_the_code_is_in_the_catalogue():
    ids = set(catalogue("zh"))
    for file in Path(figures.__file__).parent.glob("*.py"):
        for id_ in re.findall(r'"((?:figures|error)\.[a-z_.]+)"', file.read_text(encoding="utf-8")):
            assert id_ in ids, (file.name, id_)


def test_the_two_languages_say_it_in_their_words():
    chinese, english = (words_of(a_fan_chart(lang)) for lang in ("zh", "en"))
    for word in ("网上运行", "9月10日", "数据截止日", "完成时限", "目标1713家", "名单1748家", "2000次推演", "95%"):
        assert word in chinese
    for word in ("online", "10 Sep", "as-of date", "deadline", "Target 1713", "List 1748", "2000 runs", "95%"):
        assert word in english


@pytest.mark.parametrize(
    ("draw", "frame"),
    [
        (lambda frame: a_fan_chart("zh", bands=frame), a_fan()),
        (lambda frame: a_fan_chart("zh", observed=frame), the_past()),
        (lambda frame: a_fan_chart("zh", second=frame), a_fan()[["date", "q50"]].assign(label="S")),
        (lambda frame: figures.plot_pace(frame, lang="zh"), the_pace()),
        (lambda frame: figures.plot_queues(frame, lang="zh"), the_queues()),
        (lambda frame: figures.plot_scenario_cells(frame, lang="zh"), the_cells()),
        (lambda frame: figures.plot_sensitivity(frame, lang="zh"), the_rows()),
        (lambda frame: figures.plot_reported_true(frame, lang="zh", title="T", y="Y", n=1), the_views()),
        (lambda frame: figures.plot_channels(frame, lang="zh", n=1), the_channels()),
    ],
    ids=["bands", "observed", "second", "pace", "queues", "cells", "rows", "views", "channels"],
)
def test_empty_incomplete_and_wrong_frames_are_refused_in_words(draw, frame):
    with pytest.raises(InputError, match="没有可画的数据") as empty:
        draw(frame[:0])
    assert "nothing to draw" in empty.value.text("en")
    with pytest.raises(InputError, match=f"缺少列：{frame.columns[-1]}"):
        draw(frame.drop(columns=frame.columns[-1]))
    number = next(name for name in ("done", "q50", "value", "probability", "low") if name in frame.columns)
    broken = frame.astype({number: object})
    broken.iloc[0, broken.columns.get_loc(number)] = "many"
    with pytest.raises(InputError, match=f"列“{number}”应为日期或有限的数，却有“many”"):
        draw(broken)


@pytest.mark.parametrize("given", ["soon", None, pd.NaT, 3.5])
def test_a_bad_date_is_refused(given):
    past = the_past().astype({"date": object})
    past.iloc[0, 0] = given
    with pytest.raises(InputError, match="列“date”应为日期"):
        a_fan_chart("zh", observed=past)


def test_unknown_choices_are_refused_with_what_is_allowed():
    with pytest.raises(InputError, match="finished.*built, connected, online, assessed, passed"):
        a_fan_chart("zh", stage="finished")
    with pytest.raises(InputError, match="wanted.*needed, so_far, projected"):
        figures.plot_pace(the_pace().assign(kind="wanted"), lang="zh")
    with pytest.raises(InputError, match="speed.*queue_length, utilisation"):
        figures.plot_queues(the_queues().assign(measure="speed"), lang="zh")
    with pytest.raises(InputError, match="drift.*settle, spread, close"):
        figures.plot_scenario_cells(the_cells().assign(regime="drift"), lang="zh")
    with pytest.raises(InputError, match="guessed.*reported, true"):
        figures.plot_reported_true(the_views().assign(view="guessed"), lang="zh", title="T", y="Y", n=1)
    with pytest.raises(InputError, match="rumour.*self_check"):
        figures.plot_channels(the_channels().assign(channel="rumour"), lang="zh", n=1)
    with pytest.raises(InputError, match="resting.*reporting, meetings"):
        figures.plot_duties(the_duties().assign(duty="resting"), lang="zh", n=1)
    with pytest.raises(InputError, match="缺少列：total"):
        a_fan_chart("zh", target={"deadline": "2018-12-31", "required": 3})
    with pytest.raises(InputError, match="fr.*zh, en"), figures.figure_style("fr"):
        pass


@pytest.mark.parametrize("lang", LANGUAGES)
def test_user_text_is_drawn_as_it_stands(lang):
    second = a_fan()[["date", "q50"]].assign(label="_$a$ <b>")
    found = {
        "fan": a_fan_chart(lang, probability_text=EVIL, second=second),
        "pace": figures.plot_pace(the_pace(EVIL), lang=lang),
        "queues": figures.plot_queues(the_queues("$q$ <b>"), lang=lang),
        "sensitivity": figures.plot_sensitivity(the_rows(EVIL, "$v$ <b>"), lang=lang),
        "duties": figures.plot_duties(the_duties("$d$ <b>"), lang=lang, n=1),
        "views": figures.plot_reported_true(the_views(name="$s$ <b>"), lang=lang, title="$t$ <b>", y="$y$", n=1),
    }
    shown = {name: words_of(figure).replace(" ", "") for name, figure in found.items()}
    assert all(EVIL.replace(" ", "") in shown[name] for name in ("fan", "pace", "sensitivity"))
    assert "_$a$<b>" in shown["fan"]
    assert "$q$<b>" in shown["queues"]
    assert "$v$<b>" in shown["sensitivity"] and "$d$<b>" in shown["duties"]
    assert all(text in shown["views"] for text in ("$s$<b>", "$t$<b>", "$y$"))
    for figure in found.values():
        for text in texts_of(figure):
            assert text._preprocess_math(text.get_text())[1] is False


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reported_and_true_never_look_alike_and_each_has_its_word(lang):
    figure = figures.plot_reported_true(the_views(), lang=lang, title="T", y="Y", n=50)
    words = {"zh": ("填报数", "推演值"), "en": ("reported", "model only")}[lang]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert len(labels) == 4 and all(any(word in label for word in words) for label in labels)
    dashes = {"r": set(), "t": set()}
    for line, label in zip(figure.legends[0].get_lines(), labels, strict=True):
        hollow = line.get_markerfacecolor() == "white"
        assert hollow == (words[1] in label)
        dashes["t" if hollow else "r"].add(str(line.get_linestyle()))
    assert dashes["r"] == {"-"} and dashes["t"] == {"--"}
    hatched = [band for band in figure.axes[0].collections if band.get_hatch()]
    assert len(hatched) == 2 and len(figure.axes[0].collections) == 4


def test_the_last_numbers_of_the_bars_are_those_of_the_frame():
    words = words_of(figures.plot_channels(the_channels(), lang="en", n=50))
    assert "24000 (21600 to 26400)" in words and "60 (54 to 66)" in words and "0" in words.split("\n")
    words = words_of(figures.plot_duties(the_duties(), lang="en", n=50))
    assert "2400 days" in words and "4000 days" in words and "5187 days in the pool" in words


def test_few_chances_are_counted_and_marked():
    figure = figures.plot_scenario_cells(the_cells(), lang="zh")
    assert "6种情景中6种不足3%" in words_of(figure)
    assert "6种情景中0种不足3%" in words_of(figure)
    hollow = [line for line in figure.axes[0].lines if line.get_marker() == "v"]
    assert len(hollow) == 6
    assert all(line.get_markerfacecolor() == "white" for line in hollow)


def test_a_cell_beyond_97_percent_is_marked_above():
    figure = figures.plot_scenario_cells(the_cells().assign(probability=0.99, high=1.0), lang="en")
    assert len([line for line in figure.axes[0].lines if line.get_marker() == "^"]) == 6


def test_the_largest_effect_stands_first():
    figure = figures.plot_sensitivity(the_rows(), lang="en")
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["A", "B", "small"]


def test_the_needed_pace_crosses_the_rows_of_its_stage_and_no_words():
    figure = figures.plot_pace(the_pace(), lang="en")
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["one: A", "one: B", "one: D", "two: E", "two: C"]
    needed = {line.get_xdata()[0]: line.get_ydata() for line in axes.lines if line.get_linestyle() == "--"}
    rows = axes.get_yticks()
    assert {value: (min(ends) > rows[2], max(ends) < rows[3]) for value, ends in needed.items()} == {
        36.8: (False, True),
        12.0: (True, False),
    }
    assert all(
        text.get_window_extent().x0 > axes.get_window_extent().x1 for text in axes.texts if "3" in text.get_text()
    )


def test_long_settings_fit_beside_their_bars():
    rows = the_rows("the regime", "voluntary programme now")
    figure = figures.plot_sensitivity(rows, lang="en")
    (axes,) = figure.axes
    assert "voluntary programme now: 150" in words_of(figure)
    box = axes.get_window_extent()
    for text in axes.texts:
        assert box.x0 <= text.get_window_extent().x0 and text.get_window_extent().x1 <= box.x1 + 0.5, text.get_text()


def test_the_second_strategy_is_named_at_its_end():
    second = a_fan(750)[["date", "q50"]].assign(label="past pace")
    assert "past pace1150" in words_of(a_fan_chart("en", second=second))


def test_a_cut_axis_says_so():
    high = a_fan_chart("zh", bands=a_fan(1160), observed=the_past(1160)[-1:], stage="built")
    assert "纵轴自" in words_of(high)
    assert high.axes[0].get_ylim()[0] > 0
    assert a_fan_chart("zh").axes[0].get_ylim()[0] == 0


def test_a_list_far_above_everything_else_is_named_and_not_drawn():
    far = a_fan_chart("zh", target={**TARGET, "total": 70000})
    assert "名单70000家在图外" in words_of(far) and "纵轴自" not in words_of(far)
    assert TARGET["required"] < far.axes[0].get_ylim()[1] < 4000
    unasked = a_fan_chart("zh", target={**TARGET, "required": np.nan, "total": 70000})
    assert unasked.axes[0].get_ylim()[1] < 4000
    near = a_fan_chart("zh", target={**TARGET, "total": 4000})
    assert "在图外" not in words_of(near) and near.axes[0].get_ylim()[1] > 4000, "control"


def test_the_fan_starts_at_the_last_reported_count():
    line = next(line for line in a_fan_chart("en").axes[0].lines if line.get_label() == "Median of runs")
    assert line.get_ydata()[0] == 689


def test_saved_files_repeat_byte_for_byte(tmp_path):
    kept = [
        [path.read_bytes() for path in figures.save_figure(a_fan_chart("zh"), tmp_path / name, "fan_built")]
        for name in ("a", "b")
    ]
    assert kept[0] == kept[1]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["fan_built.png", "fan_built.svg"]
    assert kept[0][0].startswith(b"\x89PNG")
    assert b"<text" not in kept[0][1]
    assert b"dc:date" not in kept[0][1]


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a.png", "a b", "-a", "a\n"])
def test_a_file_name_is_a_plain_name(tmp_path, name):
    with pytest.raises(InputError, match="不能使用"):
        figures.save_figure(Figure(), tmp_path, name)


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    def fail(self, target):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        figures.save_figure(Figure(), tmp_path, "one")
    assert list(tmp_path.iterdir()) == []


def test_settings_outside_stay_as_they_were():
    before = dict(matplotlib.rcParams)
    figures.plot_pace(the_pace(), lang="zh")
    assert dict(matplotlib.rcParams) == before


def test_import_is_light():
    code = "import sys, dpsim.report.figures; print([m for m in ('matplotlib', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_words():
    assert literal("a$b$\u200b\t\U000e0fff") == "a\\$b\\$ □"
    assert one_line(" a\n\tb  c ") == "a b c"
    assert columns_of("9月") == 3
    assert wrapped("滞后优先，加密频次", 10) == "滞后优先，\n加密频次"
    assert wrapped("滞后优先加，密频次", 10) == "滞后优先\n加，密频次"
    assert wrapped("a long sentence of words", 10, lines=2) == "a long\nsentence…"
    assert wrapped("abcdefghij", 4) == "abcd\nefgh\nij"
    assert wrapped("", 4) == ""


def test_labels_are_moved_apart_but_stay_in_order_and_below_the_top():
    assert apart([1.0, 1.0, 9.0], [2.0, 2.0, 2.0], 10.0) == [1.0, 3.0, 9.0]
    assert apart([9.0, 10.0], [2.0, 2.0], 10.0) == [8.0, 10.0]
    assert apart([], [], 10.0) == []
