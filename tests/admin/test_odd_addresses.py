"""What nobody means to ask: every list by every lookup, every form filled in beforehand, every address with odd ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.core.handlers.exception import convert_exception_to_response
from django.db import transaction
from django.test import Client
from django.urls import URLPattern

from libraries.console import declared_lookups, site

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
ALL = list(admin.site._registry.values())
CRASHING = ("year", "regex", "iregex", "range", "in", "isnull", "gt", "contains", "date", "time", "zzz")
"""Lookups that refuse a value only when the database is asked, or have it work for ever."""
ODD = (
    "",
    "0",
    "-1",
    "9" * 30,
    "9" * 5000,
    "0.5",
    "1e400",
    "nan",
    "zzz",
    "((((",
    "(a+)+$",
    "a,b",
    "None",
    "9999",
    "9999-99-99",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "\x00",
    "\n",
    "\N{PILE OF POO}",
    "a" * 60_000,
    "a " * 3000,
    b"\xff",
    b"\xed\xa0\x80",
)
each_list = pytest.mark.parametrize("registered", ALL, ids=lambda registered: registered.opts.model_name)


class Asking:
    """A superuser's browser; what breaks breaks no transaction but its own."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(self, path: str, form: dict[str, Any] | None = None) -> int:
        with transaction.atomic():
            response = self._client.get(path) if form is None else self._client.post(path, form)
            transaction.set_rollback(True)
        return response.status_code


@pytest.fixture
def ask(admin_user, caplog) -> Asking:
    client = Client(raise_request_exception=False)
    client.force_login(admin_user, backend=MODEL_BACKEND)
    return Asking(client)


def address(registered: Any, rest: str = "") -> str:
    return f"/admin/{registered.opts.app_label}/{registered.opts.model_name}/{rest}"


def lookups_there_are(registered: Any) -> Iterator[str]:
    """Those of the columns, and of the columns of what they lead to."""
    for field in registered.opts.get_fields():
        names = [field.name, *(f"{field.name}__{name}" for name in (*field.get_lookups(), *CRASHING))]
        if field.related_model:
            names += [f"{field.name}__{far.name}" for far in field.related_model._meta.get_fields()]
        yield from names
    yield from ("pk__regex", "owner_name__regex", "member_count__in", "nonsense", "nonsense__year")


@pytest.fixture
def asker(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    return request


@pytest.fixture
def listing(rf, admin_user):
    """The status of a list's page for a query, without the time that it takes to make HTML of it."""

    def listing(registered: Any, query: str) -> int:
        request = rf.get(address(registered, f"?{query}"))
        request.user = admin_user
        view: Any = convert_exception_to_response(site.admin_view(registered.changelist_view))
        with transaction.atomic():
            response = view(request)
            transaction.set_rollback(True)
        return int(response.status_code)

    return listing


@each_list
def test_a_list_takes_no_lookup_that_it_does_not_declare(listing, asker, registered):
    offered = set(declared_lookups(registered, asker))
    others = set(lookups_there_are(registered)) - offered
    answers = {lookup: listing(registered, f"{lookup}=((((") for lookup in others}

    assert {lookup: status for lookup, status in answers.items() if status not in (302, 400)} == {}


@each_list
def test_a_list_takes_every_lookup_that_it_declares_whatever_its_value(listing, asker, registered):
    names = {*declared_lookups(registered, asker), "q", "p", "o", "all", "e", "_facets", "_popup", "_to_field"}
    answers = {(name, odd): listing(registered, f"{name}={quote(odd)}") for name in names for odd in ODD}

    assert {asked: status for asked, status in answers.items() if status not in (200, 302, 400)} == {}


@each_list
def test_a_list_is_shown_for_anything_that_it_takes(ask, asker, registered):
    names = [*declared_lookups(registered, asker), "q", "p", "o", "all"]
    answers = {odd: ask(address(registered, "?" + "&".join(f"{name}={quote(odd)}" for name in names))) for odd in ODD}

    assert {asked: status for asked, status in answers.items() if status not in (200, 302, 400)} == {}
    assert ask(address(registered, "?q=((((")) == 200


@each_list
def test_a_form_is_filled_in_beforehand_and_sent_with_anything(ask, asker, registered):
    fields = registered.get_form(asker).base_fields if registered.has_add_permission(asker) else ()
    answers = {}
    for odd in ODD:
        answers[odd, "before"] = ask(address(registered, "add/?" + "&".join(f"{name}={quote(odd)}" for name in fields)))
        answers[odd, "sent"] = ask(address(registered, "add/"), dict.fromkeys(fields, odd))

    assert {asked: status for asked, status in answers.items() if status not in (200, 400, 403)} == {}


def test_a_choice_that_is_no_key_chooses_nothing_and_one_that_is_is_shown(console, acme):
    def chosen(value: object) -> bool:
        response = console.get(f"/admin/libraries/library/add/?organization={value}")
        assert response.status_code == 200
        return f'<option value="{acme.pk}" selected>' in response.content.decode()

    assert (chosen("zzz"), chosen(acme.pk)) == (False, True)


def addresses(odd: str) -> Iterator[str]:
    """Every address of the console, with `odd` in each of its places."""
    for pattern in patterns(site.get_urls(), "/admin/"):
        if "<" in pattern:
            parts = pattern.replace("<path:object_id>", odd).replace("<str:id>", odd).replace("<id>", odd)
            before, _, rest = parts.partition("<")
            while rest:
                parts = before + odd + rest.partition(">")[2]
                before, _, rest = parts.partition("<")
            yield parts


def patterns(urls: list[Any], before: str) -> Iterator[str]:
    for each in urls:
        route = before + str(getattr(each.pattern, "_route", ""))
        if isinstance(each, URLPattern):
            yield route
        else:
            yield from patterns(each.url_patterns, route)


def test_every_address_is_asked_for_with_odd_ids(ask):
    odd_ids = [quote(odd) for odd in ("0", "9" * 30, "9" * 5000, "zzz", "\x00", "_00", b"\xff", "\n")]
    answers = {path: ask(path) for odd in odd_ids for path in addresses(odd)}

    assert len(answers) > 50 * len(odd_ids)
    assert {path: status for path, status in answers.items() if status >= 500} == {}


def test_no_address_leads_out_of_the_console(ask):
    assert [ask(f"/admin/r/{table}/{row}/") for table, row in (("1", "%00"), ("1", "zzz"), ("zzz", "1"))] == [
        400,
        404,
        404,
    ]
