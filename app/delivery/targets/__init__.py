"""How each kind of receiver is spoken to and when it has understood: bytes and values only."""
