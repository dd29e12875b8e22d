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

TOKENIZER = """
import importlib, importlib.util
from drift_audio.words.understanding import parser as parsing
name = next(name for name in parsing._PIPELINES if importlib.util.find_spec(name))
whole = importlib.import_module(name).load(exclude=["ner", "senter"])
parsing.parser()("Zyxwvut met Qwertyuiop")  # the vocabulary grows with what is parsed; the rules do not
assert parsing.parser().tokenizer.to_bytes(exclude=["vocab"]) == whole.tokenizer.to_bytes(exclude=["vocab"])
"""


def test_the_parser_loads_no_command_line_and_leaves_the_real_one_to_others() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)


def test_the_tokenizer_of_english_is_the_stored_one() -> None:
    subprocess.run([sys.executable, "-c", TOKENIZER], check=True)
