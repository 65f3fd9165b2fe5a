"""Shares to guardian's object permissions, always in the verb's transaction: the index that enforces them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from libraries.db.bulk import insert_joined
from libraries.db.expressions import AreAmong
from libraries.models import EVERYONE, Library, LibraryGroupObjectPermission, LibraryUserObjectPermission, Share
from libraries.models.grants import permission_key
from libraries.rules.levels import GRANTED, Kind, Level

GrantTable = LibraryUserObjectPermission | LibraryGroupObjectPermission
BATCH = 1000
NO_PERMISSION = "no permission on libraries"


def put(share: Share, *, before: Share | None = None) -> None:
    """Write the grants of a share that was made, or changed from `before`. At most two queries."""
    new = GRANTED[Level(share.level)]
    old = GRANTED[Level(before.level)] if before else ()
    if before and share.expires_at != before.expires_at:
        _grants_of(share).delete()
        old = ()
    elif gone := set(old) - set(new):
        _grants_of(share).filter(permission__codename__in=gone).delete()
    if come := set(new) - set(old):
        _insert(share, come)


class StoredShare(Protocol):
    """A share that is in the database; its key as text."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> Kind: ...


def put_all(shares: Collection[StoredShare]) -> None:
    """Write the grants of shares that have none yet, as the database has the shares. Four queries at most."""
    if not shares:
        return
    granted = _granted_keys()
    if users := [share.id for share in shares if share.kind == Kind.USER]:
        _put_found(LibraryUserObjectPermission, users, granted, user_id=F("user"))
    if others := [share.id for share in shares if share.kind != Kind.USER]:
        everyone = everyone_group_id() if any(share.kind == Kind.EVERYONE for share in shares) else None
        group = Coalesce("team__group", "organization__group", Value(everyone))
        _put_found(LibraryGroupObjectPermission, others, granted, group_id=group, breadth=F("kind"))


def _put_found(
    table: type[GrantTable], shares: Collection[str], granted: Collection[tuple[int, int]], **holder: Combinable
) -> None:
    """`holder` holds, by the column that it is for, how a share tells who gets its grants."""
    columns = ("share_id", "content_object_id", "expires_at", *holder)
    # Indexes take rows twice as quickly in the order of the shares' keys as in none.
    found = Share.objects.filter(AreAmong(F("pk"), rows=[(share,) for share in shares])).order_by("pk")
    insert_joined(
        table,
        (*columns, "permission_id"),
        found.values_list("pk", "library", "expires_at", *holder.values(), "level"),
        granted,
    )


def _granted_keys() -> list[tuple[int, int]]:
    """Each level with each permission that it grants."""
    keys = _permission_keys()
    return [(int(level), keys[codename]) for level, codenames in GRANTED.items() for codename in codenames]


def drop_all(shares: Collection[str]) -> None:
    """Delete the grants of the shares. Two queries at most."""
    if shares:
        for table in (LibraryUserObjectPermission, LibraryGroupObjectPermission):
            table.objects.filter(share__in=shares).delete()


def _permission_keys() -> dict[str, int]:
    of_libraries = Permission.objects.filter(content_type__app_label="libraries", content_type__model="library")
    return dict(of_libraries.values_list("codename", "pk"))


def _table(share: Share) -> type[GrantTable]:
    return LibraryUserObjectPermission if share.kind == Kind.USER else LibraryGroupObjectPermission


def _grants_of(share: Share) -> QuerySet[Any]:
    return _table(share).objects.filter(share=share)


def _insert(share: Share, codenames: Iterable[str]) -> None:
    columns = _columns(share)
    table: Any = _table(share)
    table.objects.bulk_create(
        [table(permission_id=permission_key(codename), **columns) for codename in sorted(codenames)]
    )


def _columns(share: Share) -> dict[str, Any]:
    """The columns that all grants of a share have in common."""
    shared = {"content_object_id": share.library_id, "share": share, "expires_at": share.expires_at}
    if share.kind == Kind.USER:
        return {**shared, "user_id": share.user_id}
    return {**shared, "group_id": _group_id(share), "breadth": share.kind}


def _group_id(share: Share) -> int:
    """The Django group that stands for the share's team, organization, or everyone."""
    if share.team:
        return share.team.group_id
    if share.organization:
        return share.organization.group_id
    return everyone_group_id()


def everyone_group_id() -> int:
    """The group that all active accounts are in without a row."""
    return Group.objects.get_or_create(name=EVERYONE)[0].pk


class GrantRow(NamedTuple):
    """What a grant says, whichever table it is in."""

    codename: str
    library_id: UUID
    subject_id: Any
    breadth: int
    expires_at: datetime | None


@dataclass(frozen=True)
class Discrepancy:
    """A share whose grants are not the ones that it should have."""

    share: Share
    expected: frozenset[GrantRow]
    found: frozenset[GrantRow]

    def __str__(self) -> str:
        where = f"{self.share.library.natural_id}, {self.share}"
        if missing := {row.codename for row in self.expected - self.found}:
            where += f"; missing or wrong: {', '.join(sorted(missing))}"
        if extra := {row.codename for row in self.found - self.expected}:
            where += f"; not from this share: {', '.join(sorted(extra))}"
        return where


def discrepancies() -> Iterator[Discrepancy]:
    """Every share whose grants differ from what it should grant. Memory and queries per share stay flat.

    What looks wrong is looked at again under the library's lock, so that no change is caught in the middle.
    """
    for batch in _batches():
        for suspect in _differing(batch):
            with transaction.atomic():
                _lock(suspect.share.library_id)
                confirmed = list(_differing(list(_shares().filter(pk=suspect.share.pk))))
            yield from confirmed


def _shares() -> QuerySet[Share]:
    return Share.objects.select_related("library", "user", "team", "organization")


def _batches() -> Iterator[list[Share]]:
    """All shares by key, so that no transaction need stay open from the first to the last."""
    batch = list(_shares().order_by("pk")[:BATCH])
    while batch:
        yield batch
        batch = list(_shares().filter(pk__gt=batch[-1].pk).order_by("pk")[:BATCH])


def _lock(library_id: UUID) -> None:
    Library.objects.select_for_update(no_key=True).filter(pk=library_id).values_list("pk").first()


def _differing(shares: Collection[Share]) -> Iterator[Discrepancy]:
    everyone = everyone_group_id()
    found = _found(shares)
    for share in shares:
        expected = frozenset(_expected(share, everyone))
        if expected != found[share.pk]:
            yield Discrepancy(share, expected, frozenset(found[share.pk]))


def _expected(share: Share, everyone: int) -> Iterator[GrantRow]:
    subject = (
        share.user_id if share.kind == Kind.USER else everyone if share.kind == Kind.EVERYONE else _group_id(share)
    )
    for codename in GRANTED[Level(share.level)]:
        yield GrantRow(str(codename), share.library_id, subject, share.kind, share.expires_at)


def _found(shares: Iterable[Share]) -> dict[UUID, set[GrantRow]]:
    found: dict[UUID, set[GrantRow]] = defaultdict(set)
    codenames = {key: codename for codename, key in _permission_keys().items()}
    columns = ("share_id", "permission_id", "content_object_id")
    users = LibraryUserObjectPermission.objects.filter(share__in=shares).annotate(breadth=Value(int(Kind.USER)))
    groups = LibraryGroupObjectPermission.objects.filter(share__in=shares)
    for table, subject in ((users, "user_id"), (groups, "group_id")):
        for share_id, permission, *row in table.values_list(*columns, subject, "breadth", "expires_at"):
            found[share_id].add(GrantRow(codenames.get(permission, NO_PERMISSION), *row))
    return found


@transaction.atomic
def repair(discrepancy: Discrepancy) -> None:
    """Rebuild the grants of one share from the share as it stands now."""
    _lock(discrepancy.share.library_id)
    for share in _shares().filter(pk=discrepancy.share.pk):
        for table in (LibraryUserObjectPermission, LibraryGroupObjectPermission):
            table.objects.filter(share=share).delete()
        _in_place_of(share).delete()
        _insert(share, GRANTED[Level(share.level)])


def _in_place_of(share: Share) -> QuerySet[Any]:
    """Grants on the share's library to its principal, whichever share they say that they are from."""
    columns = _columns(share)
    subject = {name: columns[name] for name in ("user_id", "group_id") if name in columns}
    return _table(share).objects.filter(content_object=share.library_id, **subject)
