"""Which requirement is to blame where a preference is not as it was written."""

from __future__ import annotations

from peertube_conformance.stateful.my_user.model import Person

OWN, AFTER = "PT-ME-01", "PT-ME-11"


def _person() -> Person:
    """Both sessions have written, and what they wrote was read."""
    person = Person({})
    person.wrote({"theme": "default"}, OWN, "here", AFTER)
    person.wrote({"theme": "instance-default"}, OWN, "elsewhere", AFTER)
    person.settle("PT-ME-02")
    return person


def test_what_the_same_session_wrote_last_is_written_without_more_ado() -> None:
    person = _person()
    person.wrote({"theme": "default"}, OWN, "elsewhere", AFTER)
    assert person.because == {"theme": OWN}


def test_what_another_session_wrote_last_may_be_written_over_an_old_copy() -> None:
    person = _person()
    person.wrote({"theme": "default"}, OWN, "here", AFTER)
    assert person.because == {"theme": AFTER}
    # The second time says nothing that the first did not say.
    person.wrote({"theme": "default"}, OWN, "here", AFTER)
    assert person.because == {"theme": AFTER}


def test_another_value_is_not_excused_by_an_old_copy() -> None:
    person = _person()
    person.wrote({"theme": "default"}, OWN, "here", AFTER)
    person.wrote({"theme": "instance-default"}, OWN, "here", AFTER)
    assert person.because == {"theme": OWN}


def test_what_was_read_meanwhile_is_no_old_copy_any_more() -> None:
    person = _person()
    person.wrote({"theme": "default"}, OWN, "here", AFTER)
    person.settle("PT-ME-02")
    person.wrote({"theme": "default"}, OWN, "here", AFTER)
    assert person.because == {"theme": OWN}
