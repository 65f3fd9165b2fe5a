"""The floor: a bare view of Django REST framework with two trivial queries, and nothing of this product."""

from __future__ import annotations

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sharing_project.receiving import with_threads


class Floor(APIView):
    def get(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            for number in (1, 2):
                cursor.execute("SELECT %s", [number])
                cursor.fetchone()
        return Response({"decision": True})

    def post(self, request: Request) -> Response:
        """Read the body, as a view that changes something does."""
        return Response({"read": len(request.data)})


urlpatterns = [path("", Floor.as_view())]
application = get_wsgi_application()
asgi = get_asgi_application()
in_threads = with_threads(application, 8, longest=lambda path: 1024 * 1024, within=30)
