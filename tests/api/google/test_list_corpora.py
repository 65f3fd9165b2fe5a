"""GET /v1beta/corpora"""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.google.bodies import add_libraries, invalid, unknown_name, walk

PATH = "/v1beta/corpora"


def names(body):
    return [corpus["name"] for corpus in body["corpora"]]


def test_it_lists_what_the_caller_may_see_oldest_first(client_for, handbook, press_kit):
    answer = client_for("carol").get(PATH)

    assert answer.status_code == 200
    assert names(answer.json()) == ["corpora/handbook", "corpora/roadmap", "corpora/press-kit"]
    assert answer.json()["corpora"][0] == {
        "name": "corpora/handbook",
        "displayName": "Handbook",
        "createTime": handbook.created_at.isoformat().replace("+00:00", "Z"),
        "updateTime": handbook.updated_at.isoformat().replace("+00:00", "Z"),
    }
    assert names(client_for("dave").get(PATH).json()) == ["corpora/press-kit"]
    assert names(client_for("frank").get(PATH).json()) == ["corpora/press-kit", "corpora/lab-notes"]


def test_who_may_see_nothing_gets_an_empty_list(client_for, press_kit):
    assert names(client_for("dave").get(PATH).json()) == ["corpora/press-kit"]

    press_kit.shares.all().delete()

    assert client_for("dave").get(PATH).json() == {"corpora": []}


def test_a_page_has_10_corpora_by_default_and_20_at_most(client_for, acme):
    """The vendor's client says so of its service."""
    add_libraries(acme, 22)
    alice = client_for("alice")

    assert len(alice.get(PATH).json()["corpora"]) == 10
    assert len(alice.get(f"{PATH}?pageSize=0").json()["corpora"]) == 10
    assert len(alice.get(f"{PATH}?pageSize=21").json()["corpora"]) == 20
    assert alice.get(f"{PATH}?pageSize=-1").json() == invalid(
        "pageSize", "Ensure this value is greater than or equal to 0."
    )


def test_the_pages_hold_every_corpus_once(client_for, acme):
    add_libraries(acme, 22)

    pages = list(walk(client_for("alice"), PATH, 9, rows="corpora"))

    assert [len(page) for page in pages] == [9, 9, 7]
    assert [corpus["name"] for page in pages for corpus in page] == [
        "corpora/handbook",
        "corpora/roadmap",
        "corpora/press-kit",
        *(f"corpora/library-{number}" for number in range(22)),
    ]


def test_a_token_is_bound_to_its_caller_and_size(client_for, handbook):
    alice = client_for("alice")
    token = alice.get(f"{PATH}?pageSize=1").json()["nextPageToken"]
    refusal = invalid("pageToken", "Not a token from a page of this list with the same page size.")

    assert names(alice.get(f"{PATH}?pageSize=1&pageToken={token}").json()) == ["corpora/roadmap"]
    assert alice.get(f"{PATH}?pageSize=2&pageToken={token}").json() == refusal
    assert client_for("carol").get(f"{PATH}?pageSize=1&pageToken={token}").json() == refusal


def test_it_refuses_a_parameter_that_there_is_not(client_for):
    assert client_for("alice").get(f"{PATH}?filter=owner:me").json() == unknown_name("filter")


def test_it_costs_as_many_queries_at_300_libraries_as_at_3(client_for, acme):
    alice, counts = client_for("alice"), []
    for already, more in ((0, 0), (0, 297)):
        add_libraries(acme, more, start=already)
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(f"{PATH}?pageSize=20").status_code == 200
        counts.append(len(queries))

    assert counts == [3, 3]
