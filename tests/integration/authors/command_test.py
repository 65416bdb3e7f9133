"""What the command says to somebody who mistypes it, or names another folder than was wanted.

usage: command_test.py AGENTHOST PLUGINS
"""

import pathlib
import subprocess
import sys
import tempfile

USAGE = 2


class Command:
    def __init__(self, agenthost):
        self.agenthost = agenthost

    def said(self, code, *words):
        """All that it says, in one text."""
        done = subprocess.run([self.agenthost, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == code, f"{words} ended with {done.returncode}, not {code}:\n{done.stdout}"
        return done.stdout

    def expect(self, text, code, *words):
        said = self.said(code, *words)
        assert text in said, f"{words} should say: {text}\nbut said: {said}"


def check_words(command):
    command.expect('agenthost: unknown command "serv"; did you mean "serve"?', USAGE, "serv")
    command.expect('agenthost: unknown command "frob"; known are: serve, ', USAGE, "frob")
    command.expect('agenthost keys: unknown command "nwe"; did you mean "new"?', USAGE, "keys", "nwe")
    command.expect("agenthost: a command is missing; known are: serve, ", USAGE)
    command.expect('agenthost: unknown option "--verson"; did you mean "--version"?', USAGE, "--verson")
    command.expect('agenthost serve: unknown option "--prot"; did you mean "--port"?', USAGE, "serve", "--prot", "1")
    command.expect('agenthost sign: unknown option "--kye"; did you mean "--key"?', USAGE, "sign", "x", "--kye=ops.key")
    command.expect('agenthost serve: "now" is one word too many', USAGE, "serve", "now")
    command.expect("agenthost sign: PLUGIN is required", USAGE, "sign")


def check_values(command):
    command.expect("agenthost serve: --port: 99999 is out of range: 0 to 65535", USAGE, "serve", "--port", "99999")
    command.expect('--port: expected a whole number, found "http"', USAGE, "dev", "--port", "http")
    command.expect('agenthost new: --lang: expected one of c, cpp; found "rust"', USAGE, "new", "a", "--lang", "rust")
    command.expect('found "stric"; did you mean "strict"?', USAGE, "validate", "a", "--level", "stric")
    command.expect('--check: expected one of load, setup, ', USAGE, "validate", "a", "--check", "everything")


def check_help(command):
    assert command.said(0, "--version") == command.said(0, "version")
    command.expect("Usage: agenthost new [OPTIONS] name", 0, "new", "--help")
    command.expect("--lang c|cpp", 0, "new", "--help")
    command.expect("--port 0..65535", 0, "serve", "--help")
    command.expect("agenthost serve --help says more", USAGE, "serve", "--port")


def check_folders(command, plugins):
    """The folder of a plugin where a folder of plugins is wanted, and the other way round."""
    own = plugins / "echo"
    command.expect(f"{own}: is itself a plugin (it holds plugin.yaml)", 0, "plugins", "--plugins", own)
    command.expect(f"; give the folder it lies in, {plugins}\n", 0, "plugins", "--plugins", f"{own}/")
    command.expect("loaded   echo ", 0, "plugins", "--plugins", plugins)
    command.expect(f"{plugins}: is a folder of plugins and no plugin itself; name one or some of ", 1, "validate", plugins)
    with tempfile.TemporaryDirectory() as folder:
        command.expect(f"{folder}: no plugins in it", 0, "plugins", "--plugins", folder)
        command.expect(f"{folder}: holds no plugin.yaml; name the folder of a built plugin", 1, "validate", folder)
        command.expect(f"{folder}/x: no such folder; name the folder of a built plugin", 1, "validate", f"{folder}/x")
        command.expect(f"{folder}/x: no such folder", 1, "sign", f"{folder}/x", "--key", key_in(command, folder))


def key_in(command, folder):
    command.said(0, "keys", "new", f"{folder}/ops.key")
    return f"{folder}/ops.key"


def main(agenthost, plugins):
    command = Command(agenthost)
    check_words(command)
    check_values(command)
    check_help(command)
    check_folders(command, pathlib.Path(plugins))


if __name__ == "__main__":
    main(*sys.argv[1:])
