"""What the standard demands of a record store, section by section, and which cases ask for it."""
