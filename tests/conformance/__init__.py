"""Conformance suites that drive any endpoint over HTTP."""
