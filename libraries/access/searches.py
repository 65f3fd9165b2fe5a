"""Decisions the other way round: which libraries, who, and which actions; complete, in a stable order, to be paged."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet, Value

from libraries.access.check import find_libraries
from libraries.access.decisions import checkable_organizations
from libraries.access.known import People
from libraries.access.lists import allowing_by_page, who_can_by_page
from libraries.access.names import Known
from libraries.access.pairs import access_of_pairs
from libraries.access.subjects import SubjectName, find_subjects, groups_reaching
from libraries.errors import MayNotAsk
from libraries.models import (
    Library,
    LibraryQuerySet,
    Organization,
    Team,
    User,
)
from libraries.models.holding import Holds
from libraries.principals import Principal
from libraries.rules import conditions
from libraries.rules.levels import Action, Kind, Way


def libraries_for(subject: SubjectName, action: Action, *, asker: User) -> LibraryQuerySet:
    """The libraries to which the subject may do `action`; about another, those that are open to the asker (R10).

    No libraries for a subject that does not exist. Raises MayNotAsk about another, where nothing is open to the asker.
    """
    found = _subject(subject)
    if found == Principal(Kind.USER, asker):
        return allowing_by_page(asker, action)
    _refuse_who_may_ask_nowhere(asker)
    if found is None:
        return Library.objects.none()
    return _allowing(found, action).filter(organization__in=checkable_organizations(asker))


def _allowing(subject: Principal, action: Action) -> LibraryQuerySet:
    if isinstance(subject.instance, User):
        return allowing_by_page(subject.instance, action)
    return Library.objects.allowing_members_of(groups_reaching(subject), action)


def subjects_for(kind: Kind, action: Action, library: str, *, asker: User) -> People:
    """The users, teams or organizations that may do `action` to the library.

    Nobody where the library is not open to the asker, or does not exist. Users as in `who_can_by_page`: those of whom
    the asker may know (R9), and how many others. Teams and organizations only where they are open to the asker or the
    library is shared with the organization itself, so that no one learns by `everyone` how others are made up; of
    others not even a number.
    Raises MayNotAsk where nothing is open to the asker, and AmbiguousName (R16).
    """
    _refuse_who_may_ask_nowhere(asker)
    found = _open_library(library, asker)
    match kind:
        case Kind.USER:
            return who_can_by_page(found, action, asker=asker) if found else People(User.objects.none())
        case Kind.TEAM:
            return People(_teams(found, action, asker) if found else Team.objects.none())
        case _:
            return People(_organizations(found, action, asker) if found else Organization.objects.none())


def actions_for(subject: SubjectName, library: str, *, asker: User) -> frozenset[Action]:
    """What the subject may do to the library; nothing where either is not there, or not open to the asker.

    Raises MayNotAsk about another, where nothing is open to the asker, and AmbiguousName (R16).
    """
    found = _subject(subject)
    if found == Principal(Kind.USER, asker):
        named = find_libraries([library], user=asker, known=Known.SEEN_OR_OPEN).one(library)
    else:
        _refuse_who_may_ask_nowhere(asker)
        named = _open_library(library, asker)
    pairs = [(found, named)] if found and named else []
    access = access_of_pairs(pairs)
    return access[pairs[0]].actions if pairs else frozenset()


def _subject(name: SubjectName) -> Principal | None:
    return find_subjects([name]).get(name)


def _refuse_who_may_ask_nowhere(asker: User) -> None:
    if not (asker.is_superuser or checkable_organizations(asker).exists()):
        raise MayNotAsk


def _open_library(identifier: str, asker: User) -> Library | None:
    library = find_libraries([identifier], user=asker, known=Known.OPEN).one(identifier)
    return library if library and checkable_organizations(asker).filter(pk=library.organization_id).exists() else None


def _teams(library: Library, action: Action, asker: User) -> QuerySet[Team]:
    listed = Q(organization__in=checkable_organizations(asker))
    allowed = _may(library, action, "group", "organization__group")
    return Team.objects.select_related("organization").filter(listed, allowed)


def _organizations(library: Library, action: Action, asker: User) -> QuerySet[Organization]:
    listed = Q(pk__in=checkable_organizations(asker)) | Q(
        pk__in=library.shares.filter(kind=Kind.ORGANIZATION).values("organization")
    )
    return Organization.objects.filter(listed, _may(library, action, "group"))


def _may(library: Library, action: Action, *groups: str) -> Q:
    """The rows whose members may do `action`, who are in these groups of theirs and no other. groups: columns."""

    def holding(way: Way) -> Holds:
        columns = [F(column) for column in groups]
        return Holds(way.permission, below=way.below, library=Value(library.pk), groups=columns)

    return conditions.allowed(action, holding, editors_can_share=Q(pk__isnull=not library.editors_can_share))
