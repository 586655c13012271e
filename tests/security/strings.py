"""Strings that try to become markup, script, a template or a control of htmx.

Each time every fifth of each kind is tried, the others in the long tier.
"""

from typing import Any

import pytest

_RUN = "alert(1)"
_TAGS = (
    *("script", "img", "svg", "iframe", "object", "embed", "form", "base", "meta", "link", "style"),
    *("body", "video", "audio", "details", "marquee", "input", "button", "textarea", "template"),
    *("math", "noscript", "title", "xmp", "plaintext", "a", "isindex", "frameset", "portal"),
)
_HANDLERS = (
    "onerror",
    "onload",
    "onclick",
    "onfocus",
    "ontoggle",
    "onanimationend",
    "onpointerover",
)
_HTMX = (
    *("hx-get", "hx-post", "hx-put", "hx-delete", "hx-trigger", "hx-on:click", "hx-on::load"),
    *("hx-vals", "hx-headers", "hx-include", "hx-target", "hx-swap-oob", "hx-ext", "hx-boost"),
)
_SCRIPT = (
    f"<script>{_RUN}</script>",
    f"</script><script>{_RUN}</script>",
    f"</title><script>{_RUN}</script>",
    f"</textarea><script>{_RUN}</script>",
    f"--><script>{_RUN}</script><!--",
    f"]]><script>{_RUN}</script>",
    f"<![CDATA[<script>{_RUN}</script>]]>",
    f"<ScRiPt>{_RUN}</sCrIpT>",
    f"<script/x>{_RUN}</script/x>",
    f"<<script>{_RUN}//<</script>",
    f"<scr<script>ipt>{_RUN}</scr</script>ipt>",
)
_QUOTES = (
    f'" autofocus onfocus={_RUN} x="',
    f"' autofocus onfocus={_RUN} x='",
    f"` onmouseover={_RUN} `",
    f'"><svg/onload={_RUN}>',
    f"'><img src=x onerror={_RUN}>",
)
_ADDRESSES = (
    f"javascript:{_RUN}",
    f"JaVaScRiPt:{_RUN}",
    f"java\tscript:{_RUN}",
    f"[press]({'javascript:'}{_RUN})",
    f"[press](JAVASCRIPT&colon;{_RUN})",
    f"[press](data:text/html,<script>{_RUN}</script>)",
    f"![x](javascript:{_RUN})",
    f'![x](x"onerror="{_RUN})',
    f"<javascript:{_RUN}>",
    f"[a]: javascript:{_RUN}",
    f"`<img src=x onerror={_RUN}>`",
)
_TEMPLATES = (
    "{{ settings.SECRET_KEY }}",
    "{% load static %}{% include 'base.html' %}",
    "{% debug %}",
    "{# comment #}",
    "{{ 7*7 }}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{{ ''.__class__.__mro__ }}",
    "{%- raw -%}<b>{%- endraw -%}",
)
_ESCAPED = (
    '"}</script><script>alert(1)</script>',
    '"@type": "Thing", "x": "',
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3C;img src=x onerror=alert(1)&#x3E;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\u2028<script>alert(1)</script>\u2029",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "\u202e<script>alert(1)</script>",
)
_MATHS_AND_PICTURES = (
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    '<math href="javascript:alert(1)">press</math>',
    '<maction actiontype="statusline#javascript:alert(1)">x</maction>',
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><set attributeName=href to=javascript:alert(1) />",
    "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'/></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
)
_ELEMENTS = (
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<x style='behavior:url(x)' onclick=alert(1)>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'></iframe>",
    "<a href='javascript:alert(1)' autofocus tabindex=1 onfocus=alert(1)>press</a>",
    "<a href=vbscript:x>press</a>",
    "<div hidden=until-found onbeforematch=alert(1)>x</div>",
    "<button popovertarget=x onbeforetoggle=alert(1)>x</button>",
    "<dialog open onclose=alert(1)><form method=dialog><button>x</button></form></dialog>",
)
_FORMULAS = (
    '=HYPERLINK("https://evil.example")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
)

_KINDS: tuple[tuple[str, ...], ...] = (
    _SCRIPT,
    _QUOTES,
    _ADDRESSES,
    _TEMPLATES,
    _ESCAPED,
    _MATHS_AND_PICTURES,
    _ELEMENTS,
    _FORMULAS,
    tuple(f"<{tag} src=x href=javascript:{_RUN} onload={_RUN} onerror={_RUN}>" for tag in _TAGS),
    tuple(f"</{tag}><{tag} {_HANDLERS[0]}={_RUN}>" for tag in _TAGS),
    tuple(f"<b {name}={_RUN}>x</b>" for name in _HANDLERS),
    tuple(f'" {name}="{_RUN}' for name in _HANDLERS),
    *(tuple(f"<b {prefix}{name}='/x'>x</b>" for name in _HTMX) for prefix in ("", "data-")),
    *(tuple(f'" {prefix}{name}="/x' for name in _HTMX) for prefix in ("", "data-")),
)
HOSTILE = tuple(text for kind in _KINDS for text in kind)
_EVERY_TIME = tuple(text for kind in _KINDS for text in kind[::5])


def shares(at_once: int) -> list[Any]:
    """All of them, at most so many a test."""
    others = tuple(text for text in HOSTILE if text not in _EVERY_TIME)
    return [
        pytest.param(texts[at : at + at_once], id=f"{name} {at}", marks=marks)
        for name, texts, marks in (("some", _EVERY_TIME, ()), ("others", others, pytest.mark.long))
        for at in range(0, len(texts), at_once)
    ]
