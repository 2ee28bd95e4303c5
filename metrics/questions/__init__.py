"""Questions about patterns that games with numbers leave behind: each a pure function of facts.

A pattern is no proof: every question has a harmless answer, and none is about a person.
"""
