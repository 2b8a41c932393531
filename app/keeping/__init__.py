"""The database as a whole: copies, backups, what leaves it about one person, and what is erased from it."""
