"""The cases, a file for each subject. Up to 84 they are the first plan's; those found later begin at 101."""
