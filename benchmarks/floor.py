"""The HTTP floor: a bare view of Django REST framework that does as many trivial queries and answers as many bytes."""

from __future__ import annotations

from django.db import connection
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

LEAST_BYTES = len('{"filling":""}')


class FloorView(APIView):
    def get(self, request: Request, queries: int, size: int) -> Response:
        with connection.cursor() as cursor:
            for _ in range(queries):
                cursor.execute("SELECT 1")
                cursor.fetchone()
        return Response({"filling": "x" * (size - LEAST_BYTES)})

    def post(self, request: Request, queries: int, size: int) -> Response:
        assert request.data
        return self.get(request, queries, size)

    put = post


urlpatterns = [path("floor/<int:queries>/<int:size>", FloorView.as_view())]
