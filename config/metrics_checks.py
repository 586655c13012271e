"""Says which settings of metrics cannot work or would show them to everybody."""

import ipaddress
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from config.checks import SETTINGS

SHORTEST_TOKEN = 16


@register(Tags.security, SETTINGS)
def check_metrics_token(**_options: Any) -> list[CheckMessage]:
    if not settings.METRICS_TOKEN or len(settings.METRICS_TOKEN) >= SHORTEST_TOKEN:
        return []
    hint = f"Write {SHORTEST_TOKEN} letters or more, for instance what `openssl rand -hex 24` says."
    return [Error("METRICS_TOKEN can be guessed.", hint=hint, id="broadsheet.E040")]


@register(Tags.security, SETTINGS)
def check_metrics_addresses(**_options: Any) -> list[CheckMessage]:
    hint = "Write addresses or networks with commas: METRICS_ADDRESSES=127.0.0.1,10.1.0.0/16"
    return [
        Error(f"“{text}” in METRICS_ADDRESSES is no address.", hint=hint, id="broadsheet.E041")
        for text in settings.METRICS_ADDRESSES
        if not _is_network(text)
    ]


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
