"""Papers, where they came from, what readers and the world thought of them."""

from papers.models.announcements import Announcement
from papers.models.index import PaperTombstone, SearchEpoch
from papers.models.paper import Category, Paper, PaperCategory, PaperIdentifier, TextSource
from papers.models.signals import PaperStats, Signal, Vote
from papers.models.sources import Batch, FetchedDocument, HostGate, Source

__all__ = [
    "Announcement",
    "Batch",
    "Category",
    "FetchedDocument",
    "HostGate",
    "Paper",
    "PaperCategory",
    "PaperIdentifier",
    "PaperStats",
    "PaperTombstone",
    "SearchEpoch",
    "Signal",
    "Source",
    "TextSource",
    "Vote",
]
