"""nbclient's way to a kernel that lives in this very process: a provisioner, a manager and a client."""

from __future__ import annotations

import asyncio
import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from nbclient import NotebookClient
from nbformat import NotebookNode

RETRY_SECONDS = 0.05  # a subscription takes effect a moment after it was asked for
SPEC = KernelSpec(argv=[], display_name="grader", language="python")


class ThisProcess(KernelProvisionerBase):
    """The kernel's process is the one that asks: there is nothing to start, to wait for, or to kill."""

    has_process = True

    async def poll(self) -> int | None:
        """None: whoever can ask is alive."""
        return None

    async def wait(self) -> int | None:
        """Its exit status, which nobody here will live to see."""
        return None

    async def send_signal(self, signum: int) -> None:
        """Nothing: `HostedKernel.interrupt` reaches the thread that runs the cells, a signal to a process any of them."""

    async def kill(self, restart: bool = False) -> None:
        """Nothing."""

    async def terminate(self, restart: bool = False) -> None:
        """Nothing."""

    async def cleanup(self, restart: bool = False) -> None:
        """Nothing."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """The arguments of `launch_kernel`: no command."""
        return {**kwargs, "cmd": []}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Where the kernel listens."""
        return self.connection_info


class Client(AsyncKernelClient):
    """The channels that running cells takes. Fewer sockets, and ready as soon as the kernel is."""

    def start_channels(self, *_: bool, **__: bool) -> None:
        """Open shell and iopub. A heartbeat of one's own process tells nothing, and nobody answers `input()`."""
        super().start_channels(hb=False, stdin=False, control=False)

    def stop_channels(self) -> None:
        """Close them; the base class would first open the others."""
        for channel in (self._shell_channel, self._iopub_channel):
            if channel is not None:
                channel.stop()

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once an answer *and* what is published with it have come in.

        Raises:
            RuntimeError: that did not happen within `timeout` seconds.
        """
        deadline = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < deadline:
            request = self.kernel_info()
            if await self._published_idle(request):
                while (await self.shell_channel.get_msg(timeout=1))["parent_header"].get("msg_id") != request:
                    pass
                return
        raise RuntimeError("the notebook's kernel does not answer")

    async def _published_idle(self, request: str) -> bool:
        try:
            while True:
                message = await self.iopub_channel.get_msg(timeout=RETRY_SECONDS)
                idle = message["content"].get("execution_state") == "idle"
                if idle and message["parent_header"].get("msg_id") == request:
                    return True
        except Empty:
            return False


class Manager(AsyncKernelManager):
    """Manages the kernel that is there already."""

    client_factory = Client
    kernel_spec = SPEC

    def client(self, **options: Any) -> Any:
        """A `Client` on the manager's own ZeroMQ context."""
        return super().client(context=self.context, **options)

    def write_connection_file(self, **_: Any) -> None:
        """None: nobody else may connect."""


async def connect(connection: KernelConnectionInfo, notebook: NotebookNode, startup_seconds: int) -> NotebookClient:
    """An nbclient that is connected with the kernel and has heard from it."""
    manager = Manager(transport="ipc", ip=connection["ip"])
    manager.session.key = connection["key"]
    provisioner = ThisProcess(kernel_spec=SPEC, parent=manager)
    provisioner.connection_info = connection
    manager.provisioner = provisioner
    client = NotebookClient(notebook, km=manager, startup_timeout=startup_seconds, record_timing=False)
    await client.async_start_new_kernel(env={})
    await client.async_start_new_kernel_client()
    return client


async def disconnect(client: NotebookClient) -> None:
    """Close the client's sockets."""
    if client.kc is not None:
        client.kc.stop_channels()
    if client.km is not None:
        client.km._close_control_socket()
        client.km.context.destroy(linger=0)
    await asyncio.sleep(0)
