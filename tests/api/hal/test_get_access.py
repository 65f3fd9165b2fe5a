"""GET /api/libraries/{id}/access/{username}"""

import pytest

from libraries.models import User
from libraries.rules.levels import Level
from tests.api.hal.calls import HANDBOOK
from tests.api.hal.documents import no_such_library, problem
from tests.factories import give, in_days, let_time_pass, make_user


def explanation(username, level, *reasons, library="handbook", linked=True):
    """`reasons`: principal, level, effect. linked: whether the caller may see the shares."""
    here = f"/api/libraries/{library}"
    links = {"self": {"href": f"{here}/access/{username}"}, "inf:library": {"href": here}}
    return {
        "_links": {**links, "inf:access": {"href": f"{here}/access"}} if linked else links,
        "username": username,
        "active": True,
        "accessLevel": level,
        "reasons": [
            {
                "_links": {"inf:share": {"href": f"{here}/shares/{principal}"}} if linked else {},
                "principalId": principal,
                "accessLevel": given,
                "effect": effect,
            }
            for principal, given, effect in reasons
        ],
    }


BOB = explanation("bob", 2, ("team:engineering", 2, "counts"), ("org:acme", 1, "below"))


def test_it_names_every_share_and_what_it_did_r1(client_for):
    answer = client_for("alice").get(f"{HANDBOOK}/access/bob")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/hal+json"
    assert answer.json() == BOB


def test_it_says_what_shuts_out_r2(client_for):
    assert client_for("alice").get(f"{HANDBOOK}/access/dave").json() == explanation(
        "dave", 0, ("team:interns", 0, "shuts-out"), ("org:acme", 1, "shut-out")
    )


def test_it_says_what_is_over_r3(client_for, handbook):
    give(handbook, "frank", Level.EDITOR, expires_at=in_days(1))
    let_time_pass(days=1)
    assert client_for("alice").get(f"{HANDBOOK}/access/frank").json() == explanation(
        "frank", 0, ("frank", 2, "expired")
    )


def test_everybody_may_ask_about_themselves(client_for):
    assert client_for("bob").get(f"{HANDBOOK}/access/bob").json() == BOB


def test_one_who_may_not_see_the_shares_is_shown_no_way_to_them_r9(client_for):
    body = client_for("frank").get("/api/libraries/press-kit/access/frank").json()
    assert body == explanation("frank", 1, ("everyone", 1, "counts"), library="press-kit", linked=False)


def test_owners_and_administrators_may_ask_about_others_and_nobody_else(client_for, handbook):
    path = f"{HANDBOOK}/access/carol"
    for username in ("alice", "admin"):
        assert client_for(username).get(path).status_code == 200
    detail = "Only owners of the library and administrators of its organization may see how others have access."
    for other in ("carol", "nobody"):
        asked = f"{HANDBOOK}/access/{other}"
        answer = client_for("bob").get(asked)
        assert (answer.status_code, answer.json()) == (403, problem(403, detail, asked, code="others_access"))
    give(handbook, "bob", Level.OWNER)
    assert client_for("bob").get(path).status_code == 200


@pytest.mark.parametrize("username", ["alice", "nobody", "team:research", "everyone", "%00", "x" * 500])
def test_one_of_whom_one_may_not_know_is_as_unknown_as_nobody_r9(client_for, username):
    answer = client_for("erin").get(f"/api/libraries/lab-notes/access/{username}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "person_not_found"


def test_whom_everyones_share_alone_reaches_is_explained_to_who_may_know_them_r9(client_for, press_kit):
    alice, path = client_for("alice"), "/api/libraries/press-kit/access/erin"
    assert alice.get(path).status_code == 404
    reason = ("everyone", 1, "counts")
    assert client_for("admin").get(path).json() == explanation("erin", 1, reason, library="press-kit")
    give(press_kit, "erin", Level.NONE)
    told = explanation("erin", 0, ("erin", 0, "shuts-out"), ("everyone", 1, "shut-out"), library="press-kit")
    assert alice.get(path).json() == told


def test_a_superuser_may_know_of_everybody(client_for):
    answer = client_for("admin").get("/api/libraries/lab-notes/access/alice")
    assert answer.json() == explanation("alice", 0, library="lab-notes")


def test_a_former_member_with_a_share_left_is_told_of(client_for, acme, handbook):
    """Inactive, so nothing counts; but the share is there to be seen."""
    make_user("gone", member_of=acme)
    give(handbook, "gone", Level.READER)
    User.objects.filter(username="gone").update(is_active=False)
    body = client_for("alice").get(f"{HANDBOOK}/access/gone").json()
    assert (body["accessLevel"], [reason["principalId"] for reason in body["reasons"]]) == (0, ["gone", "org:acme"])


@pytest.mark.parametrize("username", ["dave", "frank"])
@pytest.mark.parametrize("library", ["handbook", "no-such-library"])
def test_to_others_there_is_no_such_library_not_even_about_themselves(client_for, username, library):
    path = f"/api/libraries/{library}/access/{username}"
    answer = client_for(username).get(path)
    assert (answer.status_code, answer.json()) == (404, no_such_library(path))
