from django.db import connection


def drop_idle_connections() -> None:
    """After an outage every idle connection of the pool is dead: drop them at once, not one failed request each."""
    pool = getattr(connection, "pool", None)
    if pool is not None:
        pool.drain()
