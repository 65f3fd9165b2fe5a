"""What the door let the caller into is deleted before anything else is read: that is a 404, or an empty list."""

from __future__ import annotations

from typing import Any

import pytest

from libraries.access import check, named
from libraries.models import OPERATOR, Library, Organization, Share
from libraries.people import queries
from libraries.people.organizations import delete_organization
from tests.api.hal.calls import ACME, CALLS, HANDBOOK

LIBRARY_DOOR = "libraries.api.views.get_library_for"
ORGANIZATION_DOORS = [
    f"libraries.api.hal.views.{module}.get_organization_for" for module in ("members", "teams", "service_accounts")
]
ORGANIZATION_DOORS += ["libraries.api.hal.views.organizations.get_organization_for"]
FINDERS: dict[str, Any] = {
    "libraries.access.decisions.find_named_libraries": named.find_named_libraries,
    "libraries.access.searches.find_libraries": check.find_libraries,
}

READER = {"level": "Viewer", "share_with_type": "User"}
OF_LIBRARIES = {
    **{name: (call.method, call.path, call.body) for name, call in CALLS.items() if call.path.startswith(HANDBOOK)},
    "mistral get": ("GET", "/v1/libraries/handbook", None),
    "mistral update": ("PUT", "/v1/libraries/handbook", {"name": "New"}),
    "mistral delete": ("DELETE", "/v1/libraries/handbook", None),
    "mistral list shares": ("GET", "/v1/libraries/handbook/share", None),
    "mistral share": ("PUT", "/v1/libraries/handbook/share", READER),
    "mistral unshare": ("DELETE", "/v1/libraries/handbook/share", {"share_with_type": "User"}),
    "lightly list": ("GET", "/v1/datasets/handbook/collaboration/access", None),
    "lightly share": ("POST", "/v1/datasets/handbook/collaboration/access", {"accessType": "READ", "users": []}),
    "lightly delete": ("DELETE", f"/v1/datasets/handbook/collaboration/access/{'0' * 24}", None),
    "google get": ("GET", "/v1beta/corpora/handbook", None),
    "google patch": ("PATCH", "/v1beta/corpora/handbook?updateMask=displayName", {"displayName": "New"}),
    "google delete": ("DELETE", "/v1beta/corpora/handbook", None),
    "google transfer": (
        "POST",
        "/v1beta/tunedModels/handbook:transferOwnership",
        {"emailAddress": "bob@acme.example"},
    ),
    "google list permissions": ("GET", "/v1beta/corpora/handbook/permissions", None),
    "google create permission": (
        "POST",
        "/v1beta/corpora/handbook/permissions",
        {"granteeType": "USER", "emailAddress": "carol@acme.example", "role": "READER"},
    ),
    "google get permission": ("GET", "/v1beta/corpora/handbook/permissions/{share}", None),
    "google patch permission": (
        "PATCH",
        "/v1beta/corpora/handbook/permissions/{share}?updateMask=role",
        {"role": "READER"},
    ),
    "google delete permission": ("DELETE", "/v1beta/corpora/handbook/permissions/{share}", None),
}
AS_AT_THE_DOOR = {"getLibrary", "google get"}
"""What the door found is the whole answer."""
EMPTY = {
    "listShares",
    "listAccess",
    "listLibraryEvents",
    "getAccess",
    "mistral list shares",
    "google list permissions",
}
"""Of what is not there the list is empty."""
OF_ORGANIZATIONS = {name: call for name, call in CALLS.items() if call.path.startswith(ACME)}
QUESTIONS: dict[str, Any] = {
    # A single evaluation is one statement with its library.
    "evaluations": {"subject": {"type": "user", "id": "bob"}, "evaluations": [{"action": {"name": "read"}}] * 2},
    "search/subject": {"subject": {"type": "user"}, "action": {"name": "read"}},
    "search/action": {"subject": {"type": "user", "id": "bob"}},
}


@pytest.fixture
def goes_after(monkeypatch):
    """What `delete` deletes is gone as soon as the door, which is known by these names, has let anybody in."""

    def arrange(door, names, delete):
        def enter(*asked, **options):
            found = door(*asked, **options)
            delete()
            return found

        for name in names:
            monkeypatch.setattr(name, enter)

    return arrange


@pytest.mark.parametrize("name", OF_LIBRARIES)
def test_a_library_that_goes_behind_the_door_is_not_there(client_for, handbook, carol, goes_after, name):
    method, path, body = OF_LIBRARIES[name]
    share = handbook.shares.get(team__slug="engineering").pk.hex
    body = {**body, "share_with_uuid": str(carol.pk)} if name.startswith("mistral") and body else body
    goes_after(check.get_library_for, [LIBRARY_DOOR], Library.objects.filter(pk=handbook.pk).delete)

    answer = client_for("alice").send(method, path.format(share=share), body)

    assert not Library.objects.filter(pk=handbook.pk).exists()
    assert answer.status_code == (200 if name in AS_AT_THE_DOOR | EMPTY else 404)


@pytest.mark.parametrize("name", OF_ORGANIZATIONS)
@pytest.mark.parametrize("caller", ["alice", "admin"])
def test_nor_is_an_organization(client_for, acme, goes_after, name, caller):
    """Nor does its administrator, who is none any more, change anything in it; a superuser still may, and finds none."""

    def dissolve():
        for model in (Share, Library):
            model.objects.all().delete()
        delete_organization(organization=acme, actor=OPERATOR)

    call = OF_ORGANIZATIONS[name]
    goes_after(queries.get_organization_for, ORGANIZATION_DOORS, dissolve)

    answer = client_for(caller).send(call.method, call.path, call.body)

    assert not Organization.objects.filter(slug="acme").exists()
    assert answer.status_code in ({404} if call.writes and caller == "admin" else {200, 403, 404})


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_about_it_has_an_answer(client_for, handbook, goes_after, question):
    body = {**QUESTIONS[question], "resource": {"type": "library", "id": "handbook"}}
    for name, find in FINDERS.items():
        goes_after(find, [name], Library.objects.filter(pk=handbook.pk).delete)

    answer = client_for("alice").post(f"/access/v1/{question}", body)

    assert not Library.objects.filter(pk=handbook.pk).exists()
    assert answer.status_code == 200
    decisions = [decision["decision"] for decision in answer.json().get("evaluations", [])]
    assert not any(decisions)
