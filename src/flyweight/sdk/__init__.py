"""What a user writes: tasks, workflows, launch plans, references, decks, and the context of a task. No network."""
