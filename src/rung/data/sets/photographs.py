"""Photographs: 14 pictures that scikit-image carries, to try an idea on."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import Packaged, read
from rung.data.pictures import listed, picture
from rung.data.split import shuffled

CARD = Card(
    title="Photographs of scikit-image",
    about="One example is a photograph: an astronaut, a cat, coins, the moon, a retina, a wall. A model "
    "gets it smaller or noisier, and has to find it again; or it is just looked at.",
    task="itself",
    size="14 pictures, from 300 by 400 to 1,411 by 1,411 pixels, 7 in colour",
    splits="11 to train, 3 to test, drawn once by rung",
    source="scikit-image's data folder; each photographer is named in its documentation",
    url="https://scikit-image.org/docs/stable/api/skimage.data.html",
    licence="CC0 or public domain, as scikit-image states for each (of moon it states nothing)",
    problems=(
        "14 pictures are for trying things out, not for training: a score says little about the next "
        "picture.",
        "Everybody shows these: what looks good on the cat was perhaps chosen on the cat.",
        "Seven are grey, and have three equal colours here.",
    ),
)

FILES = {
    file: Packaged("skimage", f"data/{file}", sha256, "scikit-image")
    for file, sha256 in {
        "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        "brick.png": "7966caf324f6ba843118d98f7a07746d22f6a343430add0233eca5f6eaaa8fcf",
        "camera.png": "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
        "chelsea.png": "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
        "clock_motion.png": "f029226b28b642e80113d86622e9b215ee067a0966feaf5e60604a1e05733955",
        "coffee.png": "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
        "coins.png": "f8d773fc9cfa6f4d8e5942dc34d0a0788fcaed2a4fefbbed0aef5398d7ef4cba",
        "grass.png": "b6b6022426b38936c43a4ac09635cd78af074e90f42ffa8227ac8b7452d39f89",
        "gravel.png": "c48615b451bf1e606fbd72c0aa9f8cc0f068ab7111ef7d93bb9b0f2586440c12",
        "hubble_deep_field.jpg": "3a19c5dd8a927a9334bb1229a6d63711b1c0c767fb27e2286e7c84a3e2c2f5f4",
        "ihc.png": "f8dd1aa387ddd1f49d8ad13b50921b237df8e9b262606d258770687b0ef93cef",
        "moon.png": "78739619d11f7eb9c165bb5d2efd4772cee557812ec847532dbb1d92ef71f577",
        "retina.jpg": "38a07f36f27f095e818aea7b96d34202c05176d30253c66733f2e00379e9e0e6",
        "rocket.jpg": "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
    }.items()
}


def load() -> Dataset:
    """Read them from the installed scikit-image, which is not imported: bytes (height, width, 3).

    Cost: about 0.2 seconds and 18 MB.
    """
    x = listed(picture(read("photographs", FILES, file), file) for file in FILES)
    return Dataset("photographs", x, x, (), (), CARD, shuffled(len(x)))
