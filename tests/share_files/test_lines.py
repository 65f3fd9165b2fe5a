"""Encodings and line ends."""

from __future__ import annotations

from io import BytesIO, RawIOBase

import pytest

from libraries.share_files import lines
from libraries.share_files.columns import BadLine, FileRefused
from libraries.share_files.reader import read
from tests.share_files.reading import HEADER, bad_lines_of, lines_of, notes, told

CONTENT = f"{HEADER}handbook,bob,READER,,für die Prüfung 🎉\nhandbook,erin,READER,,x\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_utf8_and_marked_utf16_are_read(encoding, ends):
    assert notes(CONTENT.replace("\n", ends).encode(encoding)) == ["für die Prüfung 🎉", "x"]


def test_utf16_of_the_other_byte_order_is_read_too():
    assert notes(b"\xfe\xff" + CONTENT.encode("utf-16-be")) == ["für die Prüfung 🎉", "x"]


def test_another_encoding_is_refused_line_by_line():
    content = f"{HEADER}handbook,bob,READER,,für\nhandbook,erin,READER,,x\nhandbook,dave,READER,,“x”\n".encode("cp1252")
    assert told(content)[0] == (2, "not UTF-8 (line 2): save it as CSV UTF-8")
    assert told(content)[1][:3] == (3, "handbook", "erin")
    assert told(content)[2] == (4, "not UTF-8 (line 4): save it as CSV UTF-8")


def test_of_a_value_of_several_lines_the_one_is_named_that_is_not_utf8():
    content = f'{HEADER}handbook,bob,READER,,"a\nb\xfc"\n'.encode("latin-1")
    assert told(content) == [(2, "not UTF-8 (line 3): save it as CSV UTF-8")]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_a_header_in_another_encoding_refuses_the_file(encoding):
    with pytest.raises(FileRefused, match=r"not UTF-8 \(line 1\): save it as CSV UTF-8"):
        lines_of(CONTENT.encode(encoding))


def test_utf16_that_ends_within_a_character_is_read_up_to_there():
    content = CONTENT.encode("utf-16") + b"x"
    assert told(content)[-1] == (4, "not UTF-8 (line 4): save it as CSV UTF-8")
    assert bad_lines_of(content)[-1].unread_from == 4


def test_json_lines_are_as_strict():
    line = '{"library": "handbook", "principal": "bob", "level": 1, "note": "für"}\n'
    assert told(line.encode("latin-1"), "jsonl") == [(1, "not UTF-8 (line 1): save it as CSV UTF-8")]
    assert notes(line.encode("utf-16"), "jsonl") == ["für"]


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_a_line_that_never_ends_ends_the_reading(monkeypatch, format):
    monkeypatch.setattr(lines, "LONGEST", 100)
    good = f"{HEADER}handbook,bob,READER,,x\n" if format == "csv" else "\n\n"
    found = lines_of(good + "x" * 1000, format)
    assert found[-1] == BadLine(3, "A line has 100 characters or more.", unread_from=3)
    with pytest.raises(FileRefused):
        lines_of("x" * 1000, "csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_pipe_may_send_a_byte_at_a_time(encoding):
    class Pipe(RawIOBase):
        def __init__(self, content: bytes) -> None:
            self._content = BytesIO(content)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            found = self._content.read(1)
            buffer[: len(found)] = found
            return len(found)

    found = list(read(Pipe(CONTENT.encode(encoding)), "csv"))
    assert [line.number for line in found] == [2, 3]
    assert not any(isinstance(line, BadLine) for line in found)


def test_the_file_stays_open_for_whoever_opened_it():
    source = BytesIO(CONTENT.encode())
    assert len(list(read(source, "csv"))) == 2
    assert source.tell() == len(CONTENT.encode())
