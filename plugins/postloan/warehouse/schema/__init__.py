"""Bringing the tables of a warehouse to what the contracts say."""
