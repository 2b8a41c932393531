"""Face 2: the OAuth 2.0 token endpoint for machines (RFC 6749, client credentials)."""
