"""The data sets that there are."""

from __future__ import annotations

import difflib

from grader.datasets.idx_images import FASHION_MNIST, MNIST
from grader.datasets.provider import Provider
from grader.datasets.stock import Stock
from grader.datasets.wafer import Wafer
from grader.errors import DataUnavailable

PROVIDERS: dict[str, Provider] = {provider.name: provider for provider in (MNIST, FASHION_MNIST, Wafer(), Stock())}


def dataset_names() -> tuple[str, ...]:
    """The names that `open_dataset` knows."""
    return tuple(PROVIDERS)


def provider_named(name: str) -> Provider:
    """The provider called `name`. Raises DataUnavailable, with the nearest name where one is near."""
    if name in PROVIDERS:
        return PROVIDERS[name]
    known = ", ".join(PROVIDERS)
    near = difflib.get_close_matches(name.lower().replace("-", "_"), PROVIDERS, n=1)
    if near:
        raise DataUnavailable("datasets.unknown_name_near", name=name, near=near[0], known=known)
    raise DataUnavailable("datasets.unknown_name", name=name, known=known)
