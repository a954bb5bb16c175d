"""Whether this instance must serve an operation at all."""

from __future__ import annotations

from peertube_conformance.fixtures.run.run import Shared
from peertube_conformance.fixtures.target.capabilities import is_known
from peertube_conformance.spec import Operation
from peertube_conformance.spec.version_numbers import has_come


def why_not_offered(operation: Operation, shared: Shared) -> str:
    """Why the instance need not serve the operation: its release, or a feature that is off; empty where it must."""
    if not has_come(operation.since, shared.server_version):
        since = ".".join(map(str, operation.since))
        return f"available since PeerTube {since}; the server is {shared.server_version}"
    capability = operation.capability
    if capability and is_known(capability) and capability not in shared.capabilities:
        return f"the instance does not offer {capability}"
    return ""
