"""Lists the schema errors of a value of any size in bounded time.

Whether a large value is valid is found out quickly, but each error costs a copy of what it is about, and a list of 30,000
wrong objects has 500,000 of them. So the errors of an excerpt are listed: the first items of each array.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

import jsonschema_rs

from peertube_conformance.spec.jsonschema.pointers import token
from peertube_conformance.spec.judgement_limits import LIMITS, JudgementLimits

_Path = tuple[Hashable, ...]
# What holds for an excerpt of an array or object holds for the whole.
_OF_PARTS = frozenset({"type", "maxItems", "maxProperties", "uniqueItems", "additionalProperties", "falseSchema"})
_ABOVE_PARTS = _OF_PARTS | {"required", "minItems", "minProperties"}


class Errors(NamedTuple):
    """The errors found, and what part of the value they are of (`the first 200 of 30,000 items of /data`); empty for
    the whole."""

    errors: list[jsonschema_rs.ValidationError]
    part: str = ""


def bounded_errors(
    validator: jsonschema_rs.Draft202012Validator, value: Any, limits: JudgementLimits = LIMITS
) -> Errors:
    """The errors of an invalid value, at least one; those of an excerpt where the value is large."""
    excerpt = Excerpt(value, limits, limits.first_values)
    errors = excerpt.errors(validator)
    if excerpt.cut and len(errors) < limits.violations:
        excerpt = Excerpt(value, limits, limits.values)
        errors = excerpt.errors(validator)
    if not excerpt.cut:
        return Errors(errors)
    try:
        # Finds what no excerpt shows, such as an array that is too long.
        validator.validate(value)
    except jsonschema_rs.ValidationError as first:
        errors = [first, *errors]
    return Errors(errors, excerpt.part)


class Excerpt:
    """A copy of a JSON value that has only the first items of large arrays and the first members of large objects."""

    def __init__(self, value: Any, limits: JudgementLimits, values: int) -> None:
        self._limits = limits
        self._left = values
        # How many items or members were kept of how many, by place.
        self.cut: dict[_Path, tuple[int, int]] = {}
        self.value = self._of(value, ())

    @property
    def part(self) -> str:
        """The largest array or object that was cut, in words."""
        at, (kept, size) = max(self.cut.items(), key=lambda cut: cut[1][1] - cut[1][0])
        return f"the first {kept:,} of {size:,} items of {''.join(f'/{token(key)}' for key in at) or '/'}"

    def errors(self, validator: jsonschema_rs.Draft202012Validator) -> list[jsonschema_rs.ValidationError]:
        """The errors of the excerpt that are errors of the whole value, too."""
        found = list(validator.iter_errors(self.value))
        if not self.cut:
            return found
        above = {at[:length] for at in self.cut for length in range(len(at))}
        return [error for error in found if self._is_of_the_whole(error, above)]

    def _is_of_the_whole(self, error: jsonschema_rs.ValidationError, above: set[_Path]) -> bool:
        at = tuple(error.instance_path)
        if at in self.cut:
            return error.kind.name in _OF_PARTS
        return at not in above or error.kind.name in _ABOVE_PARTS

    def _of(self, value: Any, at: _Path) -> Any:
        self._left -= 1
        if isinstance(value, list):
            return self._items(value, at)
        return self._members(value, at) if isinstance(value, dict) else value

    def _items(self, value: list[Any], at: _Path) -> list[Any]:
        kept: list[Any] = []
        for index, item in enumerate(value):
            if index >= self._limits.items or self._left <= 0:
                self.cut[at] = index, len(value)
                break
            kept.append(self._of(item, (*at, index)))
        return kept

    def _members(self, value: dict[str, Any], at: _Path) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for index, (name, member) in enumerate(value.items()):
            # An object is whole unless it is large, so that no required member is missing.
            if index >= self._limits.members or (self._left <= 0 and isinstance(member, dict)):
                self.cut[at] = index, len(value)
                break
            kept[name] = self._of(member, (*at, name))
        return kept
