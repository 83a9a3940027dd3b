"""The section names known baselines, and naive is always among the reported."""

from typing import get_args

import pytest
from pydantic import ValidationError

from seqforecast.evaluation.baselines.registry import BASELINES, BaselineName
from seqforecast.evaluation.baselines.section import EvaluationSection
from seqforecast.evaluation.baselines.statistical import STATISTICAL


def test_every_baseline_can_be_asked_for_and_auto_is_what_always_can_be_reported():
    assert list(get_args(BaselineName)) == list(BASELINES)
    assert EvaluationSection().baselines == "auto"
    reported = EvaluationSection().reported
    assert (*reported, "ets", "naive2", *STATISTICAL) == tuple(BASELINES)


def test_naive_is_reported_even_when_it_is_not_listed():
    assert EvaluationSection(baselines=["drift"]).reported == ("naive", "drift")


def test_the_order_of_the_file_is_kept():
    section = EvaluationSection(baselines=["linear", "naive"])
    assert section.reported == ("linear", "naive")


def test_a_baseline_named_twice_is_refused():
    with pytest.raises(ValidationError, match="named once, got twice: drift"):
        EvaluationSection(baselines=["drift", "naive", "drift"])


@pytest.mark.parametrize("names", [[], ["naive3"]])
def test_an_empty_list_or_an_unknown_name_is_refused(names):
    with pytest.raises(ValidationError):
        EvaluationSection(baselines=names)
