"""The formats of share files, as django-import-export asks for them: those of the commands, by the same code."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO, StringIO
from typing import ClassVar

from import_export.formats.base_formats import Format
from tablib import Dataset

from libraries.models import Share
from libraries.share_files.reader import read
from libraries.share_files.writer import write


class ShareFormat(Format):
    """A file's lines in one column of a Dataset: the resource judges them whole."""

    name: ClassVar[str]
    content_type: ClassVar[str]

    def __init__(self, encoding: str | None = None) -> None:
        """The files say their encoding themselves."""

    def get_title(self) -> str:
        """What the form calls it, as the commands do."""
        return self.name

    def get_extension(self) -> str:
        return self.name

    def get_content_type(self) -> str:
        return self.content_type

    def can_import(self) -> bool:
        return True

    def can_export(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> Dataset:
        """Raises FileRefused."""
        return Dataset(*((line,) for line in read(BytesIO(in_stream), self.name)), headers=["line"])

    def file_of(self, shares: Iterable[Share]) -> bytes:
        """A file for download, which opens in a spreadsheet as it is."""
        text = StringIO(newline="")
        write(text, self.name, shares, excel=True)
        return text.getvalue().encode()


class CSV(ShareFormat):
    name = "csv"
    content_type = "text/csv"


class JSONLines(ShareFormat):
    name = "jsonl"
    content_type = "application/x-ndjson"
