"""The commands of `flask --app wsgi …`; each noun has its file."""

from __future__ import annotations

from flask import Flask

from app import (
    cli_audit,
    cli_catalog,
    cli_db,
    cli_decisions,
    cli_delivery,
    cli_demo,
    cli_doctor,
    cli_integrations,
    cli_keeping,
    cli_launch,
    cli_learner_data,
    cli_learning,
    cli_people,
    cli_simulate,
    cli_statements,
    cli_tokens,
    cli_users,
    cli_worker,
)


def register(app: Flask) -> None:
    """Add every command to this app; `db` comes with Flask-Migrate."""
    cli_db.extend_group()
    for command in (
        cli_people.admin,
        cli_users.user,
        cli_tokens.token,
        cli_audit.audit,
        cli_integrations.integration,
        cli_integrations.credential,
        cli_catalog.catalog,
        cli_learning.course,
        cli_learner_data.learner,
        cli_launch.launch,
        cli_decisions.progress,
        cli_statements.statements,
        cli_delivery.destination,
        cli_delivery.delivery,
        cli_demo.demo,
        cli_simulate.simulate,
        cli_doctor.doctor,
        cli_worker.worker,
        cli_keeping.backup,
        cli_keeping.restore,
    ):
        app.cli.add_command(command)
