"""What of the example plugins only the whole server shows: agents that run other agents, and the one in Rust.

usage: served_test.py AGENTHOST PLUGINS RUST     RUST: the plugin's target exists, 1 or 0
"""

import os
import sys
import tempfile

from workshop import running

SAID = 'hello "w\u00f6rld" \\ \U0001f34e\n'


def check_rust(server):
    values = server.values_of("echo_rust", {"messages": [{"role": "user", "content": SAID}], "delay_ms": 5})
    assert [message["content"] for message in values["messages"]] == [SAID, "echo: " + SAID], values


def failure_of(server, agent):
    """Why asking that agent through another one fails."""
    values = server.values_of("delegate", {"agent": agent, "question": "hello"})
    return values["__error__"]["message"]


def check_delegation(server):
    values = server.values_of("delegate", {"agent": "echo", "question": "hello"})
    assert values["said"] == "echo: hello", values
    assert "stopped to ask a human" in failure_of(server, "hitl")
    assert "nobody" in failure_of(server, "nobody")
    # An agent that fails says so to who asked it.
    assert "must be a string, but is missing" in failure_of(server, "delegate")


def main(agenthost, plugins, has_rust):
    with tempfile.TemporaryDirectory() as data:
        command = [agenthost, "serve", "--port", "0", "--plugins", plugins, "--data", data]
        with running(command, data, dict(os.environ, AGENTHOST_LOG__LEVEL="warn")) as server:
            server.wait_until_listening()
            check_delegation(server)
            if has_rust == "1":
                check_rust(server)


if __name__ == "__main__":
    main(*sys.argv[1:])
