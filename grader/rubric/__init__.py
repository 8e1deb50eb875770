"""Rubrics: YAML to models, with file:line:column in every error, and the JSON Schema of the format."""

from grader.rubric.checks import Check
from grader.rubric.limits import Limits
from grader.rubric.loading import load_rubric, parse_rubric
from grader.rubric.models import Rubric, Target
from grader.rubric.networks import NetworkText
from grader.rubric.problems import InvalidRubric, Mark, Problem
from grader.rubric.schema import rubric_schema
from grader.rubric.vocabulary import Vocabulary

__all__ = [
    "Check",
    "InvalidRubric",
    "Limits",
    "Mark",
    "NetworkText",
    "Problem",
    "Rubric",
    "Target",
    "Vocabulary",
    "load_rubric",
    "parse_rubric",
    "rubric_schema",
]
