"""The front page: today's papers, the first set larger, and for a reader what is theirs.

Other apps add sections of a reader's own through `offers.register`, since papers imports none.
"""

from papers.front.page import Front, Section, compose

__all__ = ["Front", "Section", "compose"]
