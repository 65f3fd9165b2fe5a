"""An empty query value is as good as an absent one, in every dialect."""

import pytest

from libraries.models import Scope


@pytest.mark.parametrize(
    ("path", "empty"),
    [
        ("/api/libraries", "?q=&organization=&minLevel=&start=&count=&after=&before="),
        ("/api/libraries/handbook/shares", "?q=&kind=&accessLevel="),
        ("/api/libraries/handbook/events", "?action=&actor=&principal=&since=&until="),
        ("/api/events", "?organization=&library=&action=&since=&count=&after="),
        ("/v1/libraries", "?page_size=&page_token=&page=&search=&filter_owned_by_me="),
        ("/v1/datasets/handbook/collaboration/access", "?token="),
        ("/v1beta/corpora", "?pageSize=&pageToken=&alt=&key=&prettyPrint="),
        ("/v1beta/corpora/handbook/permissions", "?pageSize=&pageToken=&$alt="),
    ],
)
def test_it_is_as_if_it_were_not_there(client_for, handbook, path, empty):
    alice = client_for("alice", Scope.LIBRARY_READ, Scope.ORGANIZATION_ADMIN)
    absent, given = alice.get(path), alice.get(path + empty)
    assert (absent.status_code, given.status_code) == (200, 200)
    first, second = absent.json(), given.json()
    for document in (first, second):
        if isinstance(document, dict):
            document.pop("_links", None)
    assert second == first


def test_a_link_holds_with_and_without_it(client_for, handbook):
    alice = client_for("alice")
    following = alice.get("/api/libraries?q=&count=1").json()["_links"]["next"]["href"]
    for link in (following, f"{following}&q=&organization="):
        assert alice.get(link).status_code == 200
    assert alice.get(f"{following}&q=hand").status_code == 422


def test_what_must_be_there_must_not_be_empty(client_for, handbook):
    assert client_for("alice").send("PATCH", "/v1beta/corpora/handbook?updateMask=", {}).status_code == 400
