"""Packages become courses: case 80 of the HACP digest, condition by condition."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from app.catalog.package import Package, group_names, read_package
from app.catalog.package_files import Severity
from tests.catalog.packages import AU_HEAD, course_files
from tests.fuzzing import fuzz, mixed

Files = dict[str, bytes]


def read_all(files: Files) -> list[Package]:
    groups = group_names(files)
    return [
        read_package(name, {extension: (path, files[path]) for extension, path in paths.items()})
        for name, paths in groups.items()
    ]


def read_one(files: Files) -> Package:
    [package] = read_all(files)
    return package


def with_au(*lines: str) -> Files:
    return course_files() | {"4242.au": "\r\n".join(lines).encode()}


def test_a_package_says_everything_of_its_course() -> None:
    package = read_one(course_files())
    assert (package.title, package.course_id) == ("Spreadsheets in a Day", "ex-4242")
    assert package.description == "Hosted by the vendor."
    assert package.problems == ()
    [unit] = package.units
    assert (unit.system_id, unit.title) == ("A1", "Spreadsheets in a Day")
    assert unit.launch_url == "https://learn.example.com/aicc/launch?course=4242"
    assert (unit.web_launch, unit.max_score, unit.mastery_score) == ("acct=77&u=1", 100, None)


def _replace(old: bytes, new: bytes) -> Callable[[Files], Files]:
    return lambda files: {path: data.replace(old, new) for path, data in files.items()}


@pytest.mark.parametrize(
    "change",
    [
        _replace(b"\r\n", b"\n"),
        _replace(b"\r\n", b"\r"),
        lambda files: {path: b"\xef\xbb\xbf" + data for path, data in files.items()},
        lambda files: {path.upper(): data for path, data in files.items()},
        lambda files: {f"all/courses/{path}": data for path, data in files.items()},
        _replace(b'"ROOT"', b"root"),
        _replace(b'"Block","Member"', b'"Block","Member","Member","Member"'),
        _replace(b",100,", b',"100",'),
        _replace(b"Time_Limit_Action", b"Time_Lmit_Action"),
        lambda files: {path: data.rstrip() for path, data in files.items()},
        lambda files: {path: data + b"\r\n\r\n" for path, data in files.items()},
    ],
    ids=["lf", "cr", "bom", "upper", "nested", "root", "ragged", "quoted", "typo", "no-end", "blank-end"],
)
def test_a_package_reads_the_same_however_it_was_written(change: Callable[[Files], Files]) -> None:
    plain, other = read_one(course_files()), read_one(change(course_files()))
    assert (other.title, other.course_id, other.description) == (
        plain.title,
        plain.course_id,
        plain.description,
    )
    assert other.units == plain.units
    assert other.is_usable


def test_windows_letters_are_read() -> None:
    package = read_one({k: v.replace(b"in a Day", b"\x96 caf\xe9") for k, v in course_files().items()})
    assert package.title == package.units[0].title == "Spreadsheets – café"


def test_two_courses_in_one_zip_are_two_packages() -> None:
    packages = read_all(course_files("a/one") | course_files("a/two") | course_files("b/one"))
    assert [package.course_id for package in packages] == ["ex-one", "ex-two", "ex-one"]


def test_optional_columns_may_be_missing_and_swapped() -> None:
    package = read_one(with_au("File_Name,System_ID", "https://x.example.com/1,A1"))
    [unit] = package.units
    assert (unit.system_id, unit.launch_url, unit.web_launch) == ("A1", "https://x.example.com/1", "")
    assert package.problems == ()


def test_a_missing_des_file_is_a_warning() -> None:
    files = course_files()
    del files["4242.des"]
    package = read_one(files)
    assert package.is_usable
    assert [(problem.severity, problem.file) for problem in package.problems] == [
        (Severity.WARNING, "4242.des")
    ]
    assert package.units[0].title == "A1"


@pytest.mark.parametrize("extension", ["au", "crs"])
def test_a_missing_au_or_crs_file_is_an_error(extension: str) -> None:
    files = course_files()
    del files[f"4242.{extension}"]
    package = read_one(files)
    assert not package.is_usable
    assert package.problems[0].file == f"4242.{extension}"


def test_a_lone_structure_file_is_a_fragment() -> None:
    assert read_one({"valid.cst": b'"block","member"'}).is_fragment


def test_a_unit_without_a_title_is_called_by_its_id() -> None:
    package = read_one(with_au(AU_HEAD, '"A9","","","https://x.example.com/9"'))
    assert package.units[0].title == "A9"


def test_a_description_of_many_lines_is_read_with_any_line_end() -> None:
    crs = course_files()["4242.crs"].replace(b"vendor.", b"vendor.\r\n\r\na=b\r\nlast")
    package = read_one(course_files() | {"4242.crs": crs.replace(b"\r\n", b"\n")})
    assert package.description == "Hosted by the vendor.\n\na=b\nlast"


def test_units_come_in_the_order_of_the_structure() -> None:
    files = course_files(more_units=3)
    files["4242.cst"] = b"block,member\nROOT,B1,a2\nB1,A4,B2\nB2,A3,ROOT,B1\n"
    assert [unit.system_id for unit in read_one(files).units] == ["A4", "A3", "A2", "A1"]


@pytest.mark.parametrize(
    ("row", "line", "words"),
    [
        ('"A1","","",""', 2, "File_Name is empty"),
        ('"A1","","","javascript:alert(1)"', 2, "https://"),
        ('"A1","","","https://user@x.example.com/"', 2, "sign-in names"),
        ('"","","","https://x.example.com/"', 2, "without System_ID"),
        ('"A1","","","https://x.example.com/\r\n"A2","","","https://x.example.com/2"', 2, "never closed"),
        ('"A1",,,"https://x.example.com/"\r\n"a1",,,"https://x.example.com/"', 3, "stands twice"),
        ('"A1",,,"https://x.example.com/",,,,,,' + "v" * 5000, 2, "4096"),
    ],
)
def test_an_error_in_a_row_keeps_the_whole_course_out(row: str, line: int, words: str) -> None:
    package = read_one(with_au(AU_HEAD, row))
    assert not package.is_usable
    problem = next(each for each in package.problems if each.severity is Severity.ERROR)
    assert (problem.file, problem.line) == ("4242.au", line)
    assert words in problem.text


def test_values_that_mean_nothing_are_passed_over_with_a_warning() -> None:
    package = read_one(with_au(AU_HEAD, "A1,,,https://x.example.com/,much,-3,soon,dance,,,,"))
    assert package.is_usable
    assert [problem.line for problem in package.problems] == [2, 2, 2, 2]
    [unit] = package.units
    assert (unit.max_score, unit.mastery_score, unit.max_time_allowed, unit.time_limit_action) == (None,) * 4


def test_values_are_put_into_our_own_form() -> None:
    row = 'A1,,,https://x.example.com/,10,80,1:30,"E, N",,"a=1\r\nb=2",,'
    [unit] = read_one(with_au(AU_HEAD, row)).units
    assert (unit.max_time_allowed, unit.time_limit_action) == ("01:30:00", "exit,no message")
    assert unit.core_vendor == "a=1<CR>b=2"


def test_vendor_data_cannot_open_a_group_of_our_reply() -> None:
    """Case 67."""
    row = 'A1,,,https://x.example.com/,,,,,,"x=1<CR>[core]<cr>lesson_status=passed\r\n [Core] y\r\nz",,'
    package = read_one(with_au(AU_HEAD, row))
    assert package.units[0].core_vendor == "x=1<CR>lesson_status=passed<CR>z"
    assert "Core_Vendor" in package.problems[0].text


def test_a_relative_address_leaves_the_launch_url_open() -> None:
    package = read_one(with_au(AU_HEAD, "A1,,,content/index.htm"))
    assert package.units[0].launch_url is None
    assert package.is_usable
    assert "lies inside a package" in package.problems[0].text


URN = "urn:li:lyndaCourse:5550101"
SLUG = "https://www.linkedin.com/learning/made-up-course"
PATH = "https://www.linkedin.com/learning/paths/a-path"
SIGN_IN = "https://www.linkedin.com/checkpoint/enterprise/login/9?application=learning&redirect="


@pytest.mark.parametrize(
    ("url", "course_id", "identifiers"),
    [
        ("https://x.example.com/?u=urn%3Ali%3AlyndaCourse%3A5550101", "7", (URN,)),
        ("https://x.example.com/", "urn:lyndaCourse:5550101", (URN,)),
        (f"{SLUG}?u=1&auth=true", "7", (SLUG,)),
        (f"{SLUG}/", URN, (URN, SLUG)),
        (
            SIGN_IN + "https%3A%2F%2Fwww.linkedin.com%2Flearning%2Fmade-up-course%3Fu%3D9",
            "7",
            (SLUG,),
        ),
        (f"{PATH}?u=9", "7", (PATH,)),
        ("https://www.linkedin.com/learning/login?x=1", "7", ()),
        (SLUG.replace("linkedin.com", "example.com"), "http://x.example.com/c", ("http://x.example.com/c",)),
    ],
)
def test_identifiers_are_found_in_launch_url_and_course_id(
    url: str, course_id: str, identifiers: tuple[str, ...]
) -> None:
    assert read_one(course_files(url=url, course_id=course_id)).identifiers == identifiers


def test_an_address_that_differs_between_units_names_no_course() -> None:
    files = course_files(more_units=1, url=f"https://x.example.com/?u={URN}")
    files["4242.au"] = files["4242.au"].replace(b"5550101&part", b"5550102&part")
    assert read_one(files).identifiers == ()


def test_mutated_packages_are_never_more_than_refused() -> None:
    """T31: no mutation raises, and what can be taken is whole."""
    files = course_files(more_units=1)
    pieces = [line + b"\r\n" for data in files.values() for line in data.split(b"\r\n")]
    pieces += [b'"', b",", b"\x00", b"[Course]", b"<CR>", b"\xff\xfe", b'""', b"\n", b"A1,", b"9" * 400]

    def check(parts: list[bytes]) -> None:
        raw = {e: (f"x.{e}", part) for e, part in zip(("crs", "au", "des", "cst"), parts, strict=True)}
        package = read_package("x", raw)
        assert package.title or not package.is_usable
        assert package.units or not package.is_usable
        assert "\x00" not in repr(package)

    fuzz(st.lists(mixed(pieces), min_size=4, max_size=4), check, short=100)
