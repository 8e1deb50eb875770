"""A child that sends back what it gets: proof that children can be had."""

from __future__ import annotations

from grader.evidence.frames import Channel


def serve(channel: Channel) -> None:
    """Echo until the controller hangs up."""
    while True:
        try:
            frame = channel.receive()
        except EOFError:
            return
        channel.send(frame)
