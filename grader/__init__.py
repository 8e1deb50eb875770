"""grader: an autograder for introductory deep-learning courses in PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "check"]

if TYPE_CHECKING:
    from grader.notebook import check


def __getattr__(name: str) -> Any:
    if name == "check":  # imported on first use: `import grader` must stay instant
        from grader.notebook import check

        return check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
