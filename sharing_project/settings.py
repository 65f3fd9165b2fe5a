"""All settings. Each `env` line is read from the environment, or from a file named by the same name with `_FILE`."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from environs import FileAwareEnv, validate

from sharing_project import __version__
from sharing_project.checks import is_address
from sharing_project.logs import configure_structlog, logging_config
from sharing_project.secret_key import read_or_create_secret_key

_root = Path(__file__).resolve().parent.parent
_in_checkout = (_root / "manage.py").is_file()
# Where the database and the secret key are kept, unless told otherwise: never among installed packages
BASE_DIR = _root if _in_checkout else Path.cwd()
env = FileAwareEnv()

# Where the service is reached
DEBUG = env.bool("DEBUG", False)
HOST = env.str("HOST", "") or "127.0.0.1"
PORT = env.int("PORT", 8000)
PUBLIC_URL = env.str("PUBLIC_URL", "").rstrip("/")  # as callers see it, e.g. https://sharing.example.org
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", [])  # whose X-Forwarded-For, -Proto and -Host are believed
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]", HOST])
CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", [])  # whose pages may call the API

# Limits
MAX_BODY_BYTES = env.int("MAX_BODY_BYTES", 1024 * 1024)  # a larger request body is refused with 413
MAX_IMPORT_BYTES = env.int("MAX_IMPORT_BYTES", 2 * 1024 * 1024)  # a larger file of shares is refused by the console
BODY_TIMEOUT_SECONDS = env.float("BODY_TIMEOUT_SECONDS", 30)  # a body that takes longer to arrive is refused with 408
DATA_UPLOAD_MAX_MEMORY_SIZE = None  # MAX_BODY_BYTES holds for forms too
LOGIN_ATTEMPTS = env.int("LOGIN_ATTEMPTS", 5)  # wrong passwords before an admin login is locked
LOGIN_ATTEMPTS_PER_ADDRESS = env.int("LOGIN_ATTEMPTS_PER_ADDRESS", 20)  # over all names
LOGIN_ATTEMPTS_PER_NAME = env.int("LOGIN_ATTEMPTS_PER_NAME", 50)  # over all addresses
LOGIN_LOCK_MINUTES = env.int("LOGIN_LOCK_MINUTES", 15)
LOGIN_LOCK_ENABLED = env.bool("LOGIN_LOCK_ENABLED", True)
FAILED_CREDENTIALS_PER_MINUTE = env.int("FAILED_CREDENTIALS_PER_MINUTE", 400)  # from one address; 0: no limit
CALLS_PER_MINUTE_PER_KEY = env.int("CALLS_PER_MINUTE_PER_KEY", 0)  # 0: no limit
CALLS_PER_MINUTE_PER_USER = env.int("CALLS_PER_MINUTE_PER_USER", 0)
CALLS_PER_MINUTE_PER_ADDRESS = env.int("CALLS_PER_MINUTE_PER_ADDRESS", 0)

# Operation
METRICS_ENABLED = env.bool("METRICS_ENABLED", False)  # serves /metrics to anyone who can reach it
LOG_LEVEL = env.str("LOG_LEVEL", "INFO").upper()
LOG_STREAM = env.str("LOG_STREAM", "stdout", validate=validate.OneOf(["stdout", "stderr"]))

# Database
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", 24)  # PostgreSQL connections per process
DATABASE_PREPARED_STATEMENTS = env.bool("DATABASE_PREPARED_STATEMENTS", True)  # off behind a pooler by transaction
DATABASE_POOL_TIMEOUT = env.float("DATABASE_POOL_TIMEOUT", 1.0)  # seconds to wait for one before answering 503
DATABASE_URL: str | None = env.str("DATABASE_URL", None)  # None where the embedded one serves
_embedded = f"sqlite:///{quote(str(BASE_DIR / 'db.sqlite3'))}"
_database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL or _embedded))
_options = _database.setdefault("OPTIONS", {})
_key_dir = BASE_DIR
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["ENGINE"] = "libraries.db.sqlite3"  # its writers wait in line
    # With the defaults, concurrent writers fail with "database is locked".
    _options.setdefault("transaction_mode", "IMMEDIATE")
    _options.setdefault("timeout", 20)
    _options.setdefault("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
    if ":memory:" not in _database["NAME"]:
        _key_dir = Path(_database["NAME"]).resolve().parent
elif _database["ENGINE"] == "django.db.backends.postgresql":
    _database["CONN_MAX_AGE"] = 0  # the pool keeps connections, and checks one before lending it
    _database["CONN_HEALTH_CHECKS"] = True
    _options.setdefault("connect_timeout", 1)
    _options.setdefault("tcp_user_timeout", 1000)
    _options.setdefault("prepare_threshold", 2 if DATABASE_PREPARED_STATEMENTS else None)
    _options.setdefault(
        "pool",
        {
            "min_size": 1,
            "max_size": DATABASE_POOL_SIZE,
            "timeout": DATABASE_POOL_TIMEOUT,
            "max_waiting": 1000,  # far above the server's threads: a burst waits, only an outage fails
            "max_idle": 120,
            "reconnect_timeout": 0.2,  # no growing pause between attempts: the next request tries again
        },
    )
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where limits are counted: for all processes in Redis, else for each in its own memory. Nothing else is kept there.
_cache = env.dj_cache_url("CACHE_URL", "locmem://")
if _cache["BACKEND"].endswith("RedisCache"):
    # A cache that is away must not keep anybody waiting.
    _cache.setdefault("OPTIONS", {}).update(socket_connect_timeout=0.25, socket_timeout=0.25)
else:
    _cache.setdefault("OPTIONS", {})["MAX_ENTRIES"] = 100_000  # of the default, 300, an attacker would be forgotten
CACHES = {"default": _cache}

# Secrets and passwords
SECRET_KEY = env.str("SECRET_KEY", "") or read_or_create_secret_key(_key_dir / ".secret-key")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
PASSWORD_HASHERS = [
    "libraries.limits.hashing.BoundedArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Application
ROOT_URLCONF = "sharing_project.urls"
WSGI_APPLICATION = "sharing_project.wsgi.application"
INSTALLED_APPS = [
    "libraries.apps.LibrariesConfig",
    "libraries.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "guardian",
    "import_export",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "corsheaders",
    "csp",
]
MIDDLEWARE = [
    "sharing_project.middleware.RequestIdMiddleware",
    "sharing_project.middleware.ProbeMiddleware",
    "sharing_project.middleware.HostMiddleware",
    "sharing_project.browsers.CorsMiddleware",
    "sharing_project.middleware.BodyLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "sharing_project.browsers.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sharing_project.middleware.ReadableMiddleware",
    "sharing_project.browsers.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "sharing_project.browsers.AuthenticationMiddleware",
    "sharing_project.browsers.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "sharing_project.middleware.DatabaseOutageMiddleware",
    "sharing_project.middleware.HashingLimitMiddleware",
]
if METRICS_ENABLED:
    INSTALLED_APPS += ["django_prometheus"]
    MIDDLEWARE.insert(1, "django_prometheus.middleware.PrometheusBeforeMiddleware")
    MIDDLEWARE.append("django_prometheus.middleware.PrometheusAfterMiddleware")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_root / "templates"] if _in_checkout else [],  # installed, they are the application's
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
TIME_ZONE = "UTC"
USE_TZ = True

# Who may do what
AUTH_USER_MODEL = "libraries.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "libraries.access.backend.LibraryBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # it looks for guardian's own backend; ours takes its place
    # Other hosts of the domain are not ours to decide about, and sending http on to https is the proxy's part.
    "security.W005",
    "security.W008",
    "security.W021",
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"  # where who signs in goes who did not come from a page of ours

# Wrong passwords lock one username from one address for a while
AXES_ENABLED = LOGIN_LOCK_ENABLED
AXES_FAILURE_LIMIT = LOGIN_ATTEMPTS
AXES_COOLOFF_TIME = timedelta(minutes=LOGIN_LOCK_MINUTES)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "libraries.limits.logins.locked_out"
AXES_VERBOSE = False

# API: each dialect states its own authentication, renderers, pages and errors
REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "libraries.api.schema.DialectSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sharing",
    "DESCRIPTION": "Who may do what to which library.",
    "VERSION": __version__,
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": "/", "description": "Where this description was found."}],
    "PREPROCESSING_HOOKS": ["libraries.api.hal.schema.base.in_the_documents_words"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "libraries.api.schema.with_too_many_calls",
        "libraries.api.schema.with_what_any_call_may_meet",
        "libraries.api.schema_links.with_links",
        "libraries.api.schema_examples.with_examples",
        "libraries.api.schema.with_tags",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "GoogleRole": ["OWNER", "WRITER", "READER"],
        "MistralRole": ["Viewer", "Editor", "Owner"],
    },
}

# Static files come straight from the packages: there is no collecting step
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# Browser security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Swagger UI's style sheet carries its icons
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
# Pages elsewhere send a key; the console's session goes along with no call of theirs
CORS_URLS_REGEX = r"^/(api|v1|v1beta|access|\.well-known)/"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
CORS_ALLOW_HEADERS = (
    *("accept", "authorization", "content-type", "if-match", "if-none-match", "idempotency-key"),
    *("x-request-id", "x-goog-api-key", "x-goog-api-client"),
)
CORS_EXPOSE_HEADERS = (
    *("ETag", "Location", "Retry-After", "X-Request-ID", "Idempotent-Replayed", "WWW-Authenticate"),
    *("RateLimit", "RateLimit-Policy"),
)
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", 12) * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if is_address(PUBLIC_URL):
    _public = urlsplit(PUBLIC_URL)
    ALLOWED_HOSTS.append(_public.hostname or "")
    CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
    if _public.scheme == "https":
        SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
        SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31536000)

# Logs
configure_structlog()
LOGGING = logging_config(level=LOG_LEVEL, stream=LOG_STREAM)
