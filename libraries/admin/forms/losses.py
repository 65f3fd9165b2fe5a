"""What a save would take away, told before it is kept.

The save runs for real, so the core's own rules say who ends up with what. If anybody ends up with less and the form does
not say that this was seen, `Unconfirmed` asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, When
from django.http import HttpRequest

from libraries.access.known import is_known
from libraries.access.lists import levels_on
from libraries.admin.forms.asking import Question
from libraries.console import actor_of
from libraries.models import Actor, Library
from libraries.rules.levels import Level

CONFIRMED = "confirmed"
SHOWN = 50
"""How many people the page names."""


@dataclass(frozen=True)
class Loss:
    """Somebody who ends up with less. named: whether who saves may know of them (R9)."""

    user_id: UUID
    username: str
    named: bool
    before: Level
    after: Level


class Unconfirmed(Question):
    """A save takes something away, and nobody said yet that it shall. losses: in order of what is lost."""

    template = "admin/losses.html"
    title = "Take access away?"
    answers = frozenset({CONFIRMED})

    def __init__(self, library: Library, losses: list[Loss]) -> None:
        super().__init__(f"{len(losses)} would end up with less on {library.natural_id}.")
        self.library = library
        self.losses = losses

    def context(self) -> dict[str, Any]:
        named = [loss for loss in self.losses if loss.named]
        return {
            "library": self.library,
            "losses": named[:SHOWN],
            "more": len(self.losses) - len(named[:SHOWN]),
            "unnamed": len(self.losses) - len(named),
            "number": len(self.losses),
            "cut_off": sum(loss.after == Level.NONE for loss in self.losses),
            "confirmed": _digest(self.losses),
        }


@contextmanager
def confirming(request: HttpRequest, library: Library) -> Iterator[None]:
    """What is changed inside is kept if it takes nothing away, or if exactly that was confirmed. Raises Unconfirmed."""
    actor = actor_of(request)
    before = _levels(library, actor)
    yield
    losses = _losses(before, _levels(library, actor))
    if losses and request.POST.get(CONFIRMED) != _digest(losses):
        raise Unconfirmed(library, losses)


Held = dict[UUID, tuple[str, bool, Level]]
"""Username, whether they are named to who saves, and level, by the user's key."""


def _levels(library: Library, actor: Actor) -> Held:
    known = Case(When(is_known(actor, library) & Q(pk__isnull=False), then=True), default=False)
    rows = levels_on(library).annotate(known=known).order_by().values_list("pk", "username", "known", "level")
    return {pk: (username, bool(known), Level(level)) for pk, username, known, level in rows}


def _losses(before: Held, after: Held) -> list[Loss]:
    """Who was named before is named: it may be their own share that goes."""
    compared = [
        Loss(pk, username, named, level, after[pk][2] if pk in after else Level.NONE)
        for pk, (username, named, level) in before.items()
    ]
    losses = [loss for loss in compared if loss.after < loss.before]
    return sorted(losses, key=lambda loss: (loss.after, -loss.before, loss.username))


def _digest(losses: list[Loss]) -> str:
    """What a confirmation names, so that it is for these losses and no others that came about meanwhile."""
    told = "\n".join(f"{loss.user_id} {loss.before} {loss.after}" for loss in losses)
    return sha256(told.encode()).hexdigest()
