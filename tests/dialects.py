"""How each dialect shows what the scenarios ask about. A new dialect adds an entry to DIALECTS, and is asked too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils import timezone

from libraries.models import EVERYONE, Library, Organization, Share, Team, User
from libraries.rules.levels import Action, Kind, Level
from tests.clients import ApiClient

Asked = tuple[User, Library, Action]
"""May the user do that to the library?"""


class Refused(Exception):
    """The dialect answered with an error of this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Dialect:
    """One function per thing shown; None where the dialect does not show it.

    level: the caller's own level on the library.
    libraries: the natural ids of all that the caller sees, in the order of their names, read in pages of two.
    shares: principal (as the native API writes it) to level.
    people: username to level, of all who have access and of whom the caller may know, in pages of two; how many others.
    reasons: the level that somebody has, and principal to what its share did.
    has_words_for: whether the dialect can show the share at all.
    decisions: whether each user may do that to the library, many asked at once.
    libraries_of, who_can, actions_of: the natural ids of all that the user may do that to; the usernames of all who may do
    that to the library; what the user may do to it. Each in order, in pages of two.
    words: the actions that can be asked about.
    """

    name: str
    level: Callable[[ApiClient, Library], Level] | None = None
    libraries: Callable[[ApiClient], list[str]] | None = None
    shares: Callable[[ApiClient, Library], dict[str, Level]] | None = None
    people: Callable[[ApiClient, Library], tuple[dict[str, Level], int]] | None = None
    reasons: Callable[[ApiClient, Library, str], tuple[Level, dict[str, str]]] | None = None
    has_words_for: Callable[[Share], bool] = lambda share: True
    decisions: Callable[[ApiClient, Sequence[Asked]], list[bool]] | None = None
    libraries_of: Callable[[ApiClient, User, Action], list[str]] | None = None
    who_can: Callable[[ApiClient, Action, Library], list[str]] | None = None
    actions_of: Callable[[ApiClient, User, Library], list[Action]] | None = None
    words: Sequence[Action] = ()


def read(client: ApiClient, path: str, body: Any = None) -> Any:
    """The JSON answer, to a POST where there is a body; raises Refused for anything but a 200."""
    answer = client.post(path, body) if body else client.get(path)
    if answer.status_code != 200:
        raise Refused(answer.status_code)
    return answer.json()


def hal_level(client: ApiClient, library: Library) -> Level:
    return Level(read(client, f"/api/libraries/{library.natural_id}")["accessLevel"])


def hal_libraries(client: ApiClient) -> list[str]:
    return [library["naturalId"] for library in _hal_pages(client, "/api/libraries?count=2", "inf:library")]


def hal_shares(client: ApiClient, library: Library) -> dict[str, Level]:
    shares = _hal_pages(client, f"/api/libraries/{library.natural_id}/shares?count=2", "inf:share")
    return {share["principalId"]: Level(share["accessLevel"]) for share in shares}


def hal_people(client: ApiClient, library: Library) -> tuple[dict[str, Level], int]:
    path = f"/api/libraries/{library.natural_id}/access?count=2"
    people = _hal_pages(client, path, "inf:access")
    levels = {person["username"]: Level(person["accessLevel"]) for person in people}
    return levels, read(client, path)["unnamed"]


def hal_reasons(client: ApiClient, library: Library, username: str) -> tuple[Level, dict[str, str]]:
    told = read(client, f"/api/libraries/{library.natural_id}/access/{username}")
    return Level(told["accessLevel"]), {reason["principalId"]: reason["effect"] for reason in told["reasons"]}


def _hal_pages(client: ApiClient, path: str, relation: str) -> list[Any]:
    """What the page and all that follow it hold."""
    found = []
    while path:
        page = read(client, path)
        found += page["_embedded"][relation]
        path = page["_links"].get("next", {}).get("href", "")
    return found


def mistral_shares(client: ApiClient, library: Library) -> dict[str, Level]:
    roles = {"Viewer": Level.READER, "Editor": Level.EDITOR, "Owner": Level.OWNER}
    tables: dict[str, Any] = {"User": User, "Workspace": Team, "Org": Organization}
    found = read(client, f"/v1/libraries/{library.natural_id}/share")["data"]
    return {
        tables[share["share_with_type"]].objects.get(pk=share["share_with_uuid"]).principal_name: roles[share["role"]]
        for share in found
    }


def lightly_shares(client: ApiClient, library: Library) -> dict[str, Level]:
    levels = {"READ": Level.READER, "WRITE": Level.EDITOR}
    shares: dict[str, Level] = {}
    for config in read(client, f"/v1/datasets/{library.object_id}/collaboration/access"):
        shared_with: list[Any] = [
            *User.objects.filter(email__in=config["users"]),
            *Team.objects.filter(pk__in=config["teams"]),
            *Organization.objects.filter(pk__in=config["organizations"]),
        ]
        shares |= {principal.principal_name: levels[config["accessType"]] for principal in shared_with}
    return shares


def lightly_libraries(client: ApiClient) -> list[str]:
    found: list[str] = []
    while page := read(client, f"/v1/datasets?pageSize=2&pageOffset={len(found)}"):
        found += [dataset["id"] for dataset in page]
    assert len(found) == len(set(found))
    return list(Library.objects.filter(object_id__in=found).order_by("name", "id").values_list("natural_id", flat=True))


def google_libraries(client: ApiClient) -> list[str]:
    found: list[tuple[str, str]] = []
    token = ""
    while True:
        page = read(client, f"/v1beta/tunedModels?pageSize=2&pageToken={quote(token)}")
        found += [(model["displayName"], model["name"].partition("/")[2]) for model in page["tunedModels"]]
        if not (token := page.get("nextPageToken", "")):
            return [name.rpartition(".")[2] for _, name in sorted(found)]


def google_shares(client: ApiClient, library: Library) -> dict[str, Level]:
    roles = {"READER": Level.READER, "WRITER": Level.EDITOR, "OWNER": Level.OWNER}
    path = f"/v1beta/corpora/{library.natural_id}/permissions?pageSize=2"
    page = read(client, path)
    found = page.get("permissions", [])
    while token := page.get("nextPageToken"):
        page = read(client, f"{path}&pageToken={quote(token)}")
        found += page["permissions"]
    return {_grantee(permission): roles[permission["role"]] for permission in found}


def _grantee(permission: dict[str, str]) -> str:
    if permission["granteeType"] == "EVERYONE":
        return EVERYONE
    table: Any = User if permission["granteeType"] == "USER" else Team
    return table.objects.get(email=permission["emailAddress"]).principal_name


AUTHZEN_WORDS = {Action.VIEW: "read", Action.CHANGE: "write", Action.SHARE: "share", Action.DELETE: "delete"}


def authzen_decisions(client: ApiClient, asked: Sequence[Asked]) -> list[bool]:
    items = [
        {**_authzen_user(user), **_authzen_action(action), **_authzen_library(library)}
        for user, library, action in asked
    ]
    return [item["decision"] for item in read(client, "/access/v1/evaluations", {"evaluations": items})["evaluations"]]


def authzen_libraries_of(client: ApiClient, user: User, action: Action) -> list[str]:
    body = {**_authzen_user(user), **_authzen_action(action), "resource": {"type": "library"}}
    return [library["id"] for library in _authzen_pages(client, "resource", body)]


def authzen_who_can(client: ApiClient, action: Action, library: Library) -> list[str]:
    body = {"subject": {"type": "user"}, **_authzen_action(action), **_authzen_library(library)}
    return [user["id"] for user in _authzen_pages(client, "subject", body)]


def authzen_actions_of(client: ApiClient, user: User, library: Library) -> list[Action]:
    actions = {word: action for action, word in AUTHZEN_WORDS.items()}
    found = _authzen_pages(client, "action", {**_authzen_user(user), **_authzen_library(library)})
    return [actions[action["name"]] for action in found]


def _authzen_user(user: User) -> dict[str, Any]:
    return {"subject": {"type": "user", "id": user.username}}


def _authzen_action(action: Action) -> dict[str, Any]:
    return {"action": {"name": AUTHZEN_WORDS[action]}}


def _authzen_library(library: Library) -> dict[str, Any]:
    return {"resource": {"type": "library", "id": library.natural_id}}


def _authzen_pages(client: ApiClient, searched: str, body: dict[str, Any]) -> list[Any]:
    found, token = [], ""
    while True:
        page = read(client, f"/access/v1/search/{searched}", {**body, "page": {"limit": 2, "token": token}})
        found += page["results"]
        token = page.get("page", {}).get("next_token", "")
        if not token:
            return found


def _running(share: Share) -> bool:
    return share.level > Level.NONE and (share.expires_at is None or share.expires_at > timezone.now())


def mistral_has_words_for(share: Share) -> bool:
    return _running(share) and share.kind != Kind.EVERYONE


def lightly_has_words_for(share: Share) -> bool:
    return mistral_has_words_for(share) and share.level < Level.OWNER and (share.user is None or share.user.email != "")


def google_has_words_for(share: Share) -> bool:
    return _running(share) and share.kind != Kind.ORGANIZATION and (share.team is None or share.team.email != "")


DIALECTS = [
    Dialect("hal", level=hal_level, libraries=hal_libraries, shares=hal_shares, people=hal_people, reasons=hal_reasons),
    Dialect("mistral", shares=mistral_shares, has_words_for=mistral_has_words_for),
    Dialect("lightly", libraries=lightly_libraries, shares=lightly_shares, has_words_for=lightly_has_words_for),
    Dialect("google", libraries=google_libraries, shares=google_shares, has_words_for=google_has_words_for),
    Dialect(
        "authzen",
        decisions=authzen_decisions,
        libraries_of=authzen_libraries_of,
        who_can=authzen_who_can,
        actions_of=authzen_actions_of,
        words=list(AUTHZEN_WORDS),
    ),
]
