"""Builds valid requests of an operation from contract values, existing ids and arrangements, and keeps one to share."""

from __future__ import annotations

from functools import cached_property

from peertube_conformance.conformance.arrangements.registry import Arrange, success_of
from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.conformance.generation.schemathesis_driver import found_in
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.precondition_errors import NotTested
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import NotArranged, World
from peertube_conformance.fixtures.resources.ids_by_kind import fill
from peertube_conformance.spec import Operation
from peertube_conformance.spec.contract import Role

_LABELS = {Role.ADMIN: "admin", Role.MODERATOR: "moderator"}


class HarnessError(Exception):
    """A fault of the harness: a request that it arranged is not what it should be."""


class Drafting:
    """Builds the requests of one operation for the target under test; it does not send them."""

    def __init__(self, session: Session, operation: Operation) -> None:
        self.session = session
        self.operation = operation
        self.environment = session.environment
        self.depth = session.options.depth
        self._world: World | None = None

    @property
    def world(self) -> World:
        """The resource factories of the target under test."""
        return self._world or self.environment.world

    def base(self, *, fresh: bool = False, world: World | None = None) -> Draft:
        """A valid request for a permitted caller.

        That is the one that the phases share, a `fresh` one that was never sent, or one that is arranged in another
        world.
        """
        if not fresh and world is None:
            return self._base()
        self._world = world
        try:
            return self._arranged(self._plain())
        finally:
            self._world = None

    def forget_base(self) -> None:
        """Drops the shared request after it was accepted, because it may no longer be valid."""
        self.session.bases.pop((self.environment.shared.base_url, self.operation.id), None)

    @cached_property
    def _arrangement(self) -> Arrange | None:
        return success_of(self.operation.id)

    def _actor(self) -> Account | None:
        if self.operation.role is Role.ANONYMOUS:
            return None
        return self.world.account(_LABELS.get(self.operation.role, "user"))

    def _plain(self) -> Draft:
        """The first drawn request, with the contract's examples where it has them and nothing optional in the query."""
        draft = self.session.generator.first(self.operation)
        for parameter in self.operation.parameters:
            container = {"path": draft.path, "query": draft.query}.get(parameter.location)
            if container is None:
                continue
            if parameter.required and parameter.example is not None:
                container[parameter.name] = parameter.example
            elif not parameter.required:
                container.pop(parameter.name, None)
        for media_type, example in self.operation.request_examples.items():
            draft.media_type, draft.body = media_type, dict(example) if isinstance(example, dict) else example
            break
        return draft

    def _filled(self, drawn: Draft) -> Draft:
        draft = drawn.copy()
        draft.actor = self._actor()
        fill(self.world, draft, fresh=self._deletes_the_thing())
        return draft

    def _arranged(self, drawn: Draft) -> Draft:
        draft = self._filled(drawn)
        if self._arrangement is not None:
            self._arrange(self._arrangement, draft)
        wrong = found_in(draft)
        if wrong:
            detail = f"{wrong[0].defect}: {wrong[0].message}"
            detail = self.session.environment.redactor.error(detail)
            raise self._misfit(f"the request prepared for {self.operation.id} is not valid: {detail}"[:400])
        return draft

    def _arrange(self, arrange: Arrange, draft: Draft) -> None:
        try:
            arrange(self.world, draft)
        except (AttributeError, KeyError, TypeError) as error:
            if self.session.contract.deviations is not None:
                raise
            raise self._misfit(f"the request prepared for {self.operation.id} does not fit this document") from error

    def _misfit(self, detail: str) -> Exception:
        """The error for an arranged request that is invalid: HarnessError, or NotArranged for a foreign document.

        Arrangements are made for the contract of this package, from which a foreign document may differ. The ids that a
        target lists may differ from it, too: then they are no subjects.
        """
        if self.environment.shared.creates_nothing:
            return NotTested(detail)
        return HarnessError(detail) if self.session.contract.deviations is not None else NotArranged(detail)

    def _deletes_the_thing(self) -> bool:
        """Whether a success deletes the resource that the path names, so that each request needs its own."""
        return self.operation.method == "DELETE" and self.operation.path.endswith("}")

    def _base(self) -> Draft:
        """A valid request that was not sent yet, shared by the phases; refused variants of it leave it valid."""
        key = (self.environment.shared.base_url, self.operation.id)
        known = self.session.bases.get(key)
        if known is None:
            known = self.session.bases[key] = self._arranged(self._plain())
        return known.copy()
