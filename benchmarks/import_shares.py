"""How many shares a second `import_shares` makes, rules, grants and events included: see benchmarks/README.md."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from io import StringIO
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command

from benchmarks.bare_rows import BareRows
from benchmarks.measure import print_table, seconds
from benchmarks.world import World, empty_the_database
from libraries import grants
from libraries.models import Event, Share

LIBRARIES = 1000
USERS = 2000
SHARES = 100_000


def main() -> None:
    """Import as many lines as SHARES into a fresh world, then the same file again, which changes nothing.

    Then store the rows of these shares once more, in a copy of that world, by COPY and nothing else.
    """
    empty_the_database()
    world = World(libraries=LIBRARIES, users=USERS)
    world.build()
    shares, events = Share.objects.count(), Event.objects.count()
    bare = BareRows()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "shares.csv"
        path.write_text("library,principal,level,expires_at,note\n" + "".join(_lines()))
        rows = [_imported("new shares", path), _imported("the same file again", path)]
    rows.append((*_told("the new shares' rows by COPY alone", bare.seconds_to_store()), ""))
    print(f"\n{SHARES:,} lines for {LIBRARIES:,} libraries and {USERS:,} users\n")
    print_table(("import_shares", "seconds", "a second", "peak memory, MB"), rows)
    assert Share.objects.count() - shares == Event.objects.count() - events == SHARES
    assert not any(True for _ in grants.discrepancies())


def _lines() -> Iterator[str]:
    """One library after another, for users who have no share of it; every tenth an EDITOR."""
    for library in range(LIBRARIES):
        have_one = {library, (library * 31 + 1) % USERS}
        users = (user for user in ((library * 31 + number * 7) % USERS for number in count()) if user not in have_one)
        for number, user in enumerate(islice(users, SHARES // LIBRARIES)):
            yield f"library-{library},user-{user},{'READER' if number % 10 else 'EDITOR'},,\n"


def _imported(what: str, path: Path) -> tuple[str, ...]:
    took = seconds(lambda: call_command("import_shares", str(path), stdout=StringIO(), stderr=StringIO()))
    return *_told(what, took), f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}"


def _told(what: str, took: float) -> tuple[str, ...]:
    return what, f"{took:.2f}", f"{SHARES / took:,.0f}"


if __name__ == "__main__":
    main()
