"""The only way out of the server: every address is judged before anything is sent there."""
