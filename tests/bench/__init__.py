"""How many requests per second the server answers, always beside a route that does nothing."""
