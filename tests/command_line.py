"""Run commands as a person or a script would, and judge exit code, stdout and stderr."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import Result
from flask import Flask


@dataclass(frozen=True)
class CommandLine:
    """The commands of one app."""

    app: Flask

    def run(self, *arguments: str, input: str | None = None) -> Result:
        result = self.app.test_cli_runner().invoke(args=list(arguments), input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def ok(self, *arguments: str, input: str | None = None) -> str:
        """Run a command that must succeed; returns stdout."""
        result = self.run(*arguments, input=input)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments: str, input: str | None = None) -> Any:
        """Run a command with --json; stdout must be JSON and nothing else."""
        return json.loads(self.ok(*arguments, "--json", input=input))

    def refused(self, *arguments: str) -> str:
        """Run a command that must be refused: exit code 1, one line on stderr, nothing on stdout."""
        return self._error(1, *arguments)

    def misused(self, *arguments: str) -> str:
        """Run a command that is typed wrong: exit code 2, one line on stderr, nothing on stdout."""
        return self._error(2, *arguments)

    def _error(self, exit_code: int, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code == exit_code, result.output
        assert result.stdout == ""
        lines = result.stderr.splitlines()
        assert len(lines) == 1, lines
        assert lines[0].startswith("Error: ")
        return lines[0]
