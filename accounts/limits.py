"""Limits as papers/limits.py keeps them, for a client by the network it comes from."""

from accounts.client_address import client_network
from papers.limits import CacheAwayError, Limit, take

__all__ = ["CacheAwayError", "Limit", "client_network", "take"]
