"""The layers between a child and the machine: what each one is, whether it can be had, and putting them on."""

from grader.sandbox.isolation.layers import Layers
from grader.sandbox.isolation.levels import Isolation, IsolationChoice, isolation_of

__all__ = ["Isolation", "IsolationChoice", "Layers", "isolation_of"]
