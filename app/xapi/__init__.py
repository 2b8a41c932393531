"""Face 3: xAPI 1.0.3 and 2.0 (IEEE 9274.1.1), the record store that LinkedIn Learning posts to."""
