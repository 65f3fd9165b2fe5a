"""identifiers: a natural id never reads as another library's UUID or object id."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libraries.db.in_migrations import new_object_id, new_uuid
from libraries.identifiers import (
    NATURAL_ID_LENGTH,
    Lookup,
    is_natural_id,
    is_uuid,
    lookup_for,
    natural_id_from,
)
from libraries.library_lifecycle import create_library
from libraries.models import Library

A_UUID = "550e8400-e29b-41d4-a716-446655440000"
HEX_24 = "0123456789abcdef01234567"


@pytest.mark.parametrize(
    "text", ["a", "0", "handbook", "press-kit", "a--b", "x" * 40, "0" * 23, "0" * 25, HEX_24[:-1] + "g"]
)
def test_these_are_natural_ids(text):
    assert is_natural_id(text)
    assert lookup_for(text) == Lookup("natural_id", text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "-a",
        "a-",
        "A",
        "a_b",
        "a b",
        "a\n",
        "ä",
        "٣",
        "x" * 41,
        HEX_24,
        A_UUID,
        A_UUID.replace("-", ""),
        "a\x00",
    ],
)
def test_these_are_not(text):
    assert not is_natural_id(text)


@pytest.mark.parametrize("text", [A_UUID, A_UUID.upper(), A_UUID.replace("-", "")])
def test_a_uuid_is_one_with_and_without_hyphens(text):
    assert lookup_for(text) == Lookup("pk", UUID(A_UUID))


def test_an_object_id_is_24_lowercase_hex_digits():
    assert lookup_for(HEX_24) == Lookup("object_id", HEX_24)
    assert lookup_for(HEX_24.upper()) == Lookup("natural_id", "")


@pytest.mark.parametrize("text", ["", "no such", "\x00", "\ud800", "x" * 10_000, "{550e8400}"])
def test_other_text_names_nothing(text):
    assert lookup_for(text) == Lookup("natural_id", "")


@given(st.text(max_size=60) | st.from_regex(r"[0-9a-fA-F-]{20,40}", fullmatch=True))
def test_a_natural_id_made_from_any_name_is_one(name):
    assert is_natural_id(natural_id_from(name))


@given(st.from_regex(r"[0-9a-f-]{1,40}", fullmatch=True))
def test_no_text_is_two_kinds_of_identifier(text):
    kinds = [is_natural_id(text), is_uuid(text), lookup_for(text)[0] == "object_id"]
    assert sum(kinds) <= 1


def test_new_ones_are_in_order_and_of_their_kind():
    uuids = [new_uuid() for _ in range(100)]
    assert uuids == sorted(set(uuids))
    assert {key.version for key in uuids} == {7}
    assert lookup_for(new_object_id())[0] == "object_id"


def test_names_that_read_as_ids_still_make_libraries(alice):
    assert NATURAL_ID_LENGTH == 40
    for name in (HEX_24, A_UUID, "..."):
        assert create_library(name=name, actor=alice).natural_id.startswith("library")
    assert Library.objects.filter(natural_id__startswith="library").count() == 3
