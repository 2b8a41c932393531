"""What an admin does: each act calls a service and writes its audit row, in the caller's transaction."""
