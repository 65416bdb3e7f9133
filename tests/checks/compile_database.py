"""compile_commands.json of a build folder: how each source is compiled."""

import json
import pathlib
import shlex

import sources


def load(build):
    """source path -> list of arguments without launcher, output and dependency options."""
    entries = json.loads((pathlib.Path(build) / "compile_commands.json").read_text())
    return {pathlib.Path(entry["file"]): strip(shlex.split(entry["command"])) for entry in entries
            if is_ours(pathlib.Path(entry["file"]))}


def is_ours(path):
    return path.is_relative_to(sources.ROOT) and not path.is_relative_to(sources.ROOT / "build")


def strip(arguments):
    if pathlib.Path(arguments[0]).name == "env":  # the launcher: env CCACHE_...=... ccache
        arguments = arguments[2:]
    if pathlib.Path(arguments[0]).name == "ccache":
        arguments = arguments[1:]
    kept, skip = [], 0
    for argument in arguments:
        if skip:
            skip -= 1
        # -include, -include-pch: only precompiled headers are; a file shall stand without them.
        elif argument in ("-o", "-MF", "-MT", "-c", "-include", "-Xclang"):
            skip = 1
        # -fno-gnu-unique: clang has no such flag and needs none.
        elif argument not in ("-MD", "-MMD", "-fno-gnu-unique", "-Winvalid-pch", "-fpch-preprocess"):
            kept.append(argument)
    return kept
