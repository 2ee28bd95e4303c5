"""What a workflow really is, by a sample of histories: the order of statuses, the time in each, and
what each seems to mean.
"""
