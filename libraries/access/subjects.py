"""Whom a decision can be about, by name: many are found at once, in a query for each kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet

from libraries.db.expressions import AreAmong
from libraries.db.text import is_storable
from libraries.identifiers import is_uuid
from libraries.models import Organization, Team, User
from libraries.principals import Principal
from libraries.rules.levels import Kind

Subject = User | Team | Organization
KINDS = (Kind.USER, Kind.TEAM, Kind.ORGANIZATION)


class SubjectName(NamedTuple):
    """A subject as a caller names it, before anybody knows whether it exists.

    A user: username, UUID or e-mail. A team: `acme/engineering` or UUID. An organization: slug or UUID. Where a text
    is the name of one and the UUID or e-mail of another, it names the former.
    """

    kind: Kind
    text: str


def find_subjects(names: Collection[SubjectName]) -> dict[SubjectName, Principal]:
    """Those of them that exist. One query for each kind that is named, whatever their number."""
    found: dict[SubjectName, Principal] = {}
    for kind in KINDS:
        texts = {name.text for name in names if name.kind == kind and name.text and is_storable(name.text)}
        if texts:
            by_text = _FINDERS[kind](texts)
            found |= {SubjectName(kind, text): Principal(kind, by_text[text]) for text in texts if text in by_text}
    return found


def name_of(subject: Subject) -> str:
    """The name that is found first; the answer to a search."""
    match subject:
        case User():
            return subject.username
        case Team():
            return f"{subject.organization.slug}/{subject.slug}"
        case _:
            return subject.slug


def groups_reaching(subject: Principal) -> tuple[int, ...]:
    """The Django groups through which shares reach whoever is in this team or organization and nothing else."""
    match subject.instance:
        case Team() as team:
            return team.group_id, team.organization.group_id
        case Organization() as organization:
            return (organization.group_id,)
        case _:
            return ()


OF_USERS = ("username", "email", "is_active", "is_superuser")
"""What decisions look at."""


def _users(texts: Collection[str]) -> dict[str, Subject]:
    emails = {text.lower() for text in texts if "@" in text}
    rows = list(
        _named(
            User.objects.only(*OF_USERS),
            texts,
            Q(AreAmong(F("username"), rows=[(text,) for text in texts])) | Q(email__lower__in=emails),
        )
    )
    by_email = {user.email.lower(): user for user in rows}
    with_email = {text: by_email[text.lower()] for text in texts if text.lower() in by_email}
    return with_email | _by_key_or_name(texts, rows)


def _teams(texts: Collection[str]) -> dict[str, Subject]:
    slugs = [(organization, slug) for organization, _, slug in (text.partition("/") for text in texts)]
    named = Q(AreAmong(F("organization__slug"), F("slug"), rows=slugs))
    return _by_key_or_name(texts, list(_named(Team.objects.select_related("organization"), texts, named)))


def _organizations(texts: Collection[str]) -> dict[str, Subject]:
    return _by_key_or_name(texts, list(_named(Organization.objects.all(), texts, Q(slug__in=texts))))


_FINDERS: dict[Kind, Callable[[Collection[str]], dict[str, Subject]]] = {
    Kind.USER: _users,
    Kind.TEAM: _teams,
    Kind.ORGANIZATION: _organizations,
}


def _named(rows: QuerySet[Any], texts: Collection[str], named: Q) -> QuerySet[Any]:
    """The rows that are `named`, or whose UUID is among the texts."""
    return rows.filter(named | Q(AreAmong(F("pk"), rows=[(UUID(text),) for text in texts if is_uuid(text)]))).order_by()


def _by_key_or_name(texts: Collection[str], rows: Sequence[Subject]) -> dict[str, Subject]:
    by_key, by_name = {row.pk: row for row in rows}, {name_of(row): row for row in rows}
    with_key = {text: by_key[UUID(text)] for text in texts if is_uuid(text) and UUID(text) in by_key}
    return with_key | {text: by_name[text] for text in texts if text in by_name}
