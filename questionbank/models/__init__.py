"""What we ask and what good looks like."""

from questionbank.models.care import EditorDraft, EnemyPair, LeakFlag, SavedSearch, VersionComment
from questionbank.models.imports import Import, ImportEntry, ImportFile
from questionbank.models.questions import CompetencyWeight, Question, QuestionText, QuestionVersion, RubricLevel
from questionbank.models.search import SearchBlock, SearchEntry
from questionbank.models.vocabulary import Category, Competency, Named, RoleFamily, SeniorityLevel, Tag, TwoNames

__all__ = [
    "Category",
    "Competency",
    "CompetencyWeight",
    "EditorDraft",
    "EnemyPair",
    "Import",
    "ImportEntry",
    "ImportFile",
    "LeakFlag",
    "Named",
    "Question",
    "QuestionText",
    "QuestionVersion",
    "RoleFamily",
    "RubricLevel",
    "SavedSearch",
    "SearchBlock",
    "SearchEntry",
    "SeniorityLevel",
    "Tag",
    "TwoNames",
    "VersionComment",
]
