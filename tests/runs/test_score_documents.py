"""Documents of scores are read as they were written, or refused with their place."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqforecast.errors import RunError
from seqforecast.files import write_json
from seqforecast.reporting.backtest.text import render_backtest
from seqforecast.reporting.compare import page as comparison_page
from seqforecast.reporting.compare.table import render_comparison
from seqforecast.reporting.run import page, tables
from seqforecast.reporting.tables import render_scores
from seqforecast.reporting.terminal import say_score
from seqforecast.reporting.tune.table import render_tuning
from seqforecast.reporting.verdict import say_run
from seqforecast.runs.multi_fit_directories import read_scores
from seqforecast.runs.run_files import RunDirectory
from support.broken_documents import at, broken, check_refusal, paths_of
from support.command_line import call
from support.comparisons import ECHO
from support.kinds_of_runs import one_of_each
from support.run_documents import metrics_of, outcome, scored

INTERVAL = {
    "level": 80.0,
    "coverage": 0.7,
    "width": 10.0,
    "misses": True,
    "by_step": [{"step": 1, "coverage": 0.7, "width": 9.5}],
}
TEST = outcome(
    notes=["The forecasts are flat."],
    signs={"flat_line": {"movement": 0.0123, "found": True}},
    by_step=[{"step": 1, "mae": 1.0, "naive_mae": 2.0, "best_mae": None}],
    intervals=[INTERVAL],
    quantiles={
        "q_10": {"coverage": 0.095, "pinball": 1.0},
        "q_90": {"coverage": 0.91, "pinball": 1.0},
    },
    groups={
        "a": {
            "series": 2,
            "model": scored(16.0),
            "baselines": {"naive": scored(77.8), "linear": scored(20)},
        }
    },
)
MEMBER = {"epochs": 3, "best_epoch": 2, "val_loss": 0.5}
METRICS = {
    **metrics_of(TEST, members=[MEMBER, MEMBER], naive_loss=0.7),
    "stages": [{"name": "read data", "seconds": 0.1, "memory": 2**30}],
}
CUTOFF = {
    "cutoff": 1,
    "first": "2024-01-31",
    "last": "2024-01-31",
    "fit": 1,
    "model": scored(16.0),
    "baselines": {"naive": scored(77.8), "linear": scored(20)},
}
BACKTEST = {
    "name": "small",
    "cutoffs": 1,
    "horizon": 2,
    "test": TEST,
    "by_cutoff": [CUTOFF],
    "fits": [{"fit": 1}],
}
TRIAL = {"number": 0, "state": "complete", "value": 2.0, "settings": {}, "error": None}
BEST = {**TRIAL, "number": 1, "value": 1.0, "settings": {"model.units": [8]}}
TUNING = {
    "name": "small",
    "metric": "mae",
    "trials": [TRIAL, BEST],
    "best": BEST,
    "searched": ["model.units"],
    "test": TEST,
}


def show_metrics(document: Any) -> None:
    test = document["test"]
    render_scores(test)
    say_run(test)
    say_score(test)
    page._say_signs(test.get("signs") or {})
    for table in (
        *(tables.judge_coverage, tables.tabulate_intervals, tables.tabulate_quantiles),
        *(tables.tabulate_losses, tables.tabulate_interval_steps),
    ):
        table(test)
    for table in (
        *(tables.tabulate_training, tables.tabulate_members, tables.tabulate_stages),
    ):
        table(document)


def show_comparison(document: Any) -> None:
    render_comparison(document)
    comparison_page.tabulate_pairs(document)
    comparison_page.explain(document)


KINDS: dict[str, tuple[dict[str, Any], Callable[[Any], Any]]] = {
    "run": (METRICS, show_metrics),
    "comparison": (ECHO, show_comparison),
    "backtest": (BACKTEST, render_backtest),
    "tuning": (TUNING, render_tuning),
}


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunDirectory]:
    """One directory of each kind."""
    with pytest.MonkeyPatch.context() as patch:
        return one_of_each(tmp_path_factory.mktemp("several") / "runs", patch)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_whole_is_read_as_it_is(
    several: dict[str, RunDirectory], kind: str
) -> None:
    """What commands write, and the invented documents of this module."""
    document, show = KINDS[kind]
    run = several[kind]
    written = run.metrics.read_text()
    show(read_scores(run))
    write_json(run.metrics, document)
    assert read_scores(run) == document
    show(document)
    run.metrics.write_text(written)


@pytest.mark.parametrize("kind", KINDS)
def test_each_value_may_be_null_or_absent_or_it_is_refused(
    kind: str, several: dict[str, RunDirectory]
) -> None:
    """Each in turn. Broken on purpose: coverage that is null, where none is counted."""
    run, (whole, show) = several[kind], KINDS[kind]
    before = run.metrics.read_text()
    for path in paths_of(whole):
        for is_gone in (False, True):
            document = copy.deepcopy(whole)
            parent = at(document, path[:-1])
            if is_gone:
                del parent[path[-1]]
            else:
                parent[path[-1]] = None
            run.metrics.write_text(json.dumps(document))
            try:
                read = read_scores(run)
            except RunError as error:
                check_refusal(error, run.metrics)
            else:
                show(read)
    run.metrics.write_text(before)


@settings(
    max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_broken_is_shown_rightly_or_refused(
    kind: str, data: st.DataObject, several: dict[str, RunDirectory]
) -> None:
    """Broken on purpose: any one type, or check of what belongs together, left out."""
    run, (whole, show) = several[kind], KINDS[kind]
    before = run.metrics.read_text()
    run.metrics.write_text(json.dumps(data.draw(broken(whole))))
    try:
        document = read_scores(run)
    except RunError as error:
        check_refusal(error, run.metrics)
    else:
        show(document)
    finally:
        run.metrics.write_text(before)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_command_breaks_on_a_broken_document(
    data: st.DataObject, several: dict[str, RunDirectory]
) -> None:
    """`runs ls` lists all the others, whatever one of them holds."""
    kind = data.draw(st.sampled_from([*several]))
    run = several[kind]
    names = [
        path.name for path in run.path.glob("*.json") if path.name != "preprocess.json"
    ]
    path = run.path / data.draw(st.sampled_from(sorted(names)))
    before = path.read_text()
    path.write_text(json.dumps(data.draw(broken(json.loads(before)))))
    try:
        root = run.path.parents[1]
        listed = call("runs", "ls", "--runs", root, "--json")
        assert listed.exit_code == 0, listed.output
        assert len(json.loads(listed.stdout)["runs"]) == len(several)
        for words in (
            *(("runs", "show", run.path), ("runs", "diff", run.path, run.path)),
            ("report", run.path, "--output", root / "page.html"),
        ):
            result = call(*words)
            assert result.exit_code in (0, 5), (words, result.output, result.exception)
    finally:
        path.write_text(before)


@pytest.mark.parametrize(
    ("kind", "where", "value", "message"),
    [
        ("run", "test.skill.metric", "x", "skill.metric 'x' is unknown"),
        ("run", "test.skill.against", "x", "baselines has no 'x'"),
        ("run", "test.baselines", {"linear": scored(1)}, "baselines has no 'naive'"),
        ("run", "test.groups.a.baselines", {}, "groups.a.baselines has no 'linear'"),
        ("run", "test.baselines.naive.mae", {}, "mae has something else in its place"),
        ("run", "test.model.reasons", 1.0, "reasons has something else in its place"),
        ("run", "test.baselines.naive", {"mae": 1.0}, "naive has no m"),
        ("run", "test.skill.value", None, "does not say why there is no value"),
        ("run", "test.skill.low", None, "does not say why there is no interval"),
        ("comparison", "best_baseline", "x", "baselines has no 'x'"),
        ("comparison", "ranks", {"x": 1.0}, "there is no member and no baseline 'x'"),
        ("comparison", "significance.test", None, "has neither a test nor a reason"),
        ("backtest", "by_cutoff.0.baselines", {}, "by_cutoff.0.baselines has no"),
        ("backtest", "by_cutoff.0.model", {}, "by_cutoff.0.model has no mae"),
        ("tuning", "trials.1.settings", {"x": 1}, "trials.1.settings has no 'model."),
        ("tuning", "best.value", None, "best has no value"),
        ("run", "test.windows", "x", "test.windows: input should be a valid integer"),
        ("tuning", "trials", [], "trials: list should have at least 1 item"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    several: dict[str, RunDirectory], kind: str, where: str, value: Any, message: str
) -> None:
    document = copy.deepcopy(KINDS[kind][0])
    *above, last = [int(step) if step.isdigit() else step for step in where.split(".")]
    at(document, tuple(above))[last] = value
    path = several[kind].metrics
    before = path.read_text()
    write_json(path, document)
    with pytest.raises(RunError) as caught:
        read_scores(several[kind])
    path.write_text(before)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{path} is not as seqforecast writes it: ")
