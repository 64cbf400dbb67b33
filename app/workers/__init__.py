"""Processes that render, the jobs they do, and the cache in front of them."""
