// The command line, on CLI11: options that are checked as settings are, and an answer to each mistake that
// says what, where and what to do. Strand-bound: for main().
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/settings/text_value.hpp"

namespace agenthost::app {

inline constexpr int kUsageError = 2;

// The exit code when nothing is left to do: help was asked for, or there is a mistake, which it has told.
[[nodiscard]] std::optional<int> parse(CLI::App& cli, int argc, const char* const* argv);

// What is wrong with a text; nullopt: it was taken.
using Take = std::function<std::optional<std::string>(const std::string& text)>;

// shown: what the help says may be written.
void add_checked(CLI::App& verb, const std::string& name, Take take, const std::string& shown,
                 const std::string& description);

// Both ends of the range included.
template <class Number, class Member>
void add_number(CLI::App& verb, const std::string& name, Member& member, settings::Range range,
                const std::string& description) {
  const auto take = [&member, range](const std::string& text) {
    Number number{};
    auto wrong = settings::assign_text({"", &number, range}, text);
    if (!wrong) member = number;
    return wrong;
  };
  const auto shown = std::to_string(range.least) + ".." + std::to_string(range.most);
  add_checked(verb, name, take, shown, description);
}

// What is wrong with a word that is to be one of those; nullopt: nothing.
[[nodiscard]] std::optional<std::string> check_choice(const std::vector<std::string>& words,
                                                      const std::string& word);

// The member becomes what the word stands for.
template <class Member>
void add_choice(CLI::App& verb, const std::string& name, Member& member,
                const std::map<std::string, Member>& meanings, const std::string& description) {
  std::vector<std::string> words;
  words.reserve(meanings.size());
  for (const auto& [word, meaning] : meanings) words.push_back(word);
  const auto take = [&member, meanings, words](const std::string& word) {
    auto wrong = check_choice(words, word);
    if (!wrong) member = meanings.at(word);
    return wrong;
  };
  add_checked(verb, name, take, CLI::detail::join(words, "|"), description);
}

}  // namespace agenthost::app
