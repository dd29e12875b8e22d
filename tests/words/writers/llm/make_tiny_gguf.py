"""Writes a real llama-architecture model of under a megabyte, whose weights encode a hand-made table of word pairs.

One attention-free block; the embedding is one-hot and the output matrix holds the logits, so the model says sentences of
its corpus at any prompt. Enough for protocol tests against a real llama.cpp server.
"""

from __future__ import annotations

import re
from pathlib import Path

import gguf
import numpy as np

CORPUS = """Let your shoulders soften. Breathe in slowly. Breathe out and let go. Notice the quiet water of the lake.
The evening light rests on the water. Feel the ground under your feet. Let your breath move like a slow wave.
There is nothing to do now. Feel the air move in and out. With each breath your body grows heavy and warm.
Let your jaw soften. Let your hands rest. The sky is quiet and the trees are still. Rest here for a while.
Notice the breath as it comes and goes. When thoughts come let them drift like leaves on the water.
Slowly return to the room. Open your eyes when you are ready. Carry this calm with you."""
TEMPLATE = (
    "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
)
FIRST_WORD = 259  # after <unk>, <s>, </s> and the 256 bytes
EOS = 2


def write_tiny_gguf(path: Path) -> Path:
    """Write the model and answer its path."""
    sentences = [re.findall(r"[A-Za-z]+", sentence) for sentence in CORPUS.replace("\n", " ").split(".") if sentence.strip()]
    words = sorted({word for sentence in sentences for word in sentence})
    tokens = [b"<unk>", b"<s>", b"</s>", *(f"<0x{number:02X}>".encode() for number in range(256))]
    tokens += [("\u2581" + word).encode() for word in words] + ["\u2581".encode()]
    logits = _logits(sentences, words, len(tokens))
    width = -(-len(tokens) // 64) * 64
    writer = gguf.GGUFWriter(str(path), "llama")
    _describe(writer, tokens, width)
    for name, values in _tensors(logits, width).items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _byte(char: str) -> int:
    return 3 + ord(char)


def _logits(sentences: list[list[str]], words: list[str], size: int) -> np.ndarray:
    # logits[before, after]: pairs of the corpus are likely, punctuation of JSON is possible, the rest is not.
    at = {word: FIRST_WORD + index for index, word in enumerate(words)}
    starts = [at[sentence[0]] for sentence in sentences]
    logits = np.full((size, size), -30.0, np.float32)
    logits[:, starts] = 0.0
    logits[:, _byte('"')] = -4.0
    logits[:, [_byte(digit) for digit in "0123456789"]] = -6.0
    logits[:, [_byte(char) for char in "{}[],:"]] = -8.0
    for word in words:
        logits[at[word], starts] = -12.0
    for sentence in sentences:
        for before, after in zip(sentence, [*sentence[1:], "."], strict=True):
            logits[at[before], _byte(".") if after == "." else at[after]] = 2.5
    logits[_byte("."), _byte('"')] = 2.2
    logits[_byte("."), EOS] = 0.5
    for digit in "0123456789":
        logits[_byte(digit), [_byte("}"), _byte(",")]] = 3.0
    logits[_byte("}"), _byte(",")] = 3.0
    logits[_byte("}"), _byte("]")] = 2.5
    logits[_byte("]"), _byte("}")] = 3.0
    logits[:, EOS] = np.maximum(logits[:, EOS], -9.0)
    return logits


def _describe(writer: gguf.GGUFWriter, tokens: list[bytes], width: int) -> None:
    writer.add_name("word-pairs")
    writer.add_context_length(32768)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(32)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_key_length(32)
    writer.add_value_length(32)
    writer.add_rope_dimension_count(32)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(0)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    kind = gguf.TokenType
    special = [kind.UNKNOWN, kind.CONTROL, kind.CONTROL] + [kind.BYTE] * 256
    writer.add_token_types(special + [kind.NORMAL] * (len(tokens) - len(special)))
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(EOS)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)


def _tensors(logits: np.ndarray, width: int) -> dict[str, np.ndarray]:
    size = len(logits)
    embedding = np.zeros((size, width), np.float16)
    embedding[np.arange(size), np.arange(size)] = 1.0
    output = np.zeros((size, width), np.float16)
    output[:, :size] = logits.T / np.sqrt(width)  # the norm of a one-hot vector multiplies by sqrt(width)
    block = {"attn_q": (32, width), "attn_k": (32, width), "attn_v": (32, width), "attn_output": (width, 32)}
    block |= {"ffn_gate": (32, width), "ffn_up": (32, width), "ffn_down": (width, 32)}
    tensors = {"token_embd.weight": embedding, "output.weight": output, "output_norm.weight": np.ones(width, np.float32)}
    tensors |= {f"blk.0.{name}.weight": np.ones(width, np.float32) for name in ("attn_norm", "ffn_norm")}
    return tensors | {f"blk.0.{name}.weight": np.zeros(shape, np.float16) for name, shape in block.items()}
