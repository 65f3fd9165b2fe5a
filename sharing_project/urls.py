from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from libraries.api.hal import problem_pages
from libraries.api.hal.views.start import RootViewSet
from sharing_project import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api", RootViewSet.as_view({"get": "retrieve"})),
    path("api/", include("libraries.api.hal.urls")),
    path("v1/", include("libraries.api.lightly.urls")),
    path("v1/", include("libraries.api.mistral.urls")),
    path("v1beta/", include("libraries.api.google.urls")),
    path("", include("libraries.api.authzen.urls")),
    path("problems/", problem_pages.index, name="problems"),
    path("problems/<slug:name>", problem_pages.page, name="problem"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]

if settings.METRICS_ENABLED:
    from django_prometheus.exports import ExportToDjangoView

    urlpatterns += [path("metrics", ExportToDjangoView)]
