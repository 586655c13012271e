"""Answers as api.github.com/repos/{owner}/{name} does, with renames and a spent allowance."""

import json
from dataclasses import dataclass, field

from tests.origin.replies import Reply

JSON = "application/json; charset=utf-8"


@dataclass
class GitHub:
    """`stars` by repository as GitHub spells it, `renamed` from old to present name.

    After `allowance` answers (None: no end) GitHub refuses until `reset_at`, in seconds since 1970.
    """

    stars: dict[str, int] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    allowance: int | None = None
    reset_at: int = 0

    def answer(self, path: str, url: str) -> Reply:
        """To /repos/owner/name, or to /repositories/number where a rename leads."""
        if self.allowance == 0:
            spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(self.reset_at)}
            return _message(403, "API rate limit exceeded", spent)
        if self.allowance is not None:
            self.allowance -= 1
        names = list(self.stars)
        kind, _slash, asked = path.strip("/").partition("/")
        if kind == "repositories":
            return self._repository(names[int(asked)])
        asked = asked.lower()
        if present := {old.lower(): new for old, new in self.renamed.items()}.get(asked):
            moved = {"Location": f"{url}/repositories/{names.index(present)}"}
            return _message(301, "Moved Permanently", moved)
        known = {name.lower(): name for name in names}
        return self._repository(known[asked]) if asked in known else _message(404, "Not Found")

    def _repository(self, name: str) -> Reply:
        fields = {
            "id": 1,
            "name": name.partition("/")[2],
            "full_name": name,
            "private": False,
            "stargazers_count": self.stars[name],
            "watchers_count": self.stars[name],
            "archived": False,
        }
        return Reply(200, JSON, json.dumps(fields).encode())


def _message(status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
    body = json.dumps({"message": text, "documentation_url": "https://docs.example.org/rest"})
    return Reply(status, JSON, body.encode(), headers or {})
