"""Which static files are collected, hashed and compressed at a site's first start."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class CollectedConfig(StaticFilesConfig):
    """Leaves out what is for debugging only, or another htmx: most of what there is to compress."""

    ignore_patterns = [
        *(StaticFilesConfig.ignore_patterns or ()),
        *("htmax*", "htmx-4*", "htmx-2.js", "jquery.js", "xregexp.js", "select2.full.js"),
    ]
