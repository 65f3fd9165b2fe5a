"""Saves that are asked about before they are kept.

A save runs for real inside its transaction, under the core's locks. What must be seen first raises a `Question`, which
rolls all of it back; a page puts it, and its form sends everything again together with the answer.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from libraries.admin.base import VerbAdmin


class Question(Exception):
    """Something that nobody has answered yet. answers: the fields of the page's form in which somebody does."""

    template: ClassVar[str]
    title: ClassVar[str]
    answers: ClassVar[frozenset[str]]

    def context(self) -> dict[str, Any]:
        """What the page tells."""
        raise NotImplementedError


class AskingAdmin(VerbAdmin):
    """Puts the question that a save raises."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Question as question:
            return self.put_question(request, question)

    def put_question(self, request: HttpRequest, question: Question) -> HttpResponse:
        """The page that asks, with all that was posted, to be sent again."""
        left_out = {"csrfmiddlewaretoken", *question.answers}
        posted = ((name, value) for name, values in request.POST.lists() for value in values)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": question.title,
            **question.context(),
            "posted": [(name, value) for name, value in posted if name not in left_out],
        }
        return TemplateResponse(request, question.template, context)
