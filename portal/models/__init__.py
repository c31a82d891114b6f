"""What the database holds: typed SQLAlchemy models, and nothing of Flask.

What belongs here: tables, columns, constraints, relations. Not here: queries and rules (the services').
"""

from portal.models.base import Base, utc_now
from portal.models.heard import HeardGenre, heard_genres
from portal.models.job import Job, JobState
from portal.models.prediction import PredictionRecord, RecommendationRecord
from portal.models.song import Song
from portal.models.user import User

__all__ = [
    "Base",
    "HeardGenre",
    "Job",
    "JobState",
    "PredictionRecord",
    "RecommendationRecord",
    "Song",
    "User",
    "heard_genres",
    "utc_now",
]
