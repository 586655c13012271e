"""A stand-in for arXiv and Hugging Face on loopback, for any chosen day."""

from tests.origin.server import LoggedRequest, Origin

__all__ = ["LoggedRequest", "Origin"]
