"""Who may report and who may look: integrations, hosts, credentials, tokens, launches, people, audit."""
