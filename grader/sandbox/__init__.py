"""Isolated processes behind one seam: `Sandbox` starts `Child`ren that answer frames."""

from grader.sandbox.isolation import Isolation, IsolationChoice
from grader.sandbox.opening import open_sandbox
from grader.sandbox.seam import Child, Limits, Role, Sandbox, Usage

__all__ = ["Child", "Isolation", "IsolationChoice", "Limits", "Role", "Sandbox", "Usage", "open_sandbox"]
