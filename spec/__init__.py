"""The contract: the OpenAPI document of a PeerTube version, and validation of requests and responses against it."""

from peertube_conformance.spec.contract import (
    Authentication,
    Contract,
    Effect,
    Operation,
    Parameter,
    Repair,
    ResponseSpec,
    Role,
)
from peertube_conformance.spec.defect import Defect
from peertube_conformance.spec.errors import ContractError
from peertube_conformance.spec.jsonschema.short_uuid import is_short_uuid, short_to_uuid, uuid_to_short
from peertube_conformance.spec.jsonschema.validators import Schemas
from peertube_conformance.spec.loading import available_versions, contract_of, load_contract
from peertube_conformance.spec.messages.raw_request import WireRequest
from peertube_conformance.spec.messages.request_body_decoding import FilePart, MalformedBody
from peertube_conformance.spec.messages.request_decoding import DecodedRequest, UnsupportedMediaType, coerced
from peertube_conformance.spec.messages.validate import (
    Violation,
    body_violations,
    decode,
    examine,
    header_violations,
    violations,
)
from peertube_conformance.spec.version_numbers import Version, parse_version

__all__ = [
    "Authentication",
    "Contract",
    "ContractError",
    "DecodedRequest",
    "Defect",
    "Effect",
    "FilePart",
    "MalformedBody",
    "Operation",
    "Parameter",
    "Repair",
    "ResponseSpec",
    "Role",
    "Schemas",
    "UnsupportedMediaType",
    "Version",
    "Violation",
    "WireRequest",
    "available_versions",
    "body_violations",
    "coerced",
    "contract_of",
    "decode",
    "examine",
    "header_violations",
    "is_short_uuid",
    "load_contract",
    "parse_version",
    "short_to_uuid",
    "uuid_to_short",
    "violations",
]
