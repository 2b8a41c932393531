"""The cases, a file for each noun; every file is found by itself."""
