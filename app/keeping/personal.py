"""Where a learner's data is: every column that can hold text, by what becomes of it when they are erased.

tests/test_architecture.py compares this with the models: who adds a column says here what it may hold.
"""

from __future__ import annotations

from collections.abc import Mapping

Columns = Mapping[str, tuple[str, ...]]

# Rows that are about one learner and go with them. How they are found stands in `erasing`.
OWN: Columns = {
    "learner": ("id", "name", "sort_name", "name_key", "attributes", "group_name", "merged_into_id"),
    "identity": ("kind", "namespace", "value", "folded", "stem", "home_page"),
    # Lists that wait for a look go whole: nobody can tell whom they name without reading them.
    "learner_sheet": ("id", "file_name", "data"),
    "learner_merge": ("id", "moved", "made_by", "undone_by"),
    "attempt": (
        *("id", "lesson_status", "exit_flag", "location", "suspend_data"),
        *("score", "preferences", "objectives", "student_data"),
    ),
    "launch": (
        *("id", "session_hash", "named_learner_id", "lesson_mode", "link_digest", "status_at_start", "state"),
        *("end_reason", "destination_id", "opened_address", "opened_agent"),
    ),
    # With the statements that alone speak of it; another's is not changed, for its hash names it.
    "attachment": ("body",),
    "upstream_session": (
        *("url", "session_id", "version", "student_id", "objective_ids", "hops", "fingerprint"),
    ),
}

# Rows of others, or of nobody, that may speak of a learner: the words are taken out, the row stays. Where the
# row is the learner's own it goes as well.
SPEAKING: Columns = {
    "learner": ("manager",),
    "statement": ("payload",),
    "exchange": ("path", "result", "user_agent", "request_body", "reply_body", "repairs", "changes"),
    "finding": ("detail",),
    "document": ("name", "body"),
    "xapi_activity": ("definition",),
    "xapi_agent": ("name",),
    "delivery": ("payload", "reason"),
    "delivery_try": ("reason", "request", "reply"),
    "launch_item": ("name", "fields"),
    "aicc_record": ("body",),
    "audit_entry": ("target", "detail"),
    "import_item": ("notes",),
    "course": ("title", "sort_title", "description"),
    "assignable_unit": ("title", "comments"),
    "progress_decision": ("reason",),
    "saved_view": ("name", "query"),
    "destination": ("state_reason",),
}

# What speaks of no learner: what we made, what an admin chose, closed sets, digests that lead to nobody.
HARMLESS: Columns = {
    "access_token": ("token_hash", "scopes"),
    "aicc_record": ("id", "command", "digest"),
    "assignable_unit": (
        *("id", "system_id", "launch_url", "web_launch", "core_vendor"),
        *("max_time_allowed", "time_limit_action", "au_password_hash"),
    ),
    "attachment": ("sha2", "content_type"),
    "audit_entry": (
        "actor_id",
        "actor_name",
        "actor_role",
        "address",
        "request_id",
        "action",
        "hash",
        "salt",
    ),
    "audit_head": ("hash",),
    "api_token": ("id", "token_hash", "prefix", "name", "scopes", "created_by", "last_used_address"),
    "course": ("id", "type", "activity_id"),
    "course_identifier": ("value",),
    "credential": ("id", "client_id", "secret_hash"),
    "delivery": (
        *("message_id", "kind", "order_key", "integration_id", "learner_id", "course_id", "launch_id"),
        *("hops", "state", "code"),
    ),
    "delivery_try": ("code",),
    "destination": ("id", "name", "kind", "url", "events", "options", "secrets", "state", "lane_holder"),
    "document": ("kind", "activity", "agent", "registration", "name_digest", "content_type", "etag"),
    "erased_identity": ("digest", "person"),
    "exchange": (
        *("id", "face", "method", "integration_id", "launch_id", "credential_id", "learner_id"),
        *("client_address", "host"),
    ),
    "failed_try": ("key_hash",),
    "finding": ("integration_id", "code"),
    "idempotency_key": ("key_hash", "token_id", "request_hash", "made"),
    "import_chunk": ("data",),
    "import_item": ("outcome", "name", "title", "identifiers"),
    "import_job": ("id", "file_name", "state", "trouble", "started_by"),
    "integration": (
        *("id", "name", "kind", "user_type", "host_mode", "xapi_default_version"),
        *("student_id_is", "mastery_policy"),
    ),
    "integration_host": ("list_name", "name"),
    "job_lease": ("name", "holder"),
    "launch_item": ("kind", "digest"),
    "observation": ("channel", "source", "status", "evidence_kind", "evidence_id"),
    "person": ("id", "email", "name", "password_hash", "role"),
    "person_link": ("token_hash",),
    "person_session": ("token_hash", "address", "user_agent"),
    "progress": ("status",),
    "progress_decision": ("kind", "status", "attempts", "group_id", "actor_id", "actor_name", "undone_by"),
    "saved_view": ("id",),
    "setting": ("name", "value"),
    "statement": ("statement_id", "credential_id", "exchange_id", "content_hash", "target_id"),
    "statement_link": ("value",),
    "stored_figures": ("zone", "figures"),
    "xapi_activity": ("digest", "activity_id"),
    "xapi_agent": ("digest",),
}
