"""The kinds of checks, by their names in rubrics. One module each: what it asks for, and how it judges."""

from __future__ import annotations

from grader.judging.checks import forward, gradients, layers, parameters, shapes, source, training
from grader.judging.checks.kind import CheckKind

CHECKS: dict[str, CheckKind] = {
    module.KIND.name: module.KIND for module in (source, layers, parameters, shapes, forward, gradients, training)
}

__all__ = ["CHECKS", "CheckKind"]
