"""What a credential seals, that credential opens, and nothing else does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libraries.api.sealing import Unopenable, opened, sealed

WITH: Any = {"credential": "shr_mine", "salt": b"salt", "about": b"row 1"}


@given(st.binary(max_size=500))
def test_it_opens_with_what_it_was_sealed_with(text):
    assert opened(sealed(text, **WITH), **WITH) == text


@pytest.mark.parametrize("other", [{"credential": "shr_other"}, {"salt": b"pepper"}, {"about": b"row 2"}], ids=str)
def test_it_opens_with_nothing_else(other):
    with pytest.raises(Unopenable):
        opened(sealed(b"secret", **WITH), **{**WITH, **other})


def test_no_byte_of_it_can_be_changed_left_out_or_added():
    kept = sealed(b"secret", **WITH)
    changed = [kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :] for at in range(len(kept))]
    shorter = [kept[:length] for length in range(len(kept))]
    for text in [*changed, *shorter, kept + b"\0"]:
        with pytest.raises(Unopenable):
            opened(text, **WITH)


def test_it_says_nothing_of_what_is_in_it():
    first, second = (sealed(b"secret" * 10, **WITH) for _ in range(2))
    assert first != second
    assert b"secret" not in first
