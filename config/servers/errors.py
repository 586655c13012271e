class ServersError(Exception):
    """The private servers cannot run; the message is one line that says what to do."""
