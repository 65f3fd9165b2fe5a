"""Who calls, and what the calls are about: levels are written down here, as the rules have it, and not asked of the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from libraries.library_lifecycle import create_library, delete_library
from libraries.models import OPERATOR, ApiKey, Library, Organization, Scope, Share, Team, User
from libraries.people.administrators import set_administrator
from libraries.people.keys import create_api_key
from libraries.people.service_accounts import create_service_account
from libraries.people.teams import add_team_member, create_team
from libraries.rules.levels import Action, Level
from tests.clients import ApiClient
from tests.factories import give, in_days, make_user

OWN, OTHER, DELETED, NEVER = TARGETS = ("own", "other's", "deleted", "never there")
NOBODYS_KEY = UUID("ffffffff-ffff-7fff-bfff-ffffffffffff")
READER = {Action.VIEW, Action.VIEW_SHARES}
EDITOR = READER | {Action.CHANGE}
OWNER = EDITOR | {Action.SHARE, Action.DELETE, Action.TRANSFER, Action.VIEW_EVENTS}
ADMINISTRATOR = OWNER - {Action.CHANGE}
EVERYTHING = set(Action)


@dataclass(frozen=True)
class Actor:
    """A way to call: whose key, and what is the matter with it.

    own, other: what the rules let this account do to acme's library, and to globex's. member_of, administers: the slug of
    the organization. scopes: of the key, where it does not have all. refused: whether the credential opens nothing.
    """

    name: str
    user: str = ""
    own: frozenset[Action] = frozenset()
    other: frozenset[Action] = frozenset()
    member_of: str = ""
    administers: str = ""
    is_superuser: bool = False
    scopes: tuple[Scope, ...] | None = None
    refused: bool = False

    def may_do_to(self, target: str) -> frozenset[Action]:
        return {OWN: self.own, OTHER: self.other}.get(target, frozenset())

    def has(self, scope: Scope | None) -> bool:
        return scope is None or self.scopes is None or scope in self.scopes

    def sees_organization(self, slug: str) -> bool:
        return self.is_superuser or self.member_of == slug

    def runs_organization(self, slug: str) -> bool:
        return self.is_superuser or self.administers == slug


def _acme(name: str, user: str, *actions: set[Action], **more: Any) -> Actor:
    return Actor(name, user, own=frozenset().union(*actions), member_of="acme", **more)


ACTORS = (
    Actor("anonymous", refused=True),
    _acme("unknown key", "", refused=True),
    _acme("inactive owner", "ina", refused=True),
    _acme("owner with an expired key", "bob", refused=True),
    _acme("owner with a revoked key", "bob", refused=True),
    _acme("owner", "bob", OWNER),
    _acme("owner whose key only reads", "bob", OWNER, scopes=(Scope.LIBRARY_READ,)),
    _acme("owner whose key only asks", "bob", OWNER, scopes=(Scope.ACCESS_CHECK,)),
    _acme("owner whose key manages no keys", "bob", OWNER, scopes=tuple(s for s in Scope if s != Scope.KEY_MANAGE)),
    _acme("editor", "carol", EDITOR),
    _acme("reader", "rita", READER),
    _acme("team member", "tim", READER),
    _acme("one shut out", "dave"),
    _acme("member without a share", "zoe"),
    _acme("administrator", "alice", ADMINISTRATOR, administers="acme"),
    _acme("administrator who is none any more", "adam"),
    _acme("service account that reads", "acme.robot", READER),
    Actor("strangers' service account", "globex.robot", member_of="globex"),
    Actor("stranger", "frank", other=frozenset(READER), member_of="globex"),
    Actor("strangers' administrator", "erin", other=frozenset(OWNER), member_of="globex", administers="globex"),
    Actor("superuser", "admin", frozenset(EVERYTHING), frozenset(EVERYTHING), is_superuser=True),
)


@dataclass
class World:
    """What the calls are about. libraries, shares: by target; what is not there has keys all the same."""

    libraries: dict[str, Library]
    shares: dict[str, Share]
    clients: dict[str, ApiClient] = field(default_factory=dict)

    @classmethod
    def build(cls) -> World:
        acme, globex = (Organization.objects.get(slug=slug) for slug in ("acme", "globex"))
        _people(acme, globex)
        bob, erin = User.objects.get(username="bob"), User.objects.get(username="erin")
        own = create_library(name="Target", natural_id="target-1", organization="acme", actor=bob)
        other = create_library(name="Target", natural_id="target-2", organization="globex", actor=erin)
        give(own, "carol", Level.EDITOR)
        give(own, "rita", Level.READER)
        give(own, "team:testers", Level.READER)
        give(own, "dave", Level.NONE)
        give(own, "acme.robot", Level.READER)
        give(other, "frank", Level.READER)
        shares = {OWN: give(own, "paul", Level.READER), OTHER: give(other, "pete", Level.READER)}
        gone = create_library(name="Target", natural_id="target-3", organization="globex", actor=erin)
        share_gone = give(gone, "pete", Level.READER)
        kept = Library(pk=gone.pk, natural_id=gone.natural_id, object_id=gone.object_id)
        kept_share = Share(pk=share_gone.pk)
        delete_library(library=gone, actor=erin)
        never = Library(natural_id="target-4", pk=NOBODYS_KEY, object_id="f" * 24)
        world = cls(
            {OWN: own, OTHER: other, DELETED: kept, NEVER: never},
            {**shares, DELETED: kept_share, NEVER: Share(pk=NOBODYS_KEY)},
        )
        world.clients = {actor.name: ApiClient(_key(actor)) for actor in ACTORS}
        return world


def _people(acme: Organization, globex: Organization) -> None:
    for name in ("rita", "tim", "zoe", "paul", "ina"):
        make_user(name, member_of=acme, email=f"{name}@acme.example")
    for name in ("pete", "greta"):
        make_user(name, member_of=globex, email=f"{name}@globex.example")
    for organization in (acme, globex):
        create_service_account(organization=organization, name="robot", actor=OPERATOR)
    adam = make_user("adam", member_of=acme)
    for administrator in (True, False):
        set_administrator(organization=acme, user=adam, administrator=administrator, actor=OPERATOR)
    team = create_team(organization=acme, slug="testers", name="Testers", actor=OPERATOR)
    add_team_member(team=team, user=User.objects.get(username="tim"), actor=OPERATOR)


def _key(actor: Actor) -> str | None:
    """The actor's credential, with what is the matter with it."""
    if not actor.user:
        return None if actor.name == "anonymous" else "shr_" + "0" * 46
    user = User.objects.get(username=actor.user)
    scopes = actor.scopes if actor.scopes is not None else tuple(Scope)
    key, secret = create_api_key(user=user, name=actor.name, scopes=scopes, expires_at=in_days(1), actor=OPERATOR)
    rows = ApiKey.objects.filter(pk=key.pk)
    if "expired" in actor.name:
        rows.update(expires_at=Now())
    if "revoked" in actor.name:
        rows.update(revoked_at=Now())
    if "inactive" in actor.name:
        User.objects.filter(pk=user.pk).update(is_active=False)
    return secret


def identifiers(library: Library) -> Mapping[str, str]:
    """Every name of the library."""
    return {"UUID": str(library.pk), "natural id": library.natural_id, "object id": library.object_id}


def newcomer(target: str) -> User:
    """A member of the library's organization who has no share of it."""
    return User.objects.get(username="greta" if target == OTHER else "zoe")


def reader_of(target: str) -> User:
    """Who has the share that calls are about."""
    return User.objects.get(username="pete" if target == OTHER else "paul")


def team() -> Team:
    return Team.objects.get(slug="testers")
