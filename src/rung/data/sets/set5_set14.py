"""Set5 and Set14: 18 colour pictures on which making pictures sharper is measured."""

from __future__ import annotations

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import Source, choose, read
from rung.data.pictures import listed, picture, unzipped

CARD = Card(
    title="Set5 and Set14",
    about="One example is a picture without loss: a face, an animal, a page. A model gets it smaller or "
    "noisier, and has to find it again.",
    task="itself",
    size="18 colour pictures, from 228 by 344 to 768 by 512 pixels",
    splits="the 13 of Set14 as train (to choose settings on), the 5 of Set5 as test; both were published "
    "for testing only",
    source="M. Bevilacqua and others, 2012 (Set5); R. Zeyde and others, 2010 (Set14); as denoising_datasets "
    "carries them",
    url="https://github.com/majedelhelou/denoising_datasets",
    licence="none stated (research benchmarks)",
    problems=(
        "Set14 has 13 here: Lenna is left out, at the wish of her who is in it.",
        "18 pictures are far too few to train on, and a mean over 5 hangs on each: show every picture's own "
        "score.",
        "Published scores differ by border, colour space (often luma alone) and how the picture was made "
        "smaller: say which.",
        "Many were JPEG once, so a method is also paid for keeping old flaws; bridge is grey, with three "
        "equal colours here.",
    ),
)

FILES = {
    "set5_set14.zip": Source(
        [],
        "acf4366e610d5c3826998e60af087b603ae737e86525fdbfe9b20b54b609acbe",
        origin="It is CSet5/ and CSet14/ of https://github.com/majedelhelou/denoising_datasets (commit "
        "5823487), without Lenna.",
    )
}
_AT = (
    "https://raw.githubusercontent.com/majedelhelou/denoising_datasets/"
    "58234876fef6f1b56306705c78dfd40cdb837b86/"
)
OTHERWISE = {
    name: Source([_AT + name], sha256)
    for name, sha256 in {
        "CSet14/baboon.png": "bf6fb300762bcbe1340098b4309c179b2007c3bb81b7afde18c38a3ae70ac8a9",
        "CSet14/barbara.png": "1ea77fe82564b55230d7c2439bef5738d18a4624280e263be48484c002b6280b",
        "CSet14/bridge.png": "c0eb089ad3dacfa96ee79d9c112216265b36aaba205e06f80846b03b21884a53",
        "CSet14/coastguard.png": "fc6c2acd5ca2116f37b1b38c0c2908ce64e2e414086fb43349c246d410669da6",
        "CSet14/comic.png": "49ccc5e33deff33992b929b07549d803f176e01bf9f41b73de6b15437bc2280d",
        "CSet14/face.png": "5cc7a1c5c013b46a7ab4850cb709974d26971550106375a36fd641c725bce9aa",
        "CSet14/flowers.png": "609e9fc9ffd6c9689c6200a11e057c19e6e4ec5d385fe0d6eb59a7b24f327894",
        "CSet14/foreman.png": "af4ad4771fd2def0a09ba0011e67225f10ad1590e85b48aab4f6820fa932b1ed",
        "CSet14/man.png": "ba7a7e45f690a542fc32fdefe1e04e0128d1cdf8c3817c1ee7b0300961636bfe",
        "CSet14/monarch.png": "ed96187293a37c931250d137553928e1a9a63e31296b82a4968dde63683bb101",
        "CSet14/pepper.png": "46339a09e2ae31d2f0513642607586a00d82feaf48dc3cc770e42be5684a11a9",
        "CSet14/ppt3.png": "a9276fa3f7fbd4257ccede14d1004f836c10fcc2bac174b2428f43fe899b8f9d",
        "CSet14/zebra.png": "af146347f19b1ab9f1da26113a88505d600e2dcb84bf91bb8e2013691e79bcc7",
        "CSet5/baby.png": "cb85956d68f708a1030c790d143cbcd108f5ac5988d3349180cdcb54dd80597d",
        "CSet5/bird.png": "5dcf863f7c3802e68fbb0fca2ec351052a1f97a4db613e510dbd105cee9a6a32",
        "CSet5/butterfly.png": "487d841c9dbc46c7ab496c319ec1f13268de7ea7e02f94ae18781ca86a5abd0d",
        "CSet5/head.png": "f524c1ce41641c1cf269a20c4dfbe965e07e471d609abc19dfadfb71037cc873",
        "CSet5/woman.png": "f276625a222b9ce18d18d86e1ec603fea50427b7c0a2927b3750b1bb86a07b83",
    }.items()
}


def load() -> Dataset:
    """Read it from the folder `set5-set14`: bytes (height, width, 3) of many sizes.

    Cost: about 0.2 seconds and 13 MB.
    """
    if choose("set5-set14", [FILES, OTHERWISE]) is FILES:
        files = unzipped(read("set5-set14", FILES, "set5_set14.zip"), "set5_set14.zip")
    else:
        files = {name: read("set5-set14", OTHERWISE, name) for name in OTHERWISE}
    names = sorted(files)
    x = listed(picture(files[name], name) for name in names)
    is_test = np.array([name.startswith("CSet5/") for name in names])
    splits = {"train": np.flatnonzero(~is_test), "test": np.flatnonzero(is_test)}
    return Dataset("set5-set14", x, x, (), (), CARD, splits)
