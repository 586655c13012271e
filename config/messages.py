"""The texts of the site for its translators: `make messages`, or `python -m config.messages`.

It reads all texts that are marked for translation out of code and templates, brings the catalogs in
locale/ up to date with them and compiles these. It translates nothing and never drops a
translation whose text is still there. By Babel, which developers have installed: gettext's own
programs are not needed. Read more: docs/decisions.md, "Languages".
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize
from jinja2.ext import babel_extract

BASE = Path(__file__).resolve().parent.parent
LOCALES = BASE / "locale"
CODE = ("accounts", "config", "papers", "readinglists")
TEMPLATES = BASE / "templates"
TEMPLATE_ENDINGS = {".html", ".jinja", ".js", ".txt", ".xml"}
KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "sentence": None,
    "plural_sentence": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
WIDTH = 100
Text = str | tuple[str, ...]


def template() -> Catalog:
    """Return a catalog of all texts of the site, without translations.

    Each names the files that it is in, without lines: those would change with every commit.
    """
    catalog = Catalog(project="Broadsheet", fuzzy=False, charset="utf-8")
    for name, text, comments, context in all_texts():
        catalog.add(text, None, [(name, 1)], auto_comments=comments, context=context)
    return catalog


def all_texts() -> Iterator[tuple[str, Text, list[str], str | None]]:
    """Yield the texts file by file: the file's name, the text or its singular and plural, the
    comments for translators, the context."""
    for path in sorted([*_code(), *_templates()]):
        name = path.relative_to(BASE).as_posix()
        for _line, text, comments, context in _texts(path):
            yield name, text, comments, context


def catalogs() -> list[Path]:
    """Return the .po files, one a language."""
    return sorted(LOCALES.glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def update(path: Path, texts: Catalog) -> None:
    """Add to a catalog what is new and take out what is gone; a changed text is a new one."""
    catalog = read(path)
    began = catalog.creation_date
    catalog.update(texts, no_fuzzy_matching=True)
    catalog.creation_date, catalog.fuzzy = began, False
    path.write_bytes(as_po(catalog))


def as_po(catalog: Catalog) -> bytes:
    file = BytesIO()
    write_po(
        file, catalog, width=WIDTH, sort_by_file=True, include_lineno=False, ignore_obsolete=True
    )
    return file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """Return the .mo file of a catalog: equal catalogs give equal bytes."""
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def _code() -> Iterator[Path]:
    for app in CODE:
        yield from (path for path in (BASE / app).rglob("*.py") if "migrations" not in path.parts)


def _templates() -> Iterator[Path]:
    return (path for path in TEMPLATES.rglob("*") if path.suffix in TEMPLATE_ENDINGS)


def _texts(path: Path) -> Iterator[Any]:
    source = path.read_text()
    if path.suffix == ".py":
        method: Any = extract_python
    elif _is_jinja(path, source):
        method = babel_extract
    else:
        # As makemessages does: Django's own reading of a template as gettext calls among letters.
        # In brackets, for their indentation is none of Python's.
        method, source = extract_python, f"({templatize(source, origin=str(path))}\n)"
    file = BytesIO(source.encode())
    options = {"encoding": "utf-8", "silent": "false", "trimmed": "false"}
    yield from extract(method, file, KEYWORDS, ["Translators:"], options)


def _is_jinja(path: Path, source: str) -> bool:
    """Mails of both engines lie in one folder; those of Django's load what translates."""
    is_mail = path.parent.name == "emails"
    return path.suffix == ".jinja" or (is_mail and "{% load i18n" not in source)


def main() -> None:
    texts = template()
    for path in catalogs():
        update(path, texts)
        catalog = read(path)
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        missing = sum(1 for message in catalog if message.id and not is_translated(message))
        print(f"{path.relative_to(BASE)}: {len(catalog)} texts, {missing} not translated")  # noqa: T201


def is_translated(message: Any) -> bool:
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms) and not message.fuzzy


if __name__ == "__main__":
    main()
