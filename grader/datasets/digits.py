"""Stand-in for MNIST: scikit-learn's handwritten digits at 28×28.

1,797 real digits of 8×8 come with the library. 1,200 are for training; each is shown at 25 positions (up to two pixels
off in both directions), which makes 30,000 images, so that a convolutional network trains as it would on MNIST. The
other 597 are the test set, each once and centred. No training image shows a digit of the test set.
"""

from __future__ import annotations

import itertools

import numpy as np

from grader.datasets.provider import Array

STANDIN = "scikit-learn digits"
SEED = 20261
TRAIN_DIGITS = 1_200
SHIFTS = tuple(itertools.product(range(-2, 3), repeat=2))
SIDE, MARGIN = 28, 2  # the digit itself fills 24×24


def digit_images() -> tuple[Array, Array, Array, Array]:
    """Training images (30000, 28, 28) and labels, test images (597, 28, 28) and labels; all uint8, mixed order."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    generator = np.random.Generator(np.random.PCG64(SEED))
    order = generator.permutation(len(bunch.target))
    images = enlarge(bunch.images[order].astype(np.int64))
    labels = bunch.target[order].astype(np.uint8)

    train = np.concatenate([place(images[:TRAIN_DIGITS], down, right) for down, right in SHIFTS])
    train_labels = np.tile(labels[:TRAIN_DIGITS], len(SHIFTS))
    mixed = generator.permutation(len(train))
    return train[mixed], train_labels[mixed], place(images[TRAIN_DIGITS:], 0, 0), labels[TRAIN_DIGITS:]


def enlarge(images: Array) -> Array:
    """Images (N, 8, 8) of 0..16 as uint8 (N, 24, 24) of 0..255, bilinear, in whole numbers: the same everywhere."""
    thirds = np.zeros((24, 8), np.int64)  # row i: how many thirds of each source pixel make target pixel i
    for i in range(24):
        source, rest = divmod(i - 1, 3)
        thirds[i, max(source, 0)] += 3 - rest
        thirds[i, min(source + 1, 7)] += rest
    ninths = thirds @ images @ thirds.T  # (N, 24, 24) of 0..144
    return ((ninths * 255 + 72) // 144).astype(np.uint8)


def place(images: Array, down: int, right: int) -> Array:
    """The images on a black 28×28 ground, off the centre by `down` and `right` pixels."""
    canvas = np.zeros((len(images), SIDE, SIDE), np.uint8)
    height, width = images.shape[1:]
    top, left = MARGIN + down, MARGIN + right
    canvas[:, top : top + height, left : left + width] = images
    return canvas
