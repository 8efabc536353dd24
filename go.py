#!/usr/bin/env python3
"""Set rung up and start it. Standard library only; the same on Linux, macOS and Windows.

    python3 go.py               set up what is missing, then open the studio in the browser
    python3 go.py test [ARGS]   the same set-up, then all checks: lint, types, tests (ARGS go to pytest)
    python3 go.py rung ARGS     run any rung command
    python3 go.py setup         set up only

The environment is the folder .venv beside this file. RUNG_TORCH overrides how torch is installed, for example
RUNG_TORCH="torch==2.13.0 --index-url https://download.pytorch.org/whl/cu128".
"""

import hashlib
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "rung-setup.json"
NEEDED_GB = 4
OLDEST = (3, 11)


class SetupError(Exception):
    """A set-up step failed in a way that a sentence can explain."""


def wanted(dev):
    """Return the fingerprint of what should be installed: the requirements, the interpreter, the place."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    digest.update(f"{sys.version_info[:2]} {ROOT} {os.environ.get('RUNG_TORCH', '')}".encode())
    return {"state": "done", "key": digest.hexdigest(), "dev": bool(dev)}


def installed():
    """Return what the stamp says, or an empty dict where there is none to trust."""
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def stamp(record):
    """Write the stamp whole: a half-written one would make an interrupted install look finished."""
    temporary = STAMP.with_suffix(".part")
    temporary.write_text(json.dumps(record), encoding="utf-8")
    os.replace(temporary, STAMP)


def torch_requirement():
    """Return pip's words for a torch that fits: on Linux without an NVIDIA driver, the build without CUDA."""
    override = os.environ.get("RUNG_TORCH")
    if override:
        return override.split()
    pinned = next(
        (line for line in (ROOT / "constraints.txt").read_text().splitlines() if line.startswith("torch==")),
        "torch",
    )
    wheels_without_cuda = not sys.platform.startswith("linux") or platform.machine() not in (
        "x86_64",
        "AMD64",
    )
    if wheels_without_cuda or shutil.which("nvidia-smi") or not reachable("download.pytorch.org"):
        return [pinned]
    return [pinned, "--extra-index-url", "https://download.pytorch.org/whl/cpu"]


def reachable(host):
    """Say whether `host` answers on port 443 within 3 seconds."""
    try:
        socket.create_connection((host, 443), 3).close()
    except OSError:
        return False
    return True


def pip(*words):
    """Run the environment's pip, with its progress on the screen."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", *words]
    if sys.stdout.isatty():
        command.remove("--quiet")
    if subprocess.call(command, cwd=str(ROOT)) != 0:
        free = shutil.disk_usage(str(ROOT)).free / 2**30
        if free < 0.5:
            raise SetupError(
                f"The disk is full ({free:.1f} GB free). Free {NEEDED_GB} GB and run the same command again."
            )
        raise SetupError(
            "pip could not install the packages (its words are above). If it could not reach the package\n"
            "index, check the network or the proxy. The same command continues where this one stopped."
        )


def create_environment():
    """Make .venv, or explain why this Python cannot."""
    free = shutil.disk_usage(str(ROOT)).free / 2**30
    if free < NEEDED_GB:
        raise SetupError(
            f"rung needs {NEEDED_GB} GB of disk for its packages; {free:.1f} GB are free at {ROOT}."
        )
    try:
        import ensurepip  # noqa: F401  Debian and Ubuntu ship Python without it
        import venv
    except ImportError:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetupError(
            f"This Python has no venv module. On Debian or Ubuntu: sudo apt install python{version}-venv"
        ) from None
    try:
        venv.create(str(VENV), with_pip=True, clear=True, symlinks=os.name != "nt")
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"The environment could not be made at {VENV}: {error}") from error


def set_up(dev=False):
    """Install what is missing and return True; return False at once where everything is as it should be."""
    want, have = wanted(dev), installed()
    if have.get("key") == want["key"] and have.get("state") == "done" and (have.get("dev") or not dev):
        return False
    want["dev"] = want["dev"] or bool(have.get("dev"))
    if have.get("state") == "installing":
        print("The last set-up was interrupted; mending it.", flush=True)
    if (
        not PYTHON.exists()
        or subprocess.call([str(PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL) != 0
    ):
        print("Making the environment in .venv ...", flush=True)
        create_environment()
    stamp({**want, "state": "installing"})
    print("Installing the packages (about 2 GB, a few minutes the first time) ...", flush=True)
    constraints = ["-c", str(ROOT / "constraints.txt")]
    pip(*torch_requirement(), *constraints)
    pip("-e", f"{ROOT}[dev]" if want["dev"] else str(ROOT), *constraints)
    stamp(want)
    return True


def run_checks(arguments):
    """Run lint, types and tests; stop at the first that fails, and say which."""
    for title, command in (
        ("lint", ["-m", "ruff", "check", "."]),
        ("format", ["-m", "ruff", "format", "--check", "."]),
        ("types", ["-m", "mypy"]),
    ):
        print(f"== {title}", flush=True)
        status = subprocess.call([str(PYTHON), *command], cwd=str(ROOT))
        if status != 0:
            print(
                f"{title} failed: mend what is listed above, then run python3 go.py test again.", flush=True
            )
            return status
    print("== tests", flush=True)
    marker = [] if any(word in ("-m", "--co", "--collect-only") for word in arguments) else ["-m", "not slow"]
    return subprocess.call([str(PYTHON), "-m", "pytest", *marker, *arguments], cwd=str(ROOT))


def main(arguments):
    """Set up, then do what was asked."""
    if sys.version_info < OLDEST:
        needed = f"{OLDEST[0]}.{OLDEST[1]}"
        print(f"rung needs Python {needed} or later; this is {platform.python_version()} ({sys.executable}).")
        return 2
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    verb = arguments[0] if arguments else "studio"
    if verb not in ("studio", "test", "rung", "setup"):
        print(f"go.py knows studio, test, rung and setup, not {verb!r}.")
        print(f"For a rung command: python3 go.py rung {verb}")
        return 2
    try:
        fresh = set_up(dev=verb == "test")
    except SetupError as error:
        print(f"\nSet-up stopped. {error}")
        return 2
    except KeyboardInterrupt:
        print("\nSet-up interrupted; the same command continues it.")
        return 130
    if fresh and verb in ("studio", "setup"):
        # Only a head start: the studio makes any page that is missing when it is first read.
        subprocess.call([str(PYTHON), "-m", "rung.studio.prepare"])
    if verb == "setup":
        return 0
    if verb == "test":
        return run_checks(arguments[1:])
    command = [str(PYTHON), "-m", "rung", *(arguments[1:] if verb == "rung" else ["studio", *arguments[1:]])]
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
