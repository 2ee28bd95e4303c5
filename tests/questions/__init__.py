"""The fifty questions of docs/questions.md, each asked of a company whose truth is known."""
