"""spaCy is loaded without what parsing does not need, and is whole for whoever asks for the rest later."""

import subprocess
import sys

PROGRAM = """
import sys
from drift_audio.words.understanding.parser import parser
assert [word.lemma_ for word in parser()("He left")] == ["he", "leave"]
assert not {"spacy.cli", "spacy.training.loop", "httpx"} & set(sys.modules)
from spacy.cli.info import info
assert callable(info)
"""


def test_the_parser_loads_no_command_line_and_leaves_the_real_one_to_others() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
