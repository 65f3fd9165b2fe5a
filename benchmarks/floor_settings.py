"""The application's settings for the HTTP floor: its one view, and no middleware but what states the length."""

from sharing_project.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.floor"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
