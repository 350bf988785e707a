"""The boundary of the platform: one port that speaks gRPC and HTTP, and turns requests into calls of services."""
