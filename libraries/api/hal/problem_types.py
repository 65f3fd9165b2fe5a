"""The types of the native API's problems (RFC 9457): each is the address of a page that says what it means."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from libraries.api.failures import Failure
from libraries.errors import SharingError

RULES = {
    "R3": "A share counts for nothing from its expiry date on. Nobody gives access that lasts longer than their own, and an owner's never expires.",
    "R4": "READER may view; EDITOR may also change; OWNER may also share, delete and transfer. Editors share where the library's settings let them.",
    "R5": "Nobody gives a level above their own, nor changes or takes away a share that is above it. Only owners touch owners' shares.",
    "R6": "An owner cannot change or give up their own ownership, only transfer it, so every library has an owner.",
    "R8": "A library is shared within its organization, unless the organization's sharing scope is “anyone”. Inactive accounts are given nothing.",
    "R9": "What somebody may not see looks exactly like what does not exist. People are named to who is in an organization with them, and where a share of the library names them; the others are a number.",
    "R10": "Administrators of an organization manage its libraries, members and teams; superusers manage all.",
    "R12": "A member who leaves an organization loses their shares there, and stays while they are the only owner of a library.",
    "R13": "A service account belongs to one organization, whose administrators manage it and its keys; a person's keys are made by that person.",
    "R14": "An organization with members keeps an active administrator, and the service an active superuser.",
    "R15": "Nobody is taken into an organization without their consent; anyone may leave.",
    "R16": "A library's natural id and a team's e-mail are unique within one organization; “acme.handbook” is always right.",
}
"""Each rule that an error names, in a sentence or two."""


@dataclass(frozen=True)
class ProblemType:
    """What two problems of one kind have in common. name: the last part of its address. rule: its number, or nothing."""

    name: str
    title: str
    meaning: str
    what_to_do: str
    rule: str = ""

    @property
    def rule_in_words(self) -> str:
        return RULES.get(self.rule, "")


OF_HTTP = {
    400: ProblemType(
        "malformed-request",
        "Malformed request",
        "The request cannot be read: its body is not proper JSON, or its query is not UTF-8.",
        "Correct what the detail names. JSON libraries write what this service can read.",
    ),
    401: ProblemType(
        "not-authenticated",
        "Not authenticated",
        "The request carries no API key, two different ones, or one that is unknown, expired or revoked.",
        "Send a valid key, as in “Authorization: Bearer KEY”. Ask for a new one where yours has ended.",
    ),
    403: ProblemType(
        "forbidden",
        "Not permitted",
        "The key is valid, but does not permit this call: as a rule, it lacks the scope that the detail names.",
        "Use a key that has the scope.",
    ),
    404: ProblemType(
        "not-found",
        "Nothing at this address",
        "The service has nothing at this address, for anybody.",
        "Follow the links of the answers, which begin at /api/, or look the address up in /api/docs/.",
    ),
    405: ProblemType(
        "method-not-allowed",
        "Method not allowed",
        "There is something at this address, but it does not take this method.",
        "Use one of the methods that the answer's Allow header lists.",
    ),
    406: ProblemType(
        "not-acceptable",
        "Not acceptable",
        "The request's Accept header names none of the formats that this service answers in.",
        "Accept application/hal+json or application/json.",
    ),
    413: ProblemType(
        "body-too-large",
        "Body too large",
        "The request's body is longer than this service takes.",
        "Send less at once: many shares, for instance, in several requests.",
    ),
    415: ProblemType(
        "unsupported-media-type",
        "Unsupported media type",
        "The request's body is not declared to be JSON.",
        "Send JSON, with “Content-Type: application/json”.",
    ),
    422: ProblemType(
        "invalid-request",
        "Invalid request",
        "The request can be read, but its body, query or a header has values that are not valid.",
        "Correct the fields that `errors` lists: each has a JSON pointer to the field, and what is wrong with it.",
    ),
    429: ProblemType(
        "too-many-requests",
        "Too many requests",
        "The caller sends more requests than they may.",
        "Wait as many seconds as the answer's Retry-After header says.",
    ),
    500: ProblemType(
        "internal-error",
        "Internal error",
        "Something went wrong in this service. The request is not to blame.",
        "Tell whoever runs the service the answer's X-Request-ID: it finds the cause in the log.",
    ),
    503: ProblemType(
        "database-unavailable",
        "Database unavailable",
        "The service cannot reach its database at the moment.",
        "Send the same request again, after as many seconds as the answer's Retry-After header says; a POST with its "
        "Idempotency-Key, since it may have been carried out.",
    ),
}
"""What is wrong with a request, or with the service, before any rule is asked: the type of each status."""


def type_of(failure: Failure) -> ProblemType | None:
    """The failure's type; None where its status says all that there is to say, which RFC 9457 calls about:blank."""
    if isinstance(failure.cause, SharingError):
        return type_of_refusal(type(failure.cause))
    return OF_HTTP.get(failure.status)


def type_of_refusal(error: type[SharingError]) -> ProblemType:
    """The type of a refusal by the rules: one for each class, so that those that must look alike do."""
    return ProblemType(
        name=error.code.replace("_", "-"),
        title=error.title,
        meaning=_first_paragraph(error),
        what_to_do=error.what_to_do,
        rule=error.rule,
    )


def _first_paragraph(error: type[SharingError]) -> str:
    return inspect.cleandoc(error.__doc__ or "").split("\n\n")[0]
