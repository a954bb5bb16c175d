"""Loads a contract from a bundled version, a file or a URL."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from peertube_conformance.spec.contract import Contract
from peertube_conformance.spec.document.bundle import bundle
from peertube_conformance.spec.document.operation_parser import operations_of
from peertube_conformance.spec.document.repair import mended
from peertube_conformance.spec.document.schemathesis_check import check_loadable
from peertube_conformance.spec.document.yaml_files import parse_leniently
from peertube_conformance.spec.errors import ContractError
from peertube_conformance.spec.version_numbers import Version, parse_version

HERE = Path(__file__).parent
_VERSION = re.compile(r"v?\d+\.\d+(\.\d+)?([-+].*)?")
_TIMEOUT_SECONDS = 30.0


def available_versions() -> dict[Version, Path]:
    """Folders of the bundled contracts by version, oldest first."""
    found = {
        parse_version(folder.name.removeprefix("peertube-")): folder
        for folder in HERE.glob("peertube-*")
        if (folder / "openapi.yaml").is_file()
    }
    return dict(sorted(found.items()))


def load_contract(source: str | Path | None = None) -> Contract:
    """Loads the contract of a version ("6.2", "6.2.1": the newest bundled one that is not newer), of a file, or
    from an http URL.

    Without a source, loads the newest bundled one. A document that is not the project's own is repaired where it can
    be, and every repair is listed in the contract; what it does not state of roles, effects and resources is
    taken from the bundled contract where the same operation is in it, and otherwise derived.

    Raises:
        ContractError: in one sentence, what is wrong and what to do.
    """
    text = str(source).strip() if source is not None else ""
    if not text:
        return _bundled(list(available_versions().values())[-1])
    if text.startswith(("http://", "https://")):
        return _foreign(_fetched(text), _shown_url(text))
    path = Path(text)
    if _VERSION.fullmatch(text) and not path.exists():
        return _bundled(_folder_for(text))
    if path.is_dir():
        path /= "openapi.yaml"
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContractError(
            f"There is no contract {text}: give a PeerTube version such as {_names()[-1]}, or the path or "
            "http URL of an OpenAPI document."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ContractError(f"{text} cannot be read: {reason}.") from None
    if (path.parent / "deviations.yaml").is_file() or (path.parent / "paths").is_dir():
        return _bundled(path.parent)
    return _foreign(content, text)


def contract_of(document: Mapping[str, Any], source: str) -> Contract:
    """Builds the contract of a document that is already bundled and valid.

    Raises:
        ContractError: an operation cannot be parsed.
    """
    version = str(document.get("info", {}).get("version", ""))
    return Contract(version=version, source=source, document=document, operations=operations_of(document))


def _names() -> list[str]:
    return [folder.name.removeprefix("peertube-") for folder in available_versions().values()]


def _folder_for(text: str) -> Path:
    wanted = parse_version(text)
    versions = available_versions()
    for version in reversed(versions):
        if version <= wanted:
            return versions[version]
    raise ContractError(
        f"There is no contract for PeerTube {text}, which is older than every bundled one: use one "
        f"of those with --spec {_names()[0]}, or give the OpenAPI document of that release."
    )


def _bundled(folder: Path) -> Contract:
    """The contract in a folder; the package's own are cached, as they never change and take 0.25 s to load."""
    return _kept(folder) if folder.parent == HERE else _loaded(folder)


@functools.cache
def _kept(folder: Path) -> Contract:
    return _loaded(folder)


def _loaded(folder: Path) -> Contract:
    root = folder / "openapi.yaml"
    document = bundle(root)
    deviations = folder / "deviations.yaml"
    return Contract(
        version=str(document["info"]["version"]),
        source=str(root) if folder.parent != HERE else f"bundled {folder.name}",
        document=document,
        operations=operations_of(document),
        deviations=deviations if deviations.is_file() else None,
    )


def _fetched(url: str) -> str:
    # httpx takes longer to import than a contract takes to load.
    import httpx  # noqa: PLC0415

    try:
        answer = httpx.get(url, follow_redirects=True, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        raise ContractError(
            f"{_shown_url(url)} answered {error.response.status_code} instead of a document: check the address."
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = "it is not a URL" if isinstance(error, httpx.InvalidURL) else str(error)
        raise ContractError(
            f"{_shown_url(url)} cannot be fetched ({why}): check the address and the connection."
        ) from None
    return answer.text


def _shown_url(url: str) -> str:
    """The URL for reports, without user info, query and fragment, which may hold secrets."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{re.split('[?#]', rest.rpartition('@')[2])[0]}"


def _foreign(text: str, source: str) -> Contract:
    parsed, tabs = parse_leniently(text, source)
    reference = list(available_versions().values())[-1]
    document, repairs = mended(parsed, source, bundle(reference / "openapi.yaml"))
    check_loadable(document, source)
    return Contract(
        version=str(document.get("info", {}).get("version", "")),
        source=source,
        document=document,
        operations=operations_of(document),
        repairs=(*tabs, *repairs),
    )
