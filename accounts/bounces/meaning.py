"""Whether a refusal is about the reader's address, or about us, our mail or the weather.

It decides from the reply alone and is wrong on purpose in one direction: a provider that blocks
the whole site says 550 to every reader, and none of them must lose the digest for it.
Read more: RFC 5321 section 4.2.3, RFC 3463 section 3, RFC 5248.
"""

import re

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_SENDERS_FAULT = {(1, 7), (1, 8), (1, 9)}  # our own address, or a gateway on the way
_TOO_LARGE = {(2, 3)}
_NO_ROUTE = {(4, 4)}  # the domain is gone
_OF_A_MAILBOX = {550, 551, 552, 553}
# 550 without an enhanced code is also what a block list makes a server say.
_POLICY = re.compile(
    r"spam|block|black ?list|deny ?list|denied|banned|reputation|polic|relay|abus"
    r"|spf|dkim|dmarc|authenticat|rdns|reverse dns|content|virus|size|too large|sender|rate",
    re.IGNORECASE,
)


def is_about_address(code: int, said: str, *, at_recipient: bool) -> bool:
    """Return whether a reply says for good that this mailbox takes no mail.

    `code` is the SMTP reply code, `said` its text, `at_recipient` whether it answered RCPT. An
    enhanced status code, when there is one, decides: 5.1.x (but those of a sender), 5.2.x (but
    the one of size) and 5.4.4. Without one only a reply to RCPT can count.
    """
    if not 500 <= code < 600:
        return False
    enhanced = _ENHANCED.search(said)
    if enhanced is not None:
        return is_status_of_address(enhanced[0])
    return at_recipient and code in _OF_A_MAILBOX and not _POLICY.search(said)


def is_status_of_address(status: str) -> bool:
    """Return the same of an enhanced status code alone, such as `5.1.1`."""
    found = _ENHANCED.fullmatch(status.strip())
    if found is None or found[1] != "5":
        return False
    subject, detail = int(found[2]), int(found[3])
    if (subject, detail) in _SENDERS_FAULT | _TOO_LARGE:
        return False
    return subject in (1, 2) or (subject, detail) in _NO_ROUTE
