#!/usr/bin/env python3
"""Every C and C++ file is as clang-format leaves it. --fix rewrites those that are not.

Usage: format.py [--fix]
"""

import shutil
import subprocess
import sys

import sources


def main():
    tool = shutil.which("clang-format-14") or shutil.which("clang-format")
    if tool is None:
        print("format: clang-format is missing; ./agenthost up installs it")
        return 1
    files = [path.as_posix() for path in sources.ours(suffixes=sources.CPP)]
    mode = ["-i"] if "--fix" in sys.argv[1:] else ["--dry-run", "-Werror"]
    done = subprocess.run([tool, *mode, *files], cwd=sources.ROOT, capture_output=True, text=True, check=False)
    wrong = sorted({line.split(":")[0] for line in done.stderr.splitlines() if "[-Wclang-format-violations]" in line})
    problems = [f"{path}: not formatted; run ./agenthost format" for path in wrong]
    if done.returncode != 0 and not problems:
        problems = done.stderr.splitlines() or [f"{tool} ended with {done.returncode}"]
    return sources.report("format", problems, len(files))


if __name__ == "__main__":
    sys.exit(main())
