"""Starting and ending the studio: its address, its link, its key, Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import studio_kit

from rung.studio.security import OpenAddressError
from rung.studio.server import PORT, PortTakenError, listen, serve


def test_a_taken_port_is_told_and_a_free_one_found():
    with listen("127.0.0.1", None) as first:
        taken = first.getsockname()[1]
        first.listen()
        with pytest.raises(PortTakenError, match=f"port {taken}"):
            listen("127.0.0.1", taken)
        with listen("127.0.0.1", None) as second:
            assert second.getsockname()[1] != taken
            assert taken >= PORT


def test_it_refuses_to_listen_to_the_world():
    with pytest.raises(OpenAddressError, match="--expose"):
        serve("0.0.0.0", open_browser=False)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_the_link_leads_to_the_page_and_ctrl_c_ends_it_quietly(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    code = "from rung.studio import serve; serve(open_browser=False, page='/lessons/perceptron')"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=studio_kit.environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        link = process.stdout.readline().split()[-1]
        assert "/lessons/perceptron?token=" in link
        key = home / ".rung" / "studio.key"
        assert key.read_text() == link.partition("token=")[2]
        if os.name == "posix":
            assert stat.S_IMODE(key.stat().st_mode) == 0o600, "nobody else on the machine can read the key"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "Traceback" not in errors


@pytest.mark.slow
def test_the_key_outlives_the_studio(tmp_path: Path):
    links = []
    for _ in range(2):
        running = studio_kit.start(tmp_path)
        links.append(running.link)
        running.stop()
    assert links[0].partition("token=")[2] == links[1].partition("token=")[2], "a bookmark still works"


def test_it_listens_on_this_machine_only(tmp_path: Path):
    running = studio_kit.start(tmp_path)
    try:
        port = int(running.base.rpartition(":")[2])
        others = {a[4][0] for a in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {
            "127.0.0.1"
        }
        for address in others:
            with socket.socket() as probe:
                probe.settimeout(2)
                assert probe.connect_ex((address, port)) != 0 or address.startswith("127.")
    finally:
        running.stop()
