"""What arrived, what was answered, and what it means."""
