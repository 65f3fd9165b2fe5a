"""What the commands have in common."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from libraries.access.compiled import find_with_access
from libraries.db.text import is_storable
from libraries.errors import SharingError
from libraries.events.record import recorded_via
from libraries.identifiers import without_keys
from libraries.management.output import safe
from libraries.models import OPERATOR, Actor, Library, Organization, User
from libraries.rules.levels import Level
from libraries.share_files.values import end_of, level_of, moment_of

T = TypeVar("T")
LIBRARY_NAMES = "UUID, natural id (handbook, or acme.handbook with its organization) or object id"


class SharingCommand(BaseCommand):
    """Changes are recorded as made by a command, and what the core refuses ends with exit status 1 and its sentence."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Django makes the outputs, and makes them anew for each call."""
        super().__setattr__(name, safe(value) if name in ("stdout", "stderr") else value)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            with recorded_via("command"):
                return super().execute(*args, **options)
        except SharingError as error:
            raise CommandError(sentence_of(error)) from error
        except CommandError as error:
            # It quotes what was typed, and may end up in somebody's log.
            error.args = (without_keys(str(error)),)
            raise

    def print_json(self, document: Any) -> None:
        self.stdout.write(json.dumps(document, indent=2, default=str))


def sentence_of(error: SharingError) -> str:
    """What the core says, and by which rule. It may quote what was typed, and end up in somebody's log."""
    sentence = without_keys(str(error))
    return f"{sentence} ({error.rule})" if error.rule else sentence


def add_json_option(parser: CommandParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def add_actor_option(parser: CommandParser) -> None:
    parser.add_argument("--as", dest="actor", metavar="USER", help="act as this user; without it, as the operator")


def find_user(username: str) -> User:
    """The user of that name; a CommandError that says so where there is none."""
    user = User.objects.filter(username=username).first() if is_storable(username) else None
    if user is None:
        raise CommandError(f"There is no user “{username}”.")
    return user


def find_organization(slug: str) -> Organization:
    """The organization of that slug; a CommandError that says so where there is none."""
    organization = Organization.objects.filter(slug=slug).first() if is_storable(slug) else None
    if organization is None:
        raise CommandError(f"There is no organization “{slug}”.")
    return organization


def find_library(identifier: str, actor: Actor = OPERATOR) -> Library:
    """The library that the actor means by any of its names; a CommandError that says so where there is none.

    Raises AmbiguousName (R16).
    """
    library = find_with_access(actor, identifier)
    if library is None:
        raise CommandError(f"There is no library “{identifier}”. Give its {LIBRARY_NAMES}.")
    return library


def find_actor(username: str | None) -> Actor:
    return find_user(username) if username else OPERATOR


def level(text: str) -> Level:
    """An argument such as READER, reader or 1."""
    return _argument(level_of, text)


def moment(text: str) -> datetime:
    """An argument such as 2030-01-31 or 2030-01-31T12:00:00+01:00; UTC where it names no zone."""
    return _argument(moment_of, text)


def end(text: str) -> datetime:
    """The same for an end: a date alone means the end of that day."""
    return _argument(end_of, text)


def end_or_none(text: str) -> datetime | None:
    """The same, or `none` for no end."""
    return None if text.strip().casefold() == "none" else end(text)


def _argument(meaning: Callable[[str], T], text: str) -> T:
    try:
        return meaning(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def positive(text: str) -> int:
    """An argument that counts: 1 or more."""
    if not (text.isdecimal() and int(text) > 0):
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)
