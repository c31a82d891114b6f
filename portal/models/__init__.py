"""What the database holds: typed SQLAlchemy models, and nothing of Flask.

What belongs here: tables, columns, constraints, relations. Not here: queries and rules (the services').
"""

from portal.models.base import Base, utc_now
from portal.models.community import Follow, Like, Profile, Publication, Report, ShareLink
from portal.models.feedback import Feedback, FeedbackSettings, SurveyAnswer
from portal.models.heard import HeardGenre, heard_genres
from portal.models.job import Job, JobState
from portal.models.musicmap import MapPlace, MapRound
from portal.models.playlist import Playlist, PlaylistEntry
from portal.models.prediction import PredictionRecord, RecommendationRecord
from portal.models.session import LoginSession
from portal.models.song import Song
from portal.models.source import KeptAnswer, SourceStanding
from portal.models.spotify import SpotifyAccount, SpotifyCopy
from portal.models.taste import TasteEvent, TasteSettings
from portal.models.user import User
from portal.models.vector import SongVector

__all__ = [
    "Base",
    "Feedback",
    "FeedbackSettings",
    "Follow",
    "HeardGenre",
    "Job",
    "JobState",
    "KeptAnswer",
    "Like",
    "LoginSession",
    "MapPlace",
    "MapRound",
    "Playlist",
    "PlaylistEntry",
    "PredictionRecord",
    "Profile",
    "Publication",
    "RecommendationRecord",
    "Report",
    "ShareLink",
    "Song",
    "SongVector",
    "SourceStanding",
    "SpotifyAccount",
    "SpotifyCopy",
    "SurveyAnswer",
    "TasteEvent",
    "TasteSettings",
    "User",
    "heard_genres",
    "utc_now",
]
