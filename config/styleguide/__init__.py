"""The style page: every part of the site in every state, by the templates that pages use.

For those who change the design, where DEBUG is on. Its texts are invented and not translated, its
rows were never stored: it asks the database for nothing. It decides nothing of how a part looks.
"""
