"""Shares from a file, as the list of shares offers it: previewed, then all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import RowResult

from libraries.admin.forms.refusals import sentence
from libraries.admin.rows.visible import libraries_named
from libraries.console import actor_of
from libraries.errors import (
    AmbiguousName,
    ExpiryRefused,
    InvalidText,
    LevelAboveOwn,
    LibraryNotFound,
    OnlyUsersOwn,
    SharingError,
)
from libraries.models import Share
from libraries.rules.levels import Level
from libraries.share_files.columns import COLUMNS, BadLine, Line
from libraries.share_files.emails import with_emails
from libraries.sharing.bulk import share_across
from libraries.sharing.bulk_write import Change

ROWS = 5_000
"""How many rows a file may have here."""
COLUMNS_OF: dict[type[SharingError], str] = {
    LibraryNotFound: "library",
    AmbiguousName: "library",
    LevelAboveOwn: "level",
    OnlyUsersOwn: "level",
    ExpiryRefused: "expires_at",
    InvalidText: "note",
}
"""The column that an error of the core is about; any other is about whom the share is for."""


class Refused(NamedTuple):
    """A row that keeps the whole file out, as the page shows it: by the number of its line, with the reason."""

    number: int
    library: str
    principal: str
    reason: str


class ShareResource(ModelResource):
    """What the lines of a file come to. All of them are judged together, in as many queries as one."""

    library = Field()
    principal = Field()
    level = Field()
    expires_at = Field()
    note = Field()

    class Meta:
        model = Share
        fields = COLUMNS
        import_id_fields = ()
        use_transactions = True
        use_bulk = True  # else each row would have a savepoint of its own, with nothing in it
        report_skipped = True

    def __init__(self, request: HttpRequest | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.request = request
        self._outcomes: list[Any] = []

    def get_diff_headers(self) -> list[str]:
        return ["library", "principal", "from", "to"]

    def import_data(self, dataset: Any, dry_run: bool = False, **options: Any) -> Any:
        """`dataset`: what a ShareFormat made of a file. The result tells in `refused` what keeps it out."""
        self._is_rehearsal = dry_run
        lines = dataset["line"]
        result = super().import_data(dataset, dry_run, rollback_on_validation_errors=True, **options)
        result.refused = [_shown(*each) for each in zip(lines, self._outcomes, strict=False) if _why(each[1])]
        return result

    def before_import(self, dataset: Any, **options: Any) -> None:
        """Everything is judged, and done, before the rows are told one by one. Raises ValidationError for no such file."""
        if len(dataset) > ROWS:
            raise ValidationError(f"The file has more than {ROWS:,} rows. Split it into several.")
        self._outcomes = self._judged(dataset["line"])

    def import_row(self, row: Any, instance_loader: Any, **options: Any) -> RowResult:
        return _result(row["line"], self._outcomes[options["row_number"] - 1]) if self._outcomes else _skipped()

    def _judged(self, lines: Sequence[Line | BadLine]) -> list[Any]:
        """What became of each line: a Change, or the BadLine or SharingError that refuses it."""
        request = cast(HttpRequest, self.request)  # there is none where a file is only written
        meant = libraries_named(request, {line.library for line in lines if isinstance(line, Line)})
        shown = meant.libraries
        outcomes: list[Any] = [
            line if isinstance(line, BadLine) or line.library in shown else meant.refusal(line.library)
            for line in lines
        ]
        asked = [index for index, outcome in enumerate(outcomes) if isinstance(outcome, Line)]
        items = [(shown[line.library].key, line.item) for line in with_emails([outcomes[index] for index in asked])]
        done = share_across(items=items, dry_run=self._is_rehearsal, actor=actor_of(request))
        for index, outcome in zip(asked, done, strict=True):
            outcomes[index] = outcome
        return outcomes


def _why(outcome: Any) -> str:
    """Why a line is refused; nothing where it is not."""
    if isinstance(outcome, BadLine):
        return outcome.reason
    return sentence(outcome) if isinstance(outcome, SharingError) else ""


def _shown(line: Line | BadLine, outcome: Any) -> Refused:
    if isinstance(line, BadLine):
        return Refused(line.number, "", "", line.reason)
    return Refused(line.number, line.library, line.item.principal.text, _why(outcome))


def _result(line: Line | BadLine, outcome: Any) -> RowResult:
    if isinstance(outcome, BadLine):
        return _refused(outcome.column or NON_FIELD_ERRORS, outcome.reason)
    if isinstance(outcome, SharingError):
        return _refused(COLUMNS_OF.get(type(outcome), "principal"), sentence(outcome))
    if not outcome.changes:
        return _skipped()
    result = RowResult()
    result.import_type = _kind_of(outcome)
    result.diff = _difference(line, outcome)
    return result


def _kind_of(change: Change) -> str:
    if change.after is None:
        return str(RowResult.IMPORT_TYPE_DELETE)
    return str(RowResult.IMPORT_TYPE_UPDATE if change.before else RowResult.IMPORT_TYPE_NEW)


def _difference(line: Any, change: Change) -> list[str]:
    """The principal as the file has it: whose an e-mail address is, the preview does not tell (R9)."""
    name = change.library.qualified_name if "." in line.library else change.library.natural_id
    return [name, line.item.principal.text, _terms(change.before), _terms(change.after)]


def _terms(share: Any) -> str:
    if share is None:
        return "no share"
    end = f" until {share.expires_at:%Y-%m-%d %H:%M:%S} UTC" if share.expires_at else ""
    return Level(share.level).name + end + (f" ({share.note})" if share.note else "")


def _refused(column: str, reason: str) -> RowResult:
    result = RowResult()
    result.import_type = RowResult.IMPORT_TYPE_INVALID
    result.validation_error = ValidationError({column: reason})
    return result


def _skipped() -> RowResult:
    result = RowResult()
    result.import_type = RowResult.IMPORT_TYPE_SKIP
    return result
