"""Turns entities into flyteidl specs and code bundles. Pure: the same input gives the same bytes, in any process."""
