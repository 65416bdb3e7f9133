#!/usr/bin/env python3
"""Measures the release build and writes docs/benchmarks.md: ./agenthost bench

Every figure stands beside its ceiling from the same run (the machines this runs on are shared and noisy): pairs are
measured turn about, several rounds, and the median is shown. Only the standard library; needs wrk.
"""

import argparse
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


class Server:
    """A process that prints `listening on http://HOST:PORT` once it serves."""

    def __init__(self, command, **kwargs):
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **kwargs)
        for line in self.process.stdout:
            found = re.search(r"listening on (http://[0-9.]+:([0-9]+))", line)
            if found:
                self.url, self.port = found.group(1), int(found.group(2))
                self.ready_ms = (time.monotonic() - self.started) * 1e3
                return
        raise SystemExit(f"{command[0]} ended before it listened")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def status(self, key):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(rf"^{key}:\s+(\d+)", file.read(), re.M).group(1))


class Bench:
    def __init__(self, options):
        self.options = options
        self.bin = os.path.join(options.build, "bin")
        self.plugins = os.path.join(options.build, "plugins")
        self.rows = []

    # ---- Measuring ----

    def agenthost(self, data, **environment):
        env = dict(os.environ, AGENTHOST_LOG__LEVEL="error", **environment)
        return Server([f"{self.bin}/agenthost", "serve", "--port", "0", "--data", data, "--plugins", self.plugins],
                      env=env, cwd=ROOT)

    def wrk(self, url, script=None, connections=64):
        command = ["wrk", "-t1", f"-c{connections}", f"-d{self.options.seconds}s", "--latency"]
        if script:
            command += ["-s", script if os.path.isabs(script) else os.path.join(HERE, script)]
        command.append(url)
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
        if wrong:
            raise SystemExit(f"{url}: {wrong.group(1)} answers were errors\n{output}")
        return float(re.search(r"Requests/sec:\s+([0-9.]+)", output).group(1))

    def turn_about(self, **measures):
        """Runs the measures in turn, round after round; {name: median}."""
        results = {name: [] for name in measures}
        for _ in range(self.options.rounds):
            for name, measure in measures.items():
                results[name].append(measure())
        return {name: statistics.median(values) for name, values in results.items()}

    def row(self, what, value, unit, target="", met=None):
        self.rows.append((what, f"{value:,.2f}" if value < 100 else f"{value:,.0f}", unit, target,
                          "" if met is None else ("yes" if met else "**no**")))
        print(f"{what}: {self.rows[-1][1]} {unit} {target} {self.rows[-1][4]}", flush=True)

    # ---- The loop ----

    def loop(self):
        env = dict(os.environ, AGENTHOST_BENCH_PLUGINS=self.plugins)
        values = []
        for _ in range(self.options.rounds):
            output = subprocess.run([f"{self.bin}/chain_bench", "--benchmark_format=json"], check=True,
                                    capture_output=True, text=True, env=env).stdout
            values.append(json.loads(output)["benchmarks"][0]["real_time"] * 1e3 / 1000)
        us = statistics.median(values)
        self.row("3-node chain through ABI and C++ SDK, no disk", us, "us/run", "at most 10 us", us <= 10)

    def isolation(self):
        node = os.path.join(self.options.build, "tests", "bad-plugins", "plugins", "good")
        values = []
        for _ in range(self.options.rounds):
            output = subprocess.run([f"{self.bin}/isolated_calls", node, str(self.options.seconds)], check=True,
                                    capture_output=True, text=True).stdout
            values.append(json.loads(output))
        us = statistics.median(value["round_trip_us"] for value in values)
        bare = statistics.median(value["bare_us"] for value in values)
        ratio = statistics.median(value["round_trip_us"] / value["bare_us"] for value in values)
        rate = statistics.median(value["calls_per_s"] for value in values)
        self.row("call of a node in a worker process, 1 kB of state, round trip, median", us, "us", "at most 25 us", us <= 25)
        self.row("the same bytes between two processes that sleep while they wait, with nothing around them", bare, "us", "", True)
        self.row("call of a node in a worker process over that", ratio, "times", "at most 2.5 times", ratio <= 2.5)
        self.row("calls of nodes in 4 worker processes, 64 at a time", rate, "calls/s", "at least 50,000", rate >= 50000)

    # ---- Plugins ----

    def plugin_costs(self):
        nanoseconds, milliseconds = [], []
        for _ in range(self.options.rounds):
            output = subprocess.run([f"{self.bin}/plugin_bench", "--benchmark_format=json"], check=True,
                                    capture_output=True, text=True).stdout
            times = {entry["name"]: entry["real_time"] for entry in json.loads(output)["benchmarks"]}
            nanoseconds.append(times["empty_node"])
            milliseconds.append(times["scan_of_100"])
        call, scan = statistics.median(nanoseconds) / 1e3, statistics.median(milliseconds)
        self.row("call of an empty node in process, through the C ABI", call, "us", "at most 1 us", call <= 1)
        self.row("scan of 100 plugins without opening one", scan, "ms", "under 100 ms", scan < 100)

    # ---- The front ----

    def stateless(self, folder):
        body = b'{"assistant_id":"echo","input":{"messages":[{"role":"user","content":"hi"}]}}'
        with self.agenthost(os.path.join(folder, "stateless")) as ours:
            request = urllib.request.Request(ours.url + "/runs/wait", body, {"content-type": "application/json"})
            size = str(len(urllib.request.urlopen(request, timeout=10).read()))
            with Server([f"{self.bin}/bare_front", size]) as front, Server([f"{self.bin}/stock_pistache", size]) as stock:
                rates = self.turn_about(
                    ours=lambda: self.wrk(ours.url + "/runs/wait", "stateless_wait.lua"),
                    front=lambda: self.wrk(front.url + "/"),
                    stock=lambda: self.wrk(stock.url + "/"))
        self.row("stateless echo runs/wait", rates["ours"], "runs/s")
        self.row("ceiling: our front, bare handler, same bytes", rates["front"], "requests/s")
        self.row("ceiling: stock Pistache, bare handler, same bytes", rates["stock"], "requests/s")
        to_stock, to_front = rates["ours"] / rates["stock"], rates["ours"] / rates["front"]
        self.row("ratio to stock Pistache", to_stock, "", "at least 0.5", to_stock >= 0.5)
        self.row("ratio to our own front", to_front, "", "at least 0.3", to_front >= 0.3)
        return rates["ours"]

    def peer(self, ours):
        if not self.options.peer:
            print("peer: left out (give --peer FOLDER, an installed package that starts on $PORT with `npx tsx start.mjs`)")
            return
        env = dict(os.environ, PORT="0", WORKERS="10", LOG_LEVEL="error")
        env["PORT"] = str(self.options.peer_port)
        process = subprocess.Popen(["npx", "tsx", "start.mjs"], cwd=self.options.peer, env=env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        url = f"http://127.0.0.1:{self.options.peer_port}"
        try:
            for _ in range(300):
                try:
                    urllib.request.urlopen(url + "/ok", timeout=1).read()
                    break
                except OSError:
                    time.sleep(0.1)
            rate = statistics.median(
                self.wrk(url + "/runs/wait", "stateless_wait.lua", connections=16) for _ in range(self.options.rounds))
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
        self.row("peer: JavaScript reference server, stateless echo runs/wait", rate, "runs/s")
        ratio = ours / rate
        self.row("ratio to the peer", ratio, "", "at least 500", ratio >= 500)

    # ---- The disk ----

    def stored_bytes_per_run(self, folder):
        """What one durable echo run leaves on disk: its rows and their index entries."""
        data = os.path.join(folder, "sizing")
        with self.agenthost(data) as ours:
            self.wrk(ours.url, "durable_wait.lua", connections=16)
            with urllib.request.urlopen(ours.url + "/info", timeout=10) as answer:
                runs = json.load(answer)["stats"]["total_runs"]
        return round(sum(os.path.getsize(os.path.join(data, name)) for name in os.listdir(data)) / runs)

    def durable(self, folder):
        payload = str(self.stored_bytes_per_run(folder))
        seconds = str(self.options.seconds)
        for clients in (16, 64):
            with self.agenthost(os.path.join(folder, f"durable-{clients}")) as ours:
                def bare():
                    with tempfile.TemporaryDirectory(dir=folder) as place:
                        output = subprocess.run([f"{self.bin}/group_commit", f"{place}/db", str(clients), payload, seconds],
                                                check=True, capture_output=True, text=True).stdout
                    return json.loads(output)["commits_per_s"]
                rates = self.turn_about(
                    ours=lambda: self.wrk(ours.url, "durable_wait.lua", connections=clients),
                    bare=bare)
            ratio = rates["ours"] / rates["bare"]
            self.row(f"durable echo runs/wait, {clients} clients", rates["ours"], "runs/s")
            self.row(f"ceiling: bare SQLite group commits, {clients} clients, {payload} bytes each (as one run stores)",
                     rates["bare"], "commits/s")
            self.row(f"ratio, {clients} clients", ratio, "", "at least 0.5", ratio >= 0.5)

    def threads(self, folder):
        with self.agenthost(os.path.join(folder, "threads")) as ours:
            rate = statistics.median(
                self.wrk(ours.url + "/threads", "create_thread.lua") for _ in range(self.options.rounds))
        self.row("create thread (on disk before the answer)", rate, "threads/s")

    # ---- Streams and waits ----

    def first_event(self, folder):
        with self.agenthost(os.path.join(folder, "first")) as ours:
            body = json.dumps({"assistant_id": "echo", "input": {"messages": "hi"}, "stream_mode": "values"}).encode()
            times = []
            for _ in range(300):
                request = urllib.request.Request(ours.url + "/runs/stream", body, {"content-type": "application/json"})
                start = time.perf_counter()
                with urllib.request.urlopen(request, timeout=10) as answer:
                    answer.readline()
                    times.append((time.perf_counter() - start) * 1e3)
                    answer.read()
        self.row("time to first event, stateless stream, one client, median", statistics.median(times), "ms")

    def waits(self, folder):
        body = '{"assistant_id":"echo","input":{"messages":"hi","delay_ms":1000}}'
        with self.agenthost(os.path.join(folder, "waits")) as ours:
            subprocess.run([f"{self.bin}/waits", str(ours.port), "100", body], check=True, capture_output=True)
            output = subprocess.run([f"{self.bin}/waits", str(ours.port), "10000", body], check=True, capture_output=True,
                                    text=True).stdout
            wall, good = float(output.split()[0]), int(output.split()[1])
            peak, count = ours.status("VmHWM") / 1024, ours.status("Threads")
        if good != 10000:
            raise SystemExit(f"only {good} of 10000 waits were answered")
        self.row("10,000 concurrent runs that each wait 1 s by timer", wall, "s", "at most 2 s", wall <= 2)
        self.row("memory at their peak (RSS)", peak, "MB", "under 300 MB", peak < 300)
        self.row("threads", count, "", "fewer than 40", count < 40)

    # ---- At rest ----

    def at_rest(self, folder):
        ready, idle = [], []
        data = os.path.join(folder, "rest")
        for _ in range(max(5, self.options.rounds)):
            with self.agenthost(data) as ours:
                ready.append(ours.ready_ms)
                time.sleep(2)  # at rest: what the start needed has been given back
                idle.append(ours.status("VmRSS") / 1024)
        self.row("ready after exec, all plugins", statistics.median(ready), "ms", "at most 100 ms",
                 statistics.median(ready) <= 100)
        self.row("memory when idle (RSS)", statistics.median(idle), "MB", "at most 30 MB", statistics.median(idle) <= 30)

    # ---- The table ----

    def write(self, path):
        cpu = re.search(r"model name\s*:\s*(.*)", open("/proc/cpuinfo", encoding="ascii").read()).group(1)
        lines = [
            "# Benchmarks", "",
            "Made by `./agenthost bench` (tests/bench/bench.py) on the release build; do not edit by hand.", "",
            f"* Machine: {cpu}, {os.cpu_count()} cores (shared, virtual), Linux {platform.release()}; load generators run on "
            "the same cores.",
            f"* {time.strftime('%Y-%m-%d')}; {self.options.rounds} rounds of {self.options.seconds} s, turn about, medians; "
            "wrk -t1 -c64 where not said otherwise.", "",
            "| what | value | unit | target | met |", "|---|---:|---|---|---|"]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--peer", help="folder of the peer server, installed")
    parser.add_argument("--peer-port", type=int, default=2424)
    parser.add_argument("--only", help="one of loop, plugin_costs, isolation, stateless, durable, threads, first_event, waits, "
                                       "at_rest")
    parser.add_argument("--out", default=os.path.join(ROOT, "docs", "benchmarks.md"))
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing; ./agenthost bench installs it")
    bench = Bench(options)
    with tempfile.TemporaryDirectory(prefix="agenthost-bench-", dir=os.path.join(ROOT, "build")) as folder:
        if options.only:
            part = getattr(bench, options.only)
            part() if options.only in ("loop", "plugin_costs", "isolation") else part(folder)
            return
        bench.loop()
        bench.plugin_costs()
        bench.isolation()
        bench.peer(bench.stateless(folder))
        bench.durable(folder)
        bench.threads(folder)
        bench.first_event(folder)
        bench.waits(folder)
        bench.at_rest(folder)
    bench.write(options.out)


if __name__ == "__main__":
    sys.exit(main())
