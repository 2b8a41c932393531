"""Whatever a session's content sends is answered with error=0, kept, and can be shown to people."""

from __future__ import annotations

from hypothesis import strategies as st

from app.hacp.vocabulary import Command
from app.inspector.session_log import iterate_messages
from app.inspector.sessions import ITEM_KINDS, get_session, list_items
from tests.fuzzing import fuzz, mixed_text
from tests.hacp.content import FORM, Classroom
from tests.hacp.test_fuzz_data import PIECES, TABLE_PIECES
from tests.hacp_clients.encodings import encode_uri_component, escape, multipart

WAYS = {"component": encode_uri_component, "escape": escape, "raw": lambda text: text}
TEXTS = mixed_text([*PIECES, *TABLE_PIECES]) | st.text(max_size=400)


def test_fuzz_every_command_keeps_any_data(classroom: Classroom) -> None:
    def check(example: tuple[Command, str, str]) -> None:
        command, text, way = example
        if way != "escape":  # Only escape() can write half a pair.
            text = text.encode("utf-8", "replace").decode()
        content = classroom.open()
        data = f"[core]\r\n{text}" if command in (Command.PUT_PARAM, Command.EXIT_PARAM) else text
        fields = {"command": command.value, "session_id": content.launch.session_id, "aicc_data": data}
        if way == "multipart":
            reply = content.post(multipart(fields, "XYZ"), content_type="multipart/form-data; boundary=XYZ")
        else:
            written = "&".join(f"{name}={WAYS[way](value)}" for name, value in fields.items())
            reply = content.post(written.encode(), content_type=FORM)
        assert (reply.error, reply.error_text) == (0, "Successful")
        assert content.get().error == 0
        launch_id = content.launch.launch_id
        assert get_session(classroom.session, launch_id)
        for kind in ITEM_KINDS:
            list_items(classroom.session, launch_id, kind, limit=100)
        messages = list(iterate_messages(classroom.session, launch_id))
        assert [message.is_parked for message in messages] == [False, False]

    def is_sendable(example: tuple[Command, str, str]) -> bool:
        """Unencoded text that holds a field of the protocol contradicts the message it is in."""
        _, text, way = example
        return way not in ("raw", "multipart") or "&" not in text

    ways = st.sampled_from([*WAYS, "multipart"])
    fuzz(st.tuples(st.sampled_from(Command), TEXTS, ways).filter(is_sendable), check, short=100, databases=2)
