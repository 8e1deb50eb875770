"""`grader schema`: the rubric format for editors."""

from __future__ import annotations

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of rubric files.

    Save it as rubrics/schema.json and editors complete and check your rubrics.
    """
    import json

    from grader.rubric import rubric_schema

    click.echo(json.dumps(rubric_schema(), ensure_ascii=False, indent=2))
