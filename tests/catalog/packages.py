"""AICC packages and zip files for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

AU_HEAD = (
    '"System_ID","Type","Command_Line","File_Name","Max_Score","Mastery_Score","Max_Time_Allowed",'
    '"Time_Limit_Action","System_Vendor","Core_Vendor","Web_Launch","AU_Password"'
)


def course_files(
    name: str = "4242",
    *,
    course_id: str | None = None,
    title: str = "Spreadsheets in a Day",
    url: str | None = None,
    more_units: int = 0,
) -> dict[str, bytes]:
    """Return a package as a vendor would write it, by path; units after the first are A2, A3 and so on."""
    url = url or f"https://learn.example.com/aicc/launch?course={name.rsplit('/', 1)[-1]}"
    units = [("A1", url), *((f"A{n + 2}", f"{url}&part={n + 2}") for n in range(more_units))]
    crs = [
        "[Course]",
        "Course_Creator=Example Learning",
        f"Course_ID={course_id or 'ex-' + name.rsplit('/', 1)[-1]}",
        "Course_System=EX",
        f"Course_Title={title}",
        "Level=1",
        f"Total_AUs={len(units)}",
        "Version=4.0",
        "[Course_Behavior]",
        "Max_Normal=99",
        "[Course_Description]",
        "Hosted by the vendor.",
    ]
    au = [AU_HEAD, *(f'"{i}","lesson","","{u}",100,,"","","EX","","acct=77&u=1",""' for i, u in units)]
    des = ['"System_ID","Developer_ID","Title","Description"']
    titles = {"A1": title.replace('"', '""')}
    des += [f'"{i}","{name}","{titles.get(i, f"Part {i}")}","Video course, 2 h"' for i, _ in units]
    cst = ['"Block","Member"', ",".join(['"ROOT"', *(f'"{i}"' for i, _ in units)])]
    return {
        f"{name}.{extension}": ("\r\n".join(lines) + "\r\n").encode()
        for extension, lines in (("crs", crs), ("au", au), ("des", des), ("cst", cst))
    }


def make_zip(files: Mapping[str, bytes]) -> bytes:
    """Return a zip file as every tool makes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return buffer.getvalue()
