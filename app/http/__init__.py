"""Requests, responses and problems, whatever they are about."""
