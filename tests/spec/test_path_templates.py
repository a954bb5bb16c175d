"""From a path to an operation."""

from __future__ import annotations

import pytest

from peertube_conformance.spec import Contract
from peertube_conformance.spec.path_templates import Routes, path_values

TEMPLATES = (
    "/videos/{id}",
    "/videos/categories",
    "/videos/{id}/rate",
    "/feeds/videos.{format}",
    "/feeds/{name}",
    "/files/{name}.{extension}",
)


@pytest.fixture
def routes() -> Routes[str]:
    return Routes(("GET", template, template) for template in TEMPLATES)


@pytest.mark.parametrize(
    ("path", "template", "values"),
    [
        ("/videos/12", "/videos/{id}", {"id": b"12"}),
        ("/videos/12/", "/videos/{id}", {"id": b"12"}),
        ("/videos/categories", "/videos/categories", {}),
        ("/videos/a%2Fb/rate", "/videos/{id}/rate", {"id": b"a/b"}),
        ("/feeds/videos.rss2", "/feeds/videos.{format}", {"format": b"rss2"}),
        ("/feeds/videos", "/feeds/{name}", {"name": b"videos"}),
        ("/files/a.tar.gz", "/files/{name}.{extension}", {"name": b"a", "extension": b"tar.gz"}),
        ("/videos/%ff", "/videos/{id}", {"id": b"\xff"}),
    ],
)
def test_finds_the_most_concrete_template(
    routes: Routes[str], path: str, template: str, values: dict[str, bytes]
) -> None:
    assert routes.find("GET", path) == (template, values)


@pytest.mark.parametrize("path", ["/videos", "/videos//rate", "/videos/1/2/3", "/"])
def test_finds_nothing_where_nothing_fits(routes: Routes[str], path: str) -> None:
    assert routes.find("GET", path) is None


def test_the_method_counts(routes: Routes[str]) -> None:
    assert routes.find("POST", "/videos/12") is None


def test_a_path_that_does_not_fit_has_no_values() -> None:
    assert path_values("/videos/{id}", "/accounts/1") is None


def test_every_operation_is_found_by_its_own_path(contract: Contract) -> None:
    for operation in contract.operations:
        path = operation.path.replace("{format}", "rss").replace("{", "a").replace("}", "z")
        assert contract.match(operation.method, path) is operation
