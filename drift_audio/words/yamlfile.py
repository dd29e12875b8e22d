"""Reading a YAML mapping, ours or the user's."""

from __future__ import annotations
