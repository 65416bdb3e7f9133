#!/usr/bin/env python3
"""The checks find what they are for: each runs on a small tree with one fault.

Usage: checks_test.py BUILD
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import compile_database
import headers
import hygiene
import layers
import links
import results
import sources
import stamps
import tidy

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()


class Layers(unittest.TestCase):
    def test_allows_downward_includes(self):
        for path, name in [("host/services/a.cpp", "host/storage/storage.hpp"), ("host/app/main.cpp", "host/server/a.hpp"),
                           ("host/plugins/a.cpp", "agenthost/agent_plugin.h"), ("plugins/x/a.cpp", "agenthost/sdk/a.hpp"),
                           ("host/server/a.cpp", "pistache/transport.h"), ("host/base/a.cpp", "host/base/b.hpp"),
                           ("tests/unit/x.cpp", "host/services/a.hpp"), ("host/models/a.cpp", "vector")]:
            self.assertIsNone(layers.wrong_arrow(path, name), (path, name))

    def test_refuses_upward_and_sideways_includes(self):
        for path, name in [("host/storage/a.cpp", "host/runtime/run.hpp"), ("host/runtime/a.cpp", "host/storage/storage.hpp"),
                           ("host/base/a.cpp", "host/models/run.hpp"), ("host/routers/a.cpp", "host/server/a.hpp"),
                           ("host/services/a.cpp", "host/plugins/a.hpp"), ("host/plugins/a.cpp", "host/storage/storage.hpp"),
                           ("host/server/a.cpp", "host/app/a.hpp"), ("plugins/x/a.cpp", "host/base/json.hpp"),
                           ("plugin-api/include/agenthost/a.hpp", "host/base/json.hpp")]:
            self.assertIsNotNone(layers.wrong_arrow(path, name), (path, name))

    def test_keeps_libraries_behind_their_doors(self):
        for path, name in [("host/routers/a.cpp", "pistache/http.h"), ("host/services/a.cpp", "sqlite3.h"),
                           ("host/storage/a.cpp", "SQLiteCpp/SQLiteCpp.h"), ("host/runtime/a.cpp", "boost/asio/post.hpp"),
                           ("host/runtime/a.cpp", "boost/dll.hpp"), ("host/runtime/a.cpp", "agenthost/agent_plugin.h")]:
            self.assertIsNotNone(layers.wrong_arrow(path, name), (path, name))

    def test_asks_about_new_rooms(self):
        self.assertIn("new room", layers.wrong_arrow("host/attic/a.cpp", "host/base/json.hpp"))

    def test_reads_includes_as_written(self):
        text = '#include <a/b.h>\n  #  include "c.hpp"  // why\n// #include <not.h>\nint x;\n'
        self.assertEqual(list(layers.includes(text)), [(1, "a/b.h"), (2, "c.hpp")])


class Hygiene(unittest.TestCase):
    def found(self, line, path="host/a.cpp"):
        return len(list(hygiene.problems_in(pathlib.Path(path), line)))

    def test_finds_secrets_paths_and_open_ends(self):
        for line in ["AKIA" + "A" * 16, "key: AIza" + "a" * 35, "sk-" + "a" * 40, "-----BEGIN RSA PRIVATE " + "KEY-----",
                     "see /home/ana/x", 'open("/wor' 'k/x")', "// TODO: later", "<<<<<<< ours", "// Copyright 2020 X"]:
            self.assertEqual(self.found(line), 1, line)

    def test_leaves_honest_lines_alone(self):
        for line in ["// TODO(#12): later", "task-12", "https://example.org/home/x", "ask-me", "=======", "a/work/b"]:
            self.assertEqual(self.found(line), 0, line)

    def test_keeps_tests_on_the_machine(self):
        for url in ["http://api.tavily.com/x", "http://10.0.0.1/", "http://user@evil.org"]:
            self.assertEqual(self.found(url, "tests/unit/a.cpp"), 1, url)
            self.assertEqual(self.found(url, "docs/a.md"), 0, url)
        for url in ["http://127.0.0.1:1/", "http://localhost:8", "http://a.test/", '"http://" + host', "http://www.w3.org/2005/Atom"]:
            self.assertEqual(self.found(url, "tests/unit/a.cpp"), 0, url)


class Links(unittest.TestCase):
    def test_finds_links_that_lead_nowhere(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "docs").mkdir()
            (root / "there.md").touch()
            text = "[a](../there.md#x) [b](https://a.test/x) [c](#here) [d](gone.md) `[e](code.md)`\n```\n[f](code.md)\n```\n"
            self.assertEqual(list(links.broken(root, pathlib.Path("docs/a.md"), text)), ["gone.md"])


class Stamps(unittest.TestCase):
    def run_with(self, folder, units, outcome=""):
        ran = []
        def run(unit):
            ran.append(unit)
            return outcome
        problems, _ = stamps.run_stale(units, pathlib.Path(folder), run)
        return ran, problems

    def test_unchanged_work_is_not_done_again_and_failed_work_is(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.run_with(folder, {"a": ("1", "a")}, "bad"), (["a"], ["bad"]))
            self.assertEqual(self.run_with(folder, {"a": ("1", "a")}), (["a"], []))
            self.assertEqual(self.run_with(folder, {"a": ("1", "a")}), ([], []))
            self.assertEqual(self.run_with(folder, {"a": ("2", "a")}), (["a"], []))
            self.assertEqual(self.run_with(folder, {"a": ("1", "a")}), ([], []))

    def test_what_nobody_asked_for_in_a_month_is_forgotten(self):
        with tempfile.TemporaryDirectory() as folder:
            old = pathlib.Path(folder) / "1"
            old.touch()
            os.utime(old, (0, 0))
            self.run_with(folder, {"b": ("2", "b")})
            self.assertEqual([stamp.name for stamp in pathlib.Path(folder).iterdir()], ["2"])

    def test_every_checkout_gives_the_same_digest(self):
        self.assertEqual(stamps.digest(f"-I{sources.ROOT}/host", b"text"), stamps.digest("-I./host", b"text"))
        self.assertNotEqual(stamps.digest("a", "b"), stamps.digest("ab"))


class Headers(unittest.TestCase):
    def test_what_a_source_sees_first_is_proven_by_it(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name in "first.hpp", "second.hpp", "late.hpp":
                (root / name).touch()
            (root / "a.cpp").write_text('// why\n#include "first.hpp"\n\n#include "second.hpp"\n')
            (root / "b.cpp").write_text('#define LIMIT 3\n#include "late.hpp"\n')
            (root / "c.cpp").write_text('#include <vector>\n#include "late.hpp"\n')
            commands = {root / name: ["c++", f"-I{folder}"] for name in ("a.cpp", "b.cpp", "c.cpp")}
            self.assertEqual(headers.opened_by_sources(commands), {root / "first.hpp"})

    def test_a_guard_stands_before_all_else(self):
        with tempfile.TemporaryDirectory() as folder:
            header = pathlib.Path(folder) / "a.hpp"
            for text, guarded in [("// why\n#pragma once\n", True), ("#ifndef A_H\n#define A_H\n#endif\n", True), ("int x;\n", False),
                                  ("#ifndef A_H\n#define B_H\n#endif\n", False), ("#include <vector>\n#pragma once\n", False)]:
                header.write_text(text)
                self.assertEqual(headers.guarded(header), guarded, text)


class Tidy(unittest.TestCase):
    HEADER = """
        struct Own { virtual ~Own(); virtual void run(); };
        template <class T> T* none(T) { return 0; }
        """
    SOURCE = """
        #include "own.hpp"
        #include <cstdlib>
        #include <functional>
        #include <vector>
        struct Lost;
        namespace elsewhere { struct Lost {}; }
        struct Other : Own { virtual void run(); };
        template <> struct std::hash<Own> { void* at = 0; };
        extern "C" { typedef int Old; }
        namespace a { namespace { static int badName() { return none(3) == nullptr ? 1 : 2; } } }
        int used = a::badName();
        const char* home = std::getenv("HOME");
        auto empty = [](const std::vector<int>& v) { return v.size() == 0; };
        """

    def findings(self, tool):
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder) / "host"
            place.mkdir()
            (place / "own.hpp").write_text(self.HEADER)
            (place / "own.cpp").write_text(self.SOURCE)
            rules = f"--config-file={sources.ROOT / '.clang-tidy'}"
            done = subprocess.run([*tool, "--quiet", rules, place / "own.cpp", "--", "-std=c++20"],
                                  capture_output=True, text=True, check=False)
        return sorted(set(re.findall(r"(own\.[ch]pp:\d+).*\[(.*)\]$", done.stdout, re.MULTILINE)))

    def test_walking_our_declarations_alone_loses_no_finding(self):
        tool = tidy.found_tool(BUILD)
        found = self.findings(tool)
        self.assertEqual(len(found), 9)
        self.assertEqual(found, self.findings(tool[:1]))


class Results(unittest.TestCase):
    def count(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.write_text(text)
            return results.count(path)

    def test_counts_what_ctest_and_vitest_report(self):
        self.assertEqual(self.count("a.xml", '<testsuite tests="9" failures="2" skipped="3" disabled="1"/>'), (3, 2, 4))
        vitest = '{"numPassedTests": 5, "numFailedTests": %d, "numPendingTests": 1, "numFailedTestSuites": 2, "success": %s}'
        self.assertEqual(self.count("a.json", vitest % (1, "false")), (5, 1, 1))
        self.assertEqual(self.count("a.json", vitest % (0, "true")), (5, 0, 1))

    def test_nothing_counts_as_a_failure(self):
        self.assertEqual(results.count("no/such.xml"), (0, 1, 0))
        self.assertEqual(self.count("a.xml", '<testsuite tests="0" failures="0"/>'), (0, 1, 0))
        self.assertEqual(self.count("a.xml", "<test"), (0, 1, 0))
        vitest = '{"numPassedTests": 5, "numFailedTests": 0, "numPendingTests": 0, "numFailedTestSuites": 2, "success": false}'
        self.assertEqual(self.count("a.json", vitest), (5, 2, 0))


class CompileDatabase(unittest.TestCase):
    def test_leaves_what_matters(self):
        line = "/usr/bin/ccache /usr/bin/c++ -I/x -DA -MD -MT a.o -MF a.d -o a.o -c a.cpp".split()
        self.assertEqual(compile_database.strip(line), ["/usr/bin/c++", "-I/x", "-DA"])

    def test_leaves_out_precompiled_headers(self):
        gcc = "env CCACHE_SLOPPINESS=a,b ccache c++ -Winvalid-pch -fpch-preprocess -include /b/cmake_pch.hxx -DA -c a.cpp".split()
        clang = "c++ -Xclang -include-pch -Xclang /b/x.pch -Xclang -include -Xclang /b/x.hxx -DA -c a.cpp".split()
        for line in gcc, clang:
            self.assertEqual(compile_database.strip(line), ["c++", "-DA"])


if __name__ == "__main__":
    unittest.main()
