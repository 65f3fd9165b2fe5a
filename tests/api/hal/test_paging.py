"""Pages of both lists: `start`, `count`, `total` and the links from page to page."""

from __future__ import annotations

from typing import Any

import pytest

from libraries.models import OPERATOR, Library, Share, User
from libraries.people.keys import create_api_key
from libraries.people.members import add_member
from libraries.people.organizations import create_organization
from libraries.people.teams import add_team_member, create_team
from libraries.rules.levels import Kind, Level
from tests.api.hal.calls import ACME, ENGINEERING, HANDBOOK, SHARES
from tests.clients import ApiClient
from tests.factories import give, make_user

ACCESS = f"{HANDBOOK}/access"
MEMBERS = f"{ACME}/members"
TEAM_MEMBERS = f"{ENGINEERING}/members"
LISTS = {
    "/api/libraries": "inf:library",
    SHARES: "inf:share",
    ACCESS: "inf:access",
    "/api/keys": "inf:key",
    "/api/organizations": "inf:organization",
    f"{ACME}/libraries": "inf:library",
    MEMBERS: "inf:member",
    f"{ACME}/teams": "inf:team",
    TEAM_MEMBERS: "inf:member",
}
MANY = {ACCESS: "g", MEMBERS: "g", TEAM_MEMBERS: "g", "/api/keys": "k"}
"""What is in the names of several, where it is not an a."""
NAMES = {
    "inf:library": "naturalId",
    "inf:share": "principalId",
    "inf:access": "username",
    "inf:key": "id",
    "inf:organization": "slug",
    "inf:member": "username",
    "inf:team": "slug",
}


@pytest.fixture
def caller(client_for):
    return client_for("alice")


@pytest.fixture
def seven(acme, handbook, alice):
    """Seven of everything that is listed: alice may see them all."""
    for n in range(4):
        Library.objects.create(name="Same name", natural_id=f"atlas-{n}", organization=acme)
    for n in range(3):
        make_user(f"guest{n}", member_of=acme if n else None)
        give(handbook, f"guest{n}", Level.READER)
    make_user("guest-by-membership", member_of=acme)
    for n in range(5):
        create_api_key(user=alice, name=f"key {n}", actor=OPERATOR)
    for n in range(6):
        one_more = create_organization(slug=f"aaa-{n}", name="Same name", actor=OPERATOR)
        add_member(organization=one_more, user=alice, actor=OPERATOR)
    for n in range(4):
        create_team(organization=acme, slug=f"a-team-{n}", name="Same name", actor=OPERATOR)
    for user in User.objects.filter(username__in=["alice", "dave", "guest1", "guest2", "guest-by-membership"]):
        add_team_member(team=acme.teams.get(slug="engineering"), user=user, actor=OPERATOR)


def person(library: Library, username: str) -> None:
    """Another share, at the end of the list."""
    user = User.objects.create(username=username)
    Share.objects.create(library=library, kind=Kind.USER, user=user, level=Level.READER)
    Library.objects.filter(pk=library.pk).update(share_count=library.shares.count())


def page(caller: ApiClient, path: str) -> tuple[list[str], dict[str, Any]]:
    """The names on a page, and its body."""
    answer = caller.get(path)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    [(relation, rows)] = body["_embedded"].items()
    assert body["count"] == len(rows)
    assert body["_links"]["self"] == {"href": path}
    return [row[NAMES[relation]] for row in rows], body


def walk(caller: ApiClient, path: str | None, relation: str = "next") -> list[list[str]]:
    """The names on this page and on all that follow it."""
    pages = []
    while path:
        names, body = page(caller, path)
        pages.append(names)
        path = body["_links"].get(relation, {}).get("href")
    return pages


def test_next_walks_everything_once(caller, seven, subtests):
    for path in LISTS:
        with subtests.test(path):
            [everything] = walk(caller, path)
            assert len(everything) == 7
            for count in (1, 2, 3, 6, 7, 8, 1000):
                pages = walk(caller, f"{path}?count={count}")
                assert [name for names in pages for name in names] == everything, f"by {count}"
                assert [len(names) for names in pages] == [count] * (7 // count) + [7 % count] * (7 % count > 0)


def test_prev_walks_back_the_same_way(caller, seven, subtests):
    for path in LISTS:
        with subtests.test(path):
            there = walk(caller, f"{path}?count=3")
            last = page(caller, f"{path}?count=3")[1]
            while "next" in last["_links"]:
                last = page(caller, last["_links"]["next"]["href"])[1]
            back = walk(caller, last["_links"]["self"]["href"], "prev")
            assert back == there[::-1]


def test_start_stays_honest(caller, seven, subtests):
    for path in LISTS:
        with subtests.test(path):
            [everything] = walk(caller, path)
            link, start = f"{path}?count=2", 0
            while link:
                names, body = page(caller, link)
                assert body["start"] == start
                assert names == everything[start : start + 2]
                assert ("first" in body["_links"]) == ("prev" in body["_links"]) == (start > 0)
                link, start = body["_links"].get("next", {}).get("href"), start + 2


def test_a_caller_may_count_instead(caller, seven, subtests):
    for path in LISTS:
        with subtests.test(path):
            [everything] = walk(caller, path)
            for start in range(9):
                names, body = page(caller, f"{path}?start={start}&count=3")
                assert (names, body["start"]) == (everything[start : start + 3], start)
                assert ("next" in body["_links"]) == (start + 3 < 7)


def test_first_and_prev_lead_back_from_anywhere(caller, seven, subtests):
    for path in LISTS:
        with subtests.test(path):
            [everything] = walk(caller, path)
            _, body = page(caller, f"{path}?start=5&count=3")
            assert page(caller, body["_links"]["first"]["href"])[0] == everything[:3]
            names, before = page(caller, body["_links"]["prev"]["href"])
            assert (names, before["start"]) == (everything[2:5], 2)
            names, before = page(caller, before["_links"]["prev"]["href"])
            assert (names, before["start"]) == (everything[:2], 0)
            assert "prev" not in before["_links"]


def test_last_leads_to_the_end(caller, seven):
    [everything] = walk(caller, SHARES)
    _, body = page(caller, f"{SHARES}?count=3")
    names, last = page(caller, body["_links"]["last"]["href"])
    assert (names, last["start"], last["total"]) == (everything[4:], 4, 7)
    assert "next" not in last["_links"]
    assert "last" not in last["_links"]
    assert walk(caller, last["_links"]["self"]["href"], "prev") == [everything[4:], everything[1:4], everything[:1]]


def test_a_total_is_told_where_it_is_known_without_counting(caller, seven):
    assert page(caller, f"{SHARES}?count=1")[1]["total"] == 7
    filtered = page(caller, f"{SHARES}?count=1&kind=user")[1]
    assert "total" not in filtered
    assert "last" not in filtered["_links"]
    assert "total" not in page(caller, "/api/libraries?count=1")[1]


@pytest.mark.parametrize("path", LISTS)
def test_it_is_one_page_without_parameters(caller, path):
    links = page(caller, path)[1]["_links"]
    assert not links.keys() & {"first", "prev", "next", "last"}


@pytest.mark.parametrize("path", LISTS)
def test_a_page_behind_the_end_is_empty(caller, path):
    names, body = page(caller, f"{path}?start=1000000000&count=5")
    assert (names, body["start"], body["count"]) == ([], 1_000_000_000, 0)
    assert page(caller, body["_links"]["first"]["href"])[0]
    assert page(caller, body["_links"]["prev"]["href"])[0] == []


def test_filters_stay_on_the_way(caller, seven):
    pages = walk(caller, f"{SHARES}?count=2&kind=user&q=g&accessLevel=1")
    assert pages == [["guest0", "guest1"], ["guest2"]]
    pages = walk(caller, "/api/libraries?count=2&q=same%20name&organization=acme&minLevel=0")
    assert [len(names) for names in pages] == [2, 2]


def test_what_is_added_or_removed_meanwhile_repeats_and_hides_nothing(caller, seven, handbook):
    """What stays there all the time is met exactly once."""
    staying = [name for names in walk(caller, SHARES) for name in names]
    met, link = [], f"{SHARES}?count=2"
    for turn in range(100):
        names, body = page(caller, link)
        met += names
        if turn == 0:
            handbook.shares.get(user__username="alice").delete()  # a row of the page behind
            staying.remove("alice")
        if turn == 1:
            handbook.shares.get(user__username="guest1").delete()  # a row of a page ahead
            staying.remove("guest1")
            person(handbook, "latecomer")
        if "next" not in body["_links"]:
            break
        link = body["_links"]["next"]["href"]
    assert met == ["alice", *staying, "latecomer"]


def test_a_walk_goes_on_from_a_row_that_is_gone(caller, seven, handbook):
    [everything] = walk(caller, SHARES)
    names, body = page(caller, f"{SHARES}?count=5")
    handbook.shares.get(user__username=names[-1]).delete()
    names, body = page(caller, body["_links"]["next"]["href"])
    assert names == everything[5:]
    assert page(caller, body["_links"]["prev"]["href"])[0] == everything[:4]


def test_a_library_that_sorts_ahead_of_the_walk_is_found_on_the_way_back(caller, seven, acme):
    _, body = page(caller, "/api/libraries?count=3")
    names, body = page(caller, body["_links"]["next"]["href"])
    for n in range(4):
        Library.objects.create(name="Aardvark", natural_id=f"aardvark-{n}", organization=acme)
    back = walk(caller, body["_links"]["prev"]["href"], "prev")
    assert [name for names in back[::-1] for name in names][:4] == [f"aardvark-{n}" for n in range(4)]


def test_behind_the_end_there_is_no_page(caller, seven):
    """The link to the last page holds a token without a key: it is good for going back from the end alone."""
    last = page(caller, "/api/libraries/handbook/shares?count=1")[1]["_links"]["last"]["href"]
    token = last.partition("before=")[2].partition("&")[0]
    assert caller.get(f"/api/libraries/handbook/shares?before={token}").status_code == 200
    assert caller.get(f"/api/libraries/handbook/shares?after={token}").status_code == 422


def test_a_token_is_good_for_its_own_list_alone(caller, seven, subtests):
    def token(of: str) -> str:
        link = page(caller, of)[1]["_links"]["next"]["href"]
        return link.partition("after=")[2].partition("&")[0]

    tokens = {path: token(f"{path}?count=1") for path in LISTS}
    for path, mine in tokens.items():
        theirs = [theirs for other, theirs in tokens.items() if other != path]
        filtered = token(f"{path}?count=1&q={MANY.get(path, 'a')}")
        bad = [*theirs, filtered, mine[:-1], mine + "x", "x", "a:b", "%00", "%F0%9F%92%A5", "W10:x", "x" * 5000]
        with subtests.test(path):
            assert caller.get(f"{path}?after={mine}&count=4").status_code == 200
            for query in (f"{parameter}={given}" for parameter in ("after", "before") for given in bad):
                answer = caller.get(f"{path}?{query}")
                assert answer.status_code == 422
                errors = answer.json()["errors"]
                assert [error["pointer"] for error in errors] == [f"#/{query.partition('=')[0]}"]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("start=-1", {"#/start": "Ensure this value is greater than or equal to 0."}),
        ("start=1000000001", {"#/start": "Ensure this value is less than or equal to 1000000000."}),
        ("start=x", {"#/start": "A valid integer is required."}),
        ("start=1.0", {"#/start": "A valid integer is required."}),
        ("start=1_0", {"#/start": "A valid integer is required."}),
        ("start=%2B1", {"#/start": "A valid integer is required."}),
        ("start=+1", {"#/start": "A valid integer is required."}),
        ("start=%EF%BC%91", {"#/start": "A valid integer is required."}),
        ("start=1%00", {"#/start": "A valid integer is required."}),
        ("start=" + "9" * 5000, {"#/start": "String value too large."}),
        ("count=0", {"#/count": "Ensure this value is greater than or equal to 1."}),
        ("count=1001", {"#/count": "Ensure this value is less than or equal to 1000."}),
        ("count=100000", {"#/count": "Ensure this value is less than or equal to 1000."}),
        ("count=NaN", {"#/count": "A valid integer is required."}),
        ("q=%00", {"#/q": "Null characters are not allowed."}),
        ("limit=5", {"#/limit": "There is no such field."}),
        ("Count=5", {"#/Count": "There is no such field."}),
        ("=5", {"#/": "There is no such field."}),
        ("a/b=5", {"#/a~1b": "There is no such field."}),
        (
            "start=-1&count=0&format=xml",
            {
                "#/start": "Ensure this value is greater than or equal to 0.",
                "#/count": "Ensure this value is greater than or equal to 1.",
                "#/format": "There is no such field.",
            },
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_a_bad_parameter_is_named(caller, query, errors):
    answer = caller.get(f"{SHARES}?{query}")
    assert answer.status_code == 422
    assert {error["pointer"]: error["detail"] for error in answer.json()["errors"]} == errors


@pytest.mark.parametrize("path", LISTS)
def test_each_list_takes_these_parameters_alike(caller, path):
    answer = caller.get(f"{path}?start=-1&count=0&after=&before=&q=%00&format=xml&Count=5")
    assert answer.status_code == 422
    assert {error["pointer"]: error["detail"] for error in answer.json()["errors"]} == {
        "#/start": "Ensure this value is greater than or equal to 0.",
        "#/count": "Ensure this value is greater than or equal to 1.",
        "#/q": "Null characters are not allowed.",
        "#/format": "There is no such field.",
        "#/Count": "There is no such field.",
    }


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        (SHARES, "kind=group", "#/kind"),
        (SHARES, "kind=USER", "#/kind"),
        (SHARES, "accessLevel=4", "#/accessLevel"),
        (SHARES, "accessLevel=READ", "#/accessLevel"),
        (SHARES, "minLevel=1", "#/minLevel"),
        ("/api/libraries", "minLevel=4", "#/minLevel"),
        ("/api/libraries", "minLevel=-1", "#/minLevel"),
        ("/api/libraries", "kind=user", "#/kind"),
    ],
)
def test_a_bad_filter_is_named(caller, path, query, pointer):
    answer = caller.get(f"{path}?{query}")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_one_cannot_go_both_ways(caller, seven, subtests):
    for path in LISTS:
        with subtests.test(path):
            links = page(caller, page(caller, f"{path}?count=3")[1]["_links"]["next"]["href"])[1]["_links"]
            before = links["prev"]["href"].partition("before=")[2]
            answer = caller.get(f"{links['self']['href']}&before={before}")
            assert answer.json()["errors"] == [{"pointer": "#/before", "detail": "Not together with `after`."}]
