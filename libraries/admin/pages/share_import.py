"""Shares from a file and into one, as the list of shares offers it: previewed, then all of them or none.

Columns: `library` (its natural id), `principal` (alice, team:engineering, org:acme or everyone), `level` (by name),
`expires_at` (ISO 8601 with its zone; empty for no end), `note`. The last two may be missing, and then stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import RowResult
from tablib import Dataset

from libraries.admin.forms.refusals import sentence
from libraries.admin.rows.scope import scoped
from libraries.console import actor_of
from libraries.db.text import is_storable
from libraries.errors import (
    ExpiryRefused,
    InvalidText,
    LevelAboveOwn,
    LibraryNotFound,
    OnlyUsersOwn,
    SharingError,
    UnknownPrincipal,
)
from libraries.models import Library, Share
from libraries.principals import named
from libraries.rules.levels import Kind, Level
from libraries.sharing.bulk import Item, share_across
from libraries.sharing.bulk_write import Change
from libraries.sharing.rules import KEEP, Wanted, terms_of

UNSTORABLE = "This has characters that cannot be kept: NUL, or half of a surrogate pair."
ROWS = 5_000
"""How many rows a file may have here."""
COLUMNS = ("library", "principal", "level", "expires_at", "note")
REQUIRED = ("library", "principal", "level")
COLUMNS_OF: dict[type[SharingError], str] = {
    LibraryNotFound: "library",
    UnknownPrincipal: "principal",
    LevelAboveOwn: "level",
    OnlyUsersOwn: "level",
    ExpiryRefused: "expires_at",
    InvalidText: "note",
}
"""The column that an error of the core is about; any other is about whom the share is for."""


COLUMNS_OF_KINDS = {Kind.USER: "user__username", Kind.TEAM: "team__slug", Kind.ORGANIZATION: "organization__slug"}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a spreadsheet takes for the beginning of something other than text."""


class Line(NamedTuple):
    """One row of a file, as far as it can be understood."""

    library: str
    principal: str
    wanted: Wanted


class ShareResource(ModelResource):
    """What the rows of a file come to. All of them are judged together, in as many queries as one."""

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
        self._outcomes: list[RowResult] = []

    def dehydrate_library(self, share: Share) -> str:
        return share.library.natural_id

    def dehydrate_principal(self, share: Share) -> str:
        return share.principal_name

    def dehydrate_level(self, share: Share) -> str:
        return Level(share.level).name

    def dehydrate_expires_at(self, share: Share) -> str:
        return share.expires_at.isoformat() if share.expires_at else ""

    def dehydrate_note(self, share: Share) -> str:
        """Marked as text where a spreadsheet would run it; a file that comes back loses the mark."""
        return f"'{share.note}" if share.note.startswith(FORMULA) else share.note

    def get_diff_headers(self) -> list[str]:
        return ["library", "principal", "from", "to"]

    def import_data(self, dataset: Any, dry_run: bool = False, **options: Any) -> Any:
        self._is_rehearsal = dry_run
        if not dataset.headers:
            dataset = Dataset(headers=[""])
        return super().import_data(dataset, dry_run, rollback_on_validation_errors=True, **options)

    def before_import(self, dataset: Any, **options: Any) -> None:
        """Everything is judged, and done, before the rows are told one by one. Raises ValidationError for no such file."""
        missing = [column for column in REQUIRED if column not in (dataset.headers or ())]
        if missing:
            raise ValidationError(f"The file lacks the column {', '.join(missing)}. It needs {', '.join(REQUIRED)}.")
        if len(dataset) > ROWS:
            raise ValidationError(f"The file has more than {ROWS:,} rows. Split it into several.")
        rows = [dict(zip(dataset.headers, row, strict=False)) for row in dataset]
        lines = [_understood(row) for row in rows]
        self._outcomes = [_result(each) for each in self._judged(lines)]

    def import_row(self, row: Any, instance_loader: Any, **options: Any) -> RowResult:
        return self._outcomes[options["row_number"] - 1] if self._outcomes else _skipped()

    def _judged(self, lines: Sequence[Line | ValidationError]) -> list[Any]:
        """What became of each line: a Change, the ValidationError or SharingError that refuses it, None for no change."""
        request = cast(HttpRequest, self.request)  # there is none where a file is only written
        known = [line for line in lines if isinstance(line, Line)]
        standing = _standing(known, request)
        shown = set(
            scoped(Library.objects.all(), request)
            .filter(natural_id__in={line.library for line in known})
            .values_list("natural_id", flat=True)
        )
        outcomes: list[Any] = [_told_before(line, shown, standing) for line in lines]
        asked = [index for index, outcome in enumerate(outcomes) if isinstance(outcome, Line)]
        items = [(outcomes[index].library, _item(outcomes[index])) for index in asked]
        for index, outcome in zip(
            asked, share_across(items=items, dry_run=self._is_rehearsal, actor=actor_of(request)), strict=True
        ):
            outcomes[index] = outcome
        return outcomes


def _told_before(line: Line | ValidationError, shown: set[str], standing: dict[tuple[str, str], Share]) -> Any:
    """What needs no judgement by the core; the line itself where it does.

    A line that says what is so already passes, whatever the rules say of it, so that a file from here goes in again.
    """
    if isinstance(line, ValidationError):
        return line
    if line.library not in shown:
        return LibraryNotFound()
    share = standing.get((line.library, line.principal))
    return None if share and _says_so(share, line.wanted) else line


def _says_so(share: Share, wanted: Wanted) -> bool:
    terms = terms_of(share)
    return all(each in (KEEP, is_so) for each, is_so in zip(wanted, terms, strict=True))


def _standing(lines: Sequence[Line], request: HttpRequest) -> dict[tuple[str, str], Share]:
    """The shares that the lines may be about, by library and principal."""
    references = [named(line.principal) for line in lines]
    about = Q(kind=Kind.EVERYONE)
    for kind, column in COLUMNS_OF_KINDS.items():
        about |= Q(**{f"{column}__in": {each.value for each in references if each.kind == kind}})
    shares: Any = scoped(Share.objects.filter(about, library__natural_id__in={line.library for line in lines}), request)
    found = shares.with_principals().select_related("library")
    return {(each.library.natural_id, each.principal_name): each for each in found}


def _item(line: Line) -> Item:
    return Item(named(line.principal), line.wanted)


def _understood(row: dict[str, Any]) -> Line | ValidationError:
    texts = {column: "" if row.get(column) is None else str(row[column]).strip() for column in COLUMNS}
    refused = {column: "This field is required." for column in REQUIRED if not texts[column]}
    refused |= {column: UNSTORABLE for column in COLUMNS if not is_storable(texts[column])}
    try:
        wanted = Wanted(
            _level(texts["level"]),
            _end(texts["expires_at"]) if "expires_at" in row else KEEP,
            _unmarked(texts["note"]) if "note" in row else KEEP,
        )
    except ValidationError as error:
        return ValidationError({**error.message_dict, **refused})
    return ValidationError(refused) if refused else Line(texts["library"], texts["principal"], wanted)


def _level(text: str) -> Level:
    try:
        return Level[text.upper()]
    except KeyError:
        raise ValidationError({"level": f"“{text}” is no level: write {', '.join(Level.names)}."}) from None


def _end(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValidationError({"expires_at": f"“{text}” is no moment: write it as 2030-01-31T12:00:00Z."})
    return moment


def _unmarked(note: str) -> str:
    return note[1:] if note.startswith("'") and note[1:].startswith(FORMULA) else note


def _result(outcome: Any) -> RowResult:
    if isinstance(outcome, ValidationError):
        return _refused(outcome)
    if isinstance(outcome, SharingError):
        return _refused(ValidationError({COLUMNS_OF.get(type(outcome), "principal"): sentence(outcome)}))
    if outcome is None or not outcome.changes:
        return _skipped()
    result = RowResult()
    result.import_type = RowResult.IMPORT_TYPE_UPDATE if outcome.before else RowResult.IMPORT_TYPE_NEW
    result.diff = _difference(outcome)
    return result


def _difference(change: Change) -> list[str]:
    return [change.library.natural_id, change.principal_name, _terms(change.before), _terms(change.after)]


def _terms(share: Any) -> str:
    if share is None:
        return "no share"
    end = f" until {share.expires_at:%Y-%m-%d %H:%M:%S} UTC" if share.expires_at else ""
    return Level(share.level).name + end + (f" ({share.note})" if share.note else "")


def _refused(error: ValidationError) -> RowResult:
    result = RowResult()
    result.import_type = RowResult.IMPORT_TYPE_INVALID
    result.validation_error = error
    return result


def _skipped() -> RowResult:
    result = RowResult()
    result.import_type = RowResult.IMPORT_TYPE_SKIP
    return result
