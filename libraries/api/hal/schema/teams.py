"""Teams as OpenAPI; the view wears the declaration as a decorator."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view

from libraries.api.hal.schema.base import LOCATION, OF_A_BODY, ORGANIZATION, TEAM, TO_WRITE, call, page_of, reading
from libraries.api.hal.serializers.teams import TeamDocument, TeamInput, TeamQuery

teams = extend_schema_view(
    list=reading(
        "listTeams",
        "List the teams that the caller is in, by slug; all of them for administrators",
        ORGANIZATION,
        TeamQuery,
        tag="Teams",
        document=page_of("Team", "inf:team", TeamDocument),
        refused=(404, 422),
    ),
    retrieve=reading("getTeam", "Get a team", ORGANIZATION, TEAM, tag="Teams", document=TeamDocument, refused=(404,)),
    update=call(
        "putTeam",
        "Create or change a team: for administrators",
        ORGANIZATION,
        TEAM,
        LOCATION,
        *TO_WRITE,
        tag="Teams",
        request=TeamInput,
        answers={200: TeamDocument, 201: TeamDocument},
        refused=(404, 412, *OF_A_BODY),
    ),
    destroy=call(
        "deleteTeam",
        "Dissolve a team, with every share that it holds: for administrators",
        ORGANIZATION,
        TEAM,
        *TO_WRITE,
        tag="Teams",
        answers={204: None},
        refused=(404, 412),
    ),
)
