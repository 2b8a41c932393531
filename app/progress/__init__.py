"""The domain: what a report says, how reports become one progress row, and how to read it."""
