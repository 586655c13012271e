"""Papers, where they came from, what readers and the world thought of them."""

from papers.models.announcements import Announcement
from papers.models.copies import LastBackup, RestoredCopy
from papers.models.coverage import Batch, CalendarYear, Holiday
from papers.models.harvests import Harvest
from papers.models.heartbeats import Heartbeat
from papers.models.hosts import AnswerCount, HostGate
from papers.models.index import PaperTombstone, SearchEpoch
from papers.models.meaning import (
    MeaningPart,
    MeaningSlot,
    MeaningTraining,
    PaperVectorA,
    PaperVectorB,
)
from papers.models.paper import Category, Paper, PaperCategory, PaperIdentifier, TextSource
from papers.models.repositories import Repository
from papers.models.requests import PaperRequest
from papers.models.seen import SeenHidden, SeenPaper
from papers.models.signals import PaperStats, Signal, Vote, VoteAllowance
from papers.models.sources import FetchedDocument, Source
from papers.models.trending import (
    RankingState,
    RefusedSignal,
    Standing,
    TrendingDay,
    TrendingPlace,
    WeightChange,
    WindowGain,
)
from papers.models.versions import PaperOrigin, PaperVersion

__all__ = [
    "Announcement",
    "AnswerCount",
    "Batch",
    "CalendarYear",
    "Category",
    "FetchedDocument",
    "Harvest",
    "Heartbeat",
    "Holiday",
    "HostGate",
    "LastBackup",
    "MeaningPart",
    "MeaningSlot",
    "MeaningTraining",
    "Paper",
    "PaperCategory",
    "PaperIdentifier",
    "PaperOrigin",
    "PaperRequest",
    "PaperStats",
    "PaperTombstone",
    "PaperVectorA",
    "PaperVectorB",
    "PaperVersion",
    "RankingState",
    "RefusedSignal",
    "Repository",
    "RestoredCopy",
    "SearchEpoch",
    "SeenHidden",
    "SeenPaper",
    "Signal",
    "Source",
    "Standing",
    "TextSource",
    "TrendingDay",
    "TrendingPlace",
    "Vote",
    "VoteAllowance",
    "WeightChange",
    "WindowGain",
]
