// WebSockets, byte by byte: what honest clients rely on, and what dishonest ones must not get.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "tests/integration/server/raw_client.hpp"
#include "tests/integration/server/test_server.hpp"

namespace agenthost::server::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kHandshake =
    "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

enum class Final { kYes, kNo };
enum class Masked { kYes, kNo };

std::string length_of(std::size_t size, Masked masked) {
  const unsigned mask = masked == Masked::kYes ? 0x80U : 0U;
  std::string text;
  const auto put = [&](unsigned byte) { text += static_cast<char>(byte); };
  if (size < 126) {
    put(mask | static_cast<unsigned>(size));
  } else if (size < 65'536) {
    put(mask | 126U);
    put(static_cast<unsigned>(size >> 8U));
    put(static_cast<unsigned>(size & 0xffU));
  } else {
    put(mask | 127U);
    for (int shift = 56; shift >= 0; shift -= 8) put(static_cast<unsigned>((size >> shift) & 0xffU));
  }
  return text;
}

// A client's frame.
std::string frame(unsigned opcode, std::string_view payload, Final final = Final::kYes,
                  Masked masked = Masked::kYes) {
  std::string bytes(1, static_cast<char>((final == Final::kYes ? 0x80U : 0U) | opcode));
  bytes += length_of(payload.size(), masked);
  if (masked == Masked::kNo) return bytes + std::string(payload);
  constexpr std::array<char, 4> kMask{'\x11', '\x7f', '\x00', '\x2a'};
  bytes.append(kMask.data(), kMask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    bytes += static_cast<char>(payload[i] ^ kMask.at(i % kMask.size()));
  }
  return bytes;
}
std::string text(std::string_view payload) {
  return frame(1, payload);
}

struct Frame {
  unsigned opcode = 0;
  std::string payload;
};

class Client : public RawClient {
 public:
  explicit Client(const TestServer& server, std::string_view extra = {}, int receive_buffer = 0)
      : RawClient(server.port, receive_buffer) {
    send(get("/ws", std::string(kHandshake) + std::string(extra)));
  }

  // The head that opened the socket.
  bool opened() { return read_until("\r\n\r\n") && buffer().substr(0, 12) == "HTTP/1.1 101" && drop_head(); }

  std::optional<Frame> read_frame() {
    const auto need = [&](std::size_t size) {
      while (buffer().size() < size) {
        if (!read_some()) return false;
      }
      return true;
    };
    if (!need(2)) return std::nullopt;
    Frame got;
    got.opcode = static_cast<unsigned char>(buffer()[0]) & 0x0fU;
    std::size_t size = static_cast<unsigned char>(buffer()[1]);  // a server's frame is not masked
    std::size_t before = 2;
    const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (more > 0) {
      if (!need(2 + more)) return std::nullopt;
      size = 0;
      for (std::size_t i = 0; i < more; ++i)
        size = (size << 8U) | static_cast<unsigned char>(buffer()[2 + i]);
      before += more;
    }
    if (!need(before + size)) return std::nullopt;
    got.payload = buffer().substr(before, size);
    buffer().erase(0, before + size);
    return got;
  }

  // The code of the close frame that comes next; 0 when something else does.
  unsigned read_close() {
    const auto got = read_frame();
    if (!got || got->opcode != 8 || got->payload.size() < 2) return 0;
    return static_cast<unsigned>(static_cast<unsigned char>(got->payload[0]) << 8U) |
           static_cast<unsigned char>(got->payload[1]);
  }

 private:
  bool drop_head() {
    head = buffer().substr(0, buffer().find("\r\n\r\n") + 4);
    buffer().erase(0, head.size());
    return true;
  }

 public:
  std::string head;
};

// ---- The handshake ----

TEST(WebSocketHandshake, IsAnsweredWithTheKeyThatTheProtocolPrescribes) {
  TestServer server;
  Client client(server);
  ASSERT_TRUE(client.opened());
  EXPECT_THAT(client.head, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(client.head, HasSubstr("Upgrade: websocket\r\n"));
}

int status_of(const TestServer& server, std::string_view headers, std::string_view path = "/ws") {
  RawClient client(server.port);
  client.send(get(path, headers));
  const auto answer = client.read_answer();
  return answer ? answer->status : 0;
}

TEST(WebSocketHandshake, IsRefusedWhenAnyPartOfItIsWrong) {
  TestServer server;
  const std::string upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  EXPECT_EQ(status_of(server, ""), 426);
  EXPECT_EQ(status_of(server, upgrade + key), 426);
  EXPECT_EQ(status_of(server, upgrade + key + "Sec-WebSocket-Version: 8\r\n"), 426);
  EXPECT_EQ(status_of(server, "Upgrade: websocket\r\n" + version + key), 400);
  EXPECT_EQ(status_of(server, upgrade + version), 400);
  EXPECT_EQ(status_of(server, upgrade + version + "Sec-WebSocket-Key: short\r\n"), 400);
  EXPECT_EQ(status_of(server, upgrade + version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n"), 400);
  EXPECT_EQ(status_of(server, upgrade + version + key + key), 400);
  EXPECT_EQ(status_of(server, std::string(kHandshake), "/x"), 200) << "elsewhere the wish is ignored";
}

TEST(WebSocketHandshake, IsRefusedToPagesThatMayNotCall) {
  TestServer server({.cors_origins = {"https://good.example"}});
  const auto from = [&](const std::string& origin) {
    RawClient client(server.port);
    client.send(get("/ws", std::string(kHandshake) + "Origin: " + origin + "\r\n"));
    (void)client.read_until("\r\n");
    return client.buffer().substr(9, 3);
  };
  EXPECT_EQ(from("https://bad.example"), "403");
  EXPECT_EQ(from("https://good.example"), "101");
  EXPECT_EQ(from("null"), "403");
}

TEST(WebSocketHandshake, OneThatNeverEndsIsGivenUp) {
  TestServer server({.head_timeout = milliseconds(100)});
  RawClient client(server.port);
  client.send("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: webso");
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
}

// ---- Messages ----

TEST(WebSocket, CarriesMessagesOfEverySizeBothWays) {
  TestServer server;
  Client client(server);
  ASSERT_TRUE(client.opened());
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65'535U, 65'536U, 1'000'000U}) {
    const std::string message(size, 'm');
    client.send(text(message));
    const auto answer = client.read_frame();
    ASSERT_TRUE(answer) << size;
    EXPECT_EQ(answer->opcode, 1U);
    EXPECT_EQ(answer->payload, message);
  }
}

TEST(WebSocket, JoinsFragmentsAndAnswersPingsBetweenThem) {
  TestServer server;
  Client client(server);
  ASSERT_TRUE(client.opened());
  client.send(frame(1, "one ", Final::kNo) + frame(9, "hello?") + frame(0, "two ", Final::kNo) +
              frame(0, "three"));
  const auto pong = client.read_frame();
  ASSERT_TRUE(pong);
  EXPECT_EQ(pong->opcode, 10U);
  EXPECT_EQ(pong->payload, "hello?");
  EXPECT_EQ(client.read_frame()->payload, "one two three");
}

TEST(WebSocket, ReadsFramesHoweverTheyAreCut) {
  TestServer server;
  RawClient client(server.port);
  // The first message travels in the segment of the handshake.
  const auto first = get("/ws", kHandshake) + text("first");
  client.send(first);
  for (const char byte : text("byte by byte")) client.send(std::string(1, byte));
  EXPECT_TRUE(client.read_until("first"));
  EXPECT_TRUE(client.read_until("byte by byte"));
}

TEST(WebSocket, EndsInOrderWhoeverBegins) {
  TestServer server;
  Client theirs(server);
  ASSERT_TRUE(theirs.opened());
  theirs.send(frame(8, std::string("\x03\xe8", 2)));
  EXPECT_EQ(theirs.read_close(), 1000U);
  EXPECT_TRUE(theirs.wait_for_close());
  Client ours(server);
  ASSERT_TRUE(ours.opened());
  ours.send(text("close"));
  EXPECT_EQ(ours.read_close(), 4000U);
  ours.send(frame(8, std::string("\x0f\xa0", 2)));
  EXPECT_TRUE(ours.wait_for_close());
  EXPECT_TRUE(server.handler.wait_for_disconnects(2));
}

TEST(WebSocket, SilentClientsArePingedAndDeadOnesDropped) {
  TestServer server({.socket_ping = milliseconds(60)});
  Client client(server);
  ASSERT_TRUE(client.opened());
  for (int i = 0; i < 3; ++i) {
    const auto ping = client.read_frame();
    ASSERT_TRUE(ping);
    EXPECT_EQ(ping->opcode, 9U);
    client.send(frame(10, ping->payload));
  }
  EXPECT_TRUE(client.wait_for_close()) << "it stopped answering";
  EXPECT_TRUE(server.handler.wait_for_disconnects(1));
}

TEST(WebSocket, IsToldWhenTheServerGoes) {
  TestServer server;
  Client client(server);
  ASSERT_TRUE(client.opened());
  server.http.stop(milliseconds(0));
  EXPECT_EQ(client.read_close(), 1001U);
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_TRUE(server.handler.wait_for_disconnects(1));
}

// ---- Hostile clients: each is told why, if it listens, and is gone ----

struct Offence {
  std::string name;
  std::string bytes;
  unsigned code;
};

class HostileFrames : public ::testing::TestWithParam<Offence> {};

TEST_P(HostileFrames, CloseTheSocketWithTheCodeForIt) {
  TestServer server({.max_body_bytes = 10'000});
  Client client(server);
  ASSERT_TRUE(client.opened());
  client.send(GetParam().bytes);
  EXPECT_EQ(client.read_close(), GetParam().code);
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_TRUE(server.handler.wait_for_disconnects(1));
  Client next(server);
  ASSERT_TRUE(next.opened());
  next.send(text("still there?"));
  EXPECT_EQ(next.read_frame()->payload, "still there?");
}

INSTANTIATE_TEST_SUITE_P(
    , HostileFrames,
    ::testing::Values(
        Offence{"Unmasked", frame(1, "hello", Final::kYes, Masked::kNo), 1002},
        Offence{"ReservedBits", "\xf1" + text("x").substr(1), 1002},
        Offence{"UnknownOpcode", frame(3, "x"), 1002}, Offence{"UnknownControlOpcode", frame(11, "x"), 1002},
        Offence{"ContinuationOfNothing", frame(0, "x"), 1002},
        Offence{"MessageInsideAMessage", frame(1, "a", Final::kNo) + text("b"), 1002},
        Offence{"FragmentedPing", frame(9, "x", Final::kNo), 1002},
        Offence{"LongPing", frame(9, std::string(126, 'x')), 1002},
        Offence{"CloseWithAnImpossibleCode", frame(8, std::string("\x03\xee", 2)), 1002},
        Offence{"InvalidText", text("caf\xc3"), 1007},
        Offence{"InvalidTextInFragments", frame(1, "\xf0\x9f", Final::kNo) + frame(0, "\x41"), 1007},
        Offence{"TooLarge", text(std::string(10'001, 'x')), 1009},
        Offence{"TooLargeInFragments",
                frame(1, std::string(9'000, 'x'), Final::kNo) + frame(0, std::string(9'000, 'x')), 1009},
        Offence{"HttpBehindTheUpgrade", get("/x"), 1002}),
    [](const auto& offence) { return offence.param.name; });

TEST(HostileWebSocket, ALengthWithoutItsBytesReservesNothing) {
  TestServer server;
  Client client(server);
  ASSERT_TRUE(client.opened());
  client.send(std::string("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04x", 15));
  EXPECT_EQ(client.read_close(), 1009U);
}

TEST(HostileWebSocket, AReaderThatDoesNotReadIsDroppedAndOthersDoNotNotice) {
  TestServer server({.max_stream_buffer_bytes = 256U << 10U});
  Client deaf(server, {}, 4'096);
  ASSERT_TRUE(deaf.opened());
  deaf.send(text("flood"));
  EXPECT_TRUE(server.handler.wait_for_disconnects(1));
  EXPECT_EQ(server.http.counters().readers_dropped, 1U);
  Client other(server);
  ASSERT_TRUE(other.opened());
  other.send(text("hello"));
  EXPECT_EQ(other.read_frame()->payload, "hello");
}

TEST(HostileWebSocket, OneThatVanishesIsForgotten) {
  TestServer server;
  {
    Client client(server);
    ASSERT_TRUE(client.opened());
    client.send(frame(1, "half a mess", Final::kNo));
    client.reset();
  }
  EXPECT_TRUE(server.handler.wait_for_disconnects(1));
  EXPECT_TRUE(eventually([&] { return server.http.counters().connections_open == 0; }));
}

TEST(HostileWebSocket, AHandlerThatThrowsCostsItsOwnSocketOnly) {
  TestServer server;
  Client bad(server);
  Client good(server);
  ASSERT_TRUE(bad.opened());
  ASSERT_TRUE(good.opened());
  bad.send(text("throw"));
  EXPECT_TRUE(bad.wait_for_close());
  good.send(text("hello"));
  EXPECT_EQ(good.read_frame()->payload, "hello");
}

}  // namespace
}  // namespace agenthost::server::testing
