"""What the command line is made of; ``app.cli`` puts it together."""
