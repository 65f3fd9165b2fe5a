"""Django's settings for the floor: as little as a view with a database can do with."""

from __future__ import annotations

import os

from environs import Env

_database = Env().dj_db_url("DATABASE_URL", "sqlite:///:memory:")
if _database["ENGINE"] == "django.db.backends.postgresql":
    _database["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 24}}

ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {"default": _database}
INSTALLED_APPS = ["rest_framework"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # says how long an answer is
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}
ROOT_URLCONF = "benchmarks.servers.floor"
SECRET_KEY = os.urandom(16).hex()
USE_TZ = True
