"""Plays LinkedIn Learning over HTTP as a stranger would: it knows the wire and nothing of Waymark."""
