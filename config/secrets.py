"""Where the site's own keys come from: the environment, a file it names, or `var/`."""

import os
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured


def read_secret(env: environ.FileAwareEnv, name: str, var: Path) -> str:
    """Return the secret `name`: from the environment (or the file that NAME_FILE names), else
    from `var/keys/<name>`, made with 50 random bytes on first use and readable by its owner only.

    Raises ImproperlyConfigured when it is not set and `var/` cannot be read or written.
    """
    value = str(env.str(name, default=""))
    return value or _read_or_make(var / "keys" / name.lower())


def _read_or_make(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path.name.upper()} is not set and {path} cannot be read ({error.strerror}): "
            f"run this as the user of the site, or set {path.name.upper()}."
        ) from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A second process that starts at the same moment must not get another key: the file
        # appears under its name only when it is whole, and only once.
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path.name.upper()} is not set and {path} cannot be written ({error.strerror}): "
            f"set {path.name.upper()}, or set BROADSHEET_VAR to a folder that can be written."
        ) from error
