"""What every check can be told in a rubric: its points and a hint in both languages."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Text(BaseModel):
    """A text for people, in Korean and in English."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ko: str = Field(min_length=1, description="The text in Korean.")
    en: str = Field(min_length=1, description="The text in English.")


class CheckSettings(BaseModel):
    """Base of every check kind's settings: what stands below the check's name in a rubric."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    points: float = Field(ge=0, allow_inf_nan=False, description="Points for passing this check in full.")
    hint: Text | None = Field(default=None, description="Shown to a student whose answer fails this check.")
