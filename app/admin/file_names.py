"""Names for files that strangers sent: readable, harmless, and never of a kind that runs."""

from __future__ import annotations

# What opens as a document and runs nothing; everything else is left without a program to open it.
_ENDINGS = {
    "application/json": ".json",
    "application/pdf": ".pdf",
    "audio/mpeg": ".mp3",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "text/plain": ".txt",
    "video/mp4": ".mp4",
}
_LONGEST = 80


def name_attachment(display: str, sha2: str, content_type: str) -> str:
    """Return a name of a file from what its statement says of it.

    Of `display` only letters and digits stay, in any script, and what joins them; without any, its hash.
    """
    words = "".join(c if c.isalnum() or c in "-_" else " " for c in display[: _LONGEST * 2])
    name = " ".join(words.split())[:_LONGEST].strip()
    ending = _ENDINGS.get(content_type.partition(";")[0].strip().lower(), ".bin")
    # Letters and digits only, too: a lenient integration's hash is any text.
    digest = "".join(c for c in sha2 if c.isascii() and c.isalnum())[:16]
    return f"{name or f'attachment-{digest}'}{ending}"
