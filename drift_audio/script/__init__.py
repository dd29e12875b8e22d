"""The script: model, markup, format, shapes and lint."""
