"""Which files are ours: what git knows or would add, without what it ignores."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CPP = {".cpp", ".hpp", ".c", ".h"}


def ours(root=ROOT, suffixes=None):
    """Paths relative to root, sorted; only files that exist now."""
    listing = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False)
    if listing.returncode == 0:
        names = [pathlib.Path(name) for name in listing.stdout.decode().split("\0") if name]
    else:  # a source archive
        skipped = {"build", "node_modules", "data", ".git"}
        names = [path.relative_to(root) for path in root.rglob("*")
                 if not skipped.intersection(path.relative_to(root).parts)]
    return sorted(name for name in set(names)
                  if (root / name).is_file() and (suffixes is None or name.suffix in suffixes))


def report(check, problems, looked_at):
    """Prints the outcome and gives the exit code. A check that saw nothing has failed."""
    for problem in problems:
        print(problem)
    if not looked_at:
        print(f"{check}: found no files to look at")
        return 1
    print(f"{check}: {len(problems)} problems in {looked_at} files")
    return 1 if problems else 0
