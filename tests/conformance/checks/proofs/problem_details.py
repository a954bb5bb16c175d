"""Proofs of the checks on errors."""

from __future__ import annotations

from typing import Any

from peertube_conformance.reports import Exchange, Intent
from peertube_conformance.spec import Defect
from tests.conformance.checks.exchanges import Proof, Proofs, exchange, problem, wrong


def _refused(status: int = 404, body: Any = None, **known: Any) -> Exchange:
    known = {"intent": Intent.PROVOKED, "expects": status, **known}
    return exchange(status, problem(status) if body is None else body, **known)


_COUNT = Defect("query", "/count", "maximum")


def _invalid(entries: Any, defect: Defect = _COUNT, status: int = 400, **known: Any) -> Exchange:
    return exchange(status, problem(status, invalid_params=entries), intent=Intent.INVALID, purpose=defect, **known)


def _entry(**members: Any) -> dict[str, Any]:
    entry = {"location": "query", "msg": "Too many.", "param": "count", **members}
    return {"count": {name: value for name, value in entry.items() if value is not None}}


_ERRORS = "https://docs.joinpeertube.org/api-rest-reference.html#section/Errors"
_PARAMS = "/response/body/invalid-params"
_TRACE = "Error: no\n    at Object.find (/app/dist/things.js:3:5)"

PROOFS: Proofs = {
    "type_and_code_name_one_error": Proof(
        right=(_refused(body=problem(404, type=f"{_ERRORS}/gone", code="gone")),),
        wrong=(
            wrong(_refused(body=problem(404, type=f"{_ERRORS}/lost", code="gone")), "/response/body/type"),
            wrong(_refused(body=problem(404, type="about:blank", code="gone")), "/response/body/type"),
        ),
        silent=(_refused(),),
    ),
    "problem_details_media_type": Proof(
        right=(_refused(),),
        wrong=(
            wrong(_refused(headers={"content-type": "application/json"}), "/response/headers/content-type"),
            wrong(_refused(body=b"Not found", headers={"content-type": "text/html"}), "/response/headers/content-type"),
            wrong(_refused(503, headers={"content-type": None}), "/response/headers/content-type"),
        ),
        silent=(exchange(), _refused(body=b"", method="HEAD"), _refused(429, counted=False)),
    ),
    "type_is_a_uri_reference": Proof(
        right=(_refused(), _refused(body=problem(404, type=None)), _refused(body=problem(404, type="#404"))),
        wrong=tuple(
            wrong(_refused(body=problem(404, type=value)), "/response/body/type")
            for value in ("not a URI", "", 404, ["x"])
        ),
        silent=(exchange(), _refused(body=b"[]")),
    ),
    "status_member_repeats_the_status": Proof(
        right=(_refused(),),
        wrong=tuple(
            wrong(_refused(body=problem(404, status=value)), "/response/body/status") for value in (400, "404", None)
        ),
        silent=(exchange(),),
    ),
    "title_is_there": Proof(
        right=(_refused(),),
        wrong=tuple(
            wrong(_refused(body=problem(404, title=value)), "/response/body/title") for value in (None, " ", 5)
        ),
        silent=(exchange(),),
    ),
    "blank_type_has_the_phrase_as_title": Proof(
        right=(_refused(), _refused(422, problem(422, title="Unprocessable Entity"), expects=None)),
        wrong=(wrong(_refused(body=problem(404, title="Nothing here")), "/response/body/title"),),
        silent=(
            _refused(body=problem(404, type="https://docs.example.com/#absent", title="Nothing here")),
            _refused(body=problem(404, title=None)),
        ),
    ),
    "detail_is_there": Proof(
        right=(_refused(),),
        wrong=tuple(
            wrong(_refused(body=problem(404, detail=value, error=None)), "/response/body/detail")
            for value in (None, "", 5)
        ),
        silent=(exchange(),),
    ),
    "docs_names_the_operation": Proof(
        right=(_refused(),),
        wrong=tuple(
            wrong(_refused(body=problem(404, docs=value)), "/response/body/docs")
            for value in (None, "https://docs.example.com/", "https://docs.example.com/#operation/addThing")
        ),
        silent=(exchange(),),
    ),
    "invalid_params_say_where_and_what": Proof(
        right=(_invalid(_entry()), _invalid(_entry(value="101"))),
        wrong=(
            wrong(_invalid(_entry(msg=None)), f"{_PARAMS}/msg"),
            wrong(_invalid(_entry(location="somewhere")), f"{_PARAMS}/location", "refused_field_is_named"),
            wrong(_invalid(_entry(location=None)), f"{_PARAMS}/location", "refused_field_is_named"),
            wrong(_invalid([]), _PARAMS, "refused_field_is_named"),
            wrong(_invalid({}), _PARAMS, "refused_field_is_named"),
        ),
        silent=(_refused(),),
    ),
    "invalid_params_name_the_field": Proof(
        right=(_invalid(_entry()),),
        wrong=(
            wrong(_invalid(_entry(param=None)), f"{_PARAMS}/param"),
            wrong(_invalid(_entry(param="start")), f"{_PARAMS}/param"),
        ),
        silent=(_refused(),),
    ),
    "refused_field_is_named": Proof(
        right=(
            _invalid(_entry()),
            _invalid({"id": {"location": "params", "msg": "No.", "param": "id"}}, Defect("path", "/id", "minimum")),
            _invalid(
                {"tags[1].name": {"location": "body", "msg": "No.", "param": "tags[1].name"}},
                Defect("body", "/tags/*/name", "type"),
            ),
            _invalid(
                {"X-Size": {"location": "headers", "msg": "No.", "param": "X-Size"}},
                Defect("header", "/X-Size", "minimum"),
            ),
        ),
        wrong=(
            wrong(_invalid({"id": {"location": "params", "msg": "No.", "param": "id"}}), _PARAMS),
            wrong(_invalid(None), _PARAMS),
            wrong(_invalid(_entry(location="body")), f"{_PARAMS}/location"),
        ),
        silent=(
            _refused(400),
            _invalid(_entry(), Defect("body", "", "malformed")),
            exchange(409, intent=Intent.INVALID, purpose=Defect("query", "/count", "maximum")),
        ),
    ),
    "deprecated_error_equals_detail": Proof(
        right=(_refused(),),
        wrong=(wrong(_refused(body=problem(404, error="Another text.")), "/response/body/error"),),
        silent=(_refused(body=problem(404, error=None)),),
    ),
    "nothing_of_the_inside": Proof(
        right=(
            _refused(),
            # What the client itself sent may come back.
            _refused(
                400, problem(400, detail="No /srv/app/dist/x.js here.", error=None), sent_body=b"/srv/app/dist/x.js"
            ),
        ),
        wrong=tuple(
            wrong(_refused(503, problem(503, detail=inside, error=None)), "/response/body")
            for inside in (
                _TRACE,
                "Traceback (most recent call last)",
                'SELECT "id" FROM "thing" WHERE "id" = 1',
                "invalid input syntax for type uuid",
                "ENOENT: /srv/app/node_modules/things/index.js",
                "Cannot read properties of undefined (reading 'id')",
            )
        ),
        silent=(exchange(), _refused(429, counted=False)),
    ),
}
