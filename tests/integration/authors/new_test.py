"""`agenthost new` writes a plugin that builds outside of this tree, passes its tests and validation, and serves.

usage: new_test.py WORK AGENTHOST PLUGIN_API CC CXX
"""

import json
import sys

from workshop import Workshop


def build(shop, folder):
    shop.run("cmake", "-B", "build", where=folder)
    shop.run("cmake", "--build", "build", where=folder)
    tests = shop.run("ctest", "--test-dir", "build", "--output-on-failure", where=folder)
    assert "validate." in tests, f"the plugin was not validated:\n{tests}"


def answer_of(shop, folder, name, values):
    with shop.running("agenthost", "serve", "--port", "0", "--plugins", "build/plugins", "--data", "data", where=folder) as server:
        server.wait_until_listening()
        return server.values_of(name, values)


def check_words(shop):
    """What the verbs say to people and to programs."""
    assert "is there already" in shop.run("agenthost", "new", "my-agent", code=2)
    assert "is no plugin id" in shop.run("agenthost", "new", "My Agent", code=2)
    verdict, = json.loads(shop.run("agenthost", "validate", "--json", "--seed", "7", "my-agent/build/plugins/my-agent"))
    assert verdict["valid"] and verdict["plugin"] == "my-agent" and verdict["seed"] == 7, verdict
    assert {check["status"] for check in verdict["checks"]} == {"passed"}, verdict


def main(work, agenthost, api, *compilers):
    shop = Workshop(work, agenthost, api, compilers)

    shop.run("agenthost", "new", "my-agent")
    build(shop, shop.folder / "my-agent")
    values = answer_of(shop, shop.folder / "my-agent", "my-agent", {"messages": [{"role": "user", "content": "hello"}]})
    assert values["messages"][-1]["content"] == "You said: hello", values

    check_words(shop)

    shop.run("agenthost", "new", "in-c", "--lang", "c")
    folder = shop.folder / "in-c"
    (folder / "resources").mkdir()
    (folder / "resources/hello.txt").write_text("hello")
    lists = folder / "CMakeLists.txt"
    lists.write_text(lists.read_text().replace("SOURCES agent.c)", "SOURCES agent.c RESOURCES resources)"))
    build(shop, folder)
    assert (folder / "build/plugins/in-c/resources/hello.txt").exists(), "its resources were not copied"
    assert answer_of(shop, folder, "in-c", {}) == {"greeting": "hello from C"}


if __name__ == "__main__":
    main(*sys.argv[1:])
