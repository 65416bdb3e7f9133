#include "host/base/ids.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace agenthost {
namespace {

using Bytes16 = std::array<unsigned char, 16>;

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kLangGraphNamespace = "6ba7b821-9dad-11d1-80b4-00c04fd430c8";

std::string dashed(const Bytes16& bytes) {
  constexpr std::array<std::uint8_t, 16> kPlaces{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
  std::string text(36, '-');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[kPlaces[i]] = kHex[bytes[i] >> 4U];
    text[kPlaces[i] + 1U] = kHex[bytes[i] & 15U];
  }
  return text;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Bytes16 undashed(std::string_view text) {
  Bytes16 bytes{};
  std::size_t nibble = 0;
  for (const char c : text) {
    const int value = hex_value(c);
    if (value < 0 || nibble >= 32) continue;
    bytes[nibble / 2] = static_cast<unsigned char>(bytes[nibble / 2] * 16 + value);
    ++nibble;
  }
  return bytes;
}

// A random stream per thread: ids are made on every request, and asking for each would show.
std::uint64_t random64() {
  thread_local std::array<std::uint64_t, 512> pool;
  thread_local std::size_t left = 0;
  if (left == 0) {
    RAND_bytes(reinterpret_cast<unsigned char*>(pool.data()), sizeof pool);
    left = pool.size();
  }
  return pool[--left];
}

// 100 ns ticks since 1970 that never repeat: a tie or a clock that steps back still moves on.
std::uint64_t next_tick() {
  static std::atomic<std::uint64_t> last{0};
  std::uint64_t tick = static_cast<std::uint64_t>(now_us()) * 10;
  std::uint64_t seen = last.load(std::memory_order_relaxed);
  do {
    if (tick <= seen) tick = seen + 1;
  } while (!last.compare_exchange_weak(seen, tick, std::memory_order_relaxed));
  return tick;
}

void put_big_endian(Bytes16& bytes, std::size_t at, std::size_t count, std::uint64_t value) {
  for (std::size_t i = 0; i < count; ++i) {
    bytes[at + i] = static_cast<unsigned char>(value >> (8U * (count - 1 - i)));
  }
}

void set_version(Bytes16& bytes, unsigned version) {
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | (version << 4U));
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
}

template <std::size_t N>
std::array<unsigned char, N> digest(const EVP_MD* algorithm, std::string_view a, std::string_view b) {
  std::array<unsigned char, N> out{};
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, algorithm, nullptr);
  EVP_DigestUpdate(context, a.data(), a.size());
  EVP_DigestUpdate(context, b.data(), b.size());
  EVP_DigestFinal_ex(context, out.data(), nullptr);
  EVP_MD_CTX_free(context);
  return out;
}

}  // namespace

Micros now_us() {
  using std::chrono::duration_cast, std::chrono::microseconds, std::chrono::system_clock;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

std::string format_time(Micros time) {
  const std::time_t seconds = time / 1'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 48> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06d+00:00",
                                 parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                                 parts.tm_min, parts.tm_sec, static_cast<int>(time % 1'000'000));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string new_uuid7() {
  Bytes16 bytes{};
  put_big_endian(bytes, 0, 6, static_cast<std::uint64_t>(now_us() / 1000));
  const std::uint64_t high = random64();
  put_big_endian(bytes, 6, 2, high);
  put_big_endian(bytes, 8, 8, random64());
  set_version(bytes, 7);
  return dashed(bytes);
}

std::string new_checkpoint_id() {
  // 100 ns ticks since 1582, as UUIDv6 wants.
  constexpr std::uint64_t kGregorianOffset = 0x01B21DD213814000;
  const std::uint64_t ticks = kGregorianOffset + next_tick();
  Bytes16 bytes{};
  put_big_endian(bytes, 0, 6, ticks >> 12U);
  put_big_endian(bytes, 6, 2, ticks & 0x0FFFU);
  put_big_endian(bytes, 8, 8, random64());
  set_version(bytes, 6);
  return dashed(bytes);
}

std::int64_t new_version() {
  return static_cast<std::int64_t>(next_tick());
}

std::string uuid5(std::string_view name_space, std::string_view name) {
  const Bytes16 space = undashed(name_space);
  const auto hash = digest<20>(EVP_sha1(), {reinterpret_cast<const char*>(space.data()), space.size()}, name);
  Bytes16 bytes{};
  std::copy_n(hash.begin(), bytes.size(), bytes.begin());
  set_version(bytes, 5);
  return dashed(bytes);
}

std::string derived_uuid(std::string_view parent, std::string_view name) {
  // FNV-1a from two starting points at once, each spread over all its bits at the end.
  std::uint64_t high = 0xCBF29CE484222325;
  std::uint64_t low = 0x9AE16A3B2F90404F;
  for (const auto text : {parent, std::string_view("/"), name}) {
    for (const unsigned char c : text) {
      high = (high ^ c) * 0x00000100000001B3;
      low = (low ^ c) * 0x00000100000001B3;
    }
  }
  const auto spread = [](std::uint64_t hash) {
    hash = (hash ^ (hash >> 33U)) * 0xFF51AFD7ED558CCD;
    return hash ^ (hash >> 33U);
  };
  Bytes16 bytes{};
  put_big_endian(bytes, 0, 8, spread(high));
  put_big_endian(bytes, 8, 8, spread(low));
  set_version(bytes, 8);
  return dashed(bytes);
}

std::string system_assistant_id(std::string_view graph_id) {
  return uuid5(kLangGraphNamespace, graph_id);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : hex_value(text[i]) < 0) return false;
  }
  return true;
}

std::string short_hash(std::string_view text) {
  const auto hash = digest<32>(EVP_sha256(), text, {});
  std::string hex;
  for (std::size_t i = 0; i < 16; ++i) {
    hex += kHex[hash[i] >> 4U];
    hex += kHex[hash[i] & 15U];
  }
  return hex;
}

}  // namespace agenthost
