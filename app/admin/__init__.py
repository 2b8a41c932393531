"""The dashboard: pages for the people who look after learning records."""
