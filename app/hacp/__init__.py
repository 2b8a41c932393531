"""Face 1: AICC CMI001 v4.0 over HTTP (HACP); courses fetch and report a learner's state here."""
