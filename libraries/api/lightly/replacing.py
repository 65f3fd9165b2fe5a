"""A config replaced or revoked: compared with what stands, then the differences made, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from libraries.api.failures import first_of
from libraries.api.lightly.configs import ACCESS_TYPES, config_id, live_shares
from libraries.errors import SharesRefused, SharingError
from libraries.identifiers import is_uuid
from libraries.models import Library, Share, User
from libraries.principals import PrincipalReference, admissible, principal_of
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing.bulk import Item, share_many
from libraries.sharing.rules import Wanted
from libraries.sharing.share import clear_expired, locked_library_for

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
        named, more = first_of([f"“{entry}”" for kind in entries for entry in entries[kind]])
        names = ", ".join(named) + (f" and {more:,} more" if more else "")
        super().__init__(f"This dataset cannot be shared with {names}: no such user, team or organization.")
        self.kind = next(iter(entries))


@dataclass(frozen=True)
class Comparison:
    """What one list asks for against what stands: what to change, and the entries that name nobody."""

    items: list[Item]
    unknown: list[str]


@transaction.atomic
def replace_config(*, library: Library, access_type: str, wanted: Mapping[Kind, Sequence[str]], actor: User) -> None:
    """Share the library at one level with exactly those whom `wanted` names; kinds that it lacks stay as they are.

    wanted: by kind, the e-mails of users, the ids or slugs of teams and organizations. Owners stay owners either way.
    Raises UnknownEntries, which names them, and what the verbs raise; then nothing has changed.
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
    coming = [item.principal for comparison in compared.values() for item in comparison.items if item.wanted]
    users = [principal.value for principal in coming if principal.kind == Kind.USER]
    groups = [principal.value for principal in coming if principal.kind != Kind.USER]
    clear_expired(library=library, users=users, groups=groups, actor=actor)
    _make([item for comparison in compared.values() for item in comparison.items], library, actor)


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
    standing_as = {name: share.pk for share in standing for name in _names(kind, principal_of(share).instance)}
    missing = texts.keys() - standing_as.keys()
    found = _find(library, kind, missing)
    come = {found[name]: texts[name] for name in found}
    stay = {standing_as[name] for name in texts.keys() - missing}
    return Comparison(
        items=[
            *(Item(PrincipalReference(kind, "pk", subject.pk, text), Wanted(level)) for subject, text in come.items()),
            *(_departure(share) for share in standing if share.level == level and share.pk not in stay),
        ],
        unknown=[texts[name] for name in texts if name in missing and name not in found],
    )


def _departure(share: Share) -> Item:
    return Item(principal_of(share).reference, None)


def _find(library: Library, kind: Kind, names: Collection[str]) -> dict[str, Any]:
    """Name to principal, of those that R8 admits."""
    subjects = admissible(kind, library)
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


def _make(items: Sequence[Item], library: Library, actor: User) -> None:
    """All or nothing. The vendor's errors tell of one refusal: the first."""
    try:
        share_many(library=library, items=items, actor=actor)
    except SharesRefused as refused:
        raise next(iter(refused.refusals.values())) from None
