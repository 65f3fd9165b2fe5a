"""Principals by e-mail."""

from __future__ import annotations

import pytest

from libraries.rules.levels import Kind
from libraries.share_files.emails import with_emails
from tests.factories import make_user
from tests.share_files.reading import HEADER, good_lines_of

pytestmark = pytest.mark.usefixtures("world")


def references(*principals):
    lines = good_lines_of(HEADER + "".join(f"handbook,{principal},READER,,\n" for principal in principals))
    return [
        (line.item.principal.kind, line.item.principal.field, line.item.principal.text) for line in with_emails(lines)
    ]


def test_a_name_that_is_no_username_and_looks_like_an_address_is_one():
    assert references("Bob@acme.example", "bob", "team:Engineering@acme.example", "team:interns") == [
        (Kind.USER, "email__lower", "Bob@acme.example"),
        (Kind.USER, "username", "bob"),
        (Kind.TEAM, "email__lower", "team:Engineering@acme.example"),
        (Kind.TEAM, "slug", "team:interns"),
    ]


def test_a_username_that_looks_like_an_address_goes_first(acme):
    """What is exported goes by username, and must come back to the same user."""
    make_user("bob@acme.example", member_of=acme)
    assert references("bob@acme.example") == [(Kind.USER, "username", "bob@acme.example")]


def test_it_costs_one_query_and_without_an_address_none(django_assert_num_queries):
    with django_assert_num_queries(1):
        references(*(f"user-{number}@acme.example" for number in range(100)), "team:x@acme.example")
    with django_assert_num_queries(0):
        references("bob", "team:x@acme.example", "everyone")


def test_what_no_database_keeps_is_nobodys(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert references("a\x00@b")[0][1] == "email__lower"
