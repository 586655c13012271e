"""Reads settings that are numbers or yes and no, and refuses in one line what is neither."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

YES = ("1", "true", "yes", "on")
NO = ("0", "false", "no", "off")


class Environment(environ.FileAwareEnv):  # type: ignore[misc]
    """An empty value counts as not set; raises ImproperlyConfigured, naming the setting.

    `defaults` has what was to hold for each setting that was read (config/settings_table).
    """

    def __init__(self, **scheme: Any) -> None:
        super().__init__(**scheme)
        self.defaults: dict[str, Any] = {}

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, **rest: Any
    ) -> Any:
        self.defaults.setdefault(var, default)
        value = super().get_value(var, cast=cast, default=default, **rest)
        # Of a file that an editor or `echo` wrote.
        return value.rstrip("\r\n") if isinstance(value, str) else value

    def whole_number(self, name: str, default: int) -> int:
        self.defaults.setdefault(name, default)
        text = str(self.str(name, default="")).strip()
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ImproperlyConfigured(f"{name} must be a whole number, such as {default}.")
        return int(text)

    def seconds(self, name: str, default: float) -> float:
        self.defaults.setdefault(name, default)
        text = str(self.str(name, default="")).strip()
        try:
            value = float(text or default)
        except ValueError:
            value = -1.0
        if not 0 <= value < 86_400:
            raise ImproperlyConfigured(f"{name} must be a number of seconds, such as {default}.")
        return value

    def yes_or_no(self, name: str, *, default: bool) -> bool:
        self.defaults.setdefault(name, default)
        text = str(self.str(name, default="")).strip().lower()
        if not text:
            return default
        if text not in YES + NO:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(YES + NO)}.")
        return text in YES

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        """One of `choices`, the first where nothing is set."""
        self.defaults.setdefault(name, choices[0])
        text = str(self.str(name, default="")).strip().lower() or choices[0]
        if text not in choices:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}.")
        return text

    def count(self, name: str, default: int) -> int:
        """A whole number of things of which there must be one at least."""
        value = self.whole_number(name, default)
        if value < 1:
            raise ImproperlyConfigured(f"{name} must be 1 or more.")
        return value

    def port(self, name: str, default: int) -> int:
        value = self.whole_number(name, default)
        if not 1 <= value <= 65_535:
            raise ImproperlyConfigured(f"{name} must be a port, 1 to 65535.")
        return value

    def all_starting_with(self, prefix: str) -> dict[str, str]:
        """Every setting that is named so, by what follows the prefix; NAME_FILE names a file."""
        names = {name.removesuffix("_FILE") for name in self.ENVIRON if name.startswith(prefix)}
        values = {name: str(self.str(name, default="")).strip() for name in sorted(names)}
        return {name.removeprefix(prefix): value for name, value in values.items() if value}

    def token(self, name: str) -> str:
        """A key for another site's API, "" when there is none; it is sent as a header."""
        text = str(self.str(name, default="")).strip()
        if not text.isascii() or any(character <= " " for character in text):
            raise ImproperlyConfigured(f"{name} must be one word of plain letters and digits.")
        return text
