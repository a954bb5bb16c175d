"""Masks the data of other people in responses before these are recorded, and what is known of it in all other texts."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, unquote

from peertube_conformance.reports.model.exchange import Exchange, Request, Response
from peertube_conformance.reports.model.variables import MARK, mark
from peertube_conformance.reports.redaction.personal_documents import outline, texts_of
from peertube_conformance.reports.redaction.personal_texts import Mask, PersonalTexts
from peertube_conformance.spec.jsonschema.personal import PersonalMembers
from peertube_conformance.spec.jsonschema.validators import Schemas

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
# One part of a multipart body that is a text; a part has only a few short header fields.
_PART = re.compile(r'name="[^"\r\n]{1,99}"(?:\r?\n[^\r\n]{1,200}+){0,4}\r?\n\r?\n([^\r]*+)\r?\n--')
_READ_BYTES = 65_536
# An e-mail address, in whatever member it is.
_EMAIL = re.compile(rb"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_EXTENSION = re.compile(r"\.\w{1,5}\Z")


class PersonalData:
    """What a process of a run knows of other people, and how it is kept out of everything that is written."""

    def __init__(self, key: str, words: Collection[str] = (), *, is_remote: bool, writes: bool) -> None:
        """`is_remote` is for targets on another machine. Only a run that `writes` has anything of its own there."""
        self._texts = PersonalTexts(key, words)
        self._is_remote = is_remote
        self._writes = writes
        self._members: dict[int, PersonalMembers] = {}
        # The last response that was read, and its body as it may be written.
        self._last: tuple[Response | None, str | None] = (None, None)

    @property
    def count(self) -> int:
        """How many texts are known; grows whenever one is added."""
        return self._texts.count

    def own(self, prefix: str, *names: str) -> None:
        """Adds a prefix of the names that the run chooses, and names that the user gave."""
        self._texts.own_prefix(prefix)
        for name in names:
            self._texts.own(name)

    def marks(self, text: str) -> str:
        """Replaces what is known of other people in a text by marks of variables."""
        found = self._texts.found(text)
        if not found:
            return text
        parts, end = [], 0
        for span in found:
            parts += [text[end : span.start], mark(span.mask.variable)]
            end = span.end
        return "".join([*parts, text[end:]])

    def whole(self, text: str) -> str | None:
        """The mark for a text that is exactly a known one; None where it is not."""
        known = self._texts.known(text)
        return None if known is None else mark(known.variable)

    def shown(self, text: str) -> str:
        """Replaces the marks of personal texts by their masks, for reading."""

        def masked(found: re.Match[str]) -> str:
            known = self._texts.with_variable(found[1])
            return found[0] if known is None else known.shown

        return MARK.sub(masked, text)

    def read(self, exchange: Exchange) -> str | None:
        """Learns what an exchange says of other people; returns the response's body as it may be written, None where it
        may be written as it is."""
        response = exchange.response
        if response is not None and response is self._last[0]:
            return self._last[1]
        for text in _sent(exchange.request):
            self._texts.own(text)
        if response is None:
            return None
        for text in _file_names(response):
            self._texts.mask(text)
        if b"@" in response.body:
            for address in _EMAIL.findall(response.body):
                self._texts.mask(address.decode())
        body = self._body(exchange, response) if response.body else None
        self._last = (response, body)
        return body

    def request(self, exchange: Exchange) -> Request:
        """The request of an exchange, with marks in place of the names of other people in its path."""
        request = exchange.request
        path, question, query = request.marked_target.partition("?")
        segments, template = path.split("/"), exchange.operation.path.split("/")
        if len(segments) != len(template) or not self._texts.count:
            return request
        for place, name in enumerate(template):
            if "{" in name:
                segments[place] = self._segment(segments[place])
        return replace(request, marked_target=f"{'/'.join(segments)}{question}{query}")

    def _segment(self, segment: str) -> str:
        name, at, host = segment.partition("@")
        known = self._texts.known(unquote(name))
        return segment if known is None else f"{mark(known.variable)}{at}{host}"

    def _body(self, exchange: Exchange, response: Response) -> str | None:
        if (response.is_json or response.body[:1] in {b"{", b"["}) and response.has_json:
            members = self._members_of(exchange.operation.schemas)
            masked = members.replaced(_schema(exchange, response), response.json, self._masked)
            return None if masked is response.json else json.dumps(masked, ensure_ascii=False)
        if self._is_kept(exchange, response):
            return None
        for text in texts_of(response.media_type, response.body):
            self._texts.mask(text)
        return outline(response.media_type, response.body)

    def _masked(self, text: str) -> str:
        known: Mask | None = self._texts.mask(text)
        return text if known is None else known.shown

    def _members_of(self, schemas: Schemas) -> PersonalMembers:
        known = self._members.get(id(schemas))
        if known is None:
            known = self._members[id(schemas)] = PersonalMembers(schemas)
        return known

    def _is_kept(self, exchange: Exchange, response: Response) -> bool:
        """Whether a body that is not JSON is written: on this machine errors, and what the run's own resources have."""
        if self._is_remote:
            return False
        is_own = self._writes and (
            MARK.search(exchange.request.marked_target) is not None or self._texts.is_own(exchange.request.url)
        )
        return is_own or response.status >= 400


def _schema(exchange: Exchange, response: Response) -> Any:
    documented = exchange.operation.response_for(response.status)
    return {} if documented is None else documented.content.get(response.media_type, {})


def _sent(request: Request) -> Iterator[str]:
    """Yields the texts in the body of a request."""
    if not request.body:
        return
    media_type = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    if "json" in media_type:
        try:
            yield from _texts_in(json.loads(request.body))
        except (ValueError, RecursionError):
            return
    elif media_type.startswith(_FORM):
        yield from (value for _, value in parse_qsl(request.body.decode("utf-8", "replace")))
    elif media_type.startswith(_MULTIPART):
        yield from _PART.findall(request.body[:_READ_BYTES].decode("utf-8", "replace"))


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(member)


def _file_names(response: Response) -> Iterator[str]:
    """Yields the name of the file that a response is to be saved as (RFC 6266), which the name of a video begins."""
    for value in response.headers.get_list("content-disposition"):
        fields = Message()
        fields["content-disposition"] = value
        name = fields.get_filename()
        if name:
            yield _EXTENSION.sub("", name)
