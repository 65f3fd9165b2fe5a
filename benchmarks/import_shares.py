"""How many shares a second `import_shares` makes, rules, grants and events included: see benchmarks/README.md.

Exits 1 if the median is below LEAST.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from io import StringIO
from itertools import count, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from django.core.management import call_command

from benchmarks.bare_rows import BareRows
from benchmarks.measure import print_table, seconds
from benchmarks.world import World, empty_the_database
from libraries.models import Event, Share
from libraries.sharing import grants

LIBRARIES = 1000
USERS = 2000
SHARES = 100_000
RUNS = 5
LEAST = 20_000


def main() -> int:
    """Import as many lines as SHARES into a new world, RUNS times: the first finds a server that has just started.

    Then import the file once more, which changes nothing, and store the rows of these shares in a copy of that world by
    COPY and nothing else.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "shares.csv"
        path.write_text("library,principal,level,expires_at,note\n" + "".join(_lines()))
        runs = [_imported_into_a_new_world(path) for _ in range(RUNS)]
        again = _imported(path)
    middle = median(took for took, _ in runs)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [
        *((f"new shares, run {number}", took) for number, (took, _) in enumerate(runs, start=1)),
        ("new shares, median", middle),
        ("the same file again", again),
        ("the new shares' rows by COPY alone", runs[-1][1].seconds_to_store()),
    ]
    print(f"\n{SHARES:,} lines for {LIBRARIES:,} libraries and {USERS:,} users; {memory:.0f} MB at most\n")
    print_table(
        ("import_shares", "seconds", "a second"),
        [(what, f"{took:.2f}", f"{SHARES / took:,.0f}") for what, took in rows],
    )
    assert not any(True for _ in grants.discrepancies())
    return 0 if SHARES / middle >= LEAST else 1


def _imported_into_a_new_world(path: Path) -> tuple[float, BareRows]:
    """The seconds that the import took, and what can store the same rows once more."""
    empty_the_database()
    World(libraries=LIBRARIES, users=USERS).build()
    bare = BareRows()
    shares, events = Share.objects.count(), Event.objects.count()
    took = _imported(path)
    assert Share.objects.count() - shares == Event.objects.count() - events == SHARES
    return took, bare


def _lines() -> Iterator[str]:
    """One library after another, for users who have no share of it; every tenth an EDITOR."""
    for library in range(LIBRARIES):
        have_one = {library, (library * 31 + 1) % USERS}
        users = (user for user in ((library * 31 + number * 7) % USERS for number in count()) if user not in have_one)
        for number, user in enumerate(islice(users, SHARES // LIBRARIES)):
            yield f"library-{library},user-{user},{'READER' if number % 10 else 'EDITOR'},,\n"


def _imported(path: Path) -> float:
    """The seconds that it took."""
    return seconds(lambda: call_command("import_shares", str(path), stdout=StringIO(), stderr=StringIO()))


if __name__ == "__main__":
    sys.exit(main())
