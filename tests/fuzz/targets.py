"""Every target by its name."""

from __future__ import annotations

from typing import Any

from target_archives import Archives
from target_frames import Frames
from target_graphs import Graphs

TARGETS: dict[str, Any] = {"frames": Frames, "graphs": Graphs, "archives": Archives}
