"""Short UUIDs."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peertube_conformance.spec import Contract, is_short_uuid, short_to_uuid, uuid_to_short


@given(st.uuids(version=4))
def test_every_version_4_uuid_has_a_short_form(value: uuid.UUID) -> None:
    short = uuid_to_short(str(value))
    assert short_to_uuid(short) == str(value)
    assert is_short_uuid(short)


@given(st.uuids(version=4))
def test_the_short_form_fits_the_contracts_pattern(contract: Contract, value: uuid.UUID) -> None:
    pattern = contract.document["components"]["schemas"]["ShortUuid"]["pattern"]
    assert re.fullmatch(pattern, uuid_to_short(str(value)))


def test_known_pair() -> None:
    assert short_to_uuid("9RKpjvgXsQqv3uFgX6QfzK") == "47bb4d2d-797f-47fb-a3bc-a42e1739290d"


@pytest.mark.parametrize(
    "word",
    [
        "",
        "9RKpjvgXsQqv3uFgX6Qfz",  # 21 characters
        "9RKpjvgXsQqv3uFgX6Qfz0",  # no zero in the alphabet
        "ZZZZZZZZZZZZZZZZZZZZZZ",  # more than 128 bits
        "1111111111111111111111",  # the nil UUID
        uuid_to_short("9c9de5e8-0a1e-184a-b099-e80766180a6d"),  # version 1
    ],
)
def test_other_words_are_no_short_uuids(word: str) -> None:
    assert not is_short_uuid(word)
