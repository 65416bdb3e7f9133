"""`agenthost dev` serves what was saved last and could be built, without restarting the server.

usage: dev_test.py WORK AGENTHOST PLUGIN_API CC CXX
"""

import sys

from workshop import Workshop


def main(work, agenthost, api, *compilers):
    shop = Workshop(work, agenthost, api, compilers)
    shop.environment["AGENTHOST_LOG__LEVEL"] = "info"
    shop.run("agenthost", "new", "greeter", "--lang", "c")
    source = shop.folder / "greeter/agent.c"
    first = source.read_text()
    with shop.running("agenthost", "dev", "greeter", "--port", "0") as server:
        server.wait_until_listening()
        assert server.values_of("greeter", {}) == {"greeting": "hello from C"}

        source.write_text(first.replace("hello from C", "hello again"))
        server.wait_for(r"replaced greeter \S+ by greeter")  # in the same process, at the same address
        assert server.values_of("greeter", {}) == {"greeting": "hello again"}

        # What cannot be built changes nothing; what can again does.
        source.write_text(first.replace("hello from C", "hello\" oops"))
        server.wait_for("== not built")
        assert server.values_of("greeter", {}) == {"greeting": "hello again"}
        source.write_text(first.replace("hello from C", "and once more"))
        server.wait_for(r"replaced greeter \S+ by greeter")
        assert server.values_of("greeter", {}) == {"greeting": "and once more"}


if __name__ == "__main__":
    main(*sys.argv[1:])
