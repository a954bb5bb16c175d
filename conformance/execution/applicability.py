"""Whether this instance must serve an operation at all, and whether the run may call it."""

from __future__ import annotations

from peertube_conformance.fixtures.run.run import Shared
from peertube_conformance.fixtures.safety.guard import SIGN_IN
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


def why_not_allowed(operation: Operation, shared: Shared) -> str:
    """Why a run of this tier sends no request of the operation; empty where it does."""
    if shared.creates_nothing and not operation.is_safe and operation.id not in SIGN_IN:
        return f"{operation.method} is not sent in the tier {shared.safety}"
    return ""
