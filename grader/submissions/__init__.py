"""Finding the file that a student hands in."""

from grader.submissions.finding import SubmissionFile, find_submission

__all__ = ["SubmissionFile", "find_submission"]
