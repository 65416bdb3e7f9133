"""Which headers of ours a file reaches through its includes."""

import pathlib

import sources


def own_includes(source, arguments, known):
    """The headers of ours that a source reaches, found by name: quick, and exact enough for a stamp."""
    folders = [pathlib.Path(argument[2:]) for argument in arguments if argument.startswith("-I")]
    folders = [folder for folder in folders if folder.is_relative_to(sources.ROOT)]
    reached, todo = set(), [source]
    while todo:
        at = todo.pop()
        for name in known(at):
            for candidate in (at.parent / name, *(folder / name for folder in folders)):
                if candidate.is_file() and candidate.is_relative_to(sources.ROOT):
                    if candidate not in reached:
                        reached.add(candidate)
                        todo.append(candidate)
                    break
    return sorted(reached)


class IncludedNames:
    """Names a file includes, each file read once."""

    def __init__(self):
        self._known = {}

    def __call__(self, path):
        if path not in self._known:
            lines = path.read_text(errors="replace").splitlines()
            parts = [line.split(maxsplit=1) for line in lines if line.startswith("#include ")]
            self._known[path] = [part[1].strip().strip('<>"') for part in parts if len(part) == 2]
        return self._known[path]
