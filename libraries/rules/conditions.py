"""What the rules mean in conditions of Django's: a grant's end (R3), and the ways to an action (R4, R9). No models."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from json import loads
from operator import or_
from uuid import UUID

from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from libraries.rules.levels import LEVEL_OF, Action, Level, Way, ways_to


def unexpired() -> Q:
    """R3, by the database's clock: a grant is over from `expires_at` on."""
    return Q(expires_at__isnull=True) | Q(expires_at__gt=Now())


def allowed(action: Action, holding: Callable[[Way], Q | Combinable], *, editors_can_share: Q) -> Q:
    """The rows that may do `action` through shares (R4, R9). holding: the rows that a way is open to."""

    def through(way: Way) -> Q:
        return Q(holding(way)) & editors_can_share if way.where_editors_share else Q(holding(way))

    return reduce(or_, map(through, ways_to(action)))


@dataclass(frozen=True)
class ReachingGrant:
    """One grant that reaches a user, as the rules look at it (levels.ShareTerms)."""

    kind: int
    level: Level
    expires_at: datetime | None


@dataclass(frozen=True)
class SharedGrant(ReachingGrant):
    """A grant with the share that it comes from: its key, and its principal as the native API writes it."""

    share: UUID
    principal: str


def parse(description: str | None) -> Iterator[ReachingGrant]:
    """The grants that `libraries.models.holding.ReachingGrants` tells."""
    for kind, codename, expires_at, *share in loads(description or "[]"):
        grant = kind, LEVEL_OF[codename], _moment(expires_at) if expires_at else None
        yield SharedGrant(*grant, UUID(share[0]), share[1]) if share else ReachingGrant(*grant)


def _moment(text: str) -> datetime:
    """A timestamp as the database writes it; SQLite's, in UTC, names no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
