// What honest clients rely on: keep-alive, pipelining, HEAD, streams, answers from other threads, CORS,
// errors.
#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/server/raw_client.hpp"
#include "tests/integration/server/test_server.hpp"

namespace agenthost::server::testing {
namespace {

TEST(Answers, ReuseOneConnectionForManyRequests) {
  TestServer server;
  RawClient client(server.port);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client.send(get("/id-" + std::to_string(i))));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "GET /id-" + std::to_string(i) + " 0");
    EXPECT_EQ(answer->header("connection"), "");
    EXPECT_NE(answer->header("date"), "");
  }
  EXPECT_EQ(server.http.counters().connections_accepted, 1U);
  EXPECT_EQ(server.http.counters().requests, 100U);
}

TEST(Answers, CloseWhenTheClientAsksForIt) {
  TestServer server;
  RawClient client(server.port);
  client.send(get("/x", "Connection: close\r\n"));
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_TRUE(client.wait_for_close());
}

TEST(Answers, ToHttp10CloseUnlessKeepAliveWasAskedFor) {
  TestServer server;
  RawClient plain(server.port);
  plain.send("GET /x HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(plain.read_answer());
  EXPECT_TRUE(plain.wait_for_close());

  RawClient kept(server.port);
  for (int i = 0; i < 2; ++i) {
    kept.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto answer = kept.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("connection"), "keep-alive");
  }
}

TEST(Answers, ComeInOrderToPipelinedRequests) {
  TestServer server;
  RawClient client(server.port);
  std::string burst;
  for (int i = 0; i < 500; ++i) burst += get("/id-" + std::to_string(i));
  client.send(burst);
  for (int i = 0; i < 500; ++i) {
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << i;
    ASSERT_EQ(answer->body, "GET /id-" + std::to_string(i) + " 0");
  }
}

TEST(Answers, ToAPipelinedRequestWaitForASlowOneBefore) {
  TestServer server;
  RawClient client(server.port);
  client.send(get("/later") + get("/id-second"));
  const auto first = server.handler.take_pending();
  ASSERT_TRUE(first);
  EXPECT_EQ(server.http.counters().requests, 1U);
  first->respond({200, "text/plain", "first", {}});
  EXPECT_EQ(client.read_answer()->body, "first");
  EXPECT_EQ(client.read_answer()->body, "GET /id-second 0");
}

TEST(Answers, ToOneAndAHalfRequestsInOneSegment) {
  TestServer server;
  RawClient client(server.port);
  client.send(get("/id-1") + "GET /id-2 HT");
  EXPECT_EQ(client.read_answer()->body, "GET /id-1 0");
  client.send("TP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read_answer()->body, "GET /id-2 0");
}

TEST(Answers, StillReachAClientThatHalfClosed) {
  TestServer server;
  RawClient quick(server.port);
  quick.send(get("/id-1") + get("/id-2"));
  quick.half_close();
  EXPECT_EQ(quick.read_answer()->body, "GET /id-1 0");
  EXPECT_EQ(quick.read_answer()->body, "GET /id-2 0");
  EXPECT_TRUE(quick.wait_for_close());
}

TEST(Answers, ToAHalfClosedClientSurviveTheQuestionWhetherItIsThere) {
  TestServer server;
  RawClient client(server.port);
  client.send(get("/later"));
  const auto exchange = server.handler.take_pending();
  ASSERT_TRUE(exchange);
  client.half_close();
  const auto interim = client.read_answer();
  ASSERT_TRUE(interim);
  EXPECT_EQ(interim->status, 102);
  exchange->respond({200, "text/plain", "late", {}});
  EXPECT_EQ(client.read_answer()->body, "late");
  EXPECT_EQ(server.handler.disconnects(), 0U);
}

TEST(Answers, ToHeadHaveALengthAndNoBody) {
  TestServer server;
  RawClient client(server.port);
  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + get("/id-next"));
  const auto head = client.read_answer(Expect::kHeadOnly);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->header("content-length"), std::to_string(std::string("HEAD /x 0").size()));
  EXPECT_EQ(client.read_answer()->body, "GET /id-next 0");
}

TEST(Answers, ToHeadOnAStreamEndWithTheHead) {
  TestServer server;
  RawClient client(server.port);
  client.send("HEAD /sse HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto head = client.read_answer(Expect::kHeadOnly);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->header("content-type"), "text/event-stream");
  EXPECT_TRUE(client.wait_for_close());
  client.close();
  EXPECT_TRUE(server.handler.wait_for_disconnects(1));
}

TEST(Answers, SayContinueToAClientThatWaitsForIt) {
  TestServer server;
  RawClient client(server.port);
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  const auto interim = client.read_answer();
  ASSERT_TRUE(interim);
  EXPECT_EQ(interim->status, 100);
  client.send("hello");
  EXPECT_EQ(client.read_answer()->body, "hello");
}

TEST(Answers, MayComeFromAnyThread) {
  TestServer server({.io_threads = 2});
  for (int i = 0; i < 50; ++i) {
    RawClient client(server.port);
    client.send(get("/later"));
    const auto exchange = server.handler.take_pending();
    ASSERT_TRUE(exchange);
    std::thread([&] { exchange->respond({200, "text/plain", "from afar", {}}); }).join();
    EXPECT_EQ(client.read_answer()->body, "from afar");
  }
}

TEST(Answers, AreGivenOnceHoweverManyTry) {
  TestServer server;
  RawClient client(server.port);
  client.send(get("/later"));
  const auto exchange = server.handler.take_pending();
  ASSERT_TRUE(exchange);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { exchange->respond({200, "text/plain", "once", {}}); });
  }
  for (auto& thread : threads) thread.join();
  exchange->respond({200, "text/plain", "too late", {}});
  exchange->start_stream(200, "text/plain", {});
  exchange->write(std::make_shared<const std::string>("too late"));
  EXPECT_EQ(client.read_answer()->body, "once");
  client.send(get("/id-next"));
  EXPECT_EQ(client.read_answer()->body, "GET /id-next 0");
}

TEST(Answers, Are500WhenTheHandlerDropsOrThrows) {
  TestServer server;
  RawClient client(server.port);
  for (const char* path : {"/drop", "/throw"}) {
    client.send(get(path));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << path;
    EXPECT_EQ(answer->status, 500);
    EXPECT_EQ(answer->body, R"({"detail":"Internal Server Error"})");
  }
  client.send(get("/later"));
  server.handler.take_pending().reset();
  EXPECT_EQ(client.read_answer()->status, 500);
}

TEST(Streams, ArriveAsChunksInOrderAndLeaveTheConnectionUsable) {
  TestServer server;
  RawClient client(server.port);
  client.send(get("/sse"));
  const auto stream = server.handler.take_pending();
  ASSERT_TRUE(stream);
  std::string expected;
  for (int i = 0; i < 2'000; ++i) {
    // Now and then a piece too large to be copied.
    auto piece = "event " + std::to_string(i) + (i % 500 == 0 ? std::string(100'000, '.') : "") + "\n";
    expected += piece;
    stream->write(std::make_shared<const std::string>(std::move(piece)));
  }
  stream->end_stream();
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->complete);
  EXPECT_EQ(answer->body, expected);
  client.send(get("/id-next"));
  EXPECT_EQ(client.read_answer()->body, "GET /id-next 0");
  EXPECT_EQ(server.handler.disconnects(), 0U);
}

TEST(Streams, EndWithTheConnectionInHttp10) {
  TestServer server;
  RawClient client(server.port);
  client.send("GET /sse HTTP/1.0\r\n\r\n");
  const auto stream = server.handler.take_pending();
  ASSERT_TRUE(stream);
  stream->write(std::make_shared<const std::string>("data\n"));
  stream->end_stream();
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header("transfer-encoding"), "");
  EXPECT_EQ(answer->body, "data\n");
}

TEST(Streams, ThatAreDroppedUnfinishedBreakOffVisibly) {
  TestServer server;
  RawClient client(server.port);
  client.send(get("/sse"));
  auto stream = server.handler.take_pending();
  ASSERT_TRUE(client.read_until("\r\n\r\n"));
  stream.reset();
  server.http.stop(milliseconds(0));
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->complete);
}

TEST(Streams, TellWhenTheClientGoes) {
  TestServer server;
  for (const bool with_reset : {true, false}) {
    RawClient client(server.port);
    client.send(get("/sse"));
    const auto stream = server.handler.take_pending();
    ASSERT_TRUE(client.read_until("\r\n\r\n"));
    with_reset ? client.reset() : client.close();
    ASSERT_TRUE(server.handler.wait_for_disconnects(with_reset ? 1 : 2));
    stream->write(std::make_shared<const std::string>("into the void"));
    stream->end_stream();
    bool told = false;
    stream->on_disconnect([&] { told = true; });
    EXPECT_TRUE(told) << "asked after the fact, it answers at once";
  }
}

TEST(Waiting, TellsWhenTheClientGoes) {
  TestServer server;
  RawClient client(server.port);
  client.send(get("/later"));
  const auto exchange = server.handler.take_pending();
  ASSERT_TRUE(exchange);
  client.close();
  EXPECT_TRUE(server.handler.wait_for_disconnects(1));
}

TEST(Cors, IsOnEveryAnswerErrorsAndStreamsIncluded) {
  TestServer server;
  for (const auto& request : {get("/x"), get("/drop"), get("/sse"), std::string("GARBAGE\r\n\r\n")}) {
    RawClient client(server.port);
    client.send(request);
    ASSERT_TRUE(client.read_until("\r\n\r\n"));
    EXPECT_NE(client.buffer().find("Access-Control-Allow-Origin: *\r\n"), std::string::npos)
        << client.buffer();
    EXPECT_NE(client.buffer().find("Access-Control-Expose-Headers: Content-Location, Location"),
              std::string::npos);
  }
}

TEST(Cors, AnswersPreflightsWithoutTheHandler) {
  TestServer server;
  RawClient client(server.port);
  client.send(
      "OPTIONS /throw HTTP/1.1\r\nHost: a\r\nOrigin: "
      "https://studio.example\r\nAccess-Control-Request-Method: POST\r\n"
      "Access-Control-Request-Headers: content-type,x-api-key\r\nAccess-Control-Request-Private-Network: "
      "true\r\n\r\n");
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->header("access-control-allow-headers"), "content-type,x-api-key");
  EXPECT_EQ(answer->header("access-control-allow-private-network"), "true");
  EXPECT_NE(answer->header("access-control-allow-methods").find("PATCH"), std::string::npos);
  EXPECT_EQ(answer->header("content-length"), "");
}

TEST(Cors, NamesOnlyAllowedOrigins) {
  TestServer server({.cors_origins = {"https://good.example"}});
  RawClient client(server.port);
  client.send(get("/x", "Origin: https://good.example\r\n"));
  EXPECT_EQ(client.read_answer()->header("access-control-allow-origin"), "https://good.example");
  client.send(get("/x", "Origin: https://evil.example\r\n"));
  const auto refused = client.read_answer();
  EXPECT_EQ(refused->header("access-control-allow-origin"), "");
  EXPECT_EQ(refused->header("vary"), "Origin");
}

TEST(Start, SaysHostPortAndRemedyWhenThePortIsTaken) {
  TestServer first;
  TestHandler handler;
  telemetry::Logger logger(telemetry::Level::kOff);
  HttpServer second({.port = first.port}, handler, logger);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().text,
            "cannot listen on 127.0.0.1:" + std::to_string(first.port) +
                ": Address already in use; stop the other server or choose another port (0 = any "
                "free one)");
}

TEST(Start, ListensOnIpv6) {
  TestHandler handler;
  telemetry::Logger logger(telemetry::Level::kOff);
  HttpServer server({.host = "::1"}, handler, logger);
  const auto started = server.start();
  if (!started && started.error().code == ErrorCode::kUnavailable) GTEST_SKIP() << started.error().text;
  EXPECT_TRUE(started);
}

TEST(Stop, LetsRequestsUnderWayFinishAndTakesNoNewOnes) {
  TestServer server;  // one worker: once it closed the idle client it drains the waiting one, too
  RawClient idle(server.port);
  idle.send(get("/x"));
  ASSERT_TRUE(idle.read_answer());
  RawClient waiting(server.port);
  waiting.send(get("/later"));
  const auto exchange = server.handler.take_pending();
  ASSERT_TRUE(exchange);

  std::thread stopper([&] { server.http.stop(std::chrono::seconds(10)); });
  EXPECT_TRUE(idle.wait_for_close());
  EXPECT_TRUE(eventually([&] { return !RawClient(server.port).is_open(); }));
  exchange->respond({200, "text/plain", "finished", {}});
  const auto answer = waiting.read_answer();
  EXPECT_EQ(answer->body, "finished");
  EXPECT_EQ(answer->header("connection"), "close");
  waiting.close();
  stopper.join();
  EXPECT_EQ(server.http.counters().connections_open, 0U);
}

TEST(Stop, CutsStreamsWhenTheGraceIsOverAndTellsTheirOwners) {
  TestServer server;
  RawClient client(server.port);
  client.send(get("/sse"));
  const auto stream = server.handler.take_pending();
  ASSERT_TRUE(client.read_until("\r\n\r\n"));
  server.http.stop(milliseconds(20));
  EXPECT_EQ(server.handler.disconnects(), 1U);
  EXPECT_TRUE(client.wait_for_close());
  stream->write(std::make_shared<const std::string>("nobody listens"));
  stream->end_stream();
  server.http.stop(milliseconds(0));
}

}  // namespace
}  // namespace agenthost::server::testing
