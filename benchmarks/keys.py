"""Keys like the application's, made by PostgreSQL."""

UUID7 = "(lpad(to_hex(1700000000000 + {n}), 12, '0') || '7' || substr(md5({salt} || {n}), 1, 3) || '8' || substr(md5({salt} || {n}), 4, 15))::uuid"


def key(salt: str, n: str) -> str:
    """An expression in SQL for the UUID of version 7 of row number `n`: later rows sort later. The same for the same."""
    return UUID7.format(salt=f"'{salt}'", n=f"({n})::bigint")
