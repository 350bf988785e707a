"""What a dataclass's fields become: plain data for MessagePack, and the JSON schema that describes it."""
