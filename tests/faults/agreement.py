"""`python -m tests.faults.agreement`: whether a database agrees with itself after whatever befell it, as JSON.

What the shares say is enforced, and is what the events add up to; each request that changed something did so once.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any


def disagreements() -> dict[str, Any]:
    """Nothing in each, where all agrees."""
    from django.db.models import Count, F

    from libraries.models import Event, Library, Share
    from libraries.sharing import grants

    told: dict[tuple[object, str], int | None] = {}
    torn = []
    for event in Event.objects.filter(action__startswith="share.").order_by("position"):
        share = (event.library_id, event.principal)
        if told.get(share) != event.from_level:
            torn.append(str(event))
        told[share] = event.to_level
    held = {(each.library_id, each.principal_name): each.level for each in Share.objects.all()}
    counted = Library.objects.annotate(number=Count("shares")).exclude(share_count=F("number"))
    return {
        "grants": [str(each) for each in grants.discrepancies()],
        "events": torn,
        "shares": sorted(
            map(str, {share: level for share, level in told.items() if level is not None}.items() ^ held.items())
        ),
        "counts": [str(each) for each in counted],
    }


def requests_recorded() -> dict[str, int]:
    """How many events each request has."""
    from libraries.models import Event

    return dict(Counter(Event.objects.filter(via="hal").values_list("request_id", flat=True)))


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "sharing_project.settings"
    django.setup()
    print(json.dumps({"disagreements": disagreements(), "requests": requests_recorded()}))
