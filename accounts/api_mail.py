"""Mail by an API that knows a mail again; imported where settings name it (config/api_mail.py).

Read more: https://resend.com/docs/dashboard/emails/idempotency-keys.
"""

from typing import Any

from anymail.backends.resend import EmailBackend
from django.core.mail import EmailMessage


class KeyedResend(EmailBackend):  # type: ignore[misc]
    """Sends our Message-ID as the key, kept there for 24 hours: an issue whose answer was lost can
    be handed over again, and goes out once.
    """

    is_idempotent = True

    def build_message_payload(self, message: EmailMessage, defaults: dict[str, Any]) -> Any:
        payload = super().build_message_payload(message, defaults)
        message_id = str(message.extra_headers.get("Message-ID", "")).strip("<>")
        if message_id:
            payload.headers["Idempotency-Key"] = message_id
        return payload
