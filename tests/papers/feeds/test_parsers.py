import pkgutil
from importlib import import_module

from papers import feeds
from tests.papers.feeds.parsers import PARSERS

NAMES = ("parse", "parse_stars", "read_opml")


def test_every_parser_is_shown_hostile_documents() -> None:
    modules = {module.name for module in pkgutil.iter_modules(feeds.__path__)} - {"parser_child"}
    loaded = {name: import_module(f"{feeds.__name__}.{name}") for name in modules}
    parsers = {name for name, module in loaded.items() if any(map(module.__dict__.get, NAMES))}
    assert parsers == set(PARSERS)
