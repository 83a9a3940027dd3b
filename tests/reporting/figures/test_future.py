"""What the figure of the future shows."""

from typing import Any

import numpy as np
import pytest

from seqforecast.reporting.figures.future import (
    FutureAxes,
    FuturePicture,
    describe_future,
    draw_future,
)


def future(steps: int, horizon: int, **changed: Any) -> FuturePicture:
    """A series of days from 2024-01-01 on; its forecast is 10, give or take."""
    days = np.datetime64("2024-01-01", "ns") + np.arange(steps + horizon) * (
        np.timedelta64(1, "D")
    )
    tens = np.full(horizon, 10.0)
    picture: dict[str, Any] = {
        "series": "sales",
        "past_stamps": days[:steps],
        "past": np.arange(float(steps)),
        "stamps": days[steps:],
        "y_hat": tens,
        "bands": {80: (tens - 1, tens + 1), 95: (tens - 2, tens + 2)},
    }
    return FuturePicture(**(picture | changed))


def test_the_forecast_follows_the_end_of_the_data() -> None:
    """The 1st of January 2024 is day 19,723 since 1970."""
    figure = describe_future([future(2, 1)], total=1, forecaster="theta")
    assert figure.title == "Forecast of the next step, 2024-01-03, by theta"
    assert figure.caption == (
        "The last 2 steps of the data; shaded: 80 and 95 % intervals; "
        "in the unit of the data"
    )
    assert figure.panels == (
        FutureAxes(
            title="sales",
            past=((19723.0, 0.0), (19724.0, 1.0)),
            y_hat=((19725.0, 10.0),),
            end=(19724.0, "2024-01-02"),
            bands=(
                (95, ((19725.0, 8.0),), ((19725.0, 12.0),)),
                (80, ((19725.0, 9.0),), ((19725.0, 11.0),)),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("past", "horizon", "season", "shown"),
    [
        (999, 1, None, 24),
        (999, 12, 12, 48),
        (999, 24, 24, 96),
        (999, 13, 52, 104),
        (999, 4, 7, 24),
        (999, 336, 24, 999),
        (5, 12, 12, 5),
    ],
)
def test_so_much_of_the_data_is_shown(
    past: int, horizon: int, season: int | None, shown: int
) -> None:
    figure = describe_future([future(past, horizon)], total=1, season=season)
    assert figure.caption.startswith(f"The last {shown} steps")
    first, last = figure.panels[0].places
    assert last - first == shown + horizon - 1


def test_the_title_spans_series_that_end_at_different_times() -> None:
    """Broken once by the dates of the first series alone."""
    pictures = [future(9, 2), future(6, 2)]
    figure = describe_future(pictures, total=40)
    assert figure.title == (
        "Forecast of the next 2 steps, 2024-01-07 to 2024-01-11, by model"
    )
    assert figure.caption.startswith("2 of 40 series, evenly spaced; the last 9 steps")


def test_a_value_that_is_missing_is_a_gap() -> None:
    figure = describe_future([future(3, 1, past=[1.0, np.nan, 3.0])], total=1)
    assert [value for _, value in figure.panels[0].past] == [1.0, None, 3.0]
    assert figure.panels[0].values == [1.0, 3.0, 10.0, 8.0, 12.0, 9.0, 11.0]


def test_at_most_six_series_are_shown() -> None:
    figure = describe_future([future(9, 3)] * 9, total=9)
    assert len(figure.panels) == 6
    assert figure.caption.startswith("6 of 9 series")


NUMBERED = {"past_stamps": np.arange(9), "stamps": np.arange(9, 12)}


@pytest.mark.parametrize(
    "shown",
    [
        [future(1, 1)],
        [future(400, 24)] * 2,
        [future(90, 14)] * 6,
        [future(9, 3, **NUMBERED, bands={})],
        [future(9, 3, past=np.full(9, np.nan))],
        [future(9, 3, past=np.full(9, 10.0), bands={})],
        [future(9, 3, past=np.linspace(-1e30, 1e30, 9), series="東京 $a_b$")],
    ],
    ids=["one", "two", "six", "numbered", "missing", "constant", "huge"],
)
def test_every_future_can_be_drawn(shown: list[FuturePicture], picture: Any) -> None:
    picture(draw_future, describe_future(shown, total=len(shown), season=7))
