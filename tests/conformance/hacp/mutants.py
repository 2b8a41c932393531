"""Servers that are broken on purpose, one fault each: what the suite must notice.

`mutant_wsgi.py` runs one of them; the faults are those that other LMSs shipped.
"""

from __future__ import annotations

from dataclasses import dataclass

ENVIRONMENT = "HACP_MUTANT"
NONE = "none"


@dataclass(frozen=True)
class Mutant:
    """One fault, in a sentence, and the cases that notice it."""

    name: str
    fault: str
    noticed_by: tuple[str, ...]


MUTANTS = (
    Mutant("lf_line_ends", "Replies end their lines with LF.", ("1", "77")),
    Mutant("resume_with_space", "The entry flag has a blank before it: `incomplete, resume`.", ("24", "65")),
    Mutant("core_on_next_line", "`[core]` stands on the line after `aicc_data=`.", ("1", "145")),
    Mutant("no_version_line", "Replies do not name their version.", ("1", "78")),
    Mutant("html_escaped_reply", "Values in replies are HTML-escaped.", ("30",)),
    Mutant("html_on_unknown_session", "An unknown session gets HTTP 500 and a page of HTML.", ("10",)),
    Mutant("no_cors_on_errors", "Replies with an error lack Access-Control-Allow-Origin.", ("76",)),
    Mutant("cookie_on_replies", "Replies set a cookie.", ("76",)),
    Mutant("no_vendor_group", "GetParam answers without [core_vendor].", ("1", "146")),
    Mutant("blank_mastery_score", "GetParam says `mastery_score=` for a unit that has none.", ("65",)),
    Mutant("trimmed_suspend_data", "Blanks and blank lines in suspend data are dropped.", ("30",)),
    Mutant("suspend_data_to_blank_line", "Suspend data ends at its first blank line.", ("18", "30")),
    Mutant("suspend_data_cut_at_4096", "Suspend data is cut after 4,096 characters.", ("73",)),
    Mutant("absent_group_clears", "PutParam without [core_lesson] clears the suspend data.", ("28",)),
    Mutant("time_added_at_each_put", "The time of each PutParam is added to the total.", ("50",)),
    Mutant("late_put_refused", "PutParam right after ExitAU gets error=3.", ("57",)),
    Mutant("later_status_overwrites", "A later, lower status overwrites passed.", ("58", "59")),
    Mutant("mastery_judges_all", "Every score is judged by the mastery score.", ("61",)),
    Mutant("utf8_only", "Percent-encoded bytes that are not UTF-8 are replaced.", ("36",)),
    Mutant("host_checked_by_nobody", "A message is taken under any host name.", ("151",)),
)
