"""The test's own database, for a connection or a process beside it."""

from typing import Any
from urllib.parse import quote

import psycopg
from django.db import connection

_WHERE = ("host", "port", "user", "password", "dbname")


def connect(**others: Any) -> psycopg.Connection[Any]:
    """Connect as the test does, to another database by `dbname`; a bare connection of psycopg."""
    given = connection.get_connection_params()
    where = {key: given[key] for key in _WHERE if given.get(key)}
    return psycopg.connect(**{**where, **others})


def url() -> str:
    """Return what DATABASE_URL would say."""
    values = connection.settings_dict
    login = ":".join(quote(str(values[part])) for part in ("USER", "PASSWORD") if values[part])
    port = f":{values['PORT']}" if values["PORT"] else ""
    if values["HOST"].startswith("/"):  # a folder: in the path, as django-environ wants it
        return f"postgresql://{login}@{port}/{quote(values['HOST'])}/{values['NAME']}"
    return f"postgresql://{login}@{values['HOST']}{port}/{values['NAME']}"
