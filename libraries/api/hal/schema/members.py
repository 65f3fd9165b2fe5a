"""Members as OpenAPI; the views wear these declarations as decorators."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view

from libraries.api.hal.pagination import PeopleQuery
from libraries.api.hal.schema.base import OF_A_BODY, ORGANIZATION, TEAM, TO_WRITE, USERNAME, call, page_of, reading
from libraries.api.hal.serializers.members import (
    DepartureDocument,
    MemberDocument,
    MemberInput,
    RemovalQuery,
    TeamMemberDocument,
    TeamMemberInput,
)

members = extend_schema_view(
    list=reading(
        "listMembers",
        "List the members of an organization, by username: for any of them",
        ORGANIZATION,
        PeopleQuery,
        tag="Organizations",
        document=page_of("Member", "inf:member", MemberDocument),
        refused=(404, 422),
    ),
    retrieve=reading(
        "getMember",
        "Get a member of an organization",
        ORGANIZATION,
        USERNAME,
        tag="Organizations",
        document=MemberDocument,
        refused=(404,),
    ),
    update=call(
        "putMember",
        "Change what a member may do in the organization: for its administrators; add somebody: for superusers",
        ORGANIZATION,
        USERNAME,
        *TO_WRITE,
        tag="Organizations",
        request=MemberInput,
        answers={200: MemberDocument},
        refused=(404, 409, 412, *OF_A_BODY),
        description=(
            "Who is no member yet is added by superusers alone (R15): administrators get the same 403 whoever is named, "
            "an account or none. 409 where the organization would be left without an active administrator (R14)."
        ),
    ),
    destroy=call(
        "deleteMember",
        "End a membership, with every share, team and power in the organization: one's own, or as its administrator",
        ORGANIZATION,
        USERNAME,
        RemovalQuery,
        *TO_WRITE,
        tag="Organizations",
        answers={200: DepartureDocument, 204: None},
        refused=(404, 409, 412, 422),
        description=(
            "Anyone may leave (R15), a service account apart. 409 names the libraries that they alone own, unless a "
            "successor is named (R12), or says that they are the last administrator of other members (R14). 200 answers "
            "a dry run: what would go. Their API keys end, and those that they made for service accounts; of who removes "
            "themselves, the latter alone."
        ),
    ),
)

team_members = extend_schema_view(
    list=reading(
        "listTeamMembers",
        "List the members of a team, by username: for any of them, and administrators",
        ORGANIZATION,
        TEAM,
        PeopleQuery,
        tag="Teams",
        document=page_of("TeamMember", "inf:member", TeamMemberDocument),
        refused=(404, 422),
    ),
    retrieve=reading(
        "getTeamMember",
        "Get a member of a team",
        ORGANIZATION,
        TEAM,
        USERNAME,
        tag="Teams",
        document=TeamMemberDocument,
        refused=(404,),
    ),
    update=call(
        "putTeamMember",
        "Add a member of the organization to a team: for administrators",
        ORGANIZATION,
        TEAM,
        USERNAME,
        *TO_WRITE,
        tag="Teams",
        request=TeamMemberInput,
        answers={200: TeamMemberDocument},
        refused=(404, 412, *OF_A_BODY),
    ),
    destroy=call(
        "deleteTeamMember",
        "Take somebody out of a team: for administrators",
        ORGANIZATION,
        TEAM,
        USERNAME,
        *TO_WRITE,
        tag="Teams",
        answers={204: None},
        refused=(404, 412),
    ),
)
