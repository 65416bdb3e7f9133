#!/usr/bin/env python3
"""clang-tidy over every compiled source that ships, and the headers those reach; what has not changed costs nothing.

Usage: tidy.py BUILD [SOURCE...]   (a configured build folder; without sources: all that ship)

With own_declarations.cpp built beside it, clang-tidy leaves out what system headers declare: the same findings in a third
of the time.
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
SCOPE = pathlib.Path(__file__).with_name("own_declarations.cpp")

# Why: RapidJSON's iterators compare in a way C++20 calls ambiguous and clang warns about where they are used; and the options
# are GCC's, whose warnings clang does not all know.
EXTRA = ["-Wno-ambiguous-reversed-operator", "-Wno-unknown-warning-option"]


def shipped(commands):
    return {source: arguments for source, arguments in commands.items()
            if source.relative_to(sources.ROOT).parts[0] in SHIPPED}


def found_tool(build):
    """The command that begins every call; None without clang-tidy."""
    scope = build / "lib" / "own_declarations.so"
    tool = shutil.which("clang-tidy-14")
    if tool and scope.exists():
        return [tool, f"--load={scope}"]
    tool = tool or shutil.which("clang-tidy")
    return [tool] if tool else None


def tidy(tool, source, arguments):
    options = [argument for argument in arguments[1:] if argument != str(source)] + EXTRA
    done = subprocess.run([*tool, "--quiet", "--warnings-as-errors=*", str(source), "--", *options],
                          capture_output=True, text=True, check=False, cwd=sources.ROOT)
    return "" if done.returncode == 0 else done.stdout or done.stderr


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    only = {pathlib.Path(name).resolve() for name in sys.argv[2:]}
    tool = found_tool(build)
    if tool is None:
        print("tidy: clang-tidy is missing; ./agenthost up installs it")
        return 1
    commands = compile_database.load(build)
    commands = {source: commands[source] for source in commands if source in only} if only else shipped(commands)
    digests, names = stamps.FileDigests(), reach.IncludedNames()
    configuration = [path for path in sorted(sources.ROOT.rglob(".clang-tidy")) if "build" not in path.parts]
    rules = [stamps.installed(), *map(digests, [__file__, SCOPE, *configuration])]
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
