from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from rest_framework.renderers import JSONRenderer

from libraries.api.hal.serializers.events import EventDocument
from libraries.db.text import is_storable
from libraries.events.feed import all_events_after, events_for, matching, position_of
from libraries.events.record import EventAction
from libraries.identifiers import is_uuid
from libraries.management.base import SharingCommand, moment
from libraries.management.output import add_file_argument, opened
from libraries.models import OPERATOR, Event

FILTERS = ("action", "actor", "principal", "organization", "library", "since", "until")
BEGINNING = 0


class Command(SharingCommand):
    help = (
        "Write what happened as JSON Lines, oldest first, each event as the native API shows it. "
        "To go on later, give --after the id in the last line: then nothing is missing, and nothing there twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_file_argument(parser)
        parser.add_argument("--after", type=_event_id, metavar="ID", help="only what came after the event of this id")
        parser.add_argument("--action", choices=[action.value for action in EventAction], metavar="ACTION")
        parser.add_argument("--actor", type=_name, metavar="USER", help="who did it")
        parser.add_argument("--principal", type=_name, help="alice, team:engineering, org:acme or everyone")
        parser.add_argument("--organization", type=_name, help="a slug")
        parser.add_argument("--library", type=_name, help="UUID, or the natural id that it had")
        parser.add_argument("--since", type=moment, help="from this date on, or this moment in ISO 8601")
        parser.add_argument("--until", type=moment, help="before this date, or this moment in ISO 8601")

    def handle(self, **options: Any) -> None:
        condition = matching(**{name: options[name] for name in FILTERS if options[name]})
        events = all_events_after(events_for(OPERATOR), condition, after=_point(options["after"]))
        with opened(options["file"], self.stdout) as file:
            for line in _lines(events):
                file.write(line)


def _point(event_id: UUID | None) -> int:
    if event_id is None:
        return BEGINNING
    point = position_of(event_id)
    if point is None:
        raise CommandError(f"There is no event “{event_id}”.")
    return point


def _lines(events: Iterable[Event]) -> Iterator[str]:
    document, renderer = EventDocument(context={"traced": True}), JSONRenderer()
    for event in events:
        yield renderer.render(document.to_representation(event)).decode() + "\n"


def _event_id(text: str) -> UUID:
    if not is_uuid(text):
        raise ArgumentTypeError(f"{text!r} is not an event id")
    return UUID(text)


def _name(text: str) -> str:
    if not text or not is_storable(text):
        raise ArgumentTypeError(f"{text!r} is not a valid name")
    return text
