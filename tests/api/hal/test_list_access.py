"""GET /api/libraries/{id}/access"""

import pytest

from libraries.models import Organization, User
from libraries.rules.levels import Level
from tests.api.hal.calls import HANDBOOK
from tests.api.hal.documents import CURIES, access_document, no_such_library, problem
from tests.factories import give, in_days, let_time_pass

ACCESS = f"{HANDBOOK}/access"


def levels_at(client, path=ACCESS):
    return {person["username"]: person["accessLevel"] for person in client.get(path).json()["_embedded"]["inf:access"]}


def test_it_lists_people_with_what_all_shares_add_up_to(client_for, handbook):
    """R1, R2: dave is shut out through his team."""
    answer = client_for("alice").get(ACCESS)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/hal+json"
    assert answer.json() == {
        "_links": {"self": {"href": ACCESS}, "curies": CURIES},
        "_embedded": {
            "inf:access": [
                access_document(handbook, "alice", 3),
                access_document(handbook, "bob", 2),
                access_document(handbook, "carol", 2),
            ]
        },
        "start": 0,
        "count": 3,
        "unnamed": 0,
    }


def test_one_who_may_not_ask_why_is_shown_the_way_to_their_own_reasons_alone(client_for, handbook):
    people = client_for("bob").get(ACCESS).json()["_embedded"]["inf:access"]
    assert people == [
        access_document(handbook, "alice", 3, linked=False),
        access_document(handbook, "bob", 2),
        access_document(handbook, "carol", 2, linked=False),
    ]


@pytest.mark.parametrize(("query", "names"), [("q=", "abc"), ("q=B", "b"), ("q=li", ""), ("q=%25", ""), ("q=_", "")])
def test_it_filters_by_how_the_name_begins(client_for, query, names):
    found = levels_at(client_for("alice"), f"{ACCESS}?{query}")
    assert [name[0] for name in found] == list(names)


def test_an_end_and_a_new_share_show_at_once_r3(client_for, handbook):
    alice = client_for("alice")
    give(handbook, "erin", Level.EDITOR, expires_at=in_days(1))
    assert levels_at(alice)["erin"] == 2
    let_time_pass(days=1)
    assert "erin" not in levels_at(alice)


def test_who_is_inactive_has_no_access(client_for, bob):
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert levels_at(client_for("alice")) == {"alice": 3, "carol": 2}


def test_a_power_is_no_level_r10(client_for):
    """Alice administers and sees the list; neither she nor a superuser is on it."""
    assert levels_at(client_for("alice"), "/api/libraries/roadmap/access") == {"bob": 3, "carol": 2}


def told_at(client, path):
    """The people who are named, and how many are not."""
    return levels_at(client, path), client.get(path).json()["unnamed"]


PRESS_KIT = "/api/libraries/press-kit/access"
COLLEAGUES = {"alice": 3, "bob": 1, "carol": 1, "dave": 1}


def test_what_is_shared_with_everyone_names_those_of_whom_one_may_know_and_counts_the_others_r9(client_for, press_kit):
    everybody = {
        name: 3 if name == "alice" else 1
        for name in User.objects.filter(is_active=True).values_list("username", flat=True)
    }
    assert told_at(client_for("alice"), PRESS_KIT) == (COLLEAGUES, 3)
    assert told_at(client_for("admin"), PRESS_KIT) == (everybody, 0)
    give(press_kit, "erin", Level.EDITOR)
    assert told_at(client_for("alice"), PRESS_KIT) == ({**COLLEAGUES, "erin": 2}, 2)
    assert told_at(client_for("erin"), PRESS_KIT) == ({"alice": 3, "erin": 2, "frank": 1}, 4)


def test_what_is_shared_with_another_organization_does_not_name_its_people_r9(client_for, handbook):
    give(handbook, "org:globex", Level.READER)
    assert told_at(client_for("alice"), ACCESS) == ({"alice": 3, "bob": 2, "carol": 2}, 2)
    assert told_at(client_for("admin"), ACCESS) == ({"alice": 3, "bob": 2, "carol": 2, "erin": 1, "frank": 1}, 0)
    assert told_at(client_for("erin"), ACCESS) == ({"alice": 3, "erin": 1, "frank": 1}, 2)


def test_a_teams_share_names_the_team_and_not_its_members_to_who_is_from_elsewhere_r9(client_for, handbook):
    give(handbook, "frank", Level.READER)
    assert told_at(client_for("frank"), ACCESS) == ({"alice": 3, "frank": 1}, 2)
    assert told_at(client_for("carol"), ACCESS) == ({"alice": 3, "bob": 2, "carol": 2, "frank": 1}, 0)


def test_the_number_is_of_all_on_every_page_and_no_search_changes_it_r9(client_for):
    """Else it would spell the names, one letter after the other."""
    alice = client_for("alice")
    for query in ("?q=", "?q=e", "?q=erin", "?q=alice", "?count=1", "?start=3", "?start=100"):
        assert alice.get(f"{PRESS_KIT}{query}").json()["unnamed"] == 3
    assert levels_at(alice, f"{PRESS_KIT}?q=erin") == levels_at(alice, f"{PRESS_KIT}?q=nobody") == {}
    following = alice.get(f"{PRESS_KIT}?count=1").json()["_links"]["next"]["href"]
    assert alice.get(following).json()["unnamed"] == 3


def test_it_is_for_who_may_see_the_share_list_r9(client_for):
    path = "/api/libraries/press-kit/access"
    answer = client_for("frank").get(path)
    detail = "You may not see whom this library is shared with. Ask an owner of it."
    assert answer.status_code == 403
    assert answer.json() == problem(403, detail, path, code="action_not_allowed", rule="R4")
    client_for("alice").put("/api/libraries/press-kit/shares/frank", {"accessLevel": 1})
    assert client_for("frank").get(path).status_code == 200


@pytest.mark.parametrize("username", ["dave", "frank"])
@pytest.mark.parametrize("library", ["handbook", "no-such-library"])
def test_to_others_there_is_no_such_library(client_for, username, library):
    path = f"/api/libraries/{library}/access"
    answer = client_for(username).get(path)
    assert (answer.status_code, answer.json()) == (404, no_such_library(path))


@pytest.mark.parametrize("principal", ["org:acme", "team:engineering", "everyone"])
def test_it_lists_those_behind_a_group(client_for, roadmap, acme, principal):
    Organization.objects.filter(pk=acme.pk).update(sharing_scope="anyone")
    give(roadmap, principal, Level.READER)
    behind = {"org:acme": {"alice", "dave"}, "team:engineering": set(), "everyone": {"alice", "dave"}}[principal]
    assert levels_at(client_for("bob"), "/api/libraries/roadmap/access") == {
        "bob": 3,
        "carol": 2,
        **dict.fromkeys(behind, 1),
    }
