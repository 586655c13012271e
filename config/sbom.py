"""A list of all packages the site is made of, as CycloneDX JSON: `make sbom`.

    python -m config.sbom requirements.txt requirements-anymail.txt > sbom.json

Files after the first are of extras, which an image may hold: what they add is "optional".

Read from the locked requirements, so it says what `pip install --require-hashes` installs, on any
system (the marker stands as a property). It has no date and no random number: the same requirements
give the same file. Format: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/. Needs
requirements-dev.txt, for cyclonedx-python-lib.
"""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

_LINE = re.compile(
    r"^(?P<name>[\w.-]+)(?:\[[\w,.-]+\])?==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?"
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(locked: str) -> Iterator[Component]:
    """Yield a component for each package of a requirements file that `uv pip compile` wrote.

    Raises ValueError for a package without version or hashes.
    """
    for text in re.split(r"\n(?=\S)", locked.strip()):
        if text.startswith("#"):
            continue
        found, hashes = _LINE.match(text), _HASH.findall(text)
        if found is None or not hashes:
            raise ValueError(f"Not locked by version and hash: {text.splitlines()[0]}")
        yield _component(found, hashes)


def _component(found: re.Match[str], hashes: list[str]) -> Component:
    name, version, marker = found["name"], found["version"], (found["marker"] or "").strip()
    address = PackageURL("pypi", name=name.lower().replace("_", "-"), version=version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=str(address),
        purl=address,
        # One for each file that pip may choose.
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=content) for content in hashes],
        properties=[Property(name="python:marker", value=marker)] if marker else [],
    )


def write(locked: str, extras: Sequence[str] = ()) -> str:
    """Return the document of what `locked` says; what only `extras` say is optional in it."""
    found = list(components(locked))
    known = {each.bom_ref.value for each in found}
    for extra in (each for text in extras for each in components(text)):
        if extra.bom_ref.value not in known:
            extra.scope = ComponentScope.OPTIONAL
            known.add(extra.bom_ref.value)
            found.append(extra)
    number = uuid5(NAMESPACE_URL, "".join([locked, *extras]))
    bom = Bom(components=found, serial_number=number)
    site = Component(name="broadsheet", type=ComponentType.APPLICATION, bom_ref="broadsheet")
    bom.metadata.component = site
    bom.register_dependency(site, bom.components)
    written = json.loads(JsonV1Dot6(bom).output_as_string())
    del written["metadata"]["timestamp"]
    return json.dumps(written, indent=2) + "\n"


if __name__ == "__main__":
    texts = [Path(path).read_text() for path in sys.argv[1:]]
    sys.stdout.write(write(texts[0], texts[1:]))
