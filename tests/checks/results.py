#!/usr/bin/env python3
"""Counts a report of ctest (JUnit XML) or vitest (JSON): prints "PASSED FAILED SKIPPED".

Usage: results.py REPORT   (a report that is missing or says nothing counts as one failure)
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as xml


def of_junit(text):
    suite = xml.fromstring(text)
    total, failed = int(suite.get("tests", 0)), int(suite.get("failures", 0))
    skipped = int(suite.get("skipped", 0)) + int(suite.get("disabled", 0))
    return total - failed - skipped, failed, skipped


def of_vitest(text):
    report = json.loads(text)
    failed = report["numFailedTests"]
    # A file that does not even load has no tests, and has failed all the same.
    if failed == 0 and not report["success"]:
        failed = max(1, report["numFailedTestSuites"])
    return report["numPassedTests"], failed, report["numPendingTests"] + report.get("numTodoTests", 0)


def count(path):
    try:
        text = pathlib.Path(path).read_text()
        counts = of_vitest(text) if str(path).endswith(".json") else of_junit(text)
    except (OSError, ValueError, KeyError, xml.ParseError):
        return 0, 1, 0
    return counts if sum(counts) > 0 else (0, 1, 0)


if __name__ == "__main__":
    print(*count(sys.argv[1]))
