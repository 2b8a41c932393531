"""A conformance suite for xAPI record stores, 1.0.3 and 2.0 (IEEE 9274.1.1)."""
