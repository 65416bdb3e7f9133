#include "host/plugins/validator/process_facts.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

extern char** environ;  // NOLINT(readability-redundant-declaration): unistd.h declares it only for GNU

namespace agenthost::plugins::validator {
namespace {

namespace fs = std::filesystem;

std::string handler_of(int signal) {
  struct sigaction action {};
  if (sigaction(signal, nullptr, &action) != 0) return "none";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%p", reinterpret_cast<void*>(action.sa_handler));
  return text.data();
}

}  // namespace

std::vector<std::string> names_of_threads() {
  std::vector<std::string> names;
  std::error_code ec;
  for (fs::directory_iterator entry("/proc/self/task", ec); !ec && entry != fs::directory_iterator();
       entry.increment(ec)) {
    std::string name;
    std::getline(std::ifstream(entry->path() / "comm"), name);
    names.push_back(name);
  }
  return names;
}

std::map<std::string, std::string> open_files() {
  std::vector<fs::path> links;
  std::error_code ec;
  for (fs::directory_iterator entry("/proc/self/fd", ec); !ec && entry != fs::directory_iterator();
       entry.increment(ec)) {
    links.push_back(entry->path());
  }
  // Only now, so that the directory's own descriptor is closed again and drops out.
  std::map<std::string, std::string> files;
  for (const auto& link : links) {
    const auto target = fs::read_symlink(link, ec);
    if (!ec) files[link.filename()] = target;
  }
  return files;
}

std::map<std::string, std::string> shared_facts() {
  std::map<std::string, std::string> facts;
  std::error_code ec;
  facts["the working directory"] = fs::current_path(ec).string();
  const auto mask = umask(0);
  umask(mask);
  facts["the umask"] = std::to_string(mask);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): only read, and the plugin has stopped
  facts["the locale"] = std::setlocale(LC_ALL, nullptr);
  for (int signal = 1; signal < NSIG; ++signal) {
    facts["the handler of signal " + std::to_string(signal)] = handler_of(signal);
  }
  std::string& variables = facts["the environment"];
  for (char** entry = environ; *entry != nullptr; ++entry) variables += std::string(*entry) + "\n";
  return facts;
}

}  // namespace agenthost::plugins::validator
