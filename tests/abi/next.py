"""Writes the header of the minor after this one, as a contributor would: a member at the end of every struct that grows.

usage: next.py agent_plugin.h OUT/agent_plugin.h
"""
import pathlib
import re
import sys

GROWTH = {
    "agent_node_call": "agent_str trace;",
    "agent_reply": "uint64_t took_ns;",
    "agent_host_api": "uint64_t (*idle_ns)(agent_host* host) AGENT_NOEXCEPT;",
    "agent_plugin_api": "void (*on_idle)(agent_plugin* plugin) AGENT_NOEXCEPT;",
    "agent_entry_request": "agent_str locale;",
    "agent_entry_reply": "agent_str licence;",
}


def grown(header):
    minor = int(re.search(r"#define AGENT_ABI_MINOR (\d+)u", header).group(1)) + 1
    header = header.replace(f"#define AGENT_ABI_MINOR {minor - 1}u", f"#define AGENT_ABI_MINOR {minor}u")
    for struct, member in GROWTH.items():
        end = f"}} {struct};"
        assert header.count(end) == 1, struct
        header = header.replace(end, f"\n  /* [any-thread] [since 1.{minor}] For the tests of growth. */\n  {member}\n{end}")
    return header


source, target = map(pathlib.Path, sys.argv[1:])
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(grown(source.read_text(encoding="utf-8")), encoding="utf-8")
