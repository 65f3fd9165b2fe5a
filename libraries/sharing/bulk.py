"""Many shares at once, by the rules of one: judged one after another, then written in as many statements as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F

from libraries.db.expressions import AreAmong
from libraries.errors import (
    ActionNotAllowed,
    NamedTwice,
    SharesRefused,
    SharingError,
    UnknownPrincipal,
)
from libraries.identifiers import new_uuid_text
from libraries.models import Actor, Library, Share
from libraries.principals import PRINCIPAL_COLUMNS, PrincipalReference
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing.bulk_principals import NOBODY, Address, BulkPrincipal, BulkPrincipals
from libraries.sharing.bulk_write import Change, ShareKey, ShareRow, write_changes
from libraries.sharing.rules import (
    Terms,
    Wanted,
    is_own,
    new_terms,
    refuse_to_revoke,
    require_right_to_revoke,
    terms_of,
)
from libraries.sharing.share import locked_libraries_for, locked_library_for


class Item(NamedTuple):
    """What is wanted for one principal; `wanted` None takes its share away, if it has one."""

    principal: PrincipalReference
    wanted: Wanted | None


def share_many(*, library: Library, items: Sequence[Item], dry_run: bool = False, actor: Actor) -> list[Change]:
    """Share the library with many, or stop to, all or nothing; returns what became of each, in their order.

    The rules are those of share_library and revoke_share, with what the actor may do before the first change. Taking
    away a share that is not there changes nothing. The number of queries is the same for any number of items.
    dry_run: everything but the writing.
    Raises LibraryNotFound, and SharesRefused with what the rules refuse: for each such item what the verb on one
    share raises, and NamedTwice for a principal that an earlier item has named.
    """
    with transaction.atomic():
        library = locked_library_for(actor, library, Action.VIEW)
        batch = Batch([(item.principal, library) for item in items], actor)
        changes = _all_or_refused(batch, items)
        if not dry_run:
            write_changes([change for change in changes if change.changes], actor)
        return changes


def _all_or_refused(batch: Batch, items: Sequence[Item]) -> list[Change]:
    changes: list[Change] = []
    refusals: dict[int, SharingError] = {}
    named: set[Hashable] = set()
    for index, (target, item) in enumerate(zip(batch.targets, items, strict=True)):
        try:
            _refuse_the_second(named, target)
            changes.append(batch.judge(target, item.wanted))
        except SharingError as refusal:
            refusals[index] = refusal
    if refusals:
        raise SharesRefused(refusals, len(items))
    return changes


def _refuse_the_second(named: set[Hashable], target: Target) -> None:
    if target.identity in named:
        raise NamedTwice(target.reference.text)
    named.add(target.identity)


def share_across(
    *, items: Sequence[tuple[str, Item]], dry_run: bool = False, actor: Actor
) -> list[Change | SharingError]:
    """Share many libraries, each named by any of its names, in one transaction; returns what became of each item.

    Each item is on its own: one that the rules refuse comes back as its refusal, and the others are done. What stands
    as it is wanted is left alone, whoever might change it. A principal may be named again: the later item then finds
    what the earlier one left. Otherwise as share_many.
    """
    with transaction.atomic():
        meant = locked_libraries_for(actor, {identifier for identifier, _ in items})
        libraries = meant.libraries
        known = [(item.principal, libraries[identifier]) for identifier, item in items if identifier in libraries]
        batch = Batch(known, actor)
        targets = iter(batch.targets)
        outcomes = [
            _outcome(batch, next(targets), item.wanted) if identifier in libraries else meant.refusal(identifier)
            for identifier, item in items
        ]
        changes = [outcome for outcome in outcomes if isinstance(outcome, Change) and outcome.changes]
        if not dry_run:
            write_changes(changes, actor)
        return outcomes


def _outcome(batch: Batch, target: Target, wanted: Wanted | None) -> Change | SharingError:
    try:
        return batch.judge(target, wanted, leave_what_stands=True)
    except SharingError as refusal:
        return refusal


class Target(NamedTuple):
    """What a reference names on a library. `principal` None: nobody of that name. `identity`: the same for all names."""

    library: Library
    reference: PrincipalReference
    principal: BulkPrincipal | None
    identity: ShareKey


class Batch:
    """What one actor wants for principals of libraries. These must be locked, and bring the actor's `access`.

    targets: one for each address, in their order.
    """

    def __init__(self, addresses: Sequence[Address], actor: Actor) -> None:
        self._actor = actor
        self._principals = BulkPrincipals(addresses)
        self.targets = [self._target(reference, library) for reference, library in addresses]
        self._existing = _existing_shares({target.identity for target in self.targets})
        self._terms_of_new: dict[tuple[str, Kind, Wanted], Terms] = {}

    def _target(self, reference: PrincipalReference, library: Library) -> Target:
        principal = self._principals.find(reference, library)
        identity = (library.key, reference.kind, principal.key if principal else reference)
        return Target(library, reference, principal, identity)

    def judge(self, target: Target, wanted: Wanted | None, *, leave_what_stands: bool = False) -> Change:
        """What the wish comes to, after those judged before it. Raises what the verbs on one share raise.

        leave_what_stands: ask nothing where the share says what is wanted already.
        """
        before = self._existing.get(target.identity)
        if leave_what_stands and before and wanted and wanted.is_met_by(before):
            return Change(target.library, target.principal, before, before)
        if wanted is None:
            self._refuse_to_revoke(target, before)
            after = None
        else:
            after = self._shared(target, wanted, before)
        self._existing[target.identity] = after
        return Change(target.library, target.principal, before, after)

    def _refuse_to_revoke(self, target: Target, before: ShareRow | None) -> None:
        access = target.library.access
        own = is_own(before, self._actor) if before else target.reference.names(self._actor)
        require_right_to_revoke(own=own, access=access)
        if before:
            refuse_to_revoke(before, access=access, actor=self._actor)

    def _shared(self, target: Target, wanted: Wanted, before: ShareRow | None) -> ShareRow:
        library, reference, principal, _ = target
        if Action.SHARE not in library.access.actions:
            raise ActionNotAllowed(Action.SHARE)
        if principal is None:
            raise UnknownPrincipal(reference.text)
        terms = self._terms(target, principal, wanted, before)
        if before and terms == terms_of(before):
            return before
        return ShareRow(before.id if before else new_uuid_text(), library.key, principal.kind, principal.key, *terms)

    def _terms(self, target: Target, principal: BulkPrincipal, wanted: Wanted, before: ShareRow | None) -> Terms:
        """By the rules, which are asked once for all new shares of a library on the same terms."""
        admissible = self._principals.admits(target.library, principal)
        is_new = admissible and before is None
        same = (target.library.key, principal.kind, wanted)
        if is_new and same in self._terms_of_new:
            return self._terms_of_new[same]
        terms = new_terms(
            wanted,
            text=target.reference.text,
            kind=principal.kind,
            admissible=admissible,
            before=before,
            access=target.library.access,
            actor=self._actor,
        )
        if is_new:
            self._terms_of_new[same] = terms
        return terms


def _existing_shares(identities: Iterable[ShareKey]) -> dict[ShareKey, ShareRow | None]:
    """By identity, the shares that there are; one query for each kind of principal, whether or not any was found."""
    sought: dict[Kind, list[tuple[str, Any]]] = defaultdict(list)
    for library, kind, key in identities:
        sought[kind].append((library, NOBODY if isinstance(key, PrincipalReference) else key))
    return {share.identity: share for kind, pairs in sought.items() for share in _shares_of(kind, pairs)}


def _shares_of(kind: Kind, pairs: Sequence[tuple[str, Any]]) -> Iterator[ShareRow]:
    column = f"{PRINCIPAL_COLUMNS[kind]}_id" if kind in PRINCIPAL_COLUMNS else None
    sought = AreAmong(F("library_id"), F(column), rows=pairs) if column else _of_libraries(pairs)
    found = Share.objects.filter(sought, kind=kind)  # each kind has an index of its own
    rows = found.order_by().values("id", "library_id", "level", "expires_at", "note", *filter(None, [column]))
    for row in rows:
        key = str(row[column]) if column else None
        terms = (Level(row["level"]), row["expires_at"], row["note"])
        yield ShareRow(str(row["id"]), str(row["library_id"]), kind, key, *terms)


def _of_libraries(pairs: Sequence[tuple[str, Any]]) -> AreAmong:
    return AreAmong(F("library_id"), rows=[(library,) for library, _ in pairs])
