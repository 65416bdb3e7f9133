// Clients that vanish, flood, mumble or never read. Each of these broke stock Pistache; none may cost anybody
// else an answer, a byte or a noticeable delay.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "tests/integration/server/raw_client.hpp"
#include "tests/integration/server/test_server.hpp"

namespace agenthost::server::testing {
namespace {

using std::chrono::steady_clock;

template <class Body>
void in_threads(int count, Body body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
  for (auto& thread : threads) thread.join();
}

TEST(VanishingClients, NeverCauseAnAnswerToTheWrongClient) {
  TestServer server({.io_threads = 2});
  std::atomic<int> own{0};
  std::atomic<int> wrong{0};
  in_threads(6, [&](int thread) {
    std::minstd_rand random(static_cast<unsigned>(thread) + 1);
    for (int i = 0; i < 700; ++i) {
      RawClient client(server.port);
      const auto id = "/id-" + std::to_string(thread) + "-" + std::to_string(i) + "-";
      client.send(get(id));
      if (random() % 2 == 0) {
        client.reset();
        continue;
      }
      const auto answer = client.read_answer();
      if (answer && answer->body == "GET " + id + " 0" && client.buffer().empty()) {
        ++own;
      } else {
        ++wrong;
      }
      client.reset();
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(own, 1'500);
}

TEST(VanishingClients, NeverReceiveOrLeakEventsOfOtherStreams) {
  TestServer server({.io_threads = 2});
  std::atomic<bool> over{false};
  std::thread publisher([&] {
    while (!over) server.handler.broadcast("tick");
  });
  std::atomic<int> events{0};
  std::atomic<int> alien{0};
  in_threads(6, [&](int) {
    for (int i = 0; i < 80; ++i) {
      RawClient client(server.port);
      client.send(get("/sse"));
      client.read_until("\r\n\r\n");
      client.read_until("\n\n\r\n");
      const auto& got = client.buffer();
      const auto head = got.find("X-Stream: ");
      if (got.rfind("HTTP/1.1 200", 0) != 0 || head == std::string::npos) {
        ++alien;
        continue;
      }
      const auto number = got.substr(head + 10, got.find('\r', head) - head - 10);
      for (auto at = got.find("data: "); at != std::string::npos; at = got.find("data: ", at + 1)) {
        if (got.find('\n', at) == std::string::npos) break;
        got.compare(at + 6, number.size() + 1, number + " ") == 0 ? ++events : ++alien;
      }
      client.reset();
    }
  });
  over = true;
  publisher.join();
  EXPECT_EQ(alien, 0);
  EXPECT_GT(events, 400);
  EXPECT_TRUE(server.handler.wait_for_disconnects(480));
  EXPECT_EQ(server.handler.streams(), 0U);
  EXPECT_TRUE(eventually([&] { return server.http.counters().connections_open == 0; }));
  EXPECT_EQ(server.http.counters().queued_bytes, 0U);
}

TEST(Bursts, OfNewConnectionsAreAllServed) {
  TestServer server({.io_threads = 2});
  for (int burst = 0; burst < 100; ++burst) {
    std::vector<RawClient> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back(server.port);
      clients.back().send(get("/x"));
    }
    for (auto& client : clients) ASSERT_TRUE(client.read_answer()) << "burst " << burst;
  }
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + time.tv_usec / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

TEST(Floods, BeyondTheDescriptorLimitPauseAcceptingAndRecover) {
  TestServer server;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 120;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  const int spare = ::dup(STDIN_FILENO);
  std::vector<RawClient> clients;
  for (;;) {
    RawClient client(server.port);
    if (!client.is_open()) break;
    clients.push_back(std::move(client));
  }
  // Client and server share the limit, so the last clients wait in the backlog; when the server was quick
  // enough to accept them all, one more gets a descriptor that leaves the server none.
  ::close(spare);
  if (RawClient last(server.port); last.is_open()) clients.push_back(std::move(last));
  EXPECT_TRUE(eventually([&] { return server.http.counters().connections_open < clients.size(); }));
  auto late = std::move(clients.back());
  clients.pop_back();
  late.send(get("/id-late"));
  // All of them: how many the server had accepted before it ran out depends on who was faster.
  for (auto& client : clients) client.reset();
  const auto cpu = cpu_seconds();
  const auto start = steady_clock::now();
  const auto answer = late.read_answer();
  const std::chrono::duration<double> waited = steady_clock::now() - start;
  ::setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "GET /id-late 0");
  EXPECT_LT(cpu_seconds() - cpu, 0.5 * waited.count() + 0.05) << "the pause must not be a busy loop";
}

TEST(SlowReaders, AreCutOffAndCostTheirNeighboursNothing) {
  constexpr std::size_t kLimit = 1U << 20U;
  constexpr std::size_t kPiece = 64U << 10U;
  TestServer server({.io_threads = 1, .max_stream_buffer_bytes = kLimit});
  RawClient slow(server.port, 4096);
  slow.send(get("/sse"));
  const auto stream = server.handler.take_pending();
  ASSERT_TRUE(stream);
  RawClient neighbour(server.port);
  const auto piece = std::make_shared<const std::string>(kPiece, 'x');
  std::size_t most_queued = 0;
  steady_clock::duration slowest{};
  for (int i = 0; i < 400; ++i) {  // 25 MB, far beyond every socket buffer
    stream->write(piece);
    const auto asked = steady_clock::now();
    neighbour.send(get("/id-neighbour"));
    ASSERT_TRUE(neighbour.read_answer());
    slowest = std::max(slowest, steady_clock::now() - asked);
    most_queued = std::max<std::size_t>(most_queued, server.http.counters().queued_bytes);
  }
  EXPECT_TRUE(server.handler.wait_for_disconnects(1));
  EXPECT_EQ(server.http.counters().readers_dropped, 1U);
  EXPECT_LE(most_queued, kLimit + 2 * kPiece);
  EXPECT_GT(most_queued, kLimit / 2);
  EXPECT_LT(slowest, std::chrono::milliseconds(500));
}

TEST(SlowReaders, ThatPipelineHaveOneAnswerAtATimeKeptForThem) {
  TestServer server;
  RawClient client(server.port, 4096);
  std::string burst;
  for (int i = 0; i < 60; ++i) burst += get("/big?1000000");
  client.send(burst + get("/id-last"));
  client.half_close();
  EXPECT_TRUE(eventually([&] { return server.http.counters().queued_bytes > 0; }));
  EXPECT_LT(server.http.counters().requests, 20U) << "what the socket buffers take, not all of them";
  for (int i = 0; i < 60; ++i) {
    EXPECT_LT(server.http.counters().queued_bytes, 1'500'000U);
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << i;
    ASSERT_EQ(answer->body.size(), 1'000'000U);
  }
  EXPECT_EQ(client.read_answer()->body, "GET /id-last 0");
  EXPECT_TRUE(client.wait_for_close());
}

TEST(SlowReaders, MayReceiveOnePieceLargerThanTheLimit) {
  TestServer server({.max_stream_buffer_bytes = 1U << 16U});
  RawClient client(server.port);
  client.send(get("/sse"));
  const auto stream = server.handler.take_pending();
  stream->write(std::make_shared<const std::string>(8U << 20U, 'x'));
  stream->end_stream();
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->complete);
  EXPECT_EQ(answer->body.size(), 8U << 20U);
}

TEST(SlowReaders, ThatStopReadingAreDropped) {
  TestServer server({.write_stall_timeout = milliseconds(200)});
  RawClient client(server.port, 4096);
  client.send(get("/big?30000000"));
  EXPECT_TRUE(eventually([&] { return server.http.counters().readers_dropped == 1; }));
  EXPECT_TRUE(eventually([&] { return server.http.counters().connections_open == 0; }));
}

TEST(SlowReaders, ThatKeepReadingGetEverything) {
  TestServer server({.write_stall_timeout = milliseconds(2'000)});
  RawClient client(server.port, 4096);
  client.send(get("/big?3000000"));
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.size(), 3'000'000U);
}

TEST(Uploads, InThousandsOfOddPiecesArriveIntact) {
  TestServer server;
  for (unsigned seed = 1; seed <= 3; ++seed) {
    std::minstd_rand random(seed);
    std::string body;
    std::string wire = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 4'000; ++i) {
      const std::string piece(1 + random() % 900, static_cast<char>('a' + i % 26));
      char size[16];
      std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
      wire += size + piece + "\r\n";
      body += piece;
    }
    wire += "0\r\n\r\n" + get("/id-next");
    RawClient client(server.port);
    for (std::size_t at = 0; at < wire.size();) {
      const auto count = std::min<std::size_t>(1 + random() % 3'000, wire.size() - at);
      ASSERT_TRUE(client.send(std::string_view(wire).substr(at, count)));
      at += count;
    }
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << "seed " << seed;
    EXPECT_TRUE(answer->body == body) << "seed " << seed;
    EXPECT_EQ(client.read_answer()->body, "GET /id-next 0");
  }
}

TEST(Uploads, CutAtEveryByteArriveIntact) {
  TestServer server;
  const std::string wire =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nT: v\r\n\r\n";
  for (std::size_t cut = 1; cut < wire.size(); ++cut) {
    RawClient client(server.port);
    client.send(std::string_view(wire).substr(0, cut));
    client.send(std::string_view(wire).substr(cut));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << "cut at " << cut;
    EXPECT_EQ(answer->body, "hello!") << "cut at " << cut;
  }
}

TEST(Uploads, TooLargeAreRefusedFromTheirAnnouncementAlone) {
  TestServer server({.max_body_bytes = 1U << 20U});
  RawClient client(server.port);
  client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 67108864\r\n\r\n");
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_EQ(answer->header("content-type"), "application/json");
  EXPECT_EQ(answer->body.rfind(R"({"detail":")", 0), 0U);
  EXPECT_TRUE(client.wait_for_close());
}

TEST(Uploads, TooLargeFromClientsThatSendWithoutLookingStillHear413) {
  TestServer server({.max_body_bytes = 1U << 20U});
  const std::string body(64U << 20U, 'x');
  for (const bool chunked : {false, true}) {
    RawClient client(server.port);
    client.send(chunked ? "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4000000\r\n"
                        : "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 67108864\r\n\r\n");
    client.send_what_fits(body);
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << (chunked ? "chunked" : "with length");
    EXPECT_EQ(answer->status, 413);
    EXPECT_TRUE(client.wait_for_close());
  }
  EXPECT_EQ(server.http.counters().requests, 0U) << "nothing of the body may be taken for a request";
}

TEST(Smuggling, IsRefusedAndWhatFollowsIsNotARequest) {
  TestServer server;
  const std::string smuggled = get("/smuggled");
  for (const auto& attack : {
           "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 10\r\n\r\nabc",
           "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc",
           "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc",
           "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
           "identity\r\n\r\n0\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
           "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "GET /x HTTP/1.1\r\nHost: a\r\nX: y\r\n folded\r\n\r\n",
       }) {
    RawClient client(server.port);
    client.send(attack + smuggled);
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << attack;
    EXPECT_EQ(answer->status, 400) << attack;
    EXPECT_EQ(answer->header("connection"), "close") << attack;
    EXPECT_FALSE(client.read_answer()) << attack;
    EXPECT_TRUE(client.wait_for_close()) << attack;
  }
  EXPECT_EQ(server.http.counters().requests, 0U);
}

// Sends one byte now and then until an answer comes; the pauses are reads.
std::optional<Answer> drip(RawClient& client, std::string_view bytes) {
  for (const char byte : bytes) {
    client.send(std::string_view(&byte, 1));
    if (client.read_some(milliseconds(20)) || !client.buffer().empty()) break;
  }
  return client.read_answer();
}

ServerOptions impatient() {
  ServerOptions options;
  options.head_timeout = options.body_timeout = options.idle_timeout = milliseconds(150);
  return options;
}

TEST(TimeOuts, EndConnectionsThatSayNothing) {
  TestServer server(impatient());
  RawClient silent(server.port);
  EXPECT_TRUE(silent.wait_for_close());
  RawClient idle(server.port);
  idle.send(get("/x"));
  ASSERT_TRUE(idle.read_answer());
  EXPECT_TRUE(idle.wait_for_close());
  EXPECT_EQ(server.http.counters().requests_refused, 0U);
}

TEST(TimeOuts, Answer408ToRequestsThatDoNotComeToAnEnd) {
  TestServer server(impatient());
  const std::string head = "GET /x HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(1'000, 'x');
  const std::string body_drip(1'000, 'b');
  {
    RawClient partial(server.port);
    partial.send("GET /x HT");
    EXPECT_EQ(partial.read_answer()->status, 408);
    EXPECT_TRUE(partial.wait_for_close());
  }
  {
    RawClient dripping(server.port);
    EXPECT_EQ(drip(dripping, head)->status, 408);
  }
  {
    RawClient second(server.port);
    second.send(get("/x"));
    ASSERT_TRUE(second.read_answer());
    EXPECT_EQ(drip(second, head)->status, 408);
  }
  {
    RawClient body(server.port);
    body.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n");
    EXPECT_EQ(drip(body, body_drip)->status, 408);
  }
}

TEST(TimeOuts, LeaveWorkAndStreamsAlone) {
  TestServer server(impatient());
  RawClient waiting(server.port);
  waiting.send(get("/later"));
  const auto exchange = server.handler.take_pending();
  RawClient reader(server.port);
  reader.send(get("/sse"));
  const auto stream = server.handler.take_pending();
  ASSERT_TRUE(exchange && stream);
  RawClient silent(server.port);
  ASSERT_TRUE(silent.wait_for_close()) << "by now all time-outs have passed";
  exchange->respond({200, "text/plain", "late", {}});
  stream->write(std::make_shared<const std::string>("late"));
  stream->end_stream();
  EXPECT_EQ(waiting.read_answer()->body, "late");
  EXPECT_EQ(reader.read_answer()->body, "late");
}

class Fuzz : public ::testing::TestWithParam<unsigned> {};

std::string mutate(std::string bytes, std::minstd_rand& random) {
  static const std::vector<std::string> kTokens{"\r\n",
                                                "\r",
                                                "\n",
                                                std::string(1, '\0'),
                                                ":",
                                                ";",
                                                "=",
                                                ",",
                                                " ",
                                                "%",
                                                "%zz",
                                                "//",
                                                "?",
                                                "-1",
                                                "\xff\xfe",
                                                "\"",
                                                "[",
                                                "99999999999999999999",
                                                "*/*",
                                                "chunked",
                                                "HTTP/1.1",
                                                std::string(300, 'a'),
                                                "0\r\n\r\n",
                                                "Content-Length: 5\r\n",
                                                "Content-Length: 7\r\n",
                                                "Transfer-Encoding: chunked\r\n",
                                                "FFFFFFFFFFFFFFFF\r\n"};
  const auto below = [&](std::size_t limit) { return random() % limit; };
  for (auto rounds = below(6); rounds > 0; --rounds) {
    const auto at = below(bytes.size() + 1);
    switch (below(5)) {
      case 0:
        bytes.insert(at, kTokens[below(kTokens.size())]);
        break;
      case 1:
        bytes.erase(at, 1 + below(12));
        break;
      case 2:
        if (at < bytes.size()) bytes[at] = static_cast<char>(below(256));
        break;
      case 3:
        for (auto i = below(20); i > 0; --i) bytes.insert(at, 1, static_cast<char>(below(256)));
        break;
      default:
        bytes.insert(at, bytes.substr(below(bytes.size() + 1), below(200)));
    }
  }
  return bytes;
}

TEST_P(Fuzz, NeverStopsTheServerFromAnsweringHonestClients) {
  const std::vector<std::string> base{
      get("/x", "Accept: application/json, text/event-stream\r\n"),
      post("/echo?a=1&b=%20c", R"({"a":"bcd"})"),
      "GET /x?q HTTP/1.0\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5\r\nhello\r\n3;e=\"q\"\r\nabc\r\n0\r\nT: v\r\n\r\n"};
  TestServer server({.io_threads = 2, .max_body_bytes = 1U << 16U});
  std::minstd_rand random(GetParam());
  for (int connection = 0; connection < 1'500; ++connection) {
    RawClient client(server.port);
    ASSERT_TRUE(client.is_open());
    for (auto requests = 1 + random() % 3; requests > 0; --requests) {
      const auto bytes = mutate(base[random() % base.size()], random);
      const auto cut = random() % (bytes.size() + 1);
      client.send(std::string_view(bytes).substr(0, cut));
      client.send(std::string_view(bytes).substr(cut));
    }
    if (random() % 4 == 0) client.read_some(milliseconds(5));
    if (random() % 2 == 0) client.reset();
    if (connection % 50 != 0) continue;
    RawClient honest(server.port);
    honest.send(get("/id-honest"));
    const auto answer = honest.read_answer();
    ASSERT_TRUE(answer) << "after connection " << connection;
    ASSERT_EQ(answer->body, "GET /id-honest 0");
  }
  EXPECT_GT(server.http.counters().requests_refused, 100U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Fuzz, ::testing::Range(1U, 6U));

}  // namespace
}  // namespace agenthost::server::testing
