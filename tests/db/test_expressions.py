"""SQL that Django has no words for, on both databases."""

from __future__ import annotations

import pytest
from django.db.models import F

from libraries.db.expressions import AreAmong
from libraries.models import Organization, Team, User

ODD = ['a"b', "c\\d", "{e,f}", "NULL", "", " ", "ž, ü", "'", "x" * 150]


@pytest.fixture
def odd_names(db) -> None:
    User.objects.bulk_create(User(username=name) for name in ODD)


def among(*names: str) -> set[str]:
    return set(
        User.objects.filter(AreAmong(F("username"), rows=[(name,) for name in names])).values_list(
            "username", flat=True
        )
    )


def test_each_name_is_found_as_it_is_written_and_no_other(odd_names):
    for name in ODD:
        assert among(name) == {name}
    assert among(*ODD, "nobody") == set(ODD)


def test_no_name_is_cut_to_the_length_of_its_column(odd_names):
    assert among("x" * 151) == set()


def test_nothing_is_among_no_rows(odd_names):
    assert among() == set()


def test_columns_are_compared_side_by_side(world):
    """Keys, and what joins lead to, beside texts."""
    acme, globex = Organization.objects.get(slug="acme"), Organization.objects.get(slug="globex")
    by_key = AreAmong(F("organization"), F("slug"), rows=[(acme.pk, "interns"), (str(globex.pk), "engineering")])
    by_name = AreAmong(F("organization__slug"), F("slug"), rows=[("acme", "interns"), ("globex", "engineering")])
    for condition in (by_key, by_name):
        assert [team.slug for team in Team.objects.filter(condition)] == ["interns"]
