"""The suite where less can be asked: one session, or a plain launch command that knows one learner only."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.hacp.command_line import main
from tests.conformance.hacp.launching import ENVIRONMENT as REQUEST, Answer, CommandSource, Desk
from tests.conformance.hacp.registry import WRITES, list_cases, list_trials
from tests.conformance.hacp.runner import Outcome, Result, run_all
from tests.conformance.hacp.waymark import Waymark
from tests.databases import ROOT
from tests.running import RunningServer

pytestmark = pytest.mark.timeout(180)

SERVICE = f"{sys.executable} -m tests.conformance.hacp.waymark --serve"
COMMAND = f"{sys.executable} -m tests.conformance.hacp.waymark"


class PlainCommand:
    """Launches the same course for the same learner each time, as a command without `{learner}` does."""

    def __init__(self, waymark: Waymark, learner: str) -> None:
        self._waymark = waymark
        self._learner = learner

    def ask(self, request: Answer) -> Answer:
        answer = self._waymark.ask({"ask": "launch", "learner": self._learner, "features": {}})
        return {name: answer[name] for name in ("session_id", "aicc_url")}


@pytest.fixture
def environment(faulty_server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the commands that the suite starts the server's settings."""
    for name, value in faulty_server.environment.items():
        monkeypatch.setenv(name, value)


def _run_all(desk: Desk) -> Counter[Outcome]:
    """Ask each case once; that all variants hold is seen where each has a learner of its own."""
    results = list(run_all(desk, [list_trials([case])[0] for case in list_cases()]))
    assert [_explain(result) for result in results if result.outcome is Outcome.FAILED] == []
    assert all(result.reason for result in results if result.outcome is Outcome.NOT_RUN)
    return Counter(result.outcome for result in results)


def _explain(result: Result) -> str:
    return f"{result.trial.label}: expected {result.expected}, received {result.received}"


def test_one_session_is_asked_what_it_permits(waymark: Waymark) -> None:
    launch = waymark.ask({"ask": "launch", "learner": "single", "features": {}})
    counts = _run_all(Desk(url=launch["aicc_url"], session_id=launch["session_id"]))
    assert counts[Outcome.PASSED] > 50


def test_relaunches_of_one_attempt_fail_nothing(waymark: Waymark) -> None:
    counts = _run_all(Desk(source=PlainCommand(waymark, "plain")))
    assert counts[Outcome.PASSED] > 70


def test_an_attempt_that_is_passed_already_fails_nothing(waymark: Waymark) -> None:
    plain = PlainCommand(waymark, "passed")
    passed = list_trials(case for case in list_cases() if case.number == "20")
    list(run_all(Desk(source=plain), passed))
    statuses = list_trials(case for case in list_cases() if case.order > WRITES)
    assert [_explain(r) for r in run_all(Desk(source=plain), statuses) if r.outcome is Outcome.FAILED] == []


@pytest.mark.usefixtures("environment")
def test_a_launch_service_is_asked_for_every_feature(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--launch-service", SERVICE, "--case", "1,13,17,61,62,66,69,74"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("pass    1  GetParam with a valid session id →")
    assert lines[-1].endswith(" passed, 0 failed, 0 not run.")


@pytest.mark.usefixtures("environment")
def test_a_launch_command_is_run_for_each_launch(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--launch-command", COMMAND, "--progress-command", COMMAND, "--case", "18,74"]) == 0
    assert capsys.readouterr().out.endswith("\n2 passed, 0 failed, 0 not run.\n")


@pytest.mark.usefixtures("environment")
def test_the_products_own_launch_command_will_do(
    faulty_server: RunningServer, capsys: pytest.CaptureFixture[str]
) -> None:
    integration = faulty_server.flask("integration", "add", "--kind", "aicc", "--name", "Ana's content")["id"]
    named = ("--title", "Knots", "--activity-id", "urn:knots", "--launch-url", "https://content.example/")
    course = faulty_server.flask("course", "add", "--integration", integration, *named)["id"]
    learner = faulty_server.flask("learner", "add", "--name", "Diaz, Ana")["id"]
    command = f"{sys.executable} -m flask --app wsgi launch create --json --integration {integration}"
    launch = f"{command} --course {course} --learner {learner}"
    assert main(["--launch-command", launch, "--case", "2,10,18,79a"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "           because it needs a learner of its own: the launch command has no {learner}" in lines
    assert lines[-1] == "11 passed, 0 failed, 1 not run."


def test_a_failure_is_shown_without_the_session_id(
    faulty_server: RunningServer, waymark: Waymark, capsys: pytest.CaptureFixture[str]
) -> None:
    launch = waymark.ask({"ask": "launch", "learner": "failing", "features": {}})
    broken = f"{faulty_server.url}/no_version_line/hacp"
    assert main(["--url", broken, "--sid", launch["session_id"], "--case", "1"]) == 1
    printed = capsys.readouterr().out
    assert "expected  version to be '4.0'" in printed
    assert "received  None" in printed
    assert "session_id=[session id]" in printed
    assert launch["session_id"] not in printed


def test_a_server_that_is_not_there_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "http://127.0.0.1:9/hacp", "--sid", "x", "--case", "1"]) == 1
    assert "expected  a reply" in capsys.readouterr().out


def test_nothing_asked_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "http://127.0.0.1:9/hacp", "--sid", "x", "--case", "2"]) == 1
    assert "Nothing was asked" in capsys.readouterr().out


def test_a_launch_command_that_fails_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    command = f"{sys.executable} -c 'import sys; sys.exit(\"no such course\")'"
    assert main(["--launch-command", command, "--case", "1"]) == 1
    assert "no such course" in capsys.readouterr().err


def test_a_command_learns_the_request_and_the_learner() -> None:
    told = f"[os.environ['{REQUEST}'], sys.argv[1]]"
    code = f"import json, os, sys; print(json.dumps(dict(a={told})))"
    source = CommandSource((sys.executable, "-c", code, "--for={learner}"))
    request = {"ask": "launch", "learner": "hacp-1", "features": {"mastery_score": 80}}
    told, argument = source.ask(request)["a"]
    assert json.loads(told) == request
    assert argument == "--for=hacp-1"


@pytest.mark.parametrize(
    "arguments",
    [[], ["--url", "lms.example", "--sid", "x"], ["--url", "https://lms.example/hacp"], ["--case", "999"]],
    ids=["nothing", "no address", "no session", "no case"],
)
def test_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_the_suite_needs_the_standard_library_alone(tmp_path: Path) -> None:
    """Copied elsewhere, without site-packages, it still knows its cases."""
    shutil.copytree(ROOT / "tests" / "conformance", tmp_path / "conformance")
    command = [sys.executable, "-S", "-m", "conformance.hacp", "--list"]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == len(list_trials(list_cases()))
