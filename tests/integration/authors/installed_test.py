"""`cmake --install` makes a folder that serves by itself, wherever it is moved to.

usage: installed_test.py WORK BUILD SOURCE
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.request

from workshop import running

ELF = b"\x7fELF"
LINK = re.compile(r"\]\(([\w./-]+\.md)\b")  # to another page of the same tree


def installed(work, build):
    """A prefix that is no longer where it was installed to."""
    shutil.rmtree(work, ignore_errors=True)
    made = subprocess.run(["cmake", "--install", build, "--prefix", work / "made"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return pathlib.Path(shutil.move(work / "made", work / "moved"))


def loaded_bytes(file):
    """What of a file a program may read; debug information speaks of the sources and does no harm."""
    content = file.read_bytes()
    if content.startswith(ELF):
        return subprocess.run(["strings", "--data", file], capture_output=True, check=True).stdout
    return content


def check_relocatable(prefix, *trees):
    for file in (path for path in prefix.rglob("*") if path.is_file()):
        for tree in trees:
            assert tree.encode() not in loaded_bytes(file), f"{file} knows {tree}"


def page(server, path):
    with urllib.request.urlopen(server.url + path) as answer:
        return answer.read().decode()


def workers_of(server):
    """The programs of its child processes."""
    children = pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/children")
    return {os.readlink(f"/proc/{pid}/exe") for file in children for pid in file.read_text().split()}


def check_serves(server):
    server.wait_until_listening()
    assert page(server, "/ok") == '{"ok":true}'
    assert "<title>" in page(server, "/playground")
    said = {"messages": [{"role": "user", "content": "hello"}]}
    assert server.values_of("echo", said)["messages"][-1]["content"] == "echo: hello"
    assert server.values_of("echo_cpp", said)["messages"][-1]["content"] == "echo: hello"


def check_documents(prefix):
    """What the guide and the code of `agenthost new` point to is there, and what the pages link to."""
    documents = prefix / "share/doc/agenthost"
    pointed = ["docs/plugin-guide.md", "plugins/echo/echo.c", "plugins/echo-rust", "plugins/conformance"]
    pages = [page.relative_to(documents) for page in (documents / "docs").rglob("*.md")]
    linked = [page.parent / link for page in pages for link in LINK.findall((documents / page).read_text(encoding="utf-8"))]
    assert linked and all((documents / path).exists() for path in [*pointed, *linked]), (pointed, linked)


def main(work, build, source):
    work = pathlib.Path(work).resolve()
    prefix = installed(work, build)
    check_relocatable(prefix, build, source)
    check_documents(prefix)
    settings = prefix / "etc/agenthost/agenthost.yaml"
    # From a folder that has nothing to be found in.
    (work / "elsewhere").mkdir()
    quiet = {"PATH": os.environ["PATH"], "AGENTHOST_LOG__LEVEL": "warn"}
    serve = [prefix / "bin/agenthost", "serve", "--port", "0"]
    with running(serve, work / "elsewhere", quiet) as server:
        check_serves(server)
        assert not workers_of(server)
    isolated = quiet | {"AGENTHOST_PLUGINS__ISOLATION": "process"}
    with running([*serve, "--config", settings], work / "elsewhere", isolated) as server:
        check_serves(server)
        assert workers_of(server) == {str(prefix / "bin/agenthost-worker")}


if __name__ == "__main__":
    main(*sys.argv[1:])
