"""Flyweight."""
