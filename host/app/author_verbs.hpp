// The verbs for authors of plugins: new, validate, dev. Strand-bound: for main().
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

namespace agenthost::app {

class AuthorVerbs {
 public:
  // Adds them to cli, which must outlive this.
  explicit AuthorVerbs(CLI::App& cli);
  ~AuthorVerbs();
  AuthorVerbs(const AuthorVerbs&) = delete;
  AuthorVerbs& operator=(const AuthorVerbs&) = delete;

  // After parsing: the exit code, when it was one of these verbs.
  [[nodiscard]] std::optional<int> run() const;

 private:
  struct Options;
  std::unique_ptr<Options> options_;
};

}  // namespace agenthost::app
