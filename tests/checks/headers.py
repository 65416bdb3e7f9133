#!/usr/bin/env python3
"""Every header compiles alone, once and again.

A header that a shipped source includes before all else is proven by clang-tidy, which compiles that source without
precompiled headers (check.tidy); here only its guard is looked at. The others are compiled here, twice in one unit.

Usage: headers.py BUILD   (a configured build folder: its compile_commands.json gives the options)
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import compile_database
import reach
import sources
import stamps
import tidy

# #pragma once, or a macro tested and then defined; both before any other directive.
GUARD = re.compile(r"#pragma once$|#ifndef (\w+)\n#define \1$", re.MULTILINE)


def directives(path):
    return "\n".join(line for line in path.read_text(errors="replace").splitlines() if line.startswith("#"))


def guarded(header):
    return GUARD.match(directives(header)) is not None


def opened_by_sources(commands):
    """The headers that are the very first thing a source of these sees."""
    opened = set()
    for source, arguments in commands.items():
        first = re.match(r'#include ["<](.+?)[">]', directives(source))
        folders = [source.parent, *(pathlib.Path(argument[2:]) for argument in arguments if argument.startswith("-I"))]
        found = [folder / first[1] for folder in folders if (folder / first[1]).is_file()] if first else []
        opened.update(found[:1])
    return opened


def neighbour(header, commands):
    """The options of the source that is nearest to the header: same folder, else the longest shared path."""
    def shared(source):
        mine, its = header.parts, source.parts
        return next((i for i, (a, b) in enumerate(zip(mine, its)) if a != b), min(len(mine), len(its)))
    same_language = [source for source in commands if (source.suffix == ".c") == (header.suffix == ".h")]
    candidates = same_language or list(commands)
    return commands[max(candidates, key=lambda source: (shared(source), source.stem == header.stem))]


def include_options(commands):
    """All include folders of the build: a header may stand where nothing is compiled yet."""
    found = {}
    for arguments in commands.values():
        for at, argument in enumerate(arguments):
            if argument == "-isystem":
                found[f"-isystem{arguments[at + 1]}"] = None
            elif argument.startswith(("-I", "-isystem", "-D")) and len(argument) > 2:
                found[argument] = None
    return [option for option in found if not option.startswith("-D")]


def command_for(header, commands):
    base = neighbour(header, commands)
    language = "c" if header.suffix == ".h" else "c++"
    standard = "-std=c99" if language == "c" else "-std=c++20"
    compiler = "gcc" if language == "c" else "g++"
    defines = [argument for argument in base if argument.startswith("-D")]
    return [compiler, standard, "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", *defines,
            *include_options(commands), f"-I{sources.ROOT / 'plugin-api/include'}", "-x", language]


def compile_alone(header, command):
    """Twice, for the include guard; as an include, so that #pragma once is not in the main file."""
    with tempfile.NamedTemporaryFile("w", suffix=".cpp") as unit:
        unit.write(f'#include "{header}"\n#include "{header}"\n')
        unit.flush()
        done = subprocess.run([*command, unit.name], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr or f"{header}: compiler ended with {done.returncode}"


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    commands = compile_database.load(build)
    headers = [sources.ROOT / path for path in sources.ours(suffixes={".hpp", ".h"})]
    opened = opened_by_sources(tidy.shipped(commands))
    proven = [header for header in headers if header in opened and header.suffix == ".hpp"]
    unguarded = [f"{header}: has no include guard; begin it with #pragma once" for header in proven if not guarded(header)]
    digests, names = stamps.FileDigests(), reach.IncludedNames()
    rules = [stamps.installed(), digests(__file__)]
    units = {}
    for header in sorted(set(headers) - set(proven)):
        command = command_for(header, commands)
        reached = reach.own_includes(header, command, names)
        units[header] = (stamps.digest(*rules, header, digests(header), *command, *map(digests, reached)), (header, command))
    problems, ran = stamps.run_stale(units, stamps.folder_of("headers"), lambda unit: compile_alone(*unit))
    print(f"headers: {ran} of {len(units)} compiled anew, {len(proven)} open a source that clang-tidy compiles")
    return sources.report("headers", unguarded + problems, len(headers))


if __name__ == "__main__":
    sys.exit(main())
