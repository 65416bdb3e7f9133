"""`agenthost dev` serves what was saved last and could be built, without restarting the server, and ends when it is told to.

usage: dev_test.py WORK AGENTHOST PLUGIN_API CC CXX
"""

import contextlib
import json
import os
import signal
import sys
import time
import urllib.request

from workshop import PATIENCE_S, Workshop

BUILDING = "^== building /.*/greeter$"
TAKEN = r"^== built in \S+ s; server: greeter 0\.1\.0 replaced \(\S+ s\)$"


def waiting_for(gate, source):
    """The same agent, whose node waits until a file is there."""
    blocking = source.replace('{\\"name\\":\\"greet\\"}', '{\\"name\\":\\"greet\\",\\"blocking\\":true}')
    waits = f'  while (access("{gate}", F_OK) != 0) usleep(5000);\n'
    held = blocking.replace("  char* text =", waits + "  char* text =")
    assert blocking != source and held != blocking
    return f"#define _DEFAULT_SOURCE\n#include <unistd.h>\n{held}"


@contextlib.contextmanager
def stream_of(server, assistant):
    """A run that has begun, and the lines it still has to say."""
    body = json.dumps({"assistant_id": assistant, "input": {}, "stream_mode": "values"}).encode()
    request = urllib.request.Request(f"{server.url}/runs/stream", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        assert answer.readline() == b"event: metadata\n"
        yield answer


def check_a_run_outlives_its_version(shop, server, source, plain):
    """What began on a version ends on it, while the next one answers what comes."""
    gate = shop.folder / "gate"
    source.write_text(waiting_for(gate, plain.replace("hello from C", "hello from the old")))
    server.wait_for(TAKEN)
    with stream_of(server, "greeter") as old:
        source.write_text(plain.replace("hello from C", "hello from the new"))
        server.wait_for(TAKEN)
        assert server.values_of("greeter", {}) == {"greeting": "hello from the new"}
        gate.touch()
        said = old.read().decode()
    assert '"hello from the old"' in said and "event: error" not in said, said


def check_it_ends_in_order(shop, source, plain):
    """On Ctrl-C, which a terminal sends to the whole group, with a plugin that has more to say than a pipe holds."""
    line = "much to say before it ends" * 4
    talks = f'  for (int i = 0; i < 4000; ++i) puts("{line}");\n  puts("that was all");\n  fflush(stdout);\n  return AGENT_OK;'
    source.write_text("#include <stdio.h>\n" + plain.replace("  (void)plugin;\n  return AGENT_OK;", "  (void)plugin;\n" + talks))
    with shop.running("agenthost", "dev", "greeter", "--port", "0") as server:
        server.wait_until_listening()
        assert server.values_of("greeter", {}) == {"greeting": "hello from C"}
        os.killpg(server.process.pid, signal.SIGINT)
        server.wait_for("^that was all$")
    assert [file.name for file in (shop.folder / "greeter/build/data").glob("*-wal")] == []


def check_it_ends_while_it_builds(shop, source):
    """With what it has started."""
    began = shop.folder / "began"
    lists = source.parent / "CMakeLists.txt"
    lists.write_text(f'file(TOUCH "{began}")\nexecute_process(COMMAND sleep {10 * PATIENCE_S})\n')
    with shop.running("agenthost", "dev", "greeter", "--port", "0"):
        until(began.exists)


def until(condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def main(work, agenthost, api, *compilers):
    shop = Workshop(work, agenthost, api, compilers)
    shop.run("agenthost", "new", "greeter", "--lang", "c")
    source = shop.folder / "greeter/agent.c"
    first = source.read_text()
    with shop.running("agenthost", "dev", "greeter", "--port", "0") as server:
        server.must_say_next(BUILDING)
        server.must_say_next(r"^== built in \S+ s; server: starting")
        server.wait_until_listening()
        assert server.values_of("greeter", {}) == {"greeting": "hello from C"}

        # Two lines, from the same process at the same address.
        source.write_text(first.replace("hello from C", "hello again"))
        server.must_say_next(BUILDING)
        server.must_say_next(TAKEN)
        assert server.values_of("greeter", {}) == {"greeting": "hello again"}

        # What cannot be built changes nothing; what can again does.
        source.write_text(first.replace("hello from C", "hello\" oops"))
        server.wait_for("^== not built")
        assert server.values_of("greeter", {}) == {"greeting": "hello again"}
        source.write_text(first.replace("hello from C", "and once more"))
        server.must_say_next(BUILDING)
        server.must_say_next(TAKEN)
        assert server.values_of("greeter", {}) == {"greeting": "and once more"}

        check_a_run_outlives_its_version(shop, server, source, first)
    check_it_ends_in_order(shop, source, first)
    check_it_ends_while_it_builds(shop, source)


if __name__ == "__main__":
    main(*sys.argv[1:])
