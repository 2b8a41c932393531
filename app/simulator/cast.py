"""The invented people and courses of a simulation: the same seed always makes the same ones.

The first N of a larger cast are the cast of N, so a second, longer run meets the same people again.
"""

from __future__ import annotations

import random
import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import timedelta

# Numbers of real LinkedIn Learning courses have up to eight digits; ours have ten and begin with 7.
_FIRST_COURSE_NUMBER = 7_000_000_000
_COURSE_NUMBERS_PER_SEED = 10_000
_SEEDS_APART = 100_000
_NAMESPACE = uuid.UUID("5b0f6c1e-6f43-4c7c-9a53-2f1d6d8e7a10")

# Given and family names that go together, so that nobody is called Kwame Kowalski by chance alone.
_NAMES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("Ana", "José", "Lucía", "Mateo", "Inés", "Álvaro"), ("García", "Núñez", "Romero", "Ortega", "Peña")),
    (
        ("Amara", "Kwame", "Ngozi", "Tunde", "Efua", "Chidi"),
        ("Okafor", "Mensah", "Adeyemi", "Boateng", "Eze"),
    ),
    (
        ("Priya", "Arjun", "Meera", "Rohan", "Kavya", "Vikram"),
        ("Iyer", "Sharma", "Patel", "Reddy", "Banerjee"),
    ),
    (("Yuki", "Haruto", "Aiko", "Ren", "Sakura", "Daichi"), ("Tanaka", "Suzuki", "Kobayashi", "Mori", "Ōta")),
    (("Wei", "Xiu", "Jun", "Lan", "Ming", "Yan"), ("Chen", "Liu", "Zhang", "Huang", "Zhao")),
    (("Łukasz", "Zofia", "Piotr", "Agnieszka", "Kasia"), ("Kowalska", "Nowak", "Wójcik", "Zieliński")),
    (("Fatima", "Omar", "Layla", "Yusuf", "Noor", "Karim"), ("Al-Sayed", "Haddad", "Mansour", "Nasser")),
    (("Chloé", "Hugo", "Zoë", "Étienne", "Margaux"), ("Dubois", "Lefèvre", "Moreau", "Girard")),
    (("Jonas", "Søren", "Freja", "Astrid", "Mikkel"), ("Jensen", "Østergaard", "Lindqvist", "Møller")),
    (("Grace", "Samuel", "Olivia", "Dylan", "Ruth"), ("O'Neill", "Carter", "Hughes", "Whitfield", "Brooks")),
    (("Linh", "Minh", "Thảo", "Quân", "Mai"), ("Nguyễn", "Trần", "Phạm", "Đặng")),
    (("Elif", "Emre", "Zeynep", "Can"), ("Yılmaz", "Şahin", "Öztürk", "Aydın")),
    (("Jürgen", "Anneliese", "Felix", "Greta"), ("Müller", "Weiß", "Schäfer", "Vogel")),
    (("Mariana", "João", "Thiago", "Beatriz"), ("Souza", "Gonçalves", "Araújo", "Lima")),
)
_LETTERS_WITHOUT_BASE = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss"}
)

_SUBJECTS = (
    "Data Analysis with Spreadsheets",
    "Project Management",
    "Information Security Awareness",
    "Writing Clear E-mails",
    "Python",
    "Giving and Receiving Feedback",
    "Accessible Documents",
    "Workplace Health and Safety",
    "SQL Queries",
    "Negotiation",
    "Time Management",
    "Photography",
    "Customer Service",
    "Financial Accounting",
    "Public Speaking",
    "Cloud Computing",
    "Remote Teams",
    "Interview Techniques",
    "User Research",
    "Privacy and Data Protection",
    "Inclusive Leadership",
    "Presentation Design",
    "Statistics",
    "Change Management",
)
_FORMS = (
    "{} Foundations",
    "Learning {}",
    "{} for Managers",
    "Advanced {}",
    "{}: Tips and Tricks",
    "{} Case Studies",
)


@dataclass(frozen=True, slots=True)
class SimulatedLearner:
    """A person who does not exist; `user_id` is the GUID a single sign-on would send."""

    given_name: str
    family_name: str
    email: str
    user_id: str

    @property
    def name(self) -> str:
        return f"{self.family_name}, {self.given_name}"


@dataclass(frozen=True, slots=True)
class SimulatedCourse:
    """A course of several videos; its percentage moves when a video is finished."""

    title: str
    activity_id: str
    launch_url: str
    video_times: tuple[timedelta, ...]

    @property
    def time(self) -> timedelta:
        return sum(self.video_times, timedelta(0))


def cast_learners(seed: int, count: int, *, domain: str | None = None) -> list[SimulatedLearner]:
    """Invent `count` learners; without `domain` each seed has a mail domain of its own."""
    mail_domain = domain or f"seed{seed}.example.com"
    taken: dict[str, int] = {}
    learners = []
    for number in range(count):
        chance = random.Random(f"{seed}/learner/{number}")
        given_names, family_names = _NAMES[(number + seed) % len(_NAMES)]
        given, family = chance.choice(given_names), chance.choice(family_names)
        local_part = f"{_ascii(given)}.{_ascii(family)}"
        taken[local_part] = taken.get(local_part, 0) + 1
        suffix = "" if taken[local_part] == 1 else str(taken[local_part])
        email = f"{local_part}{suffix}@{mail_domain}"
        learners.append(SimulatedLearner(given, family, email, str(uuid.uuid5(_NAMESPACE, email))))
    return learners


def cast_courses(seed: int, count: int, *, first_number: int | None = None) -> list[SimulatedCourse]:
    """Invent `count` courses; without `first_number` each seed has a range of URNs of its own."""
    if first_number is None:
        first_number = _FIRST_COURSE_NUMBER + (seed % _SEEDS_APART) * _COURSE_NUMBERS_PER_SEED
    titles = [form.format(subject) for form in _FORMS for subject in _SUBJECTS]
    random.Random(f"{seed}/titles").shuffle(titles)
    courses = []
    for number in range(count):
        chance = random.Random(f"{seed}/course/{number}")
        title = titles[number % len(titles)]
        if number >= len(titles):
            title = f"{title}, Part {number // len(titles) + 1}"
        videos = chance.randint(4, 9)
        courses.append(
            SimulatedCourse(
                title=title,
                activity_id=f"urn:li:lyndaCourse:{first_number + number}",
                launch_url=f"https://learning.example.com/learning/{_slug(title)}?u=900001",
                video_times=tuple(timedelta(seconds=chance.randint(95, 720)) for _ in range(videos)),
            )
        )
    return courses


def _ascii(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.translate(_LETTERS_WITHOUT_BASE))
    return re.sub(r"[^a-z]", "", folded.lower())


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
