"""What the platform can do, one file a subject: each public coroutine bears the snake_case name of its RPC."""
