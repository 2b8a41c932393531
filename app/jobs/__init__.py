"""Background jobs and the loop that runs them."""
