"""Wake-ups: a process of a commune tells the parent that a task waits, instead of its database telling a worker.

The parent would need a connection to each database to hear of it.
"""

import socket
from contextlib import suppress
from functools import partial
from typing import Any

from django.db import transaction
from django.tasks import TaskResult
from django.tasks.signals import task_enqueued
from django_tasks_db import DatabaseBackend

from home.management.commands.worker import LANES

LONGEST = 200  # bytes of a message


class WakeUps:
    """The two ends of a channel: processes of communes send, the parent receives."""

    def __init__(self, receiver: socket.socket, sender: socket.socket):
        self.receiver, self.sender = receiver, sender
        for end in (receiver, sender):
            end.setblocking(False)
            end.set_inheritable(True)  # by the code that takes over

    @classmethod
    def open(cls, inherited: str = "") -> "WakeUps":
        """Return a new channel, or that of the code before: the numbers of its ends."""
        if inherited:
            receiver, sender = (socket.socket(fileno=int(number)) for number in inherited.split())
            return cls(receiver, sender)
        return cls(*socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))

    @property
    def numbers(self) -> str:
        return f"{self.receiver.fileno()} {self.sender.fileno()}"

    def send(self, name: str, lane: str) -> None:
        """Tell the parent. A message that finds no room is not needed: the regular visit comes."""
        with suppress(OSError):
            self.sender.send(f"{lane} {name}".encode())

    def receive(self) -> list[tuple[str, str]]:
        """Return the waiting messages: names of communes and lanes."""
        found = []
        with suppress(BlockingIOError):
            while True:
                lane, _space, name = self.receiver.recv(LONGEST).decode(errors="replace").partition(" ")
                found.append((name, lane))
        return found

    def announce_tasks(self, name: str, running: str = "") -> None:
        """Send a message for each task that is enqueued from now on, except for the lane that is ``running``."""
        lanes = {queue: lane for lane, queue in LANES.items() if lane != running}

        def announce(sender: type, task_result: TaskResult[..., Any], **_signal: Any) -> None:
            lane = lanes.get(task_result.task.queue_name)
            if lane and issubclass(sender, DatabaseBackend):
                transaction.on_commit(partial(self.send, name, lane), robust=True)

        task_enqueued.connect(announce, weak=False)
