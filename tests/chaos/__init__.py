"""Kill the server's processes under load, then ask whether anything it acknowledged is missing."""
