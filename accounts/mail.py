# Lists send invitations by the same rules, so these stand below both apps.
from papers.mailing import account_mail_headers, can_be_mailed, post

__all__ = ["account_mail_headers", "can_be_mailed", "post"]
