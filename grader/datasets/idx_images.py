"""MNIST and Fashion-MNIST: 70,000 grey images of 28×28 in four gzipped idx files.

Source: the md5 sums and mirrors are those that torchvision lists; sizes are of the published files.
"""

from __future__ import annotations

import gzip
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.datasets.digits import STANDIN, digit_images
from grader.datasets.provider import Array, Arrays, Options, Provider, SourceFile

UNSIGNED_BYTE = 0x08
PARTS = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
DIGITS = tuple("0123456789")
CLOTHES = "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot"


@dataclass(frozen=True)
class IdxImages(Provider):
    """A data set in the file format of MNIST. The stand-in is handwritten digits, whatever the images show."""

    name: str
    folder: str  # torchvision's name for it
    sums: tuple[tuple[str, int], ...]  # md5 and bytes of the four gzipped PARTS
    classes: tuple[str, ...]
    mirrors: tuple[str, ...] = ()
    standin: str = STANDIN

    def files(self, options: Options) -> tuple[SourceFile, ...]:
        """The four gzipped files, in the order of PARTS."""
        return tuple(
            SourceFile(f"{self.folder}/raw/{part}.gz", md5, size)
            for part, (md5, size) in zip(PARTS, self.sums, strict=True)
        )

    def decode(self, folder: Path, options: Options) -> Arrays:
        """Images uint8 ``(N, 28, 28)`` and labels int64 ``(N,)``."""
        raw = folder / self.folder / "raw"
        parts = [parse_idx(gzip.decompress((raw / f"{part}.gz").read_bytes())) for part in PARTS]
        return _images(parts[0], parts[1], parts[2], parts[3], self.classes)

    def generate(self, options: Options) -> Arrays:
        """scikit-learn's digits, enlarged; see `digits.py` for the sizes."""
        return _images(*digit_images(), DIGITS)


def parse_idx(data: bytes) -> Array:
    """The array in the bytes of an idx file of unsigned bytes. Raises ValueError when they are not one."""
    if len(data) < 4 or data[:3] != bytes((0, 0, UNSIGNED_BYTE)):
        raise ValueError("not an idx file of unsigned bytes")
    header = 4 + 4 * data[3]
    shape = tuple(int.from_bytes(data[at : at + 4], "big") for at in range(4, header, 4))
    if len(data) != header + math.prod(shape):
        raise ValueError(f"{len(data)} bytes, but the header says {shape}")
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def _images(
    train_images: Array, train_labels: Array, test_images: Array, test_labels: Array, classes: tuple[str, ...]
) -> Arrays:
    for images, labels in ((train_images, train_labels), (test_images, test_labels)):
        if images.shape[1:] != (28, 28) or labels.shape != images.shape[:1] or labels.max() >= len(classes):
            raise ValueError(f"images {images.shape} and labels {labels.shape} do not belong together")
    return Arrays(
        train_images,
        train_labels.astype(np.int64),
        test_images,
        test_labels.astype(np.int64),
        input_shape=(1, 28, 28),
        scale=1 / 255,
        classes=classes,
    )


MNIST = IdxImages(
    name="mnist",
    folder="MNIST",
    sums=(
        ("f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
        ("d53e105ee54ea40749a09fcbcd1e9432", 28_881),
        ("9fb629c4189551a2d022fa330f9573f3", 1_648_877),
        ("ec29112dd5afa0611ce80d1b7f02629c", 4_542),
    ),
    classes=DIGITS,
    mirrors=("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
)

FASHION_MNIST = IdxImages(
    name="fashion_mnist",
    folder="FashionMNIST",
    sums=(
        ("8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
        ("25c81989df183df01b3e8a0aad5dffbe", 29_515),
        ("bef4ecab320f06d8554ea6380940ec79", 4_422_102),
        ("bb300cfdad3c16e7a12a480ee83cd310", 5_148),
    ),
    classes=tuple(CLOTHES.split(",")),
    mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
)
