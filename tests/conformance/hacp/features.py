"""What a case may ask of the command that launches: the names, what each means, and an example."""

from __future__ import annotations

FEATURES: dict[str, tuple[str, object]] = {
    "mastery_score": ("the assignable unit has this mastery score", 80),
    "mastery_policy": (
        "when the LMS judges by the mastery score: `never`, `completed_only` (the standard) or `always`",
        "always",
    ),
    "score_is_percent": ("the score is the percentage of progress and is never judged", True),
    "max_time_allowed": ("the unit's Max_Time_Allowed", "00:30:00"),
    "time_limit_action": ("the unit's Time_Limit_Action", "exit,message"),
    "core_vendor": ("the unit's Core_Vendor, with `<CR>` for a line break", "first<CR>second"),
    "comments": ("a text from the LMS to the learner", "Bring a rope."),
    "file_name": ("the unit's File_Name, the address that a launch opens", "https://content.example/go?a=1"),
    "web_launch": ("the unit's Web_Launch parameters", "acct=77"),
    "au_password": ("the unit has this AU_Password", "K7 & é+"),
    "au_password_enforced": ("a message without AU_password is refused", True),
    "student_name": ("the learner has this name, or what may be made of it", "Diaz, Ana"),
    "demographics": ("the LMS knows this of the learner and may tell it", {"city": "Vigo"}),
    "credit": ("the launch is for credit or not", "no-credit"),
    "mode": ("the launch is `browse` or `review`", "browse"),
    "strict": ("after ExitAU the session is closed at once", True),
    "escapes_percent": ("the reply writes `%` in stored text as `%25`", True),
    "host_name": ("content may reach the endpoint under this name; other content may not", "one.example"),
    "session": (
        "a session that was quiet for too long (`expired`), that is older than any may become though it was"
        " heard of late (`too_old`), or that ended longer ago than late messages are taken (`long_ended`)",
        "expired",
    ),
}

OF_ONE_LAUNCH = ("credit", "mode", "session")
"""These belong to one launch: launching again for the same learner goes without them."""
