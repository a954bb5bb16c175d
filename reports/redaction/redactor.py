"""The redactor, which keeps secrets and data of other people out of files, console lines and curl lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from peertube_conformance.reports.model.variables import MARK, mark, shown
from peertube_conformance.reports.redaction.known_secrets import KnownSecrets
from peertube_conformance.reports.redaction.secret_fields import (
    SECRET_HEADERS,
    bearer,
    in_form,
    in_json,
    in_multipart,
    in_python,
    is_secret_key,
    masked,
    names_one,
    otp_uri,
    user_info,
)

if TYPE_CHECKING:
    from peertube_conformance.reports.redaction.personal_data import PersonalData

MASK = "[redacted]"
PERSONAL_MASK = "‹text›"
# Cache size: responses repeat most header fields, and a run learns a new secret every dozen exchanges.
_MOST_FIELDS = 1000


class _Field(NamedTuple):
    """Name and value of a header field: with marks of variables, and for reading."""

    marked: tuple[str, str]
    shown: tuple[str, str]


class Redactor:
    """Replaces secrets in text.

    Known values become `$NAME`; pieces and other encodings of them, and values under the names of secret fields, become
    a mask. So do texts of other people, once `mask_personal` was called.
    """

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._secrets = KnownSecrets()
        self._harmless: set[str] = set()
        self._fields: dict[tuple[str, str], _Field] = {}
        self._personal: PersonalData | None = None
        self._personal_count = 0
        for value, name in (secrets or {}).items():
            self.add(value, name)

    def add(self, value: str, name: str) -> None:
        """Adds the secret `value` (at least six characters) under `name`; every encoding of it is redacted."""
        self._fields.clear()
        self._secrets.add(value, name)

    def public(self, *texts: str) -> None:
        """Adds public texts: a piece of a secret that is also a piece of them is shown."""
        self._fields.clear()
        for text in texts:
            self._secrets.public(text)

    def harmless(self, value: str) -> None:
        """Exempts an invented value of a secret field from redaction, so that it stays readable."""
        self._fields.clear()
        self._harmless.add(value)

    @property
    def personal(self) -> PersonalData | None:
        """What is known of other people; None where their data is not masked."""
        return self._personal

    def mask_personal(self, data: PersonalData) -> PersonalData:
        """Masks data of other people from now on; returns what it is learned with, which is kept from the first call."""
        self._personal = self._personal or data
        return self._personal

    def marks(self, text: str) -> str:
        """Replaces known secrets and texts of other people by marks of variables or the mask, and nothing else."""
        text = self._secret_marks(text)
        return text if self._personal is None else self._personal.marks(text)

    def _secret_marks(self, text: str) -> str:
        found = self._secrets.found(text)
        if not found:
            return text
        parts, end = [], 0
        for secret in found:
            parts += [text[end : secret.start], mark(secret.name) if secret.whole else MASK]
            end = secret.end
        return "".join([*parts, text[end:]])

    def replayable(self, text: str, spare: str = "") -> str:
        """Replaces every secret by a variable, so that the text can be replayed; the member `spare` is left as it is."""
        text = self.marks(text)
        if not names_one(text):
            return text

        def variable(key: str, found: str) -> str:
            return found if key == spare else _variable(key, found)

        def unquoted(key: str, found: str) -> str:
            return found[1:-1] if key == spare else _variable(key, found)

        return in_form(in_multipart(in_json(text, unquoted), variable), variable)

    def text(self, text: str) -> str:
        """Redacts a text for reading: secrets known by value, and values under the names of secret fields."""
        text = otp_uri(self.marks(text), MASK)
        text = bearer(text, lambda found: found if found in self._harmless else f"{found.split()[0]} {MASK}")
        if names_one(text):
            text = in_form(in_multipart(in_json(text, _masked), _masked), _masked)
        return self._shown(text)

    def pointer(self, text: str) -> str:
        """Redacts a JSON pointer, which is the same in each run: texts of other people all become the same mask."""
        marked = self._secret_marks(text)
        if self._personal is not None:
            marked = self._personal.marks(marked)
            marked = MARK.sub(lambda found: found[0] if self._is_shown_as_variable(found[0]) else PERSONAL_MASK, marked)
        return self.text(marked)

    def error(self, text: str) -> str:
        """Redacts the text of an error, which may also contain Python literals, and URLs with a password."""
        text = in_python(self.marks(text), lambda found: found if MARK.search(found) else masked(found, MASK))
        return self.text(user_info(text, MASK))

    def known(self, value: Any) -> Any:
        """Redacts the secrets known by value in a JSON value, names of members included."""
        if isinstance(value, str):
            return self._shown(self.marks(value))
        if isinstance(value, Mapping):
            return {self.known(key): self.known(member) for key, member in value.items()}
        return [self.known(item) for item in value] if isinstance(value, list | tuple) else value

    def value(self, value: Any) -> Any:
        """Redacts every text in a JSON value, names of members included."""
        if isinstance(value, str):
            whole = None if self._personal is None else self._personal.whole(value)
            return self.text(value) if whole is None else self._shown(whole)
        if isinstance(value, dict):
            secret = {key for key, member in value.items() if isinstance(member, str) and is_secret_key(key)}
            return {self.text(k): MASK if k in secret else self.value(member) for k, member in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list | tuple) else value

    def marked_headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Replaces known secrets, and unknown values of secret header fields, by marks of variables."""
        return [self._field(name, value).marked for name, value in headers]

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Redacts header fields for reading."""
        return [self._field(name, value).shown for name, value in headers]

    def _field(self, name: str, value: str) -> _Field:
        if self._personal is not None and self._personal.count != self._personal_count:
            self._personal_count = self._personal.count
            self._fields.clear()
        known = self._fields.get((name, value))
        if known is None:
            if len(self._fields) >= _MOST_FIELDS:
                self._fields.clear()
            marked_name, marked = self.marks(name), self._header(name, value)
            known = _Field((marked_name, marked), (self._shown(marked_name), self.text(marked)))
            self._fields[name, value] = known
        return known

    def _shown(self, text: str) -> str:
        """Replaces marks for reading: of personal texts by their masks, others by `$NAME`."""
        return shown(text if self._personal is None else self._personal.shown(text))

    def _is_shown_as_variable(self, marked: str) -> bool:
        return self._personal is None or self._personal.shown(marked) == marked

    def _header(self, name: str, value: str) -> str:
        known = self._secret_marks(value)
        secret = known == value and name.lower() in SECRET_HEADERS and value not in self._harmless
        return mark(name.upper().replace("-", "_")) if secret else self.marks(known)


def _masked(_key: str, _found: str) -> str:
    return MASK


def _variable(key: str, found: str) -> str:
    """The mark for a value under this key; a value that already contains a mark keeps it."""
    known = MARK.search(found)
    return known[0] if known else mark(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).upper())
