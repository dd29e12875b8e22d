"""For every test: no example of a property has a deadline, for in a random order whichever comes first pays for the imports."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
