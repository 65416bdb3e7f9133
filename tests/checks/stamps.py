"""Work that is done once per content: a stamp file per unit, named by a hash of all that the outcome depends on."""

import concurrent.futures
import hashlib
import os
import pathlib


def digest(*parts):
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part if isinstance(part, bytes) else str(part).encode())
        whole.update(b"\0")
    return whole.hexdigest()


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
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {value for value, _ in units.values()}
    for stamp in folder.iterdir():
        if stamp.name not in wanted:
            stamp.unlink(missing_ok=True)
    stale = [(value, unit) for value, unit in units.values() if not (folder / value).exists()]
    problems = []
    jobs = int(os.environ.get("JOBS") or os.cpu_count() or 1)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for (value, _), outcome in zip(stale, pool.map(lambda entry: run(entry[1]), stale)):
            if outcome:
                problems.append(outcome.rstrip())
            else:
                (folder / value).touch()
    return problems, len(stale)
