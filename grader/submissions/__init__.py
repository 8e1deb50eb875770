"""Finding the file that a student hands in, and taking in archives and folders that somebody else filled."""

from grader.submissions.finding import SubmissionFile, find_submission

__all__ = ["SubmissionFile", "find_submission"]
