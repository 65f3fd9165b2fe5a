"""Idempotency-Key: a POST that creates, sent again within 24 hours, creates nothing more and has the same answer.

The row is inserted first, in the transaction of the change: who sends the same meanwhile waits for that row, and then
finds the answer, or nothing where the first was refused. So only what succeeded is kept.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from functools import wraps
from hashlib import sha256, shake_256
from typing import Any, Concatenate, ParamSpec

from django.db import transaction
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from libraries.api.views import DialectViewSet
from libraries.models import IdempotencyKey
from libraries.models.idempotency import IDEMPOTENCY_KEY_LENGTH

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
USABLE = re.compile(rf"[\x21-\x7e]{{1,{IDEMPOTENCY_KEY_LENGTH}}}")
NONCE_BYTES = 32

P = ParamSpec("P")
Create = Callable[Concatenate[Any, Request, P], Any]


def idempotent(create: Create[P]) -> Create[P]:
    """For a view method that answers with a `Response`, or raises."""

    @wraps(create)
    def once(view: Any, request: Request, *args: P.args, **kwargs: P.kwargs) -> Any:
        if HEADER not in request.headers:
            return create(view, request, *args, **kwargs)
        with transaction.atomic():
            claim, is_new = _claim(view)
            if not is_new:
                return _same_again(claim, request)
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
        user=view.caller, key=key, defaults={"fingerprint": fingerprint, "nonce": secrets.token_bytes(NONCE_BYTES)}
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
    claim.body = _sealed(JSONRenderer().render(response.data), claim, request)
    claim.save(update_fields=["status", "headers", "body"])


def _same_again(claim: IdempotencyKey, request: Request) -> Response:
    body = _sealed(bytes(claim.body), claim, request)
    return Response(json.loads(body), status=claim.status, headers={**claim.headers, REPLAYED: "true"})


def _sealed(text: bytes, claim: IdempotencyKey, request: Request) -> bytes:
    """The text sealed, or opened where it is sealed: an answer may hold a new key, which nobody else may ever read.

    It is combined with as many bytes that follow from the caller's own credential, of which the database has but a
    hash, and from a nonce that is used for this row alone: a one-time pad to whoever does not have the credential.
    """
    credential = next(request.successful_authenticator.credentials(request))  # type: ignore[union-attr]
    pad = shake_256(bytes(claim.nonce) + credential.encode()).digest(len(text))
    return bytes(a ^ b for a, b in zip(text, pad, strict=True))
