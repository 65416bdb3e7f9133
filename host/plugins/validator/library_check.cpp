#include <algorithm>
#include <array>
#include <string_view>

#include "host/plugins/package.hpp"
#include "host/plugins/validator/checks.hpp"
#include "host/plugins/validator/elf_symbols.hpp"

namespace agenthost::plugins::validator {
namespace {

struct Suspicious {
  std::string_view symbol, why;
};

// What a guest has no business to call. That it is linked is no proof that it is called: a warning each.
constexpr std::string_view kEnds = "ends the whole server; fail the task instead";
constexpr std::string_view kProcess = "starts a process; ask the operator for a service instead";
constexpr std::string_view kShared = "changes what the whole server shares";
constexpr std::string_view kNetwork =
    "opens the network by itself; use agent.http/1, where limits and keys are";
constexpr std::string_view kLater = "runs code after the server let go of the plugin; clean up in stop()";
constexpr std::array kSuspicious{
    Suspicious{"exit", kEnds},
    Suspicious{"_exit", kEnds},
    Suspicious{"_Exit", kEnds},
    Suspicious{"quick_exit", kEnds},
    Suspicious{"fork", kProcess},
    Suspicious{"vfork", kProcess},
    Suspicious{"system", kProcess},
    Suspicious{"popen", kProcess},
    Suspicious{"execl", kProcess},
    Suspicious{"execve", kProcess},
    Suspicious{"execvp", kProcess},
    Suspicious{"posix_spawn", kProcess},
    Suspicious{"posix_spawnp", kProcess},
    Suspicious{"signal", kShared},
    Suspicious{"sigaction", kShared},
    Suspicious{"setenv", kShared},
    Suspicious{"putenv", kShared},
    Suspicious{"unsetenv", kShared},
    Suspicious{"clearenv", kShared},
    Suspicious{"setlocale", kShared},
    Suspicious{"chdir", kShared},
    Suspicious{"fchdir", kShared},
    Suspicious{"chroot", kShared},
    Suspicious{"umask", kShared},
    Suspicious{"setrlimit", kShared},
    Suspicious{"setuid", kShared},
    Suspicious{"connect", kNetwork},
    Suspicious{"getaddrinfo", kNetwork},
    Suspicious{"listen", kNetwork},
    Suspicious{"atexit", kLater},
    Suspicious{"on_exit", kLater},
    Suspicious{"pthread_detach", "leaves a thread that stop() cannot join"},
    Suspicious{"longjmp", "jumps over frames of the server; return a status instead"},
};

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kShown ? text + " and " + std::to_string(names.size() - kShown) + " more" : text;
}

}  // namespace

std::vector<Finding> check_library(const Subject& subject) {
  constexpr std::string_view kEntry = "agent_plugin_entry";
  if (const auto there = check_library_file(subject.folder, subject.manifest); !there)
    return {{Severity::kError, there.error().text}};
  const auto symbols = read_elf_symbols(subject.folder / subject.manifest.library);
  if (!symbols) return {{Severity::kError, symbols.error().text}};
  std::vector<Finding> findings;
  auto others = symbols->exported;
  others.erase(std::remove(others.begin(), others.end(), kEntry), others.end());
  if (others.size() == symbols->exported.size()) {
    findings.push_back(
        {Severity::kError,
         "exports no agent_plugin_entry; declare the function with AGENT_EXPORT and export it"});
  }
  if (!others.empty()) {
    findings.push_back({Severity::kError, "exports more than agent_plugin_entry: " + listed(others) +
                                              "; link it with agent_add_plugin(), which hides the rest"});
  }
  for (const auto& name : symbols->undefined) {
    const auto* found = std::find_if(kSuspicious.begin(), kSuspicious.end(),
                                     [&](const Suspicious& entry) { return entry.symbol == name; });
    if (found != kSuspicious.end())
      findings.push_back({Severity::kWarning, "uses " + name + "(), which " + std::string(found->why)});
  }
  return findings;
}

}  // namespace agenthost::plugins::validator
