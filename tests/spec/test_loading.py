"""Getting a contract from a version, a file or a URL."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from peertube_conformance.spec import Contract, ContractError, available_versions, load_contract, parse_version
from peertube_conformance.spec.loading import HERE

Written = Callable[[Mapping[str, str]], Path]

SMALL = """
openapi: 3.0.3
info: {title: Things, version: 2.1.0}
paths:
  /things:
    get: {operationId: getThings, responses: {"200": {description: Things.}}}
"""


def test_the_newest_contract_is_the_default(contract: Contract) -> None:
    newest = max(available_versions())
    assert parse_version(contract.version)[: len(newest)] >= newest
    assert contract.repairs == ()
    assert contract.source.startswith("bundled peertube-")


@pytest.mark.parametrize("version", ["6.2", "6.2.0", "v6.2.1", "6.2.0-rc.1", " 6.2 "])
def test_a_version_finds_its_contract(version: str) -> None:
    assert load_contract(version).version == "6.2.0"


def test_a_later_version_is_judged_by_the_newest_that_is_not_newer(contract: Contract) -> None:
    assert load_contract("99.0").version == contract.version


def test_an_older_version_is_refused_with_advice() -> None:
    with pytest.raises(ContractError, match=r"older than every bundled one.*--spec \d"):
        load_contract("1.0.0")


def test_a_copy_of_a_bundled_contract_keeps_its_files() -> None:
    folder = HERE / "peertube-6.2"
    for source in (folder, folder / "openapi.yaml", str(folder)):
        found = load_contract(source)
        assert found.source.startswith("bundled")
        assert len(found.operations) == len(load_contract().operations)
        assert found.deviations == (folder / "deviations.yaml" if (folder / "deviations.yaml").exists() else None)


@pytest.mark.parametrize("name", ["openapi.yaml", "openapi.json"])
def test_a_file_is_loaded(written: Written, name: str) -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "2.1.0"},
        "paths": {"/things": {"get": {"operationId": "getThings", "responses": {"200": {"description": "Things."}}}}},
    }
    file = written({name: SMALL if name.endswith("yaml") else json.dumps(document, indent="\t")}) / name
    found = load_contract(file)
    assert [operation.id for operation in found.operations] == ["getThings"]
    assert (found.version, found.source, found.repairs, found.deviations) == ("2.1.0", str(file), (), None)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("a: [", "is neither YAML nor JSON \\(line"),
        ("- a", "is not an OpenAPI document"),
        ("a: 1", "is not an OpenAPI document"),
        ("swagger: '2.0'", r"is written in version 2\.0: convert it"),
        ("openapi: 4.0.0", r"is written in version 4\.0\.0: convert it"),
        ("openapi: 3.1.0", "describes no operation"),
        ("openapi: 3.1.0\npaths: {}", "describes no operation"),
        ("openapi: 3.1.0\npaths: {/a: }", "has no description of THE PATH /a"),
        ("openapi: 3.1.0\npaths: {/a: {get: }}", "has no description of GET /a"),
        ("openapi: 3.1.0\npaths: {/a: {$ref: '#/nowhere'}}", "/a refers to #/nowhere, which does not exist"),
        ("openapi: 3.1.0\npaths: &p {/a: {get: *p}}", "contains itself through a YAML alias"),
        (SMALL.replace("getThings,", "getThings, x-role: king,"), "GET /things cannot be read.*king"),
    ],
)
def test_what_is_no_contract_is_told_in_one_sentence(written: Written, text: str, reported: str) -> None:
    file = written({"document.yaml": text}) / "document.yaml"
    with pytest.raises(ContractError, match=reported) as error:
        load_contract(file)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("source", ["nowhere.yaml", "sixtwo"])
def test_a_missing_file_is_told_with_advice(source: str) -> None:
    with pytest.raises(ContractError, match=rf"no contract {source}: give a PeerTube version such as \d"):
        load_contract(source)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "document.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ContractError, match="cannot be read: it is not UTF-8"):
        load_contract(file)


class Documents(BaseHTTPRequestHandler):
    """Serves SMALL, and 404 elsewhere."""

    def do_GET(self) -> None:
        found = self.path == "/openapi.yaml"
        body = SMALL.encode() if found else b"nothing"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Stays silent."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Documents) as http:
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def test_a_url_is_fetched(server: str) -> None:
    found = load_contract(f"{server}/openapi.yaml")
    assert [operation.id for operation in found.operations] == ["getThings"]
    assert found.source == f"{server}/openapi.yaml"


def test_what_opens_a_document_is_not_told(server: str) -> None:
    address = server.replace("//", "//ann:hidden-word@")
    assert load_contract(f"{address}/openapi.yaml").source == f"{server}/openapi.yaml"
    for url in (f"{address}/other.yaml", f"{server}/other.yaml?token=hidden-word", "http://ann:hidden-word/1@x"):
        with pytest.raises(ContractError) as caught:
            load_contract(url)
        assert "hidden-word" not in str(caught.value)


def test_a_url_without_a_document_is_told(server: str) -> None:
    with pytest.raises(ContractError, match="answered 404 instead of a document"):
        load_contract(f"{server}/other.yaml")


def test_a_url_that_nobody_serves_is_told() -> None:
    with pytest.raises(ContractError, match="cannot be fetched"):
        load_contract("http://127.0.0.1:9/openapi.yaml")


@pytest.mark.parametrize(
    ("text", "version"), [("6.2", (6, 2, 0)), ("v6.2.1", (6, 2, 1)), ("6.3.0-rc.2", (6, 3, 0)), ("7", (7, 0, 0))]
)
def test_versions_are_numbers(text: str, version: tuple[int, ...]) -> None:
    assert parse_version(text) == version


def test_what_is_no_version_is_refused() -> None:
    with pytest.raises(ValueError, match="'six' is not a version"):
        parse_version("six")
