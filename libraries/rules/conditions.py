"""R1 to R3 over rows of the two grant tables. It knows no model: callers bring the querysets."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Func, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Now

from libraries.rules.levels import LEVEL_OF, SHUT_OUT, Action, Kind, Level

GROUP_KINDS = (Kind.TEAM, Kind.ORGANIZATION, Kind.EVERYONE)


def unexpired() -> Q:
    """R3, by the database's clock: a grant is over from `expires_at` on."""
    return Q(expires_at__isnull=True) | Q(expires_at__gt=Now())


ThroughGroups = Callable[[str, Collection[Kind]], Q]
"""Called with a codename and the kinds whose grants may count: the rows that hold it through groups by R1 and R2."""


def nothing(codename: str) -> Q:
    """`by_user` for whoever has no grant of their own."""
    return Q(pk__in=())


def permitted(
    codename: str,
    *,
    by_user: Callable[[str], Q],
    through_groups: ThroughGroups,
    kinds: Collection[Kind] = GROUP_KINDS,
) -> Q:
    """The rows that hold the permission `codename` by R1 and R2.

    by_user(codename): the rows with such a grant made to the user themselves.
    kinds: which groups' grants may count; shut-outs always do.
    """
    return by_user(codename) | (~by_user(SHUT_OUT) & through_groups(codename, kinds))


def narrower_than_any_shut_out(by_group: ThroughGroups) -> ThroughGroups:
    """R2, kind by kind. by_group(codename, kinds): the rows with such a grant made to a group of one of `kinds`."""

    def through_groups(codename: str, kinds: Collection[Kind]) -> Q:
        return reduce(or_, (through(codename, kind) for kind in kinds))

    def through(codename: str, kind: Kind) -> Q:
        as_narrow = [narrower for narrower in GROUP_KINDS if narrower <= kind]
        return by_group(codename, [kind]) & ~by_group(SHUT_OUT, as_narrow)

    return through_groups


def allowed(
    action: Action,
    *,
    by_user: Callable[[str], Q],
    through_groups: ThroughGroups,
    editors_can_share: Q,
) -> Q:
    """The rows that may do `action` through shares (R4, R9, R10). The callables are those of `permitted`."""
    if action == Action.VIEW_SHARES:
        narrow = (Kind.TEAM, Kind.ORGANIZATION)
        return permitted(Action.VIEW, by_user=by_user, through_groups=through_groups, kinds=narrow)
    # What is for owners, without a permission of its own.
    codename = Action.TRANSFER if action == Action.VIEW_EVENTS else action
    rows = permitted(codename, by_user=by_user, through_groups=through_groups)
    if action == Action.SHARE:
        rows |= editors_can_share & permitted(Action.CHANGE, by_user=by_user, through_groups=through_groups)
    return rows


@dataclass(frozen=True)
class ReachingGrant:
    """One grant that reaches a user, as the rules look at it (levels.ShareTerms)."""

    kind: int
    level: Level
    expires_at: datetime | None


class JoinedColumns(Func):
    """Columns of one row as one text, with commas between."""

    template = "(%(expressions)s)"
    arg_joiner = " || ',' || "
    output_field = TextField()


class JoinedRows(Func):
    """The texts of all rows as one, so that a subquery can bring several rows along."""

    template = "%(function)s(%(expressions)s, ';')"
    function = "STRING_AGG"
    output_field = TextField()

    def as_sqlite(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


def described(grants: QuerySet[Any], kind: F | Value) -> Subquery:
    """Correlated `grants` as one text that `parse` reads back."""
    end = Coalesce(Cast("expires_at", TextField()), Value(""))
    lines = JoinedRows(JoinedColumns(kind, F("permission__codename"), end))
    levels_only = grants.filter(permission__codename__in=LEVEL_OF)
    return Subquery(levels_only.order_by().annotate(described=lines).values("described"))


def parse(*descriptions: str | None) -> Iterator[ReachingGrant]:
    """The grants that `described` wrote."""
    for line in ";".join(filter(None, descriptions)).split(";"):
        if line:
            kind, codename, expires_at = line.split(",")
            yield ReachingGrant(int(kind), LEVEL_OF[codename], _moment(expires_at) if expires_at else None)


def _moment(text: str) -> datetime:
    """A timestamp as the database writes it; SQLite's, in UTC, names no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
