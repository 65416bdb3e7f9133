#!/usr/bin/env python3
"""Includes may point only down the layers of ARCHITECTURE.md.

Usage: layers.py [ROOT]
"""

import pathlib
import re
import sys

import sources

# room -> the rooms of host/ it may include. app may include everything, and nobody includes app.
ALLOWED = {
    "base": set(),
    "telemetry": {"base"},
    "settings": {"base", "telemetry"},
    "models": {"base", "telemetry", "settings"},
    "storage": {"base", "telemetry", "models"},
    "runtime": {"base", "telemetry", "models"},
    "outbound": {"base", "telemetry", "settings"},
    "plugins": {"base", "telemetry", "settings", "models", "runtime", "outbound"},
    "services": {"base", "telemetry", "settings", "models", "storage", "runtime"},
    "routers": {"base", "telemetry", "settings", "models", "storage", "runtime", "services"},
    "server": {"base", "telemetry", "settings", "models", "storage", "runtime", "services", "routers"},
}
ALLOWED["app"] = set(ALLOWED)

# A library that is kept behind one door: include prefix -> the paths that may name it.
DOORS = {
    "pistache/": ("host/server/", "tests/bench/front/"),  # the bench compares with the stock front
    "sqlite3.h": ("host/storage/sqlite/", "tests/", "plugins/"),
    "SQLiteCpp/": ("host/storage/sqlite/", "tests/", "plugins/"),
    "curl/": ("host/outbound/", "tests/"),
    "boost/asio": ("host/base/thread_pool.cpp", "host/server/", "tests/"),
    "boost/dll": ("host/plugins/",),
    "yaml-cpp/": ("host/settings/", "host/plugins/", "tests/"),
    "agenthost/": ("host/plugins/", "host/app/", "plugins/", "plugin-api/", "tests/"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def includes(text):
    """(line number, name) of each include."""
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1)


def wrong_arrow(path, name):
    """Why the file at path may not include name, or None."""
    for prefix, doors in DOORS.items():
        if name.startswith(prefix) and not path.startswith(doors):
            return f"<{name}> may be included only from {', '.join(doors)}"
    if name.startswith("host/"):
        return wrong_room(path, name)
    return None


def wrong_room(path, name):
    place = path.split("/")
    target = name.split("/")[1]
    if place[0] in ("plugins", "plugin-api"):
        return f'"{name}": plugins know the contract (plugin-api) and nothing of host/'
    if place[0] != "host" or place[1] == target:
        return None
    allowed = ALLOWED.get(place[1])
    if allowed is None:
        return f"host/{place[1]} is a new room: say in tests/checks/layers.py what it may include"
    if target not in allowed:
        return f'"{name}": {place[1]} may include only {", ".join(sorted(allowed)) or "nothing of host/"}'
    return None


def main():
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else sources.ROOT
    problems = []
    files = [path for path in sources.ours(root, sources.CPP)
             if path.parts[0] in ("host", "plugins", "plugin-api", "tests")]
    for path in files:
        for number, name in includes((root / path).read_text(errors="replace")):
            why = wrong_arrow(path.as_posix(), name)
            if why:
                problems.append(f"{path}:{number}: {why}")
    return sources.report("layers", problems, len(files))


if __name__ == "__main__":
    sys.exit(main())
