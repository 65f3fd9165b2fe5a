"""libraries.api.links.path_to: the same paths as Django's own reverse."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix
from hypothesis import given
from hypothesis import strategies as st

from libraries.api.links import path_to

names = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=20)


@given(names, names)
def test_it_says_what_reverse_says(library, principal):
    assert path_to("hal:share", library, principal) == reverse("hal:share", args=[library, principal])


def test_it_goes_below_the_address_that_the_service_is_mounted_at():
    set_script_prefix("/sharing/")
    try:
        assert path_to("hal:me") == reverse("hal:me") == "/sharing/api/me"
    finally:
        set_script_prefix("/")
    assert path_to("hal:me") == "/api/me"


def test_a_name_that_no_url_has_is_refused():
    with pytest.raises(NoReverseMatch):
        path_to("hal:nothing")
