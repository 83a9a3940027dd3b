"""Scalars mean what YAML 1.2 says, whatever YAML 1.1 would make of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.config.yaml_tree import read_plain

# Expected values: the tables of https://yaml.org/spec/1.2.2/#1032-tag-resolution
CORE = {
    "1e-4": 1e-4,
    "1e4": 1e4,
    "2E+3": 2e3,
    ".5": 0.5,
    "5.": 5.0,
    "-0.0": -0.0,
    "+1": 1,
    "0x1F": 31,
    "0o17": 15,
    "0777": 777,
    "+.inf": math.inf,
    "-.INF": -math.inf,
    "true": True,
    "True": True,
    "FALSE": False,
    "null": None,
    "Null": None,
    "~": None,
    "": None,
    "NO": "NO",
    "yes": "yes",
    "on": "on",
    "tRUE": "tRUE",
    "nULL": "nULL",
    "12:30": "12:30",
    "2016-07-01": "2016-07-01",
    "1_000": "1_000",
    "0b11": "0b11",
    "-0x1F": "-0x1F",
    "1e": "1e",
    ".": ".",
    "-": "-",
    "inf": "inf",
    "nan": "nan",
    "١٢": "١٢",
}


@pytest.mark.parametrize(("text", "expected"), CORE.items())
def test_a_plain_scalar_is_read_by_the_core_schema(text, expected):
    """Broken on purpose: a pattern with `\\d` reads Arabic digits as a number."""
    value = read_plain(text)
    assert type(value) is type(expected)
    assert value == expected


def test_not_a_number_is_a_float():
    assert math.isnan(read_plain(".nan"))


def test_a_number_of_any_length_can_be_read():
    """Python itself refuses whole numbers of more than 4300 digits."""
    assert read_plain("9" * 5000) == math.inf


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_numbers_as_python_writes_them_come_back(number):
    assert read_plain(repr(number)) == number
