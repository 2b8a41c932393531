"""Tables only: columns, keys and constraints. What they mean is in the rooms that use them."""
