"""Extensions of the contract that other documents do not have are derived."""

from __future__ import annotations

import pytest

from peertube_conformance.spec import Authentication, Contract, Effect, Role
from tests.spec.document.loaded_documents import FINE, Loaded

DERIVED = """
security: [{OAuth2: [user]}]
paths:
  /a:
    get: {operationId: mine, responses: {}}
    head: {operationId: open, security: [], responses: {}}
    options: {operationId: either, security: [{}, {OAuth2: []}], responses: {}}
    post: {operationId: make, security: [{OAuth2: [user, moderator]}], responses: {}}
    put: {operationId: change, security: [{OAuth2: [admin, moderator]}], responses: {}}
  /api/v1/a: {get: {operationId: counted, responses: {}}}
  /feeds/a.xml: {get: {operationId: fed, responses: {}}}
components: {securitySchemes: {OAuth2: {type: http, scheme: bearer}}}
"""


@pytest.mark.parametrize(
    ("name", "derived"),
    [
        ("mine", (Role.USER, Authentication.REQUIRED, Effect.NONE, ())),
        ("open", (Role.ANONYMOUS, Authentication.NONE, Effect.NONE, ())),
        ("either", (Role.ANONYMOUS, Authentication.OPTIONAL, Effect.NONE, ())),
        ("make", (Role.MODERATOR, Authentication.REQUIRED, Effect.CREATE, ())),
        ("change", (Role.ADMIN, Authentication.REQUIRED, Effect.RESOURCE, ())),
        ("counted", (Role.USER, Authentication.REQUIRED, Effect.NONE, ("api",))),
        ("fed", (Role.USER, Authentication.REQUIRED, Effect.NONE, ("feeds",))),
    ],
)
def test_what_is_not_said_is_derived(loaded: Loaded, name: str, derived: tuple[object, ...]) -> None:
    found = loaded(DERIVED).operation(name)
    assert (found.role, found.authentication, found.effect, found.rate_limits) == derived
    assert found.since == (1, 0, 0)


def test_what_the_bundled_contract_knows_of_an_operation_is_taken_over(loaded: Loaded, contract: Contract) -> None:
    known = contract.match("GET", "/api/v1/videos/1")
    assert known is not None
    parameter = "parameters: [{name: video, in: path, required: true, schema: {type: string}}]"
    found = loaded(f"paths: {{'/api/v1/videos/{{video}}': {{{parameter}, get: {{operationId: x, {FINE}}}}}}}")
    operation = found.operation("x")
    assert operation.rate_limits == known.rate_limits
    assert operation.role is known.role
    assert operation.parameters[0].resource == known.parameters[0].resource == "video"
    assert found.repairs == ()
