"""The lists' pages: counted up to a limit, opened anywhere at the same cost, and followed further back by keys."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.admin.rows import paging
from libraries.models import Event, Share
from tests.factories import give_to_many

LIST = "/admin/libraries/share/"


@pytest.fixture
def shares(handbook, monkeypatch):
    """311 shares, of which no more than 200 are counted; newest first."""
    monkeypatch.setattr(paging, "COUNTED", 200)
    give_to_many(handbook, 300)
    return list(Share.objects.order_by("-id"))


def listed(console, query):
    return list(console.get(f"{LIST}?{query}").context["cl"].result_list)


def test_pages_follow_each_other_and_go_on_behind_the_last(console, shares):
    assert listed(console, "") == shares[:100]
    assert listed(console, "p=2") == shares[100:200]

    last = console.get(f"{LIST}?p=2").context["cl"]
    assert last.paginator.num_pages == 2
    assert last.further_back == f"?before={shares[199].pk}"

    back = console.get(LIST + last.further_back)
    assert list(back.context["cl"].result_list) == shares[200:300]
    assert listed(console, f"before={shares[199].pk}&p=2") == shares[300:]
    assert "Further back" in back.content.decode()


def test_it_says_how_many_there_are_as_far_as_it_knows(console, shares):
    total = "about" if connection.vendor == "postgresql" else "more than"
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    html = " ".join(console.get(LIST).content.decode().split())
    assert f"{total} {'311' if total == 'about' else '200'} shares – the first 200 are here" in html

    filtered = " ".join(console.get(f"{LIST}?level__exact=1").content.decode().split())
    assert "more than 200 shares – the first 200 are here" in filtered

    few = " ".join(console.get(f"{LIST}?level__exact=0").content.decode().split())
    assert " 1 share </p>" in few


def test_further_back_is_offered_only_where_it_leads_on(console, shares):
    for query in ("", "p=2&o=4", "level__exact=0", f"before={shares[199].pk}&p=2"):
        assert console.get(f"{LIST}?{query}").context["cl"].further_back is None, query


@pytest.mark.parametrize("query", ["p=0", "p=3", "p=999999999999", "p=x", "before=x", "before=", "all="])
def test_a_place_that_is_none_is_no_error(console, shares, query):
    assert console.client.get(f"{LIST}?{query}", follow=True).status_code == 200


def test_filters_and_order_hold_on_every_page(console, shares, roadmap):
    readers = [share for share in shares if share.level == 1]
    assert listed(console, "level__exact=1&p=2") == readers[100:200]
    assert listed(console, f"level__exact=1&before={readers[199].pk}") == readers[200:300]


def test_no_page_costs_more_statements_than_another(console, shares):
    def cost(query):
        console.get(f"{LIST}?{query}")
        with CaptureQueriesContext(connection) as captured:
            console.get(f"{LIST}?{query}")
        return len(captured)

    first = cost("")
    assert cost("p=2") == first + 1
    assert cost(f"before={shares[199].pk}") <= first


def test_events_are_followed_back_too(console, monkeypatch):
    monkeypatch.setattr(paging, "COUNTED", 200)
    Event.objects.bulk_create(Event(action="share.created", via="hal") for _ in range(250))
    newest_first = list(Event.objects.order_by("-position"))

    events = console.get("/admin/libraries/event/?p=2").context["cl"]

    assert list(events.result_list) == newest_first[100:200]
    assert events.further_back == f"?before={newest_first[199].pk}"
    back = console.get(f"/admin/libraries/event/{events.further_back}").context["cl"]
    assert list(back.result_list) == newest_first[200:]
