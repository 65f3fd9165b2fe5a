"""What an account can be called: a name that is what it seems, of one script, and nobody's e-mail."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libraries.db.usernames import username_fault


@pytest.mark.parametrize(
    "name",
    [
        "alice",
        "Alice.Smith+test_1-2",
        "josé",
        "straße",
        "алиса",
        "алиса1",
        "αλίκη",
        "aлиса".replace("a", "а"),
        "田中さくらサーバー",
        "suzuki鈴木",
        "佐々木",
        "김철수kim",
        "王ㄨㄤˊ".removesuffix("ˊ"),
        "محمد٣",
        "محمد3",
        "1.2",
        "...",
    ],
)
def test_these_are_usernames(name):
    assert username_fault(name) == ""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("аlice", "of one script"),
        ("alicе", "of one script"),
        ("αlice", "of one script"),
        ("alice۱", "of one script"),
        ("さくら김", "of one script"),
        ("ㄨさ", "of one script"),
        ("ᎪᎷᎬ", "of one script"),
        ("alice@acme.example", "alone"),
        ("alice\n", "alone"),
        ("alice bob", "alone"),
        ("a\u200dlice", "alone"),
        ("a\u202elice", "alone"),
        ("", "alone"),
        ("ａｌｉｃｅ", "look different"),
        ("ﬁnn", "look different"),
        ("alice²", "look different"),
        ("𝐚lice", "look different"),
        ("٣۳", "of one kind"),
        (".", "an address"),
        ("..", "an address"),
    ],
)
def test_these_are_none(name, fault):
    assert fault in username_fault(name)


@given(st.text(max_size=6))
def test_a_username_reads_like_no_e_mail_and_is_what_it_seems(name):
    if not username_fault(name):
        assert "@" not in name
        assert unicodedata.normalize("NFKC", name) == name
        assert not {"LATIN", "CYRILLIC"} <= {unicodedata.name(each).split()[0] for each in name}
