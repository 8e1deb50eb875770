"""What `grade()` returns, and one renderer for each way of showing it."""

from grader.reports.report import DataRecord, IsolationRecord, Provenance, Report

__all__ = ["DataRecord", "IsolationRecord", "Provenance", "Report"]
