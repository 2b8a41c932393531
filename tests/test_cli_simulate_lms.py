"""`simulate lms` is an LMS in a process of its own, and says what is wrong with its options."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

from app.catalog.package import Package, PackageUnit
from app.catalog.package_writing import write_package
from app.simulator.transport import HttpTransport
from tests.command_line import CommandLine
from tests.databases import ROOT
from tests.running import server_environment

PACKAGE = Package(
    "k", title="Knots", course_id="urn:k", units=(PackageUnit("A1", "Knots", "https://w.example/a"),)
)


def test_it_imports_packages_and_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    zipped = tmp_path / "k.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        for extension, data in write_package(PACKAGE).items():
            archive.writestr(f"k.{extension}", data)
    options = [
        "--port",
        "0",
        "--package",
        str(zipped),
        "--student",
        "7",
        "Ben",
        "--quirks",
        '{"version": "2.2"}',
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "simulate", "lms", *options],
        cwd=ROOT,
        env=server_environment(f"sqlite:///{tmp_path}/w.db", tmp_path, 1),
        stderr=subprocess.PIPE,
        text=True,
        # What is started in the background of a shell ignores interrupts, and so would this.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    try:
        greeting = process.stderr.readline()
        assert greeting.startswith("A simulated LMS with one lesson is at http://127.0.0.1:")
        url = greeting.split()[8].rstrip("/")
        transport = HttpTransport(url)
        opened = transport.send("GET", f"{url}/launch?unit=k%2FA1&student=7")
        assert opened.headers["location"].startswith("https://w.example/a?AICC_SID=")
        assert f"AICC_URL={url.replace(':', '%3A').replace('/', '%2F')}%2Fhacp" in opened.headers["location"]
        assert b"version=2.2" in transport.send("POST", f"{url}/hacp", {}, b"command=GetParam").body
        assert len(json.loads(transport.send("GET", f"{url}/ledger").body)["records"]) == 1
        transport.close()
    finally:
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "Ended.\n")


def test_options_that_cannot_be_used_are_named(cli: CommandLine) -> None:
    assert "there is no quirk 'nope'" in cli.misused("simulate", "lms", "--quirks", '{"nope": 1}')
    assert "--quirks" in cli.misused("simulate", "lms", "--quirks", "{")
    assert "does not exist" in cli.misused("simulate", "lms", "--package", "nothing.zip")
    assert "this is no zip file" in cli.refused("simulate", "lms", "--package", __file__)
