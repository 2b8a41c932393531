"""The simulated LMS reads the packages that we export, by rules of its own."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.catalog.package import Package, PackageUnit
from app.catalog.package_writing import write_package
from app.simulator.lms import LmsUnit
from app.simulator.lms_package import BadPackage, read_units

PACKAGE = Package(
    "knots",
    title="Knots, and more",
    course_id="urn:k",
    units=(PackageUnit("A1", "Bowline \"x\"", "https://w.example/aicc/i/u", mastery_score=80.0),),
)  # fmt: skip


def zipped(files: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return raw.getvalue()


def test_our_own_packages_are_read() -> None:
    files = {f"knots.{extension}": data for extension, data in write_package(PACKAGE).items()}
    assert read_units(zipped(files)) == [
        LmsUnit("knots/A1", 'Bowline "x"', "https://w.example/aicc/i/u", mastery_score="80")
    ]


def test_what_is_no_package_is_refused() -> None:
    with pytest.raises(BadPackage, match="no zip"):
        read_units(b"nonsense")
    with pytest.raises(BadPackage, match=r"no \.au file"):
        read_units(zipped({"x.txt": b""}))
    with pytest.raises(BadPackage, match=r"has no \.crs, \.cst, \.des file"):
        read_units(zipped({"x.au": b'"System_ID"\r\n"A1"\r\n'}))
