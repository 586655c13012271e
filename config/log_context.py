"""To which request and which task a log line belongs, passed on to the tasks that these start.

A context variable is one a thread, as are a request here and a task in a pool of threads.
"""

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
# Of a task's message; Celery makes it an attribute of the task's request.
TASK_HEADER = "started_by_request"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_task: ContextVar[tuple[str, str]] = ContextVar("task", default=("", ""))


def current_ids() -> dict[str, str]:
    """Return `request_id`, `task_id` and `task` (its name), those that there are."""
    task_id, name = _task.get()
    found = {"request_id": _request_id.get(), "task_id": task_id, "task": name}
    return {key: value for key, value in found.items() if value}


class RequestIdMiddleware:
    """Gives each request an id: the one it brings where it is sane, else 16 random letters.

    It has to be the first. The id outlives it: Django logs refusals after all middleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        brought = request.headers.get(HEADER, "")
        number = brought if _SANE.fullmatch(brought) else secrets.token_hex(8)
        _request_id.set(number)
        response = self._get_response(request)
        response[HEADER] = number
        return response


@receiver(request_finished)
def forget_request(**_kwargs: Any) -> None:
    _request_id.set("")


@before_task_publish.connect
def pass_on(headers: dict[str, Any] | None = None, **_kwargs: Any) -> None:
    if headers is not None and _request_id.get():
        headers[TASK_HEADER] = _request_id.get()


@task_prerun.connect
def take_on(task_id: str = "", task: Any = None, **_kwargs: Any) -> None:
    _task.set((task_id, str(getattr(task, "name", ""))))
    request = getattr(task, "request", None)
    brought = str(getattr(request, TASK_HEADER, "") or "")
    # A task that is called within a request, as tests do, keeps that request's.
    if _SANE.fullmatch(brought):
        _request_id.set(brought)
    elif not getattr(request, "is_eager", False):
        _request_id.set("")


@task_postrun.connect
def forget_task(task: Any = None, **_kwargs: Any) -> None:
    _task.set(("", ""))
    if not getattr(getattr(task, "request", None), "is_eager", False):
        _request_id.set("")
