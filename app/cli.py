"""The commands of `flask --app wsgi …`; each noun has its file."""

from __future__ import annotations

from flask import Flask

from app import (
    cli_catalog,
    cli_db,
    cli_delivery,
    cli_demo,
    cli_doctor,
    cli_integrations,
    cli_launch,
    cli_learning,
    cli_people,
    cli_progress,
    cli_simulate,
    cli_statements,
    cli_worker,
)


def register(app: Flask) -> None:
    """Add every command to this app; `db` comes with Flask-Migrate."""
    cli_db.extend_upgrade()
    for command in (
        cli_people.admin,
        cli_integrations.integration,
        cli_integrations.credential,
        cli_catalog.catalog,
        cli_learning.course,
        cli_learning.learner,
        cli_launch.launch,
        cli_progress.progress,
        cli_statements.statements,
        cli_delivery.destination,
        cli_delivery.delivery,
        cli_demo.demo,
        cli_simulate.simulate,
        cli_doctor.doctor,
        cli_worker.worker,
    ):
        app.cli.add_command(command)
