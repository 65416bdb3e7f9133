#!/usr/bin/env python3
"""Relative links in Markdown lead to files that exist.

Usage: links.py [ROOT]
"""

import pathlib
import re
import sys

import sources

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def broken(root, path, text):
    """The targets that are not there."""
    for target in LINK.findall(CODE.sub("", text)):
        file = target.split("#")[0]
        if file and ":" not in file and not (root / path).parent.joinpath(file).exists():
            yield target


def main():
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else sources.ROOT
    files = sources.ours(root, {".md"})
    problems = [f"{path}: links to {target}, which does not exist"
                for path in files for target in broken(root, path, (root / path).read_text())]
    return sources.report("links", problems, len(files))


if __name__ == "__main__":
    sys.exit(main())
