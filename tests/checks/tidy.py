#!/usr/bin/env python3
"""clang-tidy over every compiled source that ships, and the headers those reach; what has not changed costs nothing.

Usage: tidy.py BUILD [SOURCE...]   (a configured build folder; without sources: all that ship)
"""

import pathlib
import shutil
import subprocess
import sys

import compile_database
import reach
import sources
import stamps

SHIPPED = ("host", "plugin-api", "plugins")

# Why: RapidJSON's iterators compare in a way C++20 calls ambiguous and clang warns about where they are used; and the options
# are GCC's, whose warnings clang does not all know.
EXTRA = ["-Wno-ambiguous-reversed-operator", "-Wno-unknown-warning-option"]


def tidy(tool, source, arguments):
    options = [argument for argument in arguments[1:] if argument != str(source)] + EXTRA
    done = subprocess.run([tool, "--quiet", "--warnings-as-errors=*", str(source), "--", *options],
                          capture_output=True, text=True, check=False, cwd=sources.ROOT)
    return "" if done.returncode == 0 else done.stdout or done.stderr


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    only = {pathlib.Path(name).resolve() for name in sys.argv[2:]}
    tool = shutil.which("clang-tidy-14") or shutil.which("clang-tidy")
    if tool is None:
        print("tidy: clang-tidy is missing; ./agenthost up installs it")
        return 1
    commands = {source: arguments for source, arguments in compile_database.load(build).items()
                if (source in only if only else source.relative_to(sources.ROOT).parts[0] in SHIPPED)}
    digests, names = stamps.FileDigests(), reach.IncludedNames()
    configuration = [path for path in sorted(sources.ROOT.rglob(".clang-tidy")) if "build" not in path.parts]
    rules = [stamps.installed(), *map(digests, [__file__, *configuration])]
    units = {}
    for source, arguments in commands.items():
        reached = reach.own_includes(source, arguments, names)
        value = stamps.digest(*rules, source, digests(source), *arguments, *map(digests, reached))
        units[source] = (value, (tool, source, arguments))
    problems, ran = stamps.run_stale(units, stamps.folder_of("tidy"), lambda unit: tidy(*unit))
    print(f"tidy: {ran} of {len(units)} checked anew")
    return sources.report("tidy", problems, len(units))


if __name__ == "__main__":
    sys.exit(main())
