"""The verbs on libraries themselves: create, change, delete."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping

from django.db import IntegrityError, router, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from libraries.db.bulk import kept_as_referred
from libraries.errors import (
    ActionNotAllowed,
    NameTaken,
    NotAdministrator,
    NotMember,
    UnknownOrganization,
    UnknownPrincipal,
)
from libraries.events.record import EventAction, differences_of, record_of_library
from libraries.identifiers import NATURAL_ID_LENGTH, natural_id_from
from libraries.models import (
    Actor,
    Library,
    LibraryGroupObjectPermission,
    LibraryUserObjectPermission,
    Organization,
    Share,
    User,
)
from libraries.people.administrators import administers
from libraries.people.queries import is_member
from libraries.principals import Principal
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing.share import locked_library_for
from libraries.sharing.write import write_share

CHANGEABLE = ("name", "description", "emoji", "editors_can_share")
TRIES = 3

Precondition = Callable[[Library], None]
"""Called with the library as it stands, under its lock; raises to refuse the change."""


def create_library(
    *, name: str, natural_id: str = "", organization: str = "", owner: User | None = None, actor: User, **fields: object
) -> Library:
    """Make a library that the actor owns, in an organization of theirs.

    natural_id: made from the name where it is empty. organization: a slug, needed only by who is in several.
    owner: another member of the organization who shall own it, where its administrators make it for them (R6, R10).
    fields: `description`, `emoji`, `editors_can_share`.
    Raises UnknownOrganization, and NameTaken where `natural_id` was asked for; for another owner NotAdministrator,
    UnknownPrincipal and NotMember.
    """
    with transaction.atomic():
        home = _organization_for(owner, organization, actor) if owner else _organization_of(actor, organization)
        library = _insert(natural_id, name=name, organization=home, **fields)
        record_of_library(EventAction.LIBRARY_CREATED, library, actor=actor)
        write_share(library, None, _ownership(library, owner or actor), actor)
    library.refresh_from_db(fields=["share_count", "revision"])
    return library


def _ownership(library: Library, owner: User) -> Share:
    return Share(library=library, level=Level.OWNER, **Principal(Kind.USER, owner).columns)


def _organization_of(actor: User, slug: str) -> Organization:
    """The member's organization of that slug; where it is empty, their default one, or the only one they are in.

    The member's row stays locked until the transaction ends, so that nobody leaves while becoming an owner (R12).
    """
    member = User.objects.select_for_update(no_key=True).filter(pk=actor.pk, is_active=True).first()
    mine = Organization.objects.filter(group__in=actor.groups.all()) if member else Organization.objects.none()
    found = kept_as_referred(mine.filter(slug=slug) if slug else _usual(mine, member))
    if len(found) != 1:
        raise UnknownOrganization(slug, among_several=len(found) > 1)
    return found[0]


def _usual(mine: QuerySet[Organization], member: User | None) -> QuerySet[Organization]:
    """The member's default organization (R15); without one, two of theirs, enough to tell whether they are in one."""
    default = mine.filter(pk=member.default_organization_id) if member and member.default_organization_id else None
    return default if default else mine[:2]


def _organization_for(owner: User, slug: str, actor: User) -> Organization:
    """The organization of that slug, which the actor administers and the owner is an active member of.

    The owner's row stays locked until the transaction ends, so that nobody leaves while becoming an owner (R12).
    """
    home = next(iter(kept_as_referred(Organization.objects.filter(slug=slug))), None)
    if home is None or not administers(actor, home):
        raise NotAdministrator(slug)
    if not User.objects.select_for_update(no_key=True).filter(pk=owner.pk, is_active=True).first():
        raise UnknownPrincipal(owner.username)
    if not is_member(owner, home):
        raise NotMember(owner.username, slug)
    return home


def _insert(wanted: str, *, name: str, **fields: object) -> Library:
    natural_id = wanted or natural_id_from(name)
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return Library.objects.create(name=name, natural_id=natural_id, **fields)
        except IntegrityError:
            if wanted:
                raise NameTaken("natural_id", wanted) from None
            natural_id = _suffixed(natural_id_from(name))
    raise NameTaken("natural_id", natural_id)


def _suffixed(natural_id: str) -> str:
    return f"{natural_id[: NATURAL_ID_LENGTH - 7].strip('-')}-{secrets.token_hex(3)}"


def change_library(
    *, library: Library, changes: Mapping[str, object], precondition: Precondition | None = None, actor: Actor
) -> Library:
    """Change some of CHANGEABLE; who shares is for owners and administrators alone (R5).

    Raises LibraryNotFound, ActionNotAllowed, and what `precondition` (called with the locked library) raises.
    """
    with transaction.atomic():
        library = locked_library_for(actor, library, Action.VIEW)
        changed = differences_of(library, changes)
        _refuse_changes(library, changes, changed)
        if precondition:
            precondition(library)
        if changed:
            now = timezone.now()
            Library.objects.filter(pk=library.pk).update(**changes, updated_at=now, revision=F("revision") + 1)
            record_of_library(EventAction.LIBRARY_CHANGED, library, actor=actor, details=changed)
            library = locked_library_for(actor, library, Action.VIEW)
        return library


def may_change_anything(library: Library) -> bool:
    """Whether change_library could change anything for the user whose `access` the library brings."""
    return bool(library.access.actions & {Action.CHANGE, Action.TRANSFER})


def require_any_change(library: Library) -> None:
    """Raises ActionNotAllowed for who may change nothing about the library, before what they want is looked at."""
    if not may_change_anything(library):
        raise ActionNotAllowed(Action.CHANGE)


def _refuse_changes(library: Library, changes: Mapping[str, object], changed: Collection[str]) -> None:
    """changed: those of the changes that make a difference. What stays as it is takes no right to change it."""
    if unknown := changes.keys() - set(CHANGEABLE):
        raise ValueError(f"Nobody changes {', '.join(sorted(unknown))} here.")
    if changes and not changed:
        return require_any_change(library)
    settings_only = set(changed) == {"editors_can_share"}
    needed = {Action.TRANSFER} if settings_only else {Action.CHANGE}
    if "editors_can_share" in changed:
        needed.add(Action.TRANSFER)
    for action in sorted(needed - library.access.actions):
        raise ActionNotAllowed(action)


def delete_library(*, library: Library, precondition: Precondition | None = None, actor: Actor) -> None:
    """Delete the library and every share on it. Raises LibraryNotFound, ActionNotAllowed."""
    with transaction.atomic():
        library = locked_library_for(actor, library, Action.DELETE)
        if precondition:
            precondition(library)
        record_of_library(EventAction.LIBRARY_DELETED, library, actor=actor)
        _delete_shares(library)
        library.delete()


def _delete_shares(library: Library) -> None:
    """A statement a table, whatever its size: Django would fetch every share first, to see what hangs on it."""
    LibraryUserObjectPermission.objects.filter(content_object=library).delete()
    LibraryGroupObjectPermission.objects.filter(content_object=library).delete()
    Share.objects.filter(library=library)._raw_delete(using=router.db_for_write(Share))
