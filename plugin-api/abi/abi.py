#!/usr/bin/env python3
"""The plugin ABI as data, read from the headers, which are its only source.

abi.py describe  CC INCLUDE           print the description: every symbol with its type, place and lifecycle
abi.py check     CC INCLUDE STORED    the current headers keep every promise of a stored description
abi.py reference CC INCLUDE PAGE      PAGE is the reference that the headers make; with --write make it so
abi.py self-test

A lifecycle is a mark in the comment of a symbol: [since 1.2], [deprecated 1.4], [draft]; none means stable since 1.0.
Places are those of the compiler CC on this machine (64-bit Linux), measured, not computed.
"""

import dataclasses
import pathlib
import re
import subprocess
import sys
import tempfile

HEADERS = ["agent_plugin.h", "ext"]
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
THREADS = re.compile(r"\[(setup|task|any-thread)\]")
SINCE = re.compile(r"\[since (\d+\.\d+)\]")
DEPRECATED = re.compile(r"\[deprecated (\d+\.\d+)\]")


@dataclasses.dataclass
class Symbol:
    kind: str          # constant | struct | field | function | handle | type
    name: str          # a field's with its struct: "agent_str.data"
    text: str          # its declaration, normalised
    comment: str = ""
    place: str = ""    # a field's "offset size"

    @property
    def lifecycle(self):
        if "[draft]" in self.comment:
            return "draft"
        since, gone = SINCE.search(self.comment), DEPRECATED.search(self.comment)
        born = f"since {since.group(1) if since else '1.0'}"
        return f"{born}, deprecated {gone.group(1)}" if gone else born

    @property
    def line(self):
        place = f" @ {self.place}" if self.place else ""
        return f"{self.kind} {self.name}: {self.text}{place} | {self.lifecycle}"


# ---- Reading the headers ----

def tidy(code):
    """A declaration on one line, without what does not matter to the ABI."""
    code = re.sub(r"\s+", " ", code.replace("AGENT_NOEXCEPT", " ")).strip()
    code = re.sub(r"\s*([(),;*])\s*", r"\1", code).replace(",", ", ")
    return re.sub(r"(?<=[\w*])\(\*", " (*", re.sub(r"(?<!\()\*(?=\w)", "* ", code))


def prose(comment):
    """A comment as running text."""
    lines = [re.sub(r"^\s*(/\*+|\*/?)?\s?", "", line).rstrip() for line in comment.removesuffix("*/").splitlines()]
    return "\n".join(lines).strip()


def comments_by_place(text):
    """All but the headings of sections, /* ---- Data ---- */, which belong to no symbol."""
    found = [(match.start(), match.end(), prose(match.group())) for match in COMMENT.finditer(text)]
    return [comment for comment in found if not comment[2].startswith("----")]


class Reader:
    """One header: its symbols in order, each with the comment above it or behind it."""

    def __init__(self, text):
        self.text = text
        self.code = COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
        self.comments = comments_by_place(text)

    def comment_of(self, start, end):
        """The comment inside or behind a declaration on its last line, else the one right above it."""
        end_of_line = self.text.find("\n", end)
        inside = [words for begin, _, words in self.comments if start < begin < end_of_line]
        above = [words for begin, stop, words in self.comments
                 if stop <= start and not self.code[stop:start].strip() and self.starts_line(begin)]
        return (inside or above[-1:] or [""])[0]

    def starts_line(self, place):
        return not self.code[self.code.rfind("\n", 0, place) + 1:place].strip()

    def read(self):
        found = [*self.constants(), *self.types(), *self.functions()]
        return [symbol for _, symbols in sorted(found, key=lambda pair: pair[0]) for symbol in symbols]

    def constants(self):
        for match in re.finditer(r"^#define (AGENT_[A-Z0-9_]+)[ \t]+(\S[^\n]*)$", self.code, re.MULTILINE):
            name, value = match.group(1), match.group(2).strip()
            # What changes from minor to minor, or is spelling only, is no promise.
            if name in ("AGENT_ABI_MINOR", "AGENT_EXPORT", "AGENT_NOEXCEPT"):
                continue
            yield match.start(), [Symbol("constant", name, value, self.comment_of(match.start(), match.end()))]

    def types(self):
        for match in re.finditer(r"^typedef ([^;{]*?)(\{.*?^\})?\s*(\w+);", self.code, re.MULTILINE | re.DOTALL):
            name, body = match.group(3), match.group(2)
            comment = self.comment_of(match.start(), match.start(2) if body else match.end())
            if body:
                fields = self.fields(name, match.start(2) + 1, match.end(2) - 1)
                yield match.start(), [Symbol("struct", name, "struct", comment), *fields]
            elif match.group(1).strip().startswith("struct "):
                yield match.start(), [Symbol("handle", name, "opaque", comment)]
            else:
                yield match.start(), [Symbol("type", name, tidy(match.group(1)), comment)]

    def fields(self, struct, begin, end):
        at = begin
        while (stop := self.code.find(";", at, end)) >= 0:
            start = at + len(self.code[at:stop]) - len(self.code[at:stop].lstrip())
            declaration = tidy(self.code[start:stop])
            pointer = re.search(r"\(\*(\w+)\)", declaration)
            name = pointer.group(1) if pointer else re.search(r"(\w+)$", declaration).group(1)
            kind = "function" if pointer else "field"
            yield Symbol(kind, f"{struct}.{name}", declaration, self.comment_of(start, stop + 1))
            at = stop + 1

    def functions(self):
        for match in re.finditer(r"^AGENT_EXPORT ([^;{]*?(\w+)\([^;]*\));?[^;]*;", self.code, re.MULTILINE):
            yield match.start(), [Symbol("entry", match.group(2), tidy(match.group(1)),
                                         self.comment_of(match.start(), match.end()))]


def headers_in(include):
    root = pathlib.Path(include) / "agenthost"
    for name in HEADERS:
        path = root / name
        yield from sorted(path.glob("*.h")) if path.is_dir() else [path]


def measure(symbols, headers, compiler, include):
    """Offset and size of every member, as the compiler sees them."""
    members = [symbol for symbol in symbols if "." in symbol.name]
    lines = [f'#include "{header.resolve()}"' for header in headers]
    lines += ["#include <stdio.h>", "int main(void) {"]
    for symbol in members:
        struct, field = symbol.name.split(".")
        lines.append(f'  printf("%u %u\\n", (unsigned)offsetof({struct}, {field}), (unsigned)sizeof((({struct}*)0)->{field}));')
    lines += ["  return 0;", "}"]
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, "measure.c"), pathlib.Path(folder, "measure")
        source.write_text("\n".join(lines))
        subprocess.run([compiler, "-std=c99", f"-I{include}", str(source), "-o", str(program)], check=True)
        places = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout.splitlines()
    for symbol, place in zip(members, places, strict=True):
        symbol.place = place


def read_abi(compiler, include):
    """[(header's name, its opening comment, symbols)]"""
    headers = list(headers_in(include))
    chapters = []
    for header in headers:
        text = header.read_text(encoding="utf-8")
        chapters.append((header.relative_to(include).as_posix(), prose(COMMENT.search(text).group()), Reader(text).read()))
    measure([symbol for _, _, symbols in chapters for symbol in symbols], headers, compiler, include)
    return chapters


def description(chapters):
    return [line for name, _, symbols in chapters for line in [f"header {name}", *(symbol.line for symbol in symbols)]]


# ---- Keeping promises ----

def broken_promises(stored, current, minor):
    """What a stored description promised and the current one does not keep, as lines for people."""
    def split(line):
        left, _, lifecycle = line.partition(" | ")
        return left, lifecycle
    now = dict(map(split, current))
    then = dict(map(split, stored))
    problems = []
    for promise, lifecycle in then.items():
        if lifecycle == "draft":
            continue
        if promise not in now:
            name = promise.split(":")[0]
            instead = [line for line in now if line.split(":")[0] == name]
            problems.append(f"promised: {promise}\n     now: {instead[0] if instead else 'gone'}")
        elif not now[promise].startswith(lifecycle.split(",")[0]):
            problems.append(f"lifecycle of {promise} was {lifecycle}, is {now[promise]}")
    last = {}
    for line in now:
        kind, _, rest = line.partition(" ")
        name = rest.split(":")[0]
        if kind == "header":
            continue
        if line not in then and now[line] in ("since 1.0", "draft") and stored and now[line] != "draft":
            problems.append(f"new, so it needs [since 1.{minor}] or [draft] in its comment: {line}")
        born = re.match(r"since 1\.(\d+)", now[line])
        if born and int(born.group(1)) > minor:
            problems.append(f"younger than AGENT_ABI_MINOR {minor}: {line}")
        if "." in name and born:
            struct = name.split(".")[0]
            if int(born.group(1)) < last.get(struct, 0):
                problems.append(f"not at the end of its struct: {line}")
            last[struct] = int(born.group(1))
    return problems


# ---- The page ----

def page(chapters, minor):
    out = ["# Plugin ABI reference", "",
           f"ABI 1.{minor}, made from the headers by `plugin-api/abi/abi.py`; ctest fails when it is out of date. Offsets and sizes are "
           "those of 64-bit Linux. The rules of change are in [COMPATIBILITY.md](../plugin-api/COMPATIBILITY.md); how to write a "
           "plugin is in [plugin-guide.md](plugin-guide.md).", ""]
    for name, opening, symbols in chapters:
        out += [f"## {name}", "", "```text", opening, "```", ""]
        out += table(symbols)
        for struct in (symbol for symbol in symbols if symbol.kind == "struct"):
            out += [f"### {struct.name}", ""]
            if struct.comment:
                out += ["```text", struct.comment, "```", ""]
            out += members(struct, symbols)
    return "\n".join(out).rstrip() + "\n"


def cell(text):
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("<", "&lt;").replace("_", "\\_").replace("*", "\\*") or " "


def table(symbols):
    rows = [symbol for symbol in symbols if "." not in symbol.name and symbol.kind != "struct"]
    if not rows:
        return []
    out = ["| name | is | lifecycle | |", "|---|---|---|---|"]
    out += [f"| `{s.name}` | `{s.text}` | {s.lifecycle} | {cell(s.comment)} |" for s in rows]
    return [*out, ""]


def members(struct, symbols):
    """A row each; what needs more than a line of words stands below."""
    out = ["| offset | size | member | threads | lifecycle | |", "|---|---|---|---|---|---|"]
    below = []
    for symbol in symbols:
        if not symbol.name.startswith(struct.name + "."):
            continue
        threads = THREADS.search(symbol.comment) if symbol.kind == "function" else None
        words = THREADS.sub("", symbol.comment).strip()
        if len(words) > 160:
            below += [f"`{symbol.name.split('.')[1]}`", "", "```text", words, "```", ""]
            words = "see below"
        row = [*symbol.place.split(), f"`{symbol.text}`", threads.group(1) if threads else "", symbol.lifecycle, cell(words)]
        out.append("| " + " | ".join(row) + " |")
    return [*out, "", *below]


# ---- The commands ----

def minor_of(include):
    text = (pathlib.Path(include) / "agenthost/agent_plugin.h").read_text(encoding="utf-8")
    return int(re.search(r"^#define AGENT_ABI_MINOR (\d+)u", text, re.MULTILINE).group(1))


def check(compiler, include, stored):
    problems = broken_promises(pathlib.Path(stored).read_text(encoding="utf-8").splitlines(),
                               description(read_abi(compiler, include)), minor_of(include))
    print("\n".join(problems) or f"keeps every promise of {stored}")
    return 1 if problems else 0


def reference(compiler, include, target, write):
    wanted = page(read_abi(compiler, include), minor_of(include))
    path = pathlib.Path(target)
    if write:
        path.write_text(wanted, encoding="utf-8")
    if path.exists() and path.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{target} is out of date; make it with: abi.py reference {compiler} {include} {target} --write")
    return 1


def self_test():
    header = ("/* opening */\n#define AGENT_X 1 /* [since 1.1] why */\n"
              "typedef struct agent_t {\n  uint32_t struct_size;\n"
              "  /* [task] does it */\n  int32_t (*go)(agent_h* h,\n   int x) AGENT_NOEXCEPT;\n} agent_t;\n")
    lines = [symbol.line for symbol in Reader(header).read()]
    assert lines == ["constant AGENT_X: 1 | since 1.1", "struct agent_t: struct | since 1.0",
                     "field agent_t.struct_size: uint32_t struct_size | since 1.0",
                     "function agent_t.go: int32_t (*go)(agent_h* h, int x) | since 1.0"], lines
    old = ["struct t: struct | since 1.0", "field t.a: int a @ 0 4 | since 1.0"]
    grown = [*old, "field t.b: int b @ 4 4 | since 1.1"]
    assert broken_promises(old, grown, 1) == []
    assert "gone" in broken_promises(old, old[:1], 0)[0]
    assert "now: field t.a: long a" in broken_promises(old, ["struct t: struct | since 1.0", "field t.a: long a @ 0 8 | since 1.0"], 0)[0]
    assert "needs [since 1.1]" in broken_promises(old, [*old, "field t.b: int b @ 4 4 | since 1.0"], 1)[0]
    assert "younger" in broken_promises(old, grown, 0)[0]
    front = [old[0], "field t.b: int b @ 0 4 | since 1.1", "field t.a: int a @ 4 4 | since 1.0"]
    problems = "\n".join(broken_promises(old, front, 1))
    assert "promised: field t.a" in problems and "not at the end" in problems, problems
    return 0


def main(arguments):
    if arguments == ["self-test"]:
        return self_test()
    write = "--write" in arguments
    words = [word for word in arguments if word != "--write"]
    if len(words) == 3 and words[0] == "describe":
        print("\n".join(description(read_abi(*words[1:]))))
        return 0
    if len(words) == 4 and words[0] == "check":
        return check(*words[1:])
    if len(words) == 4 and words[0] == "reference":
        return reference(*words[1:], write)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
