"""Mails as they come back: written out, so that a test shows what it reads."""

DSN = """\
From: MAILER-DAEMON@mx.example.com
To: {envelope}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Tue, 3 Mar 2026 07:00:00 +0000

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--b1
Content-Type: {returned}

From: digest@example.org
To: {to}
Subject: Papers
Message-ID: {message_id}

{text}
--b1--
"""
ARF = """\
From: complaints@example.com
To: {envelope}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is an email abuse report.

--b1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: ExampleLoop/1.0
Version: 1
{more}
--b1
Content-Type: message/rfc822

From: digest@example.org
{to_line}Message-ID: {message_id}
Subject: Papers

Body.
--b1--
"""


def dsn(
    message_id: str = "<digest.1@example.org>",
    *,
    to: str = "ada@example.org",
    envelope: str = "bounces@example.org",
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 User unknown",
    returned: str = "message/rfc822",
    text: str = "Body.",
    recipient: str = "",
) -> bytes:
    """A delivery status report (RFC 3464) as Postfix writes it."""
    recipient = recipient or to
    return DSN.format_map(locals()).encode(errors="surrogateescape")


def arf(
    message_id: str = "<digest.1@example.org>",
    *,
    to: str = "",
    envelope: str = "bounces@example.org",
    kind: str = "abuse",
    mail_from: str = "",
) -> bytes:
    """A complaint (RFC 5965); most providers leave out who complained."""
    to_line = f"To: {to}\n" if to else ""
    more = f"Original-Mail-From: <{mail_from}>\n" if mail_from else ""
    return ARF.format_map(locals()).encode()


AUTO_REPLY = b"""\
From: ada@example.org
To: bounces@example.org
Subject: Out of office
Auto-Submitted: auto-replied
In-Reply-To: <digest.1@example.org>

550 5.1.1 I am away.
"""
