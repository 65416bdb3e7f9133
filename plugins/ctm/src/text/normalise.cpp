#include "text/normalise.hpp"

#include <array>
#include <cctype>
#include <utility>

namespace ctm::text {
namespace {

// U+00C0..U+00FF, the second byte of the UTF-8 pair being 0x80..0xBF; a space stands for "no letter".
constexpr std::string_view kLatin =
    "aaaaaaaceeeeiiii"
    "dnooooo ouuuuy s"
    "aaaaaaaceeeeiiii"
    "dnooooo ouuuuy y";
static_assert(kLatin.size() == 64);

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

bool ends_with(const std::string& word, std::string_view end) {
  return word.size() >= end.size() && word.compare(word.size() - end.size(), end.size(), end) == 0;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kEntities{{
    {"&amp;", "&"},
    {"&lt;", "<"},
    {"&gt;", ">"},
    {"&quot;", "\""},
    {"&#39;", "'"},
    {"&apos;", "'"},
    {"&nbsp;", " "},
    {"&ndash;", "-"},
    {"&mdash;", "-"},
}};

std::string decode_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    bool replaced = false;
    if (text[at] == '&') {
      for (const auto& [name, value] : kEntities) {
        if (text.substr(at, name.size()) != name) continue;
        out += value;
        at += name.size();
        replaced = true;
        break;
      }
    }
    if (!replaced) out += text[at++];
  }
  return out;
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto put = [&out](char c) {
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      put(std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : ' ');
    } else if (byte == 0xC3 && at + 1 < text.size() && is_continuation(text[at + 1])) {
      put(kLatin[static_cast<unsigned char>(text[++at]) - 0x80U]);
    } else if (!is_continuation(text[at])) {
      put(' ');
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<std::string> words(std::string_view text) {
  const std::string folded = fold(text);
  std::vector<std::string> found;
  for (std::size_t start = 0; start < folded.size();) {
    const std::size_t end = std::min(folded.find(' ', start), folded.size());
    found.push_back(folded.substr(start, end - start));
    start = end + 1;
  }
  return found;
}

std::string stem(std::string word) {
  if (word.size() > 4 && ends_with(word, "es")) {
    word.resize(word.size() - 2);
  } else if (word.size() > 3 && ends_with(word, "s") && !ends_with(word, "ss")) {
    word.pop_back();
  }
  if (word.size() > 4 && (word.back() == 'a' || word.back() == 'e' || word.back() == 'o')) word.pop_back();
  if (word.size() > 4 && word.back() == 'y') word.back() = 'i';
  return word;
}

std::vector<std::string> stems(std::string_view text) {
  std::vector<std::string> roots = words(text);
  for (std::string& word : roots) word = stem(std::move(word));
  return roots;
}

std::string stem_line(std::string_view text) {
  std::string line = " ";
  for (const std::string& root : stems(text)) line.append(root).append(" ");
  return line;
}

bool contains_words(std::string_view text, std::string_view phrase) {
  const std::string needle = fold(phrase);
  return !needle.empty() && (" " + fold(text) + " ").find(" " + needle + " ") != std::string::npos;
}

std::string strip_markup(std::string_view html) {
  std::string plain;
  plain.reserve(html.size());
  bool inside = false;
  for (std::size_t at = 0; at < html.size(); ++at) {
    const char c = html[at];
    // Why look ahead: "a < b" in a text is no tag.
    const bool opens = c == '<' && at + 1 < html.size() &&
                       (std::isalpha(static_cast<unsigned char>(html[at + 1])) != 0 || html[at + 1] == '/' ||
                        html[at + 1] == '!');
    if (inside) {
      inside = c != '>';
    } else if (opens) {
      inside = true;
      plain += ' ';
    } else {
      plain += c;
    }
  }
  return squeeze(decode_entities(plain));
}

std::string squeeze(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string shorten(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  std::size_t end = bytes;
  while (end > 0 && is_continuation(text[end])) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::vector<std::string> sentences(std::string_view text) {
  std::vector<std::string> found;
  const std::string line = squeeze(text);
  std::size_t start = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const bool stop = line[at] == '.' || line[at] == '!' || line[at] == '?';
    const bool last = at + 1 == line.size();
    if (!last && !(stop && line[at + 1] == ' ')) continue;
    found.push_back(line.substr(start, at + 1 - start));
    start = at + 2;
    ++at;
  }
  return found;
}

std::string slug(std::string_view text, std::size_t bytes) {
  std::string name = fold(text).substr(0, bytes);
  for (char& c : name) {
    if (c == ' ') c = '-';
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name;
}

}  // namespace ctm::text
