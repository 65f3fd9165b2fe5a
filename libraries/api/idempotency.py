"""Idempotency-Key: a POST that creates, sent again within 24 hours, creates nothing more and has the same answer.

The row is inserted first, in the transaction of the change: who sends the same meanwhile waits for that row, and then
finds the answer, or nothing where the first was refused. So only what succeeded is kept. It is answered again to whoever
may still make the call and see what it made, and to nobody else: the others are told what they would be told about that.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec

from django.db import transaction
from django.urls import get_script_prefix, resolve
from rest_framework.exceptions import NotFound, ParseError, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from libraries.api.sealing import Unopenable, opened, sealed
from libraries.api.views import DialectViewSet
from libraries.models import IdempotencyKey
from libraries.models.idempotency import IDEMPOTENCY_KEY_LENGTH

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
USABLE = re.compile(rf"[\x21-\x7e]{{1,{IDEMPOTENCY_KEY_LENGTH}}}")
SALT_BYTES = 32

P = ParamSpec("P")
Create = Callable[Concatenate[Any, Request, P], Any]
Door = Callable[Concatenate[Any, P], object]


def idempotent(create: Create[P]) -> Create[P]:
    """For a view method that answers with a `Response`, or raises. Sent again, what it made is looked at first."""
    return _idempotent(create, lambda view, *args, **kwargs: None)


def idempotent_behind(door: Door[P]) -> Callable[[Create[P]], Create[P]]:
    """The same for a method that has a door of its own: it is asked again, too. It raises for who may not go in."""
    return lambda create: _idempotent(create, door)


def _idempotent(create: Create[P], door: Door[P]) -> Create[P]:
    @wraps(create)
    def once(view: Any, request: Request, *args: P.args, **kwargs: P.kwargs) -> Any:
        if HEADER not in request.headers:
            return create(view, request, *args, **kwargs)
        with transaction.atomic():
            claim, is_new = _claim(view)
            if not is_new:
                told = _told(claim, request)
                door(view, *args, **kwargs)
                _look_again(view, told, claim.headers.get("Location"))
                return Response(told, status=claim.status, headers={**claim.headers, REPLAYED: "true"})
            response = create(view, request, *args, **kwargs)
            _keep(claim, response, request)
        return response

    return once


def _claim(view: DialectViewSet) -> tuple[IdempotencyKey, bool]:
    """The row of the request's key, and whether it is new. Raises ValidationError for a key that is of no use."""
    key, fingerprint = view.request.headers[HEADER], _fingerprint(view)
    if not USABLE.fullmatch(key):
        raise ValidationError({HEADER: [f"Must be 1 to {IDEMPOTENCY_KEY_LENGTH} visible ASCII characters."]})
    mine = IdempotencyKey.objects.filter(user=view.caller)
    mine.outdated().delete()
    claim, is_new = mine.get_or_create(
        user=view.caller, key=key, defaults={"fingerprint": fingerprint, "nonce": secrets.token_bytes(SALT_BYTES)}
    )
    if claim.fingerprint != fingerprint:
        raise ValidationError({HEADER: ["This key was already used, with another request."]})
    return claim, is_new


def _fingerprint(view: DialectViewSet) -> str:
    """What makes two requests the same: the credential, the address, and what the body says."""
    request = view.request
    said = [str(view.key.pk), request.method, request.get_full_path(), request.data]
    try:
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    except RecursionError as error:
        raise ParseError("The body is nested too deeply.") from error


def _keep(claim: IdempotencyKey, response: Response, request: Request) -> None:
    claim.status = response.status_code
    claim.headers = dict(response.headers)
    claim.body = sealed(JSONRenderer().render(response.data), **_seal(claim, request))
    claim.save(update_fields=["status", "headers", "body"])


def _told(claim: IdempotencyKey, request: Request) -> Any:
    """The body of the answer that was kept. Raises ValidationError where the row is not what was kept."""
    try:
        return json.loads(opened(bytes(claim.body), **_seal(claim, request)))
    except Unopenable:
        lost = "This key was already used, and its answer cannot be read any more. See what there is, and use another."
        raise ValidationError({HEADER: [lost]}) from None


def _seal(claim: IdempotencyKey, request: Request) -> dict[str, Any]:
    """What seals the answer: the caller's own credential, since an answer may hold a new key; and all that tells of it."""
    credential = next(request.successful_authenticator.credentials(request))  # type: ignore[union-attr]
    about = [str(claim.pk), str(claim.user_id), claim.key, claim.fingerprint, claim.status, claim.headers]
    return {
        "credential": credential,
        "salt": bytes(claim.nonce),
        "about": json.dumps(about, sort_keys=True).encode(),
    }


def _look_again(view: DialectViewSet, told: Any, location: str | None) -> None:
    """Raises what reading the thing that was made would; NotFound where another one has its address by now."""
    if location is None:
        return
    found = resolve("/" + location.removeprefix(get_script_prefix()))
    reading: Any = found.func
    reader = reading.cls(**reading.initkwargs)
    reader.request, reader.args, reader.kwargs = view.request, found.args, found.kwargs
    reader.action, reader.format_kwarg = "retrieve", None
    if reader.retrieve(view.request, *found.args, **found.kwargs).data.get("id") != told.get("id"):
        raise NotFound("What this made is gone.")
