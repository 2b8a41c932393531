"""A conformance suite for AICC HACP (CMI001 v4.0): `python -m tests.conformance.hacp --help`.

It needs Python's standard library alone and knows the endpoint only by its address. The exceptions are what
is about Waymark itself: `waymark.py`, a launch command, `mutant*.py`, and the files that pytest runs.
"""
