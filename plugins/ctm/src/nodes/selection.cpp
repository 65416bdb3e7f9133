#include "nodes/selection.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "nodes/node_support.hpp"
#include "text/normalise.hpp"

namespace ctm {
namespace {

bool is_one_of(const std::string& word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void take(Selection& selection, const std::string& written, std::size_t total) {
  selection.understood = true;
  // Why nine digits: more cannot be an index and would overflow.
  const bool number =
      !written.empty() && written.size() <= 9 && written.find_first_not_of("0123456789") == std::string::npos;
  const std::size_t index = number ? std::stoul(written) : total;
  if (index >= total) {
    selection.dropped.push_back(written);
  } else if (std::find(selection.indices.begin(), selection.indices.end(), index) ==
             selection.indices.end()) {
    selection.indices.push_back(index);
  }
}

// The numbers in a text, a leading minus being part of one.
std::vector<std::string> numbers_in(const std::string& text) {
  std::vector<std::string> found;
  std::string number;
  for (const char c : text + " ") {
    const bool digit = c >= '0' && c <= '9';
    if (digit || (c == '-' && number.empty())) {
      number += c;
      continue;
    }
    if (!number.empty() && number != "-") found.push_back(number);
    number.clear();
    if (c == '-') number += c;
  }
  return found;
}

void read_text(Selection& selection, const std::string& text, std::size_t total) {
  const std::vector<std::string> words = text::words(text);
  for (const std::string& word : words) {
    if (is_one_of(word, {"all", "todas", "todos", "todo"})) {
      selection.understood = true;
      for (std::size_t at = 0; at < total; ++at) selection.indices.push_back(at);
      return;
    }
  }
  for (const std::string& number : numbers_in(text)) take(selection, number, total);
  if (selection.understood) return;
  selection.understood = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return is_one_of(word, {"none", "ninguna", "ninguno", "nada"});
  });
}

void read_element(Selection& selection, const agent::Json& element, std::size_t total) {
  if (element.is_number_integer()) {
    take(selection, element.dump(), total);
  } else if (element.is_number_float() && std::trunc(element.get<double>()) == element.get<double>() &&
             std::fabs(element.get<double>()) < 1e9) {
    take(selection, std::to_string(static_cast<long>(element.get<double>())), total);
  } else if (element.is_string()) {
    read_text(selection, element.get<std::string>(), total);
  } else {
    selection.dropped.push_back(text::shorten(element.dump(-1, ' ', true), 40));
  }
}

}  // namespace

Selection read_selection(const agent::Json& answer, std::size_t total) {
  const agent::Json value = read_answer(answer).value;
  Selection selection;
  if (!value.is_array()) {
    if (value.is_number() || value.is_string()) read_element(selection, value, total);
    return selection;
  }
  selection.understood = true;  // an empty list is "none"
  for (const agent::Json& element : value) {
    Selection one;
    read_element(one, element, total);
    for (const std::size_t index : one.indices) take(selection, std::to_string(index), total);
    selection.dropped.insert(selection.dropped.end(), one.dropped.begin(), one.dropped.end());
  }
  return selection;
}

}  // namespace ctm
