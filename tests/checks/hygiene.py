#!/usr/bin/env python3
"""Nothing private, unfinished or far away in the tree.

Secrets and absolute home paths, merge markers, TODOs without an issue number, licence notices of copied code, and addresses
outside the machine in tests.
Usage: hygiene.py [ROOT]
"""

import pathlib
import re
import sys

import sources

EVERYWHERE = [
    # The two halves keep this file from finding itself.
    (re.compile("-----BEGIN [A-Z ]*PRIVATE " + "KEY-----"), "a private key"),
    (re.compile(r"\b(AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|gh[pousr]_[0-9A-Za-z]{36}|tvly-[0-9A-Za-z]{20,}"
                r"|sk-[A-Za-z0-9_-]{32,})"), "a secret key; keys belong into the environment"),
    (re.compile(r"(?<![\w.])/(home|Users|root)/\w"), "an absolute path of somebody's machine"),
    (re.compile(r"(?<![\w./-])/wor" r"k/\w"), "an absolute path of somebody's machine"),
    (re.compile(r"^(<{7}|>{7}) "), "a merge marker"),
    (re.compile(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))"), "an open end without an issue; write TODO(#123) or do it"),
]
FAR_HTTP = re.compile(r"http://(?:[^/\s\"'@]*@)?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
# Names that lead nowhere (RFC 2606), this machine, and names that are identifiers: XML namespaces, arXiv ids.
NEAR = re.compile(r"^(127\.|0x7f\.|0\.0\.0\.0$)|(^|\.)(test|invalid|example|localhost|example\.(org|com|net))$"
                  r"|^(www\.w3\.org|purl\.org|a9\.com|arxiv\.org)$")
CODE = {".cpp", ".hpp", ".c", ".py", ".ts", ".js", ".mjs"}

NOTICE = (re.compile(r"\bCopyright\b|SPDX-License-Identifier|All rights reserved", re.IGNORECASE),
          "somebody's licence notice; code here is our own")

TEXT = {".cpp", ".hpp", ".c", ".h", ".py", ".md", ".txt", ".cmake", ".yaml", ".yml", ".json", ".ts", ".tsx", ".js",
        ".mjs", ".css", ".html", ".sh", ""}
GENERATED = {"package-lock.json"}


def problems_in(path, text):
    rules = EVERYWHERE + ([NOTICE] if path.suffix in CODE else [])
    is_test = path.parts[0] == "tests" and path.suffix in CODE
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, what in rules:
            if pattern.search(line):
                yield f"{path}:{number}: {what}"
        for host in FAR_HTTP.findall(line) if is_test else []:
            if not NEAR.search(host):
                yield f"{path}:{number}: http://{host} is outside this machine; use 127.0.0.1 or a name under .test"


def main():
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else sources.ROOT
    here = pathlib.Path(__file__).resolve().parent
    problems = []
    files = [path for path in sources.ours(root, TEXT)
             if path.name not in GENERATED and (root / path).resolve().parent != here]
    for path in files:
        problems += problems_in(path, (root / path).read_text(errors="replace"))
    return sources.report("hygiene", problems, len(files))


if __name__ == "__main__":
    sys.exit(main())
