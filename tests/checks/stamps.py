"""Work that is done once per content: a stamp file per unit, named by a hash of all that the outcome depends on.

Stamps are kept per user, as ccache keeps objects, so that a fresh checkout of what was checked before costs nothing.
"""

import concurrent.futures
import hashlib
import os
import pathlib
import time

import sources

KEEP_DAYS = 30
# Headers of libraries and the tools themselves change with the packages.
PACKAGES = pathlib.Path("/var/lib/dpkg/status")


def folder_of(check):
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "agenthost-checks" / check


def digest(*parts):
    """Where the checkout stands does not count."""
    whole = hashlib.sha256()
    for part in parts:
        text = part if isinstance(part, bytes) else str(part).replace(str(sources.ROOT), ".").encode()
        whole.update(text + b"\0")
    return whole.hexdigest()


def installed():
    return digest(PACKAGES.read_bytes()) if PACKAGES.exists() else "unknown"


class FileDigests:
    """Content hashes, each file read once."""

    def __init__(self):
        self._known = {}

    def __call__(self, path):
        path = str(path)
        if path not in self._known:
            try:
                self._known[path] = digest(pathlib.Path(path).read_bytes())
            except OSError:
                self._known[path] = "absent"
        return self._known[path]


def run_stale(units, folder, run):
    """units: {name: (digest, unit)}. Calls run(unit) in parallel for each whose digest has no stamp in folder; run gives
    problem text or "". Successes are stamped, failures not. Returns (problem texts, number run)."""
    folder.mkdir(parents=True, exist_ok=True)
    forget_unused(folder)
    stale = []
    for value, unit in units.values():
        stamp = folder / value
        if stamp.exists():
            stamp.touch()
        else:
            stale.append((stamp, unit))
    problems = []
    jobs = int(os.environ.get("JOBS") or os.cpu_count() or 1)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for (stamp, _), outcome in zip(stale, pool.map(lambda entry: run(entry[1]), stale)):
            if outcome:
                problems.append(outcome.rstrip())
            else:
                stamp.touch()
    return problems, len(stale)


def forget_unused(folder):
    oldest = time.time() - KEEP_DAYS * 24 * 3600
    for stamp in folder.iterdir():
        if stamp.stat().st_mtime < oldest:
            stamp.unlink(missing_ok=True)
