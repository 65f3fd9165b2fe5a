"""Saves that meet: one is kept whole, the other refused whole, and none is an error."""

from functools import partial

import pytest
from django.test import Client

from libraries.models import Event
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing import grants
from libraries.sharing.share import revoke_share, share_library
from tests.admin.pages import Console, library_page, row_errors
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def second(console):
    """The same session in another tab."""
    other = Client()
    other.cookies = console.client.cookies
    return Console(other)


def test_of_two_saves_of_one_page_one_is_kept(console, handbook):
    path = library_page(handbook)
    opened = console.open(path)
    promotion = {**opened, "shares-1-level": "2", "shares-4-principal": "bob"}
    shut_out = {**opened, "shares-1-level": "0", "shares-4-principal": "dave"}

    answers = at_once([partial(console.send, path, promotion), partial(second(console).send, path, shut_out)])

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    refused = next(answer for answer in answers if answer.status_code == 200)
    assert "org:acme" in row_errors(refused)
    kept = {share.principal_name: share.level for share in handbook.shares.with_principals()}
    assert (kept["org:acme"], "bob" in kept, "dave" in kept) in [(2, True, False), (0, False, True)]
    assert Event.objects.filter(via="admin").count() == 2
    assert list(grants.discrepancies()) == []


def test_a_share_revoked_elsewhere_at_that_moment_stays_revoked(console, handbook, alice):
    path = library_page(handbook)
    for _ in range(5):
        share_library(library=handbook, principal=named("bob"), level=Level.READER, actor=alice)
        changed = {**console.open(path), "shares-4-level": "2"}

        saved, revoked = at_once(
            [
                partial(console.send, path, changed),
                partial(revoke_share, library=handbook, principal=named("bob"), actor=alice),
            ]
        )

        assert saved.status_code in (200, 302)
        assert revoked.level in (Level.READER, Level.EDITOR)
        assert not handbook.shares.filter(user__username="bob").exists()
    assert list(grants.discrepancies()) == []
