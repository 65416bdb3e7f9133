"""Every function of the contract says in the comment above it (or behind it) which threads may call it.

usage: thread_tags.py HEADER...      thread_tags.py --self-test
"""
import re
import sys

TAG = re.compile(r"\[(setup|task|any-thread)\]")
# A function pointer member "type (*name)(...)", or the exported function.
FUNCTION = re.compile(r"^[^*/\n]*\(\*(\w+)\)\(|^AGENT_EXPORT\s+\w+\s+(\w+)\(", re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def untagged(text):
    """The names of the functions in a header that carry no thread tag."""
    # Comments out of the way of FUNCTION, but in their place.
    code = COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    comments = [(found.start(), found.end(), found.group()) for found in COMMENT.finditer(text)]
    names = []
    for function in FUNCTION.finditer(code):
        name = function.group(1) or function.group(2)
        start, stop = function.start(), code.index(";", function.end())
        end_of_line = text.index("\n", stop)
        mine = [c for begin, end, c in comments
                if (end <= start and not code[end:start].strip()) or stop <= begin < end_of_line]
        if not any(TAG.search(comment) for comment in mine):
            names.append(name)
    return names, len(FUNCTION.findall(code))


def self_test():
    good = "/* [setup] x */\n  int (*a)(void);\n  void (*b)(int,\n int);   /* [task] y */\n"
    bad = "/* nothing */\n  int (*a)(void);\n /* [task] */\n int x;\n  void (*c)(int);\n"
    assert untagged(good) == ([], 2), untagged(good)
    assert untagged(bad) == (["a", "c"], 2), untagged(bad)


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    missing, seen = [], 0
    for path in arguments:
        with open(path, encoding="utf-8") as header:
            names, count = untagged(header.read())
        seen += count
        missing += [f"{path}: {name} has no thread tag: say [setup], [task] or [any-thread]" for name in names]
    if not seen:
        missing.append("found no function at all: has the style of the headers changed?")
    print("\n".join(missing) or f"{seen} functions, all tagged")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
