"""The client side: a connection to a platform, and what one asks of it (fetch, register, execute, watch)."""
