#include "host/plugins/signature.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "host/base/base64.hpp"

namespace agenthost::plugins {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSignatureBytes = 64;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using PkeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using MdPtr = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using FilePtr = std::unique_ptr<std::FILE, Freed<std::fclose>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

tl::unexpected<Error> file_error(const std::filesystem::path& file, ErrorCode code, const std::string& text) {
  return fail(code, file.string() + ": " + text);
}

PkeyPtr public_key_from(std::string_view base64) {
  const auto raw = from_base64(base64);
  if (!raw || raw->size() != kKeyBytes) return nullptr;
  return PkeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*raw), raw->size()));
}

}  // namespace

struct SigningKey::Key {
  PkeyPtr pkey;
};

SigningKey::SigningKey(std::unique_ptr<Key> key) : key_(std::move(key)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Result<SigningKey> SigningKey::create() {
  PkeyPtr pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (pkey == nullptr) return fail(ErrorCode::kInternal, "no key could be made: the random source failed");
  return SigningKey(std::make_unique<Key>(Key{std::move(pkey)}));
}

Result<SigningKey> SigningKey::read(const std::filesystem::path& file) {
  const FilePtr in(std::fopen(file.c_str(), "re"));
  if (in == nullptr)
    return file_error(file, ErrorCode::kNotFound,
                      "cannot be read: " + std::generic_category().message(errno));
  PkeyPtr pkey(PEM_read_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  if (pkey == nullptr || EVP_PKEY_is_a(pkey.get(), "ED25519") == 0) {
    return file_error(file, ErrorCode::kInvalid,
                      "holds no Ed25519 private key in PEM; make one with agenthost keys new");
  }
  return SigningKey(std::make_unique<Key>(Key{std::move(pkey)}));
}

Status SigningKey::write(const std::filesystem::path& file) const {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno == EEXIST)
    return file_error(file, ErrorCode::kAlreadyExists, "exists; a key is never overwritten");
  FilePtr out(descriptor < 0 ? nullptr : ::fdopen(descriptor, "w"));
  const bool written = out != nullptr && PEM_write_PrivateKey(out.get(), key_->pkey.get(), nullptr, nullptr,
                                                              0, nullptr, nullptr) == 1;
  if (!written || std::fclose(out.release()) != 0)
    return file_error(file, ErrorCode::kUnavailable,
                      "cannot be written: " + std::generic_category().message(errno));
  return {};
}

std::string SigningKey::public_key() const {
  std::array<unsigned char, kKeyBytes> raw{};
  auto size = raw.size();
  EVP_PKEY_get_raw_public_key(key_->pkey.get(), raw.data(), &size);
  return to_base64({reinterpret_cast<const char*>(raw.data()), size});
}

std::string SigningKey::sign(std::string_view text) const {
  const MdPtr context(EVP_MD_CTX_new());
  std::array<unsigned char, kSignatureBytes> raw{};
  auto size = raw.size();
  const bool made = EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->pkey.get()) == 1 &&
                    EVP_DigestSign(context.get(), raw.data(), &size, bytes_of(text), text.size()) == 1;
  AGENTHOST_CHECK(made, "an Ed25519 key signs everything");
  return to_base64({reinterpret_cast<const char*>(raw.data()), size});
}

Status check_public_key(std::string_view public_key) {
  if (public_key_from(public_key) != nullptr) return {};
  return fail(ErrorCode::kInvalid,
              "is no Ed25519 public key; it is 44 characters of base64, as agenthost keys new prints it");
}

bool is_signed_by(std::string_view public_key, std::string_view text, std::string_view signature) {
  const auto pkey = public_key_from(public_key);
  const auto raw = from_base64(signature);
  if (pkey == nullptr || !raw || raw->size() != kSignatureBytes) return false;
  const MdPtr context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(*raw), raw->size(), bytes_of(text), text.size()) == 1;
}

}  // namespace agenthost::plugins
