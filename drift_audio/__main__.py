"""`python -m drift_audio`."""

from drift_audio.cli.main import run

if __name__ == "__main__":
    run()
