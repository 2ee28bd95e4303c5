"""What every layer shares: settings, neutral records, errors, logging. Imports none of our
packages.
"""
