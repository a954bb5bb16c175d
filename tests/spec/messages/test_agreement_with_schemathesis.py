"""The judge of requests and Schemathesis, which generates them, understand the contract alike."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from peertube_conformance.spec import Contract, Operation, WireRequest, load_contract, uuid_to_short, violations

SENT = {"method", "url", "headers", "params", "cookies", "data", "json", "files"}
FORM = "multipart/form-data"


def short(value: uuid.UUID) -> str:
    return uuid_to_short(str(value))


def generated() -> list[Any]:
    """Every operation as Schemathesis sees it, but multipart: it writes files as text, lists as JSON."""
    schemathesis.openapi.format("short-uuid", st.uuids(version=4).map(short))
    found = schemathesis.openapi.from_dict(dict(load_contract().document)).get_all_operations()
    operations = [result.ok() for result in found if isinstance(result, Ok)]
    return [
        operation
        for operation in operations
        if FORM not in operation.definition.raw.get("requestBody", {}).get("content", {})
    ]


@pytest.mark.parametrize("drawn", generated(), ids=lambda drawn: str(drawn.label))
def test_what_is_generated_as_valid_is_valid(contract: Contract, drawn: Any) -> None:
    operation: Operation = contract.operation(drawn.definition.raw["operationId"])

    @settings(
        max_examples=8,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def judge(case: Any) -> None:
        parts = {
            name: value for name, value in case.as_transport_kwargs(base_url="http://host").items() if name in SENT
        }
        sent = requests.Request(**parts).prepare()
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
        assert isinstance(body, bytes)
        headers = {
            name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in sent.headers.items()
        }
        assert violations(operation, WireRequest(operation.method, str(sent.url), headers, body)) == []

    judge()
