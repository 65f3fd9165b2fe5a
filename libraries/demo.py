"""The demo world: two organizations, six people, four teams, four libraries (docs/rules.md). Built by the verbs alone."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, Library, Organization, SharingScope, Team, User
from libraries.people.accounts import recording_password
from libraries.people.keys import create_api_key
from libraries.people.members import add_member
from libraries.people.organizations import create_organization
from libraries.people.teams import add_team_member, create_team
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.share import share_library

SUPERUSER = "admin"

# slug: (name, sharing scope, members; the first administers, R14)
ORGANIZATIONS = {
    "acme": ("Acme", SharingScope.ANYONE, ("alice", "bob", "carol", "dave")),
    "globex": ("Globex", SharingScope.ORGANIZATION, ("erin", "frank")),
}
# slug: (organization, name, e-mail, members)
TEAMS = {
    "engineering": ("acme", "Engineering", "engineering@acme.example", ("bob", "carol")),
    "data-science": ("acme", "Data Science", "", ("carol",)),
    "interns": ("acme", "Interns", "", ("dave",)),
    "research": ("globex", "Research", "", ("erin", "frank")),
}
# natural id: (name, owner, further shares)
LIBRARIES: dict[str, tuple[str, str, dict[str, Level]]] = {
    "handbook": (
        "Handbook",
        "alice",
        {"org:acme": Level.READER, "team:engineering": Level.EDITOR, "team:interns": Level.NONE},
    ),
    "roadmap": ("Roadmap", "bob", {"carol": Level.EDITOR, "team:data-science": Level.READER}),
    "press-kit": ("Press Kit", "alice", {"everyone": Level.READER}),
    "lab-notes": ("Lab Notes", "erin", {"team:research": Level.READER}),
}


@transaction.atomic
def build_world() -> None:
    """Make whatever of the demo world is missing; what is there stays as it is."""
    for slug, (name, scope, members) in ORGANIZATIONS.items():
        _organization(slug, name, scope, members)
    for slug, (organization, name, email, members) in TEAMS.items():
        _team(Organization.objects.get(slug=organization), slug, name, email, members)
    for natural_id, (name, owner, shares) in LIBRARIES.items():
        if not _libraries().filter(natural_id=natural_id).exists():
            _library(natural_id, name, User.objects.get(username=owner), shares)
    User.objects.get_or_create(
        username=SUPERUSER, defaults={"is_superuser": True, "is_staff": True, "email": "admin@example.org"}
    )


def _organization(slug: str, name: str, scope: SharingScope, members: tuple[str, ...]) -> None:
    found = Organization.objects.filter(slug=slug).first()
    organization = found or create_organization(slug=slug, name=name, sharing_scope=scope, actor=OPERATOR)
    for username in members:
        user, is_new = User.objects.get_or_create(username=username, defaults={"email": f"{username}@{slug}.example"})
        if is_new or not found:
            add_member(organization=organization, user=user, actor=OPERATOR)


def _team(organization: Organization, slug: str, name: str, email: str, members: tuple[str, ...]) -> None:
    if organization.teams.filter(slug=slug).exists():
        return
    team = create_team(organization=organization, slug=slug, name=name, email=email, actor=OPERATOR)
    for user in User.objects.filter(username__in=members):
        add_team_member(team=team, user=user, actor=OPERATOR)


def _library(natural_id: str, name: str, owner: User, shares: dict[str, Level]) -> None:
    library = create_library(name=name, natural_id=natural_id, actor=owner)
    for principal, level in shares.items():
        share_library(library=library, principal=named(principal), level=level, actor=owner)


def _libraries() -> QuerySet[Library]:
    """Those of the demo world that there are, whatever other organizations call theirs (R16)."""
    return Library.objects.filter(natural_id__in=LIBRARIES, organization__slug__in=ORGANIZATIONS)


def usernames() -> list[str]:
    """The demo users, organization by organization."""
    return [username for _, _, members in ORGANIZATIONS.values() for username in members]


def fresh_credentials() -> tuple[dict[str, str], str | None]:
    """A new key of all scopes for each demo user, and a password for the superuser: shown now or never.

    Earlier keys stay as they are, and so does a password that is there: it is somebody's, and None here.
    """
    users = User.objects.in_bulk(usernames(), field_name="username")
    keys = {name: create_api_key(user=users[name], name="demo", actor=OPERATOR)[1] for name in usernames()}
    superuser = User.objects.get(username=SUPERUSER)
    if superuser.password and superuser.has_usable_password():
        return keys, None
    password = secrets.token_urlsafe(12)
    with recording_password(superuser, actor=OPERATOR):
        superuser.set_password(password)
        superuser.save(update_fields=["password"])
    return keys, password


def world_document(keys: dict[str, str], password: str | None) -> dict[str, Any]:
    """The demo world for programs: ids, e-mails, keys."""
    users = User.objects.filter(username__in=keys).order_by("username")
    teams = Team.objects.filter(slug__in=TEAMS, organization__slug__in=ORGANIZATIONS).select_related("organization")
    libraries = _libraries()
    return {
        "users": {
            user.username: {"id": str(user.pk), "email": user.email, "api_key": keys[user.username]} for user in users
        },
        "organizations": {
            organization.slug: {"id": str(organization.pk)}
            for organization in Organization.objects.filter(slug__in=ORGANIZATIONS)
        },
        "teams": {
            team.slug: {"id": str(team.pk), "organization": team.organization.slug, "email": team.email}
            for team in teams
        },
        "libraries": {
            library.natural_id: {
                "id": str(library.pk),
                "natural_id": library.natural_id,
                "object_id": library.object_id,
            }
            for library in libraries
        },
        "admin": {"username": SUPERUSER, "password": password},
    }
