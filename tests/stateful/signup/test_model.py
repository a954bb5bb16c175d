"""The book of requests for accounts knows what is taken, and what comes of signing in."""

from __future__ import annotations

from peertube_conformance.stateful.signup.model import Book, Request


def _book() -> tuple[Book, Request, Request]:
    book = Book()
    anna, ben = Request(1, "anna", "anna", None, False), Request(2, "ben", "ben", "gwen", True)
    book.requests += [anna, ben]
    return book, anna, ben


def test_names_of_channels_are_taken_like_those_of_users() -> None:
    book, *_ = _book()
    assert book.taken_names == ["anna", "ben", "gwen"]
    assert book.unknown == ["cleo", "dora", "emil", "finn"]


def test_a_deleted_request_frees_its_names_unless_an_account_came_of_it() -> None:
    book, anna, ben = _book()
    book.accept(ben, 7)
    anna.deleted = ben.deleted = True
    assert book.taken_names == ["ben", "gwen"]
    assert book.taken_addresses == ["ben"]


def test_names_stay_taken_and_addresses_do_not_when_the_account_is_deleted_with_its_request() -> None:
    book, _, ben = _book()
    book.remove(book.accept(ben, 7))
    ben.deleted = True
    assert book.taken_names == ["anna", "ben", "gwen"]
    assert book.taken_addresses == ["anna"]


def test_what_comes_of_signing_in() -> None:
    book, anna, ben = _book()
    assert book.signs_in("anna", "", "anna") == "Pending"
    book.accept(anna, 6).verified = False
    book.accept(ben, 7)
    assert book.signs_in("anna", "", "anna") == "unverified"
    assert book.signs_in("", "ben", "ben") == "member"
    book.remove(book.present[1])
    assert book.signs_in("ben", "", "ben") == "Accepted"
    assert book.signs_in("cleo", "", "cleo") == "nobody"
