"""Names offered while one types, as JSON for `combobox.js`: never one that its reader could not find anyway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, JsonResponse

from libraries.access.names import with_namesakes
from libraries.admin.rows.visible import visible_rows
from libraries.console import actor_of, site
from libraries.models import EVERYONE, Library, Organization, Team, User
from libraries.principals import PRINCIPAL_COLUMNS, admissible, admits_anyone
from libraries.rules.levels import Action, Kind

MAX_OF_A_KIND = 8
"""How many of each kind are offered."""

PEOPLE = ("username__istartswith", "email__istartswith", "first_name__istartswith", "last_name__istartswith")
GROUPS = ("slug__icontains", "name__icontains")
LIBRARIES = ("natural_id__icontains", "name__icontains")


@site.page("suggestions/people/", name="suggest_people")
def people(request: HttpRequest) -> JsonResponse:
    found = _matching(visible_rows(request, User), PEOPLE, _term(request)).order_by("username")
    return _answer(map(_person, found[:MAX_OF_A_KIND]))


@site.page("suggestions/libraries/", name="suggest_libraries")
def libraries(request: HttpRequest) -> JsonResponse:
    shown = with_namesakes(visible_rows(request, Library), visible_rows(request, Library))
    found = _matching(shown, LIBRARIES, _term(request)).order_by("name", "pk")
    return _answer(map(_library, found[:MAX_OF_A_KIND]))


@site.page("suggestions/principals/<uuid:library>/", name="suggest_principals")
def principals(request: HttpRequest, library: UUID) -> JsonResponse:
    """Whom the library can be shared with (R8) and is not yet; nobody, to who may not share it."""
    shareable = Library.objects.allowing(actor_of(request), Action.SHARE)
    found = visible_rows(request, Library).filter(pk=library, pk__in=shareable.values("pk")).first()
    return _answer(_principals(request, found, _term(request)) if found else ())


def _principals(request: HttpRequest, library: Library, term: str) -> Iterator[Suggestion]:
    """Of those whom R8 admits, the ones that who types may see: strangers are shared with by their full name."""

    def matching(kind: Kind, lookups: tuple[str, ...]) -> QuerySet[Any]:
        shared = library.shares.filter(kind=kind).values(PRINCIPAL_COLUMNS[kind])
        admitted = admissible(kind, library)
        shown = admitted.filter(pk__in=visible_rows(request, admitted.model).values("pk"))
        return _matching(shown, lookups, term).exclude(pk__in=shared)

    yield from map(_team, matching(Kind.TEAM, GROUPS).order_by("slug")[:MAX_OF_A_KIND])
    yield from map(_organization, matching(Kind.ORGANIZATION, GROUPS).order_by("slug")[:MAX_OF_A_KIND])
    if EVERYONE.startswith(term.lower()) and admits_anyone(library):
        yield Suggestion(EVERYONE, "Everyone", "All active accounts")
    yield from map(_person, matching(Kind.USER, PEOPLE).order_by("username")[:MAX_OF_A_KIND])


@dataclass(frozen=True)
class Suggestion:
    """value: what the field takes. name and detail: what its reader recognises it by."""

    value: str
    name: str
    detail: str


def _person(user: User) -> Suggestion:
    return Suggestion(user.username, user.get_full_name() or user.username, user.email or "Person")


def _team(team: Team) -> Suggestion:
    return Suggestion(team.principal_name, team.name, "Team")


def _organization(organization: Organization) -> Suggestion:
    return Suggestion(organization.principal_name, organization.name, "Organization")


def _library(library: Library) -> Suggestion:
    return Suggestion(library.short_name, f"{library.emoji} {library.name}".strip(), library.organization.name)


def _term(request: HttpRequest) -> str:
    return request.GET.get("term", "").strip()


def _matching(rows: QuerySet[Any], lookups: tuple[str, ...], term: str) -> QuerySet[Any]:
    """The rows that one of the lookups finds the term in. What no database keeps never comes here: the site refuses it."""
    return rows.filter(reduce(or_, (Q(**{lookup: term}) for lookup in lookups))) if term else rows


def _answer(suggestions: Iterable[Suggestion]) -> JsonResponse:
    return JsonResponse({"results": [asdict(suggestion) for suggestion in suggestions]})
