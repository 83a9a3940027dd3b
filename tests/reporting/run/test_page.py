"""The page of a run: verdict first, whole, safe, readable, shown by a real browser."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.reporting.run.page import (
    READING,
    list_commands,
    render_run_page,
    tabulate_shapes,
)
from seqforecast.reporting.run.tables import (
    judge_coverage,
    tabulate_interval_steps,
    tabulate_series,
)
from seqforecast.reporting.settings_text import split_from_defaults
from seqforecast.reporting.verdict import say_coverage, say_run
from support.pages import (
    HOSTILE,
    Page,
    check_access,
    check_look,
    check_that_nothing_is_fetched,
    png,
)
from support.run_documents import (
    MANIFEST,
    PREPROCESS,
    SETTINGS,
    documents,
    metrics_of,
    outcome,
    series_of,
)

SKILL = {"metric": "mae", "against": "linear"}
INTERVALS = [
    {
        "level": level,
        "coverage": held,
        "width": 10.0,
        "by_step": [{"step": 1, "coverage": held, "width": 9.5}],
    }
    for level, held in ((80, 0.712), (95, 0.948))
]
FULL = outcome(
    notes=["The forecasts are flat."],
    signs={"flat_line": {"movement": 0.0123, "is_flat": True}},
    intervals=INTERVALS,
    quantiles={
        "q_10": {"coverage": 0.095, "pinball": 1.0},
        "q_50": {"coverage": 0.4, "pinball": 2.0},
        "q_90": {"coverage": 0.91, "pinball": 1.0},
    },
    groups={
        name: {
            "series": 2,
            "model": {"mae": ours},
            "baselines": {"linear": {"mae": 20.0}},
        }
        for name, ours in (("<b>food</b>", 10.0), ("fuel 📈", 25.0))
    },
)


def page_of(folder: Path, *of: Any, **changed: Any) -> Page:
    return Page(render_run_page(documents(folder, *of, **changed)))


@pytest.mark.parametrize("test", [outcome(), FULL], ids=["least", "full"])
def test_a_page_is_nested_well_and_open_to_everybody(test: Any, tmp_path: Path) -> None:
    """Broken once by a heading of the third level below the first."""
    check_access(page_of(tmp_path, test))


def test_the_verdict_comes_before_all_else(tmp_path: Path) -> None:
    html = render_run_page(documents(tmp_path, FULL))
    verdict = html.index("Better than linear by 20 % [10 %, 30 %]: MAE 16.0 against")
    assert verdict < html.index("The forecasts are flat.") < html.index("<table")
    first, *others = READING  # the future
    order = [first, "scores", *others, "spread", "groups", "using", "training"]
    order += ["settings"]
    places = [html.index(f'id="{name}"') for name in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("skill", "verdict", "said"),
    [
        ((0.2, 0.1, 0.3), "better", "more than chance: the whole 95 % interval"),
        ((0.02, -0.1, 0.1), "no better", "may be chance. As it stands, nothing here"),
        ((-0.2, -0.3, -0.1), "worse", "more than chance. As it stands, use linear"),
        ((0.2, None, None), "no telling", "error is 20 % lower, which may be chance"),
        ((-0.5, None, None), "no telling", "error is 50 % higher, which may be chance"),
    ],
)
def test_every_verdict_says_what_it_means(skill: Any, verdict: str, said: str) -> None:
    first, second, third = say_run(outcome(skill, verdict))
    assert first.endswith(".")
    assert second.startswith("The best of 2 baselines is linear. ")
    assert said in second
    assert third.startswith("Against the naive forecast, which repeats the last value")


def test_a_verdict_against_the_naive_forecast_says_it_once(tmp_path: Path) -> None:
    test = outcome()
    del test["baselines"]["linear"]
    test["skill"]["against"] = "naive"
    assert len(say_run(test)) == 2
    assert "The only baseline is naive." in page_of(tmp_path, test).text


def test_a_skill_that_is_undefined_is_not_explained() -> None:
    test = outcome()
    test["skill"] |= {"value": None, "reasons": {"value": "the baseline has no error"}}
    assert say_run(test)[1] == "The best of 2 baselines is linear."


def test_every_picture_is_inside_and_says_what_it_shows(tmp_path: Path) -> None:
    """Those of older versions say nothing, and their heading has to do."""
    made = documents(tmp_path)
    made.pictures["loss"].write_bytes(png())
    images = Page(render_run_page(made)).all("img")
    assert all(str(of["src"]).startswith("data:image/png;base64,") for of in images)
    alts = {name: f"what {name} shows" for name in READING}
    alts["loss"] = "Learning curves: this picture has no description."
    assert [image["alt"] for image in images] == [*alts.values()]


def test_nothing_is_fetched_and_nothing_runs(tmp_path: Path) -> None:
    check_that_nothing_is_fetched(render_run_page(documents(tmp_path, FULL)))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"])))
def test_no_name_can_write_html(tmp_path_factory: Any, name: str) -> None:
    """Broken on purpose: autoescape off."""
    made = hostile(tmp_path_factory.mktemp("page"), f"{name}{HOSTILE}")
    page = Page(render_run_page(made))
    assert not page.all("script", "b")
    assert page.text.count("<script>alert('x')</script>\"&") >= 12


def hostile(folder: Path, name: str) -> Any:
    """A run in which every text that a user can write is this one."""
    test = {
        **FULL,
        "notes": [name],
        "groups": {name: FULL["groups"]["fuel 📈"]},
        "signs": {name: {name: 1.0}},
    }
    rows = [row | {"group": name} for row in series_of((name, 1, 2), ("other", 1, 3))]
    columns = PREPROCESS["columns"] | {"time": name, "future": [name]}
    data = MANIFEST["data"] | {"notes": [name], "frequency": name}
    return documents(
        folder,
        test,
        path=f"runs/{name}",
        manifest=MANIFEST | {"command": name, "platform": name, "data": data},
        preprocess=PREPROCESS | {"series": [name], "columns": columns},
        settings=SETTINGS | {"data": {"path": name}, "other": name, "name": name},
        series=rows,
    )


def test_runs_of_older_versions_have_a_page_too(tmp_path: Path) -> None:
    """They lack series.csv, stages, members, and much of the manifest."""
    test = outcome()
    del test["notes"]
    page = page_of(tmp_path, test, manifest={}, series=[], pictures={})
    check_access(page)
    assert "Better than linear" in page.text


def test_coverage_is_said_and_judged() -> None:
    """Not where it may be chance. Broken on purpose: judged by two points alone."""
    first, second = judge_coverage(FULL)
    assert first == (
        "The 80 % intervals hold 71.2 % of the truths, 80 % were asked for."
    )
    assert second.endswith("94.8 % of the truths, 95 % were asked for.")
    lower, upper = FULL["intervals"]
    warned = FULL | {"intervals": [lower | {"misses": True}, upper]}
    assert judge_coverage(warned) == [f"{first[:-1]}: too narrow.", second]
    (alone,) = judge_coverage(FULL | {"intervals": []})
    assert alone == "q_10 to q_90 hold 81.5 % of the truths, 80 % were asked for."
    assert judge_coverage(outcome()) == []
    uncounted = {"level": 80.0, "coverage": None, "width": None}
    unknown = {"coverage": None, "pinball": None}
    empty = outcome(intervals=[uncounted], quantiles={"q_10": unknown, "q_90": unknown})
    assert judge_coverage(empty) == say_coverage(empty) == []
    step = tabulate_interval_steps(FULL)[1]
    assert step == (
        "1",
        "71.2 %",
        "9.500",
        "94.8 %",
        "9.500",
    )


@given(
    st.lists(
        st.tuples(st.floats(0, 10), st.floats(0, 10) | st.just(math.nan)), max_size=30
    )
)
def test_series_are_sorted_by_what_the_model_adds(errors: Any) -> None:
    rows = series_of(*((f"s{at}", *pair) for at, pair in enumerate(errors)))
    said, table = tabulate_series(rows, SKILL)
    defined = [(ours, best) for ours, best in errors if best > 0]
    if len(rows) < 2 or not defined:
        assert (said, table) == ("", [])
        return
    better = sum(ours / best < 1 for ours, best in defined)
    assert said.startswith(f"Better than linear on {better} of {len(defined)} series")
    assert len(table) == 1 + min(len(defined), 10)
    shown = [errors[int(name[1:])] for name, *_ in table[1:]]
    ratios = [ours / best for ours, best in shown]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[0] == max(ours / best for ours, best in defined)


def test_series_without_the_best_baseline_are_held_against_naive() -> None:
    rows = series_of(("a", 1.0, 2.0), ("b", 3.0, 2.0))
    for row in rows:
        del row["best_mae"]
    said, table = tabulate_series(rows, SKILL)
    assert said == "Better than naive on 2 of 2 series, by MAE."
    assert table[0] == ("series", "ratio", "model MAE", "naive")


def test_what_is_not_the_default_stands_apart(tmp_path: Path) -> None:
    made = documents(tmp_path)
    changed, left = split_from_defaults(made.settings, made.defaults)
    assert changed == [
        ("data.source", "table", "-"),
        ("data.path", "/data/load.csv", "-"),
        ("data.time", "month", "ds"),
        ("window.lookback", "24", "auto"),
        ("window.horizon", "12", "auto"),
        ("model.cell", "gru", "lstm"),
        ("model.units", "[64]", "[50]"),
        ("training.learning_rate", "0.003", "0.001"),
    ]
    assert ("training.epochs", "20") in left
    text = page_of(tmp_path).text
    assert "Settings that are the defaults (6)" in text


def test_commands_name_the_run_as_a_shell_reads_it() -> None:
    commands = dict(list_commands("my runs/a", PREPROCESS))
    end = "Forecast the 12 steps after the end of"
    predict = "seqforecast predict 'my runs/a'"
    assert commands[f"{end} its data"] == f"{predict} --output forecast.csv"
    assert commands[f"{end} other data"].startswith(f"{predict} --data new.csv")


def test_a_run_on_its_own_data_is_not_offered_others() -> None:
    columns = dict.fromkeys(PREPROCESS["columns"])
    commands = list_commands("run", PREPROCESS | {"columns": columns})
    assert not [command for _, command in commands if "--data" in command]


def test_the_shapes_of_the_model_are_those_it_was_built_with() -> None:
    features = {"center": [0.0, 1.0, 2.0]}
    told = PREPROCESS | {"scale": {"shared": False}, "features": features}
    rows = tabulate_shapes(told, {"quantiles": [0.1, 0.5, 0.9]})
    assert [row[:2] for row in rows[1:]] == [
        ("values", "(batch, 24, 1)"),
        ("series", "(batch,)"),
        ("covariates", "(batch, 36, 3)"),
        ("output", "(batch, 12, 3)"),
    ]


def test_the_command_is_that_of_the_run_wherever_its_program_was(
    tmp_path: Path,
) -> None:
    text = page_of(tmp_path).text
    assert "It was made by: seqforecast train invented.yaml" in text
    script = page_of(tmp_path, manifest={"command": "my_script.py --fast"}).text
    assert "It was made by: my_script.py --fast" in script


def many(folder: Path) -> Any:
    """A thousand series with ids of 300 letters, an ensemble, every section."""
    names = [f"{'long_id_' * 37}{at}" for at in range(1000)]
    rows = series_of(*((name, 1 + at, 500.0) for at, name in enumerate(names)))
    members = [{"epochs": 5, "best_epoch": 2, "val_loss": 0.1}] * 6
    stages = [{"name": "train", "seconds": 1.5, "memory": 2**30}]
    metrics = metrics_of(FULL, members=members, best_epoch=None)
    return documents(
        folder,
        metrics=metrics | {"stages": stages},
        series=rows,
        preprocess=PREPROCESS | {"series": names},
        path="runs/" + "deep/" * 60,
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_browser_shows_a_plain_run(width: int, dark: bool, tmp_path: Path) -> None:
    """Broken on purpose: grey text, a script, a picture that is none, a wide table."""
    html = render_run_page(documents(tmp_path))
    check_look(html, tmp_path, width, dark=dark)


@pytest.mark.parametrize("make", [many, lambda folder: hostile(folder, HOSTILE)])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_browser_shows_long_and_hostile_names(
    make: Any, width: int, tmp_path: Path
) -> None:
    html = render_run_page(make(tmp_path))
    check_look(html, tmp_path, width, dark=width == 390)
    assert len(html) < 200_000
