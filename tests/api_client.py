"""Asks the API as a program does: with a token, without cookies."""

import json
from itertools import count
from typing import Any

from django.test import Client

from accounts.models import User
from accounts.tokens import make_token
from papers.api.scopes import Scope
from tests.factories import make_user

ROOT = "/api/v1"

_numbers = count(1)


class Program(Client):
    """A client that sends the token `text` with all it asks."""

    def __init__(self, text: str = "") -> None:
        headers = {"Authorization": f"Bearer {text}"} if text else {}
        super().__init__(enforce_csrf_checks=True, headers=headers)

    def ask(self, path: str, **parameters: Any) -> Any:
        """What a GET answers with 200."""
        response = self.get(f"{ROOT}{path}", parameters)
        assert response.status_code == 200, response.content
        return response.json()

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The response; its `status_code` is the test's to look at."""
        content = b"" if body is None else json.dumps(body).encode()
        return self.generic(
            method, f"{ROOT}{path}", content, "application/json", headers=headers or None
        )


def make_program(*scopes: str, user: User | None = None) -> Program:
    """A program with a token of `user`; with all scopes where none is named."""
    name = f"test {next(_numbers)}"
    _row, text = make_token(user or make_user(), name, scopes or Scope.values)
    return Program(text)
