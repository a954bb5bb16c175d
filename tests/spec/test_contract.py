"""The bundled contract as the other packages use it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from peertube_conformance.spec import Authentication, Contract, Effect, Role
from peertube_conformance.spec.document.schemathesis_check import unloadable


def test_schemathesis_can_load_every_operation(contract: Contract) -> None:
    assert unloadable(contract.document) == {}


def test_loading_does_not_import_schemathesis() -> None:
    program = (
        "import sys; from peertube_conformance.spec import load_contract; load_contract(); "
        "print([name for name in ('schemathesis', 'httpx', 'werkzeug') if name in sys.modules])"
    )
    command = [sys.executable, "-c", program]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_an_operation_carries_what_the_contract_says(contract: Contract) -> None:
    operation = contract.operation("registerUser")
    assert (operation.method, operation.path, operation.tag) == ("POST", "/api/v1/users/register", "Register")
    assert operation.role is Role.ANONYMOUS
    assert operation.authentication in {Authentication.NONE, Authentication.OPTIONAL}
    assert operation.rate_limits[0] == "api"
    assert operation.effect is Effect.CREATE
    assert operation.body_required
    assert list(operation.request_bodies) == ["application/json"]
    assert set(operation.request_examples) == {"application/json"}
    assert not operation.is_safe
    assert operation.success_statuses == (204,)
    assert operation.since == (1, 0, 0)
    assert str(operation) == "POST /api/v1/users/register"
    assert "registerUser" in repr(operation)


def test_counted_operations_document_the_limits(contract: Contract) -> None:
    operation = contract.operation("registerUser")
    limits = {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}
    assert all(limits <= set(response.headers) for response in operation.responses.values())
    assert "retry-after" in operation.responses["429"].headers


def test_parameters_are_found_by_location_and_name(contract: Contract) -> None:
    operation = contract.operation("getVideo")
    found = operation.parameter("path", "id")
    assert found is not None
    assert (found.required, found.resource, found.style, found.explode) == (True, "video", "simple", False)
    assert operation.parameter("header", "X-PeerTube-Video-Password") is operation.parameter(
        "header", "x-peertube-video-password"
    )
    assert operation.parameter("query", "id") is None


def test_an_unknown_operation_is_a_key_error(contract: Contract) -> None:
    with pytest.raises(KeyError):
        contract.operation("getNothing")


def test_a_role_says_what_it_may_do() -> None:
    assert Role.ANONYMOUS < Role.USER < Role.OWNER < Role.MODERATOR < Role.ADMIN
    assert Role.ADMIN >= Role.ADMIN > Role.USER
    assert Role.USER <= Role.USER
    assert max(Role) is Role.ADMIN


def test_tags_keep_the_documents_order(contract: Contract) -> None:
    assert contract.tags[:2] == ("Static Video Files", "Video Download")
