"""Data sets: one provider each, one interface, held-out targets for the controller only."""

from grader.datasets.opening import data_status, fetch_dataset, open_dataset
from grader.datasets.places import Source
from grader.datasets.providers import dataset_names
from grader.datasets.split import ArrayFile, DatasetStatus, DataSplit
from grader.datasets.torchvision_layout import torchvision_root

__all__ = [
    "ArrayFile",
    "DataSplit",
    "DatasetStatus",
    "Source",
    "data_status",
    "dataset_names",
    "fetch_dataset",
    "open_dataset",
    "torchvision_root",
]
