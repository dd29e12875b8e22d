"""Tiny, randomly initialised Coqui models: a VITS whose sample count is known, and an XTTS that clones."""

from __future__ import annotations

import json
import math
from pathlib import Path

FRAMES_A_TOKEN = 5
HOP = 256
VITS_RATE = 16_000
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MARKS = "!'(),-.:;?"


def build_vits(folder: Path, *, speakers: tuple[str, ...] = ()) -> Path:
    """A checkpoint folder of about 1 MB; every token lasts 4.5 / speed frames, rounded up."""
    import torch
    from TTS.config.shared_configs import BaseAudioConfig
    from TTS.tts.configs.shared_configs import CharactersConfig
    from TTS.tts.configs.vits_config import VitsArgs, VitsConfig
    from TTS.tts.models.vits import Vits

    torch.manual_seed(0)
    folder.mkdir(parents=True)
    more = {}
    if speakers:
        (folder / "speakers.json").write_text(json.dumps({name: number for number, name in enumerate(speakers)}))
        more = {"use_speaker_embedding": True, "speakers_file": str(folder / "speakers.json"), "speaker_embedding_channels": 8}
    arguments = VitsArgs(
        hidden_channels=16, hidden_channels_ffn_text_encoder=32, num_layers_text_encoder=1, num_layers_posterior_encoder=1,
        num_layers_flow=1, resblock_type_decoder="2", resblock_kernel_sizes_decoder=[3], resblock_dilation_sizes_decoder=[[1, 3]],
        upsample_initial_channel_decoder=16, use_sdp=False, init_discriminator=False, inference_noise_scale=0.0,
        inference_noise_scale_dp=0.0, **more,
    )  # fmt: skip
    audio = BaseAudioConfig(
        sample_rate=VITS_RATE, hop_length=HOP, win_length=1024, fft_size=1024, num_mels=80, mel_fmin=0.0, mel_fmax=None,
        do_trim_silence=False,
    )  # fmt: skip
    characters = CharactersConfig(
        characters_class="TTS.tts.models.vits.VitsCharacters", pad="_", eos="", bos="", blank="", characters=LETTERS,
        punctuations=MARKS + " ", phonemes="",
    )  # fmt: skip
    config = VitsConfig(
        model_args=arguments, audio=audio, characters=characters, use_phonemes=False, phonemizer=None,
        text_cleaner="basic_cleaners", test_sentences=[], datasets=[],
    )  # fmt: skip
    model = Vits.init_from_config(config)
    projection = model.duration_predictor.proj
    torch.nn.init.zeros_(projection.weight)
    torch.nn.init.constant_(projection.bias, math.log(FRAMES_A_TOKEN - 0.5))
    torch.save({"model": model.state_dict()}, folder / "model.pth")
    config.save_json(str(folder / "config.json"))
    return folder


def build_xtts(folder: Path) -> Path:
    """A checkpoint folder of an XTTS for English and German that speaks noise in anybody's voice."""
    import torch
    from tokenizers import Tokenizer, models
    from TTS.tts.configs.xtts_config import XttsArgs, XttsAudioConfig, XttsConfig
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer
    from TTS.tts.models.xtts import Xtts

    torch.manual_seed(0)
    folder.mkdir(parents=True)
    special = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]", "[de]"]
    vocabulary = {token: number for number, token in enumerate([*special, *LETTERS, *MARKS])}
    tokens = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"))
    tokens.add_special_tokens(special)
    tokens.save(str(folder / "vocab.json"))
    arguments = XttsArgs(
        gpt_layers=1, gpt_n_model_channels=64, gpt_n_heads=2, gpt_max_audio_tokens=20, gpt_max_text_tokens=100,
        gpt_num_audio_tokens=34, gpt_start_audio_token=32, gpt_stop_audio_token=33, gpt_use_perceiver_resampler=True,
        decoder_input_dim=64, d_vector_dim=512, tokenizer_file=str(folder / "vocab.json"), num_chars=255,
    )  # fmt: skip
    config = XttsConfig(model_args=arguments, audio=XttsAudioConfig(), languages=["en", "de"])
    model = Xtts(config)
    model.tokenizer = VoiceBpeTokenizer(str(folder / "vocab.json"))
    model.init_models()
    torch.save({"model": dict(model.state_dict())}, folder / "model.pth")
    config.save_json(str(folder / "config.json"))
    return folder
