import re
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles.finders import get_finders

from config.collected import CollectedConfig

STATIC_TAG = re.compile(r"""{% ?static ['"]([^'"]+)['"]""")


def collected() -> set[str]:
    config = apps.get_app_config("staticfiles")
    assert isinstance(config, CollectedConfig)
    listed = (finder.list(config.ignore_patterns) for finder in get_finders())
    return {name for files in listed for name, _storage in files}


def test_what_pages_load_is_collected() -> None:
    folders = [settings.BASE_DIR, Path(admin.__file__).parent]
    templates = [path for each in folders for path in (each / "templates").rglob("*.html")]
    named = {name for path in templates for name in STATIC_TAG.findall(path.read_text())}
    for each in admin.site._registry.values():
        named |= set(each.media._js)  # type: ignore[attr-defined]
    named.add("django_htmx/htmx-2.min.js")  # by its own tag
    assert {"js/theme.js", "admin/css/base.css", "admin/js/vendor/jquery/jquery.min.js"} <= named
    assert named - collected() == set()


def test_what_is_for_debugging_is_not() -> None:
    names = collected()
    assert "admin/js/vendor/jquery/jquery.js" not in names
    assert not [name for name in names if "htmx-4" in name]
