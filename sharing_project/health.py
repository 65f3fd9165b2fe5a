import structlog
from django.db import Error, connection
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from libraries.db.outage import note_outage

logger = structlog.get_logger()


@csrf_exempt
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Is the process answering? Asks nothing of the database, so an outage does not restart healthy processes."""
    return JsonResponse({"status": "ok"})


@csrf_exempt
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Can this process serve? Only with a reachable database whose migrations are all applied."""
    try:
        waiting = _count_unapplied_migrations()
    except (Error, MigrationSchemaMissing) as error:
        # The driver's own message may name hosts and users: it goes to the log's reader, not to the caller.
        note_outage(error)
        logger.error("database_unreachable", error=str(error))
        return _not_ready("The database cannot be reached.")
    if waiting:
        return _not_ready(f"Migrations that are not applied: {waiting}. Run `python manage.py migrate`.")
    return JsonResponse({"status": "ok"})


def _count_unapplied_migrations() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _not_ready(reason: str) -> JsonResponse:
    return JsonResponse({"status": "unavailable", "reason": reason}, status=503, headers={"Retry-After": "1"})
