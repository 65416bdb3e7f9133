"""Does what docs/tutorial.md says, word for word: its files are written, its commands run in one shell, its answers compared.

usage: tutorial_test.py WORK BUILD TUTORIAL CC CXX

The checkout is a folder whose build/release is BUILD, HOME is a fresh folder, and 127.0.0.1:8000 is a free port instead.
"""

import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys

from workshop import author_environment

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^`([\w.]+)`:\s*\Z", re.MULTILINE)
MARK = "<<end of block {}>>"
PATIENCE_S = 800


def steps_of(page):
    """("file", name, text), ("command", text) and ("answer", JSON) in their order."""
    for fence in FENCE.finditer(page):
        language, text = fence.groups()
        name = FILE.search(page[:fence.start()].rstrip() + "\n")
        if language == "bash":
            yield "command", text
        elif language == "json":
            yield "answer", json.loads(text)
        elif name:
            yield "file", name.group(1), text
        else:
            raise SystemExit(f"the tutorial shows {language} without saying which file it is:\n{text}")


def script_of(steps):
    """One shell script; a mark after each command tells the outputs apart."""
    lines = ["set -euo pipefail", "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT"]
    for number, step in enumerate(steps):
        if step[0] == "file":
            lines.append(f"cat > {step[1]} << 'END_OF_FILE'\n{step[2]}END_OF_FILE")
        elif step[0] == "command":
            lines.append(f"{step[1]}echo; echo '{MARK.format(number)}'")
    return "\n".join(lines)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check_answers(steps, output):
    rest = output
    said = ""
    answers = 0
    for number, step in enumerate(steps):
        if step[0] == "command":
            said, _, rest = rest.partition(MARK.format(number))
        elif step[0] == "answer":
            given = json.loads(said.strip().splitlines()[-1])
            assert given == step[1], f"the tutorial promises {step[1]}, the server says {given}"
            answers += 1
    assert answers > 0, "the tutorial promises nothing"


def main(work, build, tutorial, c, cxx):
    work = pathlib.Path(work).resolve()
    shutil.rmtree(work, ignore_errors=True)
    (work / "checkout/build").mkdir(parents=True)
    (work / "home").mkdir()
    (work / "checkout/build/release").symlink_to(pathlib.Path(build).resolve())
    port = free_port()
    steps = list(steps_of(pathlib.Path(tutorial).read_text(encoding="utf-8")))
    script = script_of(steps).replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    environment = author_environment(c, cxx, HOME=str(work / "home"), AGENTHOST_SERVER__PORT=str(port))
    done = subprocess.run(["bash", "-c", script], cwd=work / "checkout", env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S)
    if done.returncode != 0:
        raise SystemExit(f"the tutorial ends with {done.returncode}:\n{done.stdout}")
    check_answers(steps, done.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
