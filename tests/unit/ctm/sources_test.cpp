#include <gtest/gtest.h>

#include <agenthost/sdk/json.hpp>

#include "sources/arxiv.hpp"
#include "sources/brave.hpp"
#include "sources/feed.hpp"
#include "sources/registry.hpp"
#include "sources/semantic_scholar.hpp"
#include "sources/tavily.hpp"

namespace {

using namespace ctm;

const std::vector<SearchIdea> kIdeas{{"solar grants", "convocatoria energía solar"}, {"", "solo nacional"}};

TEST(CtmTavily, AsksOncePerQueryWithTheDocumentedBody) {
  const auto requests = Tavily(7).requests(kIdeas);
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].service, "tavily");
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].url, "/search");
  const agent::Json body = agent::parse_json(requests[1].body);
  EXPECT_EQ(body["query"], "convocatoria energía solar");
  EXPECT_EQ(body["max_results"], 7);
}

TEST(CtmTavily, ReadsResultsAndSkipsBrokenOnes) {
  const FundingAnswer answer = Tavily(5).parse(R"({"query":"q","results":[
    {"title":"Convocatoria <b>Solar</b>","url":"https://x.gov.co/c/1","content":"Abierta","score":0.9},
    {"title":"No link","content":"x"},{"title":"Bad link","url":"javascript:1"},{"url":"https://x.org/a"},7,null]})");
  EXPECT_EQ(answer.problem, "");
  ASSERT_EQ(answer.hits.size(), 1U);
  EXPECT_EQ(answer.hits[0].title, "Convocatoria Solar");
  EXPECT_EQ(answer.hits[0].text, "Abierta");
  EXPECT_EQ(answer.hits[0].source, "tavily");
}

TEST(CtmBrave, AsksWithAnEncodedQuery) {
  const auto requests = Brave(5).requests({{"a b&c", ""}});
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].url, "/res/v1/web/search?q=a%20b%26c&count=5");
  EXPECT_EQ(requests[0].method, "GET");
}

TEST(CtmBrave, ReadsWebResults) {
  const FundingAnswer answer = Brave(5).parse(
      R"({"type":"search","web":{"results":[{"title":"Call","url":"https://x.org/call","description":"<strong>Open</strong> now"}]}})");
  ASSERT_EQ(answer.hits.size(), 1U);
  EXPECT_EQ(answer.hits[0].text, "Open now");
  const FundingAnswer nothing = Brave(5).parse(R"({"type":"search","query":{}})");
  EXPECT_EQ(nothing.problem, "");
  EXPECT_TRUE(nothing.hits.empty());
}

const char* const kRss = R"(<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>MinCiencias</title>
<item><title>Convocatoria 950 &amp; m&#225;s</title><link>https://minciencias.gov.co/convocatorias/950</link>
<description><![CDATA[<p>Energía <b>solar</b></p>]]></description><pubDate>Wed, 04 Mar 2026 10:00:00 +0000</pubDate></item>
<item><title>Solo guid</title><guid>https://minciencias.gov.co/node/7</guid></item>
<item><title>Sin enlace</title></item></channel></rss>)";

const char* const kAtom = R"(<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Open call</title>
<link rel="self" href="https://x.org/self"/><link rel="alternate" href="https://x.org/call"/>
<summary>Apply</summary><updated>2026-03-04T10:00:00Z</updated></entry></feed>)";

TEST(CtmFeed, ReadsRss) {
  const FundingAnswer answer = Feed({"MinCiencias", "https://minciencias.gov.co/rss.xml", ""}).parse(kRss);
  EXPECT_EQ(answer.problem, "");
  ASSERT_EQ(answer.hits.size(), 2U);
  EXPECT_EQ(answer.hits[0].title, "Convocatoria 950 & más");
  EXPECT_EQ(answer.hits[0].text, "Energía solar");
  EXPECT_EQ(answer.hits[0].published, "2026-03-04");
  EXPECT_EQ(answer.hits[0].source, "MinCiencias");
  EXPECT_EQ(answer.hits[1].url, "https://minciencias.gov.co/node/7");
}

TEST(CtmFeed, ReadsAtomAndTakesTheAlternateLink) {
  const FundingAnswer answer = Feed({"X", "", "x"}).parse(kAtom);
  ASSERT_EQ(answer.hits.size(), 1U);
  EXPECT_EQ(answer.hits[0].url, "https://x.org/call");
  EXPECT_EQ(answer.hits[0].published, "2026-03-04");
}

TEST(CtmFeed, AsksItsOwnAddressOnce) {
  const auto requests = Feed({"X", "/rss.xml", "minciencias"}).requests(kIdeas);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].service, "minciencias");
  EXPECT_EQ(requests[0].url, "/rss.xml");
}

const char* const kArxiv = R"(<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><opensearch:totalResults>1</opensearch:totalResults>
<entry><id>http://arxiv.org/abs/1505.04597v1</id><published>2015-05-18T11:28:37Z</published><title>U-Net:
 Convolutional Networks</title><summary> There is large
 consent </summary><author><name>Olaf Ronneberger</name></author><author><name>Philipp Fischer</name></author>
<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1000/x</arxiv:doi></entry></feed>)";

TEST(CtmArxiv, ReadsEntries) {
  const PaperAnswer answer = Arxiv().parse(kArxiv);
  ASSERT_EQ(answer.papers.size(), 1U);
  const Paper& paper = answer.papers[0];
  EXPECT_EQ(paper.title, "U-Net: Convolutional Networks");
  EXPECT_EQ(paper.url, "https://arxiv.org/abs/1505.04597v1");
  EXPECT_EQ(paper.content, "There is large consent");
  EXPECT_EQ(paper.year, "2015");
  EXPECT_EQ(paper.doi, "10.1000/x");
  EXPECT_EQ(paper.authors, (std::vector<std::string>{"Olaf Ronneberger", "Philipp Fischer"}));
  EXPECT_EQ(paper.source, "Arxiv");
}

TEST(CtmArxiv, SaysWhatArxivCallsWrong) {
  const PaperAnswer answer = Arxiv().parse(R"(<feed><entry><id>http://arxiv.org/api/errors#incorrect_id</id>
    <title>Error</title><summary>incorrect id format</summary></entry></feed>)");
  EXPECT_EQ(answer.problem, "incorrect id format");
  EXPECT_TRUE(answer.papers.empty());
}

TEST(CtmArxiv, AsksForAllWordsOfTheQuery) {
  EXPECT_EQ(
      Arxiv().request("solar energy", 5).url,
      "/api/"
      "query?search_query=all%3Asolar%20AND%20all%3Aenergy&start=0&max_results=5&sortBy=relevance&sortOrder="
      "descending");
}

TEST(CtmSemanticScholar, ReadsDataWithMissingFields) {
  const PaperAnswer answer = SemanticScholar().parse(R"({"total":3,"offset":0,"data":[
    {"paperId":"abc","title":"Solar","abstract":null,"year":2020,"citationCount":12,"authors":[{"name":"A. B."},{}],
     "externalIds":{"DOI":"10.1/x"},"openAccessPdf":null},
    {"paperId":"def","title":"Wind","authors":null,"externalIds":null,"openAccessPdf":{"url":"https://x.org/p.pdf"}},
    {"title":"Nowhere to read"},{"paperId":"ghi"}]})");
  ASSERT_EQ(answer.papers.size(), 2U);
  EXPECT_EQ(answer.papers[0].url, "https://doi.org/10.1/x");
  EXPECT_EQ(answer.papers[0].citations, 12);
  EXPECT_EQ(answer.papers[0].year, "2020");
  EXPECT_EQ(answer.papers[0].authors, std::vector<std::string>{"A. B."});
  EXPECT_EQ(answer.papers[1].url, "https://x.org/p.pdf");
  EXPECT_EQ(answer.papers[1].citations, -1);
  EXPECT_EQ(SemanticScholar().parse(R"({"total":0,"offset":0})").problem, "");
}

// Whatever a source answers, it must be told apart from an honest empty list and never throw.
TEST(CtmSources, CallNonsenseAProblemAndEmptyNone) {
  Settings settings;
  settings.feeds.push_back({"feed", "https://x.org/rss", ""});
  const std::vector<std::string> nonsense{"",
                                          "<html><body>502</body></html>",
                                          "{",
                                          "[]",
                                          "null",
                                          "{\"results\":7}",
                                          "{\"web\":{\"results\":\"x\"}}",
                                          std::string("\0\xFF\xFE", 3),
                                          std::string(100'000, '['),
                                          "<rss",
                                          "{\"data\":{}}"};
  for (const auto& source : funding_sources(settings)) {
    for (const std::string& body : nonsense) {
      const FundingAnswer answer = source->parse(body);
      EXPECT_NE(answer.problem, "") << source->name() << ": " << body.substr(0, 30);
      EXPECT_TRUE(answer.hits.empty());
    }
  }
  for (const auto& source : paper_sources()) {
    for (const std::string& body : nonsense) {
      EXPECT_NE(source->parse(body).problem, "") << source->name() << ": " << body.substr(0, 30);
    }
  }
  EXPECT_EQ(Tavily(5).parse(R"({"results":[]})").problem, "");
  EXPECT_EQ(Brave(5).parse(R"({"web":{"results":[]}})").problem, "");
  EXPECT_EQ(Feed({"f", "", "s"}).parse("<rss><channel/></rss>").problem, "");
  EXPECT_EQ(Arxiv().parse("<feed/>").problem, "");
  EXPECT_EQ(SemanticScholar().parse(R"({"data":[]})").problem, "");
}

}  // namespace
