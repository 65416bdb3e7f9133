#include <gtest/gtest.h>

#include "text/dates.hpp"
#include "text/key_terms.hpp"
#include "text/normalise.hpp"
#include "text/url.hpp"

namespace {

namespace text = ctm::text;

TEST(CtmText, FoldsCaseAccentsAndPunctuation) {
  EXPECT_EQ(text::fold("¡Energía SOLAR, ñandú!"), "energia solar nandu");
  EXPECT_EQ(text::fold(""), "");
  EXPECT_EQ(text::fold("日本 x"), "x");
  EXPECT_EQ(text::fold("\xC3"), "");  // a cut character
}

TEST(CtmText, StemsMeetAcrossNumberAndGender) {
  EXPECT_EQ(text::stem("paneles"), text::stem("panel"));
  EXPECT_EQ(text::stem("baterias"), text::stem("bateria"));
  EXPECT_EQ(text::stem("batteries"), text::stem("battery"));
  EXPECT_EQ(text::stem("vehicles"), text::stem("vehicle"));
  EXPECT_NE(text::stem("energia"), text::stem("empresa"));
}

TEST(CtmText, StripsMarkupButKeepsComparisons) {
  EXPECT_EQ(text::strip_markup("<p>Hasta <b>10&nbsp;M</b></p>\n&amp; m&aacute;s"), "Hasta 10 M & m&aacute;s");
  EXPECT_EQ(text::strip_markup("a < b"), "a < b");
  EXPECT_EQ(text::strip_markup("<never closed"), "");
}

TEST(CtmText, ShortensAtACharacterBorder) {
  EXPECT_EQ(text::shorten("año", 10), "año");
  EXPECT_EQ(text::shorten("año", 2), "a…");
}

TEST(CtmText, FindsPhrasesWhateverTheirForm) {
  EXPECT_TRUE(text::contains_words("Cierre: 30 de JUNIO, 2026.", "cierre 30 de junio"));
  EXPECT_FALSE(text::contains_words("Cierre: 30 de junio", "cierre 3"));
  EXPECT_FALSE(text::contains_words("anything", ""));
}

TEST(CtmText, KeyTermsLeaveOutStopWordsAndNumbers) {
  const auto terms = text::key_terms("El sistema de paneles y el panel para 500 familias", 5);
  ASSERT_EQ(terms.size(), 2U);
  EXPECT_EQ(terms[0].word, "paneles");
  EXPECT_EQ(terms[0].count, 2);
  EXPECT_EQ(terms[1].word, "familias");
}

struct DateCase {
  const char* written;
  const char* expected;
};

TEST(CtmDates, ReadsFeedDates) {
  for (const DateCase& one : {DateCase{"Wed, 04 Mar 2026 10:00:00 GMT", "2026-03-04"},
                              {"4 Mar 26 10:00 EST", "2026-03-04"},
                              {"2026-03-04T10:00:00Z", "2026-03-04"},
                              {"2026-02-30", ""},
                              {"2026-13-01", ""},
                              {"soon", ""},
                              {"", ""},
                              {"99999999999999 Mar 2026", ""},
                              {"2026-03-041", ""}}) {
    EXPECT_EQ(text::parse_feed_date(one.written), one.expected) << one.written;
  }
}

TEST(CtmDates, FindsDatesInWordsAndRefusesAmbiguousNumbers) {
  for (const DateCase& one : {DateCase{"el 30 de junio de 2026 a las 5 p.m.", "2026-06-30"},
                              {"1 de septiembre del 2026", "2026-09-01"},
                              {"June 30, 2026", "2026-06-30"},
                              {"30th June 2026", "2026-06-30"},
                              {"by 2026-06-30T23:59", "2026-06-30"},
                              {"03/04/2026", ""},
                              {"31 de febrero de 2026", ""},
                              {"junio de 2026", ""}}) {
    EXPECT_EQ(text::find_date(one.written), one.expected) << one.written;
  }
}

TEST(CtmDates, TakesOnlyTheDateThatIsAnnouncedAsClosing) {
  const auto found =
      text::find_deadline("Publicada el 1 de marzo de 2026. Fecha límite: 30 de junio de 2026. Otra cosa.");
  EXPECT_EQ(found.date, "2026-06-30");
  EXPECT_EQ(found.quote, "Fecha límite: 30 de junio de 2026.");
  EXPECT_EQ(text::find_deadline("Published March 1, 2026").date, "");
  EXPECT_EQ(text::find_deadline("Apply by June 30, 2026").date, "2026-06-30");
}

TEST(CtmUrl, ComparesPagesNotSpellings) {
  EXPECT_EQ(text::normalise_url("https://www.X.test/a/?utm_source=z#top"),
            text::normalise_url("http://x.test/a"));
  EXPECT_NE(text::normalise_url("https://x.org/a?id=1"), text::normalise_url("https://x.org/a?id=2"));
}

TEST(CtmUrl, AcceptsOnlyWebLinks) {
  EXPECT_TRUE(text::is_web_url("https://minciencias.gov.co/convocatorias"));
  EXPECT_FALSE(text::is_web_url("javascript:alert(1)"));
  EXPECT_FALSE(text::is_web_url("https://x.org/a b"));
  EXPECT_FALSE(text::is_web_url("https://localhost"));
  EXPECT_FALSE(text::is_web_url("https://" + std::string(3'000, 'a') + ".org"));
  EXPECT_TRUE(text::is_deep_link("https://x.org/a"));
  EXPECT_FALSE(text::is_deep_link("https://x.org/"));
  EXPECT_FALSE(text::is_deep_link("https://x.org/es/"));
  EXPECT_EQ(text::percent_encode("a b&ñ"), "a%20b%26%C3%B1");
}

}  // namespace
