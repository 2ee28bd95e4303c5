"""What would happen if one thing of a stream changed: a model of its steps, and its judgement."""
