#include "nodes/documents.hpp"

#include <agenthost/sdk/json.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "messages/texts.hpp"
#include "text/normalise.hpp"

namespace ctm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostDocuments = 20;
constexpr std::uintmax_t kMostBytes = 512U << 10U;
constexpr std::size_t kMostTextBytes = 256U << 10U;

enum class Refusal { kNone, kOutside, kKind, kTooLarge, kUnreadable };

// The real file behind a path, when it lies below the folder; links and ".." are resolved first.
Refusal locate(const std::string& path, const fs::path& folder, fs::path& file) {
  std::error_code error;
  const fs::path wanted = fs::u8path(path);
  file = fs::canonical(wanted.is_absolute() ? wanted : folder / wanted, error);
  if (error) return Refusal::kOutside;
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  if (end != folder.end() || rest == file.end() || !fs::is_regular_file(file, error))
    return Refusal::kOutside;
  const std::string kind = file.extension().string();
  if (kind != ".txt" && kind != ".md") return Refusal::kKind;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error) return Refusal::kUnreadable;
  return size > kMostBytes ? Refusal::kTooLarge : Refusal::kNone;
}

bool is_utf8(const std::string& bytes) {
  // Why JSON: its parser checks UTF-8 strictly, and the text ends up in JSON anyway.
  try {
    (void)agent::Json(bytes).dump();
    return true;
  } catch (const agent::Json::exception&) {
    return false;
  }
}

Refusal read(const std::string& path, const fs::path& folder, std::string& text) {
  fs::path file;
  if (const Refusal refusal = locate(path, folder, file); refusal != Refusal::kNone) return refusal;
  std::ifstream stream(file, std::ios::binary);
  text.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  return stream.bad() || !stream.is_open() || !is_utf8(text) ? Refusal::kUnreadable : Refusal::kNone;
}

std::string note_of(Refusal refusal, const std::string& path, Language language) {
  const Texts& say = texts(language);
  // Why only the name: the path may tell about the machine.
  const std::string name = text::shorten(fs::u8path(path).filename().string(), 100);
  switch (refusal) {
    case Refusal::kOutside:
      return fill(say.document_refused, {name});
    case Refusal::kKind:
      return fill(say.document_kind, {name});
    case Refusal::kTooLarge:
      return fill(say.document_too_large, {name, std::to_string(kMostBytes >> 10U)});
    case Refusal::kUnreadable:
    case Refusal::kNone:
      break;
  }
  return fill(say.document_unreadable, {name});
}

}  // namespace

Documents read_documents(const std::vector<std::string>& paths, const std::string& directory,
                         Language language) {
  Documents documents;
  if (paths.empty()) return documents;
  const Texts& say = texts(language);
  std::error_code error;
  const fs::path folder = directory.empty() ? fs::path() : fs::canonical(fs::u8path(directory), error);
  if (folder.empty() || error) {
    documents.notes.emplace_back(say.documents_not_configured);
    return documents;
  }
  for (std::size_t at = 0; at < std::min(paths.size(), kMostDocuments); ++at) {
    std::string text;
    if (const Refusal refusal = read(paths[at], folder, text); refusal != Refusal::kNone) {
      documents.notes.push_back(note_of(refusal, paths[at], language));
      continue;
    }
    ++documents.read;
    documents.text = text::shorten(documents.text + text + "\n\n", kMostTextBytes);
  }
  if (paths.size() > kMostDocuments) {
    documents.notes.push_back(fill(say.documents_limit, {std::to_string(kMostDocuments)}));
  }
  return documents;
}

}  // namespace ctm
