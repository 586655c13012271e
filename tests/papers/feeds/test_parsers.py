import pkgutil
from importlib import import_module

from papers import feeds
from tests.papers.feeds.parsers import PARSERS


def test_every_parser_is_shown_hostile_documents() -> None:
    modules = {module.name for module in pkgutil.iter_modules(feeds.__path__)} - {"parser_child"}
    adapters = {
        name for name in modules if hasattr(import_module(f"{feeds.__name__}.{name}"), "parse")
    }
    assert adapters <= set(PARSERS)
