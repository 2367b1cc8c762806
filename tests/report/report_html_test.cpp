#include <regex>

#include <doctest/doctest.h>

#include "report/report_data.hpp"
#include "sample_runs.hpp"

using namespace evonas;
using namespace evonas::report;

namespace {

/// The data that a page carries, read as a browser does: up to the first end tag.
nlohmann::json data_of(const std::string& html) {
  const std::string open = R"(<script type="application/json" id="data">)";
  const std::size_t begin = html.find(open) + open.size();
  const std::size_t end = html.find("</script", begin);
  return nlohmann::json::parse(html.substr(begin, end - begin));
}

/// The page without plotly.js and without the data.
std::string own_part(std::string html) {
  const std::size_t plotly = html.find("plotly.js v");
  REQUIRE(plotly != std::string::npos);
  html.erase(plotly, html.find("</script>", plotly) - plotly);
  const std::size_t data = html.find("id=\"data\"");
  return html.erase(data, html.find("</script>", data) - data);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("the page carries its data, its scripts and plotly.js") {
  const nlohmann::json data = report_json(sample_run());
  const std::string html = report_html(data);
  CHECK(html.starts_with("<!doctype html>"));
  CHECK(data_of(html) == data);
  CHECK(html.find("<title>sample - evonas</title>") != std::string::npos);
  CHECK(html.find("function searchPage(") != std::string::npos);
  CHECK(html.size() > 1'000'000);
  CHECK(own_part(html).find("{{") == std::string::npos);
}

TEST_CASE("the page asks the network for nothing") {
  const std::string page = own_part(report_html(report_json(sample_run())));
  const std::regex fetch(R"((src|href|action|url|import)\s*[=(]\s*["']?\s*(https?:)?//)",
                         std::regex::icase);
  CHECK_FALSE(std::regex_search(page, fetch));
  CHECK(page.find("http://") == std::string::npos);
  CHECK(page.find("https://") == std::string::npos);
  // What plotly.js could still do, the browser refuses.
  CHECK(page.find("Content-Security-Policy\" content=\"default-src 'none';") != std::string::npos);
}

TEST_CASE("hostile text neither ends the data nor becomes markup") {
  Run run = sample_run();
  const std::string hostile = "</script><script>alert('\"x')</script><!-- {{plotly}} &amp; \xff";
  run.name = hostile;
  run.configuration = hostile;
  run.host["cpu"] = hostile;
  run.summary.message = hostile;
  run.summary.evaluations[0].architecture = hostile;
  run.summary.evaluations[4].failure = hostile;
  const std::string html = report_html(report_json(run));
  CHECK(count(html, "alert(") == 1 + 7);
  CHECK(html.find("<script>alert") == std::string::npos);
  CHECK(html.find("<title>&lt;/script&gt;&lt;script&gt;alert('\"x')") != std::string::npos);
  const nlohmann::json data = data_of(html);
  const std::string mended = hostile.substr(0, hostile.size() - 1) + "\xef\xbf\xbd";
  CHECK(data.at("runs").at(0).at("name") == mended);
  CHECK(data.at("runs").at(0).at("evaluations").at(0).at("architecture") == mended);
}

TEST_CASE("the same run gives the same bytes") {
  CHECK(report_html(report_json(sample_run())) == report_html(report_json(sample_run())));
}

TEST_CASE("every kind of run makes a page") {
  const search::Problem one{.objectives = {{"accuracy", search::Goal::Maximize}}};
  const search::Problem three{.objectives = {{"accuracy", search::Goal::Maximize},
                                             {"latency_ms", search::Goal::Minimize},
                                             {"params", search::Goal::Minimize}}};
  const std::vector<Run> runs = {
      sample_run({}, accuracy_and_latency()),
      sample_run({sample_failure(0, 1, "no"), sample_failure(1, 2, "no")}, accuracy_and_latency()),
      sample_run({sample_evaluation(0, 1, 50.0, 1.0), sample_evaluation(1, 2, 60.0, 2.0)}, one),
      sample_run({sample_evaluation(0, 1, 50.0, 1.0), sample_evaluation(1, 2, 60.0, 2.0)}, three)};
  for (const Run& run : runs) {
    const nlohmann::json data = report_json(run);
    CHECK(data_of(report_html(data)) == data);
  }
  const nlohmann::json several = report_json(std::vector<Run>{sample_run(), sample_run()});
  const std::string html = report_html(several);
  CHECK(data_of(html) == several);
  CHECK(html.find("<title>2 runs compared - evonas</title>") != std::string::npos);
  const nlohmann::json benchmark = report_json(Benchmark{.name = "searchers"});
  CHECK(data_of(report_html(benchmark)) == benchmark);
  const nlohmann::json fronts = report_json(FrontBenchmark{.name = "fronts"});
  CHECK(data_of(report_html(fronts)) == fronts);
  const nlohmann::json predictors = report_json(PredictorBenchmark{.name = "predictors"});
  const std::string page = report_html(predictors);
  CHECK(data_of(page) == predictors);
  CHECK(page.find("<title>predictors - evonas</title>") != std::string::npos);
}

TEST_CASE("other data makes no page") {
  CHECK_THROWS_AS((void)report_html(nlohmann::json{{"kind", "search"}}), ReportError);
  CHECK_THROWS_AS((void)report_html(nlohmann::json::array()), ReportError);
}
