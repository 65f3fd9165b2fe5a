"""The pages that the types of problems lead to, for people: they need no key, no database and no script."""

from __future__ import annotations

from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from libraries.api.hal.errors import STATUSES
from libraries.api.hal.problem_types import OF_HTTP, ProblemType, type_of_refusal
from libraries.errors import SharingError


@cache
def problem_types() -> dict[str, ProblemType]:
    """Every type that the native API answers, by name; first what the rules refuse, then what HTTP does."""
    refusals = [type_of_refusal(error) for error in STATUSES if issubclass(error, SharingError)]
    ordered = [*sorted(refusals, key=lambda refusal: refusal.name), *OF_HTTP.values()]
    return {problem_type.name: problem_type for problem_type in ordered}


@require_safe
@cache_control(public=True, max_age=3600)
def index(request: HttpRequest) -> HttpResponse:
    """All types, in one table."""
    return render(request, "problems/index.html", {"problem_types": problem_types().values()})


@require_safe
@cache_control(public=True, max_age=3600)
def page(request: HttpRequest, name: str) -> HttpResponse:
    """What one type means, which rule it comes from, and what to do. Raises Http404."""
    if name not in problem_types():
        raise Http404
    return render(request, "problems/problem.html", {"problem_type": problem_types()[name]})
