"""SMS spam: short messages to phones in Britain and Singapore around 2006, wanted and unwanted."""

from __future__ import annotations

from dataclasses import replace

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.labelled import labelled
from rung.data.places import Source
from rung.data.texts import by_hash, families

CARD = Card(
    title="SMS spam",
    about="One example is a short message to a phone. The answer is whether it was wanted (ham) or not "
    "(spam).",
    task="classes",
    size="5,574 messages: 4,827 ham, 747 spam",
    splits="4,427 to train, 1,147 to test, by rung: messages that share eight words in a row are on one side",
    source="T. A. Almeida, J. M. G. Hidalgo, A. Yamakami, SMS Spam Collection v.1, 2011",
    url="https://archive.ics.uci.edu/dataset/228/sms+spam+collection",
    licence="CC BY 4.0 (UCI Machine Learning Repository)",
    problems=(
        "403 messages are there more than once, and a fifth of all share eight words in a row with another: "
        "at random, the same advertisement is trained on and tested on, and scores come out too high.",
        "Always saying ham is right for 87 %: look at precision and recall of spam.",
        "Spam comes from a British complaints site, ham mostly from students in Singapore: a model may learn "
        "the dialect.",
        "It is from before messengers; no link shorteners, no emoji.",
    ),
)

FILES = {
    "SMSSpamCollection": Source(
        [
            "https://raw.githubusercontent.com/krishnaik06/Huggingfacetransformer/"
            "8e97d009508252d1a31ac1fdbd2722f310d99d92/SMSSpamCollection"
        ],
        "55341228082b25b832a5868a5ab4b038142a57f70c676c123280af6ff457fe46",
    )
}


def load() -> Dataset:
    """Read its one file; x texts, y 0 ham, 1 spam."""
    contents = {"train": ("SMSSpamCollection", read("sms-spam", FILES, "SMSSpamCollection"))}
    data = labelled("sms-spam", contents, CARD, ("ham", "spam"), text=1, label=0)
    return replace(data, splits=by_hash(families(data.x.tolist()), {"test": 0.2}))
