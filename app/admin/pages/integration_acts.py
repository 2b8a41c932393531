"""What can be done to an integration: edit, secrets, a test, switch off, delete."""

from __future__ import annotations

from flask import abort, current_app, request, url_for
from werkzeug.wrappers import Response

from app import clock, demo
from app.access.credentials import list_credentials
from app.access.hosts import BadHost
from app.access.integrations import BadIntegration, Integration, Kind, Policy, UserType
from app.access.policies import HostMode
from app.admin.acts import integrations as acts
from app.admin.aicc_forms import drop_policy, policy_values, read_policy
from app.admin.blueprint import blueprint
from app.admin.form_parts import lines, sentence, text_of
from app.admin.forms import DeleteForm, IntegrationEditForm
from app.admin.frame import current_actor, render, say, see_other
from app.admin.pages.integrations import find_or_404, integration_page
from app.admin.security import needs
from app.admin.summaries import read_live_use
from app.db import reading, transact
from app.progress.rebuild import in_batches, rebuild
from app.settings import settings_of
from app.words import worded


@blueprint.route("/admin/integrations/<integration_id>/edit", methods=["GET", "POST"])
@needs("integration.change")
def integration_edit(integration_id: str) -> Response:
    integration = find_or_404(integration_id)
    with reading() as session:
        channels = acts.find_channels(session, integration)
    form = IntegrationEditForm(
        data={
            "name": integration.name,
            "channels": channels,
            "user_type": integration.user_type or UserType.EMAIL,
            "host_names": "\n".join(integration.host_names),
            "upstream_hosts": "\n".join(integration.upstream_hosts),
            "host_mode": integration.host_mode,
            "allows_query_credentials": integration.allows_query_credentials,
            **policy_values(integration),
        }
    )
    has_aicc = integration.kind is not Kind.XAPI
    if not has_aicc:
        drop_policy(form)
    if request.method == "POST" and form.validate() and _save(integration, form):
        say(worded("The integration is saved."))
        return see_other(_address(integration_id))
    status = 422 if request.method == "POST" else 200
    return render(
        "integration_edit.html",
        status,
        form=form,
        integration=integration,
        is_linkedin=integration.kind is Kind.LINKEDIN_LEARNING,
        has_aicc=has_aicc,
        current="integrations",
    )


@blueprint.post("/admin/integrations/<integration_id>/secrets")
@needs("integration.change")
def integration_add_secret(integration_id: str) -> Response:
    """Make a second secret; it is shown in this reply and never again."""
    find_or_404(integration_id)
    actor = current_actor()
    credential = transact(lambda session: acts.add_secret(session, actor, integration_id))
    return integration_page(integration_id, new_credential=credential)


@blueprint.post("/admin/integrations/<integration_id>/secrets/<credential_id>/revoke")
@needs("integration.change")
def integration_revoke_secret(integration_id: str, credential_id: str) -> Response:
    find_or_404(integration_id)
    with reading() as session:
        client_ids = {c.id: c.client_id for c in list_credentials(session, integration_id)}
    if credential_id not in client_ids:
        abort(404, worded("There is no such secret."))
    actor, client_id = current_actor(), client_ids[credential_id]
    transact(
        lambda session: acts.revoke_secret(
            session, actor, integration_id, credential_id=credential_id, client_id=client_id
        )
    )
    say(
        worded(
            "The secret of client ID %(id)s is revoked. Whoever still uses it is refused from now on.",
            id=client_id,
        )
    )
    return see_other(_address(integration_id))


@blueprint.post("/admin/integrations/<integration_id>/test")
@needs("integration.change")
def integration_test(integration_id: str) -> Response:
    """Send messages to ourselves the way the content would; they are marked as demo."""
    integration = find_or_404(integration_id)
    # Behind the proxy, whose types do not tell of it.
    app, actor = current_app._get_current_object(), current_actor()  # type: ignore[attr-defined]
    try:
        # A context of its own: the messages the test plays must not share this request's `g`.
        with app.app_context():
            played = demo.send_test(app, integration_id)
    except demo.DemoRefused as error:
        say(sentence(str(error)), "warn")
        return see_other(_address(integration_id))
    transact(lambda session: acts.note_test(session, actor, integration.name, is_good=played.is_good))
    say(played.summary, "ok" if played.is_good else "bad")
    return see_other(_address(integration_id))


@blueprint.post("/admin/integrations/<integration_id>/hosts")
@needs("integration.change")
def integration_register_host(integration_id: str) -> Response:
    """Register a host name that messages were seen under."""
    find_or_404(integration_id)
    actor, host = current_actor(), request.form.get("host", "")
    try:
        name = transact(lambda session: acts.register_host(session, actor, integration_id, host))
    except BadHost as error:
        abort(400, worded("This cannot be registered: %(reason)s.", reason=str(error)))
    say(worded("%(name)s is registered. Messages under this name are taken from now on.", name=name))
    return see_other(_address(integration_id) + "#hosts")


@blueprint.post("/admin/integrations/<integration_id>/lmss")
@needs("integration.change")
def integration_register_lms(integration_id: str) -> Response:
    """Register an LMS that was refused."""
    find_or_404(integration_id)
    actor, host = current_actor(), request.form.get("host", "")
    try:
        name = transact(lambda session: acts.register_host(session, actor, integration_id, host, is_lms=True))
    except BadHost as error:
        abort(400, worded("This cannot be registered: %(reason)s.", reason=str(error)))
    say(worded("%(name)s is registered. Courses can be opened from this LMS from now on.", name=name))
    return see_other(_address(integration_id))


@blueprint.route("/admin/integrations/<integration_id>/disable", methods=["GET", "POST"])
@needs("integration.change")
def integration_disable(integration_id: str) -> Response:
    """Say what breaks, then switch off."""
    integration = find_or_404(integration_id)
    if request.method == "POST":
        return _set_enabled(integration_id, is_enabled=False)
    with reading() as session:
        use = read_live_use(session, settings_of(current_app), integration_id, now=clock.now())
    return render("integration_disable.html", integration=integration, use=use, current="integrations")


@blueprint.post("/admin/integrations/<integration_id>/enable")
@needs("integration.change")
def integration_enable(integration_id: str) -> Response:
    find_or_404(integration_id)
    return _set_enabled(integration_id, is_enabled=True)


@blueprint.route("/admin/integrations/<integration_id>/delete", methods=["GET", "POST"])
@needs("integration.change")
def integration_delete(integration_id: str) -> Response:
    integration = find_or_404(integration_id)
    form = DeleteForm(expected_name=integration.name)
    if request.method == "POST" and form.validate():
        _delete(integration_id, erase_data=form.fate.data == "erase")
        say(worded("The integration %(name)s is deleted.", name=integration.name))
        return see_other(url_for("admin.integration_list"))
    with reading() as session:
        use = read_live_use(session, settings_of(current_app), integration_id, now=clock.now())
    status = 422 if request.method == "POST" else 200
    return render(
        "integration_delete.html", status, form=form, integration=integration, use=use, current="integrations"
    )


def _save(integration: Integration, form: IntegrationEditForm) -> bool:
    actor, policy = current_actor(), Policy(host_mode=HostMode(form.host_mode.data))
    policy["allows_query_credentials"] = bool(form.allows_query_credentials.data)
    if integration.kind is not Kind.XAPI:
        policy |= read_policy(form)
    try:
        transact(
            lambda session: acts.change_integration(
                session,
                actor,
                integration.id,
                name=text_of(form.name),
                channels=form.channels.data,
                user_type=UserType(form.user_type.data),
                host_names=lines(form.host_names.data),
                upstream_hosts=lines(form.upstream_hosts.data),
                **policy,
            )
        )
    except BadHost as error:
        form.host_names.errors = [sentence(str(error))]
        return False
    except BadIntegration as error:
        form.name.errors = [sentence(str(error))]
        return False
    return True


def _set_enabled(integration_id: str, *, is_enabled: bool) -> Response:
    actor = current_actor()
    transact(lambda session: acts.set_enabled(session, actor, integration_id, is_enabled=is_enabled))
    say(
        worded("The integration is on: messages are taken again.")
        if is_enabled
        else worded("The integration is off.")
    )
    return see_other(_address(integration_id))


def _delete(integration_id: str, *, erase_data: bool) -> None:
    actor = current_actor()
    learners = transact(
        lambda session: acts.delete_integration(session, actor, integration_id, erase_data=erase_data)
    )
    for batch in in_batches(learners):
        transact(lambda session, batch=batch: rebuild(session, batch))  # type: ignore[misc]  # a default binds it


def _address(integration_id: str) -> str:
    return url_for("admin.integration_detail", integration_id=integration_id)
