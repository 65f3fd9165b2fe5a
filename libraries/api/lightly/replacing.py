"""A config replaced or revoked: compared with what stands, then one verb for each difference, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from libraries.api.lightly.configs import ACCESS_TYPES, config_id, live_shares
from libraries.errors import SharingError
from libraries.identifiers import is_uuid
from libraries.levels import Action, Kind, Level
from libraries.models import Library, Share, User
from libraries.principals import COLUMNS, PrincipalReference, admissible, principal_of
from libraries.sharing import locked_library_for, revoke_share, share_library

BATCH = 500


class ConfigNotFound(SharingError):
    """The library has no config of that id, or nobody is in it."""

    code = "config_not_found"

    def __init__(self) -> None:
        super().__init__("This dataset has no such access config.")


class UnknownEntries(SharingError):
    """Entries that name nobody, or somebody whom R8 keeps out: the answer is the same, so that nothing leaks."""

    code = "unknown_principal"
    rule = "R8"

    def __init__(self, entries: Mapping[Kind, Sequence[str]]) -> None:
        names = ", ".join(f"“{entry}”" for kind in entries for entry in entries[kind])
        super().__init__(f"Nobody that this dataset can be shared with: {names}.")
        self.kind = next(iter(entries))


@dataclass(frozen=True)
class Change:
    """A principal whose share goes from one level to another; None stands for no share."""

    kind: Kind
    subject: Any
    text: str
    before: int | None
    after: Level | None

    def reaches(self, user: User, groups: Collection[int]) -> bool:
        return bool(self.subject == user if self.kind == Kind.USER else self.subject.group_id in groups)

    def make(self, library: Library, actor: User) -> None:
        principal = PrincipalReference(self.kind, "pk", self.subject.pk, self.text)
        if self.after is None:
            revoke_share(library=library, principal=principal, actor=actor)
        else:
            share_library(library=library, principal=principal, level=self.after, actor=actor)


@dataclass(frozen=True)
class Comparison:
    """What one list asks for against what stands: the changes to make, and the entries that name nobody."""

    changes: list[Change]
    unknown: list[str]


@transaction.atomic
def replace_config(*, library: Library, access_type: str, wanted: Mapping[Kind, Sequence[str]], actor: User) -> None:
    """Share the library at one level with exactly those whom `wanted` names; kinds that it lacks stay as they are.

    wanted: by kind, the e-mails of users, the ids or slugs of teams and organizations. Owners stay owners either way.
    Raises UnknownEntries, which names all of them, and what the verbs raise; then nothing has changed.
    """
    library = locked_library_for(actor, library, Action.SHARE)
    level = ACCESS_TYPES[access_type]
    standing = list(live_shares(library).filter(kind__in=wanted, level__in=(level, Level.OWNER)).with_principals())
    compared = {
        kind: _compare(library, level, kind, entries, [share for share in standing if share.kind == kind])
        for kind, entries in wanted.items()
    }
    if unknown := {kind: comparison.unknown for kind, comparison in compared.items() if comparison.unknown}:
        raise UnknownEntries(unknown)
    _make([change for comparison in compared.values() for change in comparison.changes], library, actor)


@transaction.atomic
def revoke_config(*, library: Library, id: str, actor: User) -> None:
    """Revoke every share of the config. Raises ConfigNotFound, and what the verbs raise; then nothing has changed."""
    library = locked_library_for(actor, library, Action.SHARE)
    levels = [level for access_type, level in ACCESS_TYPES.items() if config_id(library, access_type) == id]
    members = live_shares(library).filter(level__in=levels).with_principals()
    if not members:
        raise ConfigNotFound
    _make([_departure(share) for share in members], library, actor)


def _compare(
    library: Library, level: Level, kind: Kind, entries: Sequence[str], standing: Sequence[Share]
) -> Comparison:
    """`standing`: the shares of the kind that are at `level` already, and those of owners."""
    texts = {_name(kind, entry): entry for entry in entries}
    standing_as = {name: share.pk for share in standing for name in _names(kind, principal_of(share).subject)}
    missing = texts.keys() - standing_as.keys()
    found = _find(library, kind, missing)
    come = {found[name]: texts[name] for name in found}
    stay = {standing_as[name] for name in texts.keys() - missing}
    return Comparison(
        changes=[
            *(Change(kind, subject, text, subject.stands_at, level) for subject, text in come.items()),
            *(_departure(share) for share in standing if share.level == level and share.pk not in stay),
        ],
        unknown=[texts[name] for name in texts if name in missing and name not in found],
    )


def _departure(share: Share) -> Change:
    principal = principal_of(share)
    return Change(principal.kind, principal.subject, share.principal_name, share.level, None)


def _find(library: Library, kind: Kind, names: Collection[str]) -> dict[str, Any]:
    """Name to principal, of those that R8 admits; each says in `stands_at` at which level it has a share, if any."""
    shares = library.shares.filter(**{COLUMNS[kind]: OuterRef("pk")})
    subjects = admissible(kind, library).annotate(stands_at=Subquery(shares.values("level")[:1]))
    ordered = sorted(names)
    batches = (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))
    found = (subject for batch in batches for subject in subjects.filter(_any_of(kind, batch)))
    return {name: subject for subject in found for name in _names(kind, subject) if name in names}


def _any_of(kind: Kind, names: Sequence[str]) -> Q:
    if kind == Kind.USER:
        return Q(email__lower__in=names) & ~Q(email="")  # the index of e-mails holds no empty ones
    ids = [name for name in names if is_uuid(name)]
    return Q(pk__in=ids) | Q(slug__in=set(names) - set(ids))


def _name(kind: Kind, entry: str) -> str:
    """An entry in its one spelling: e-mails match without regard to case, ids with and without hyphens."""
    if kind == Kind.USER:
        return entry.lower()
    return str(UUID(entry)) if is_uuid(entry) else entry


def _names(kind: Kind, subject: Any) -> set[str]:
    """What a principal answers to, spelled as `_name` does. What reads as an id is one, never a slug."""
    if kind == Kind.USER:
        return {subject.email.lower()}
    return {str(subject.pk)} | {slug for slug in [subject.slug] if not is_uuid(slug)}


def _make(changes: Iterable[Change], library: Library, actor: User) -> None:
    """One verb for each change, in an order that lets every one through.

    What ends an editor's own right to share comes last, the broadest first: so the right lasts to the end. Others go
    by their principals, which is then the order of the locks on these, so that two such calls never wait for each other.
    """
    groups = set(actor.groups.values_list("pk", flat=True))

    def place(change: Change) -> tuple[bool, int, UUID]:
        ends_right = change.before == Level.EDITOR and change.reaches(actor, groups)
        return ends_right, -change.kind, change.subject.pk

    for change in sorted(changes, key=place):
        change.make(library, actor)
