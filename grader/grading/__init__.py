"""The one path from a submission to its report. Every face calls `grade` and adds nothing to the verdict."""

from grader.grading.grade import Interrupted, grade
from grader.grading.options import Options, Progress

__all__ = ["Interrupted", "Options", "Progress", "grade"]
