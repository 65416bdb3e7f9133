"""A plugin exports agent_plugin_entry and nothing else.   usage: exports.py NM PLUGIN.so"""
import subprocess
import sys

nm, library = sys.argv[1:]
listing = subprocess.run([nm, "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
symbols = [line.split()[-1] for line in listing.splitlines()]
print(symbols)
sys.exit(symbols != ["agent_plugin_entry"])
