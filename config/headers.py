from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# What pages of ours use; all else a browser can do is off, for a script that came in too.
ALLOWED = (
    "clipboard-write",
    "fullscreen",
    "publickey-credentials-create",
    "publickey-credentials-get",
)
# Features with a default that lets a page of its own origin use them (W3C, Permissions Policy).
REFUSED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
    *("encrypted-media", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer"),
    *("microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial"),
    *("storage-access", "usb", "xr-spatial-tracking"),
)
PERMISSIONS = ", ".join(
    [*(f"{name}=(self)" for name in ALLOWED), *(f"{name}=()" for name in REFUSED)]
)


class SecurityHeadersMiddleware:
    """Give every answer the headers of OWASP ASVS 5.0, 3.4 and 3.5.8, whoever made it.

    It stands before all others: redirects to https, refused hosts, static files and faults pass it.
    What a view set stays. CSP comes from django-csp, HSTS from Django, which know when.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in (
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
            ("X-Frame-Options", settings.X_FRAME_OPTIONS),
            ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", PERMISSIONS),
        ):
            response.headers.setdefault(name, value)
        return response
