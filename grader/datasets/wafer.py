"""WM-811K wafer maps: 20,415 maps of 64×64 dies with one of eight failure patterns (val is left alone)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from grader.datasets.provider import Array, Arrays, Options, Provider, SourceFile
from grader.datasets.wafer_patterns import CLASSES, draw_wafers

FILE = SourceFile("wm811k/wm811k_64x64.npz", "684217e88209b04873281e6508ee0967", 7_089_906)


class Wafer(Provider):
    """Maps uint8 ``(N, 64, 64)``: 0 outside the wafer, 1 die passed, 2 die failed. Trained on 15,311, tested on 5,104."""

    name = "wafer"
    standin = "generated wafer patterns"

    def files(self, options: Options) -> tuple[SourceFile, ...]:
        """The one file with all maps at 64×64."""
        return (FILE,)

    def decode(self, folder: Path, options: Options) -> Arrays:
        """The training and the test part of the published split."""
        with np.load(folder / FILE.path, allow_pickle=False) as parts:
            return _maps(parts["x_train"], parts["y_train"], parts["x_test"], parts["y_test"])

    def generate(self, options: Options) -> Arrays:
        """Drawn maps; see `wafer_patterns.py` for the sizes."""
        return _maps(*draw_wafers())


def _maps(train_maps: Array, train_labels: Array, test_maps: Array, test_labels: Array) -> Arrays:
    for maps, labels in ((train_maps, train_labels), (test_maps, test_labels)):
        if maps.shape[1:] != (64, 64) or maps.dtype != np.uint8 or labels.shape != maps.shape[:1] or maps.max() > 2:
            raise ValueError(f"maps {maps.dtype} {maps.shape} and labels {labels.shape} do not belong together")
    return Arrays(
        train_maps,
        train_labels.astype(np.int64),
        test_maps,
        test_labels.astype(np.int64),
        input_shape=(1, 64, 64),
        scale=1 / 2,
        classes=CLASSES,
    )
