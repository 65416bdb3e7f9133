"""What the tests of the author's tools share: an installed server to work with, running servers, and calls to them."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import urllib.request

PATIENCE_S = 800


def author_environment(c, cxx, **more):
    """Of an author with those compilers who is in a hurry: unoptimised builds, from the compiler's cache where there is one."""
    environment = dict(os.environ, CC=c, CXX=cxx, CMAKE_GENERATOR="Ninja", CMAKE_BUILD_TYPE="Debug", AGENTHOST_LOG__LEVEL="warn")
    if ccache := shutil.which("ccache"):
        environment |= {"CMAKE_C_COMPILER_LAUNCHER": ccache, "CMAKE_CXX_COMPILER_LAUNCHER": ccache}
    return environment | more


class Workshop:
    """A prefix with bin/agenthost and the plugin API, as an installation would be, in a fresh folder."""

    def __init__(self, folder, agenthost, api, compilers):
        self.folder = pathlib.Path(folder).resolve()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.prefix = self.folder / "installed"
        (self.prefix / "bin").mkdir(parents=True)
        for program in ("agenthost", "agenthost-worker"):
            os.link(pathlib.Path(agenthost).parent / program, self.prefix / "bin" / program)
        self.environment = author_environment(*compilers, PATH=f"{self.prefix}/bin:{os.environ['PATH']}")
        self.run("cmake", "-S", api, "-B", self.folder / "api", f"-DCMAKE_INSTALL_PREFIX={self.prefix}")
        self.run("cmake", "--install", self.folder / "api")

    def run(self, *command, where=None, code=0):
        """The command's output; all that it said when it ends with another code."""
        done = subprocess.run([str(word) for word in command], cwd=where or self.folder, env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S)
        if done.returncode != code:
            raise SystemExit(f"{command} ended with {done.returncode}, not {code}:\n{done.stdout}")
        return done.stdout

    def running(self, *command, where=None):
        return running(command, where or self.folder, self.environment)


@contextlib.contextmanager
def running(command, where, environment):
    """A Served on the process of a command, which must end in order when it is told to."""
    process = subprocess.Popen([str(word) for word in command], cwd=where, env=environment, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        yield Served(process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with the programs it started
            raise
    assert process.returncode == 0, f"{command} ended with {process.returncode}"


class Served:
    """A server that says where it listens, perhaps again and again."""

    def __init__(self, process):
        self.process = process
        self.url = None

    def wait_until_listening(self):
        self.url = self.wait_for(r"listening on (http://\S+)").group(1)

    def wait_for(self, pattern):
        """The match of the next line that has one."""
        said = ""
        for line in self.process.stdout:
            said += line
            if found := re.search(pattern, line):
                return found
        raise SystemExit(f"the process ended before it said {pattern}:\n{said}")

    def must_say_next(self, pattern):
        line = self.process.stdout.readline()
        assert re.search(pattern, line), f"expected {pattern}, but it said: {line}"

    def values_of(self, assistant, values):
        """The final state of a stateless run."""
        body = json.dumps({"assistant_id": assistant, "input": values}).encode()
        request = urllib.request.Request(f"{self.url}/runs/wait", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)
