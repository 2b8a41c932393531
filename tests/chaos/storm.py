"""One storm: load on a real server whose workers are killed with kill -9 again and again."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.arranging import arrange
from tests.chaos.check import faults
from tests.chaos.load import Ledger, start_senders
from tests.running import RunningServer, running_server


@dataclass(frozen=True)
class Report:
    """What happened: how much was sent, taken and killed, and which promises were broken."""

    statements: int
    put_params: int
    sent: int
    kills: int
    faults: list[str]

    def __str__(self) -> str:
        return (
            f"{self.statements} statements and {self.put_params} PutParams acknowledged of {self.sent} sent,"
            f" {self.kills} kills: {len(self.faults)} faults"
        )


def storm(database_url: str, data_dir: Path, *, seconds: float, posters: int = 8, seed: int = 1) -> Report:
    """Run the storm on a migrated, empty database and check the ledger afterwards."""
    with running_server(database_url, data_dir) as server:
        arrangement = arrange(server.environment, learners=6, courses=3, sessions=6)
        ledger = Ledger(data_dir / "ledger.txt")
        stop = threading.Event()
        senders = start_senders(server.url, arrangement, ledger, stop, posters=posters)
        kills = _kill_workers(server, seconds, random.Random(seed))
        # The last seconds are calm, so that whatever waits can be answered.
        time.sleep(min(2.0, seconds / 5))
        stop.set()
        for sender in senders:
            sender.join(60)
        ledger.close()
        taken = [message.kind for message in ledger.acknowledged]
        return Report(
            taken.count("statement"),
            taken.count("put_param"),
            len(ledger.sent),
            kills,
            faults(server, ledger),
        )


def _kill_workers(server: RunningServer, seconds: float, chance: random.Random) -> int:
    end, kills = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.5, 2.5))
        pids = server.worker_pids()
        if pids:
            _kill(chance.choice(pids))
            kills += 1
    return kills


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # It went between the look and the shot.
