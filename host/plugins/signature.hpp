// Ed25519 signatures by which operators vouch for plugins. Keys and signatures are base64 of their raw bytes;
// a private key's file is PKCS#8 in PEM, as `openssl genpkey -algorithm ed25519` makes it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "host/base/error.hpp"

namespace agenthost::plugins {

// A private key. Immutable.
class SigningKey {
 public:
  [[nodiscard]] static Result<SigningKey> create();
  [[nodiscard]] static Result<SigningKey> read(const std::filesystem::path& file);
  SigningKey(SigningKey&&) noexcept;
  ~SigningKey();

  // Readable by the owner alone. kAlreadyExists: a key is never overwritten.
  [[nodiscard]] Status write(const std::filesystem::path& file) const;
  [[nodiscard]] std::string public_key() const;
  [[nodiscard]] std::string sign(std::string_view text) const;

 private:
  struct Key;
  explicit SigningKey(std::unique_ptr<Key> key);
  std::unique_ptr<Key> key_;
};

// kInvalid when it is no public key.
[[nodiscard]] Status check_public_key(std::string_view public_key);
[[nodiscard]] bool is_signed_by(std::string_view public_key, std::string_view text,
                                std::string_view signature);

}  // namespace agenthost::plugins
