#include "search/source_labels.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "message_of.hpp"
#include "search/labelled_fixtures.hpp"
#include "search/session.hpp"
#include "search/small_space.hpp"
#include "temporary_folder.hpp"

namespace evonas::search {
namespace {

using tests::formula_source;
using tests::FormulaSource;
using tests::gene_sum;

const tests::SmallSpace kLabelledSpace;
const Problem kSumProblem{.objectives = {{"sum", Goal::Maximize}},
                          .limits = {Limit::parse("first <= 2")}};

double first_gene_of(const spaces::Genotype& genotype) { return genotype[0]; }

struct LabelledSources {
  std::shared_ptr<FormulaSource> first =
      formula_source("first", first_gene_of, evaluation::CostClass::Cheap);
  /// Fails where the second gene is 3.
  std::shared_ptr<FormulaSource> sum = formula_source("sum", [](const spaces::Genotype& genotype) {
    return genotype[1] == 3 ? std::nan("") : gene_sum(genotype);
  });
  std::shared_ptr<FormulaSource> took =
      formula_source("took", [](const spaces::Genotype& genotype) { return 10.0 * genotype[2]; });
  std::shared_ptr<FormulaSource> other = formula_source("other", gene_sum);

  LabelledSources() { took->tells_seconds = true; }
  std::vector<Source> list() const {
    return {{"first", first}, {"sum", sum}, {"took", took}, {"other", other}};
  }
  SourceLabels labels(const std::string& cost = {},
                      const std::vector<std::string>& screening = {}) const {
    return {spaces::AnySpace{kLabelledSpace}, list(), kSumProblem, cost, screening};
  }
};

struct LabelledBlock {
  std::vector<Individual> individuals;
  std::vector<double> seconds;
};

LabelledBlock labelled(const SourceLabels& labels, std::vector<spaces::Genotype> asked) {
  LabelledBlock result;
  labels.evaluate(asked, 7, result.individuals, result.seconds);
  return result;
}

TEST_CASE("labels of sources are those of the problem, in the order of the architectures") {
  const LabelledSources sources;
  const SourceLabels labels = sources.labels();
  CHECK(labels.listed().empty());
  const spaces::Genotype good({1, 2, 3, 0, 0});
  const spaces::Genotype infeasible({3, 1, 1, 1, 1});
  const spaces::Genotype failed({0, 3, 1, 0, 0});
  const LabelledBlock found = labelled(labels, {good, infeasible, failed});
  REQUIRE(found.individuals.size() == 3);
  CHECK(found.individuals[0].genotype == good);
  CHECK(found.individuals[0].key == kLabelledSpace.key(good));
  CHECK(found.individuals[0].objectives == std::vector<double>{-6.0});
  CHECK(found.individuals[0].limited == std::vector<double>{1.0});
  CHECK(found.individuals[0].feasible());
  CHECK(found.individuals[0].index == 7);
  CHECK(found.individuals[1].objectives == std::vector<double>{-7.0});
  CHECK(found.individuals[1].violation == 0.5);
  CHECK(found.individuals[2].failed());
  CHECK(std::isinf(found.individuals[2].violation));
  CHECK(found.individuals[2].index == 9);
  CHECK(found.seconds == std::vector<double>{0.0, 0.0, 0.0});
  // Nobody needs these.
  CHECK(sources.took->asked == 0);
  CHECK(sources.other->asked == 0);
  CHECK(labelled(labels, {}).individuals.empty());
}

TEST_CASE(
    "sources tell the seconds of an evaluation, and see nothing that one before them failed") {
  const LabelledSources sources;
  const LabelledBlock found = labelled(sources.labels("took"), {spaces::Genotype({1, 2, 3, 0, 0}),
                                                                spaces::Genotype({0, 3, 1, 0, 0})});
  CHECK(found.seconds == std::vector<double>{30.0, 0.0});
  CHECK(sources.took->asked == 1);
  CHECK(sources.sum->asked == 2);
}

TEST_CASE("a screening asks for its metric and for the seconds of an evaluation alone") {
  const LabelledSources sources;
  const SourceLabels labels = sources.labels("took", {"other"});
  std::vector<spaces::Genotype> asked = {spaces::Genotype({1, 2, 3, 0, 0}),
                                         spaces::Genotype({0, 3, 1, 0, 0})};
  LabelledBlock found;
  labels.screen(asked, "other", 4, found.individuals, found.seconds);
  REQUIRE(found.individuals.size() == 2);
  CHECK(found.individuals[0].screened == 6.0);
  CHECK(found.individuals[1].screened == 4.0);
  CHECK(found.individuals[0].failed());
  CHECK(found.individuals[1].index == 5);
  CHECK(found.seconds == std::vector<double>{30.0, 10.0});
  CHECK(sources.first->asked == 0);
  CHECK(sources.sum->asked == 0);
  labelled(labels, {spaces::Genotype({1, 2, 3, 0, 0})});
  CHECK(sources.other->asked == 2);
  CHECK(tests::message_of<SearchError>([&] {
          labels.screen(asked, "sum", 0, found.individuals, found.seconds);
        }).find("do not screen by the metric 'sum'") != std::string::npos);
}

TEST_CASE("sources that cannot label a benchmark are refused with the reason") {
  const LabelledSources sources;
  const auto refusal = [&](const Problem& problem, const std::string& cost = {}) {
    return tests::message_of<SearchError>(
        [&] { SourceLabels(spaces::AnySpace{kLabelledSpace}, sources.list(), problem, cost); });
  };
  CHECK(refusal({}).find("at least one objective") != std::string::npos);
  CHECK(refusal({.objectives = {{"absent", Goal::Minimize}}}).find("is reported by no source") !=
        std::string::npos);
  CHECK(refusal(kSumProblem, "absent").find("no source reports the metric 'absent'") !=
        std::string::npos);
  CHECK(refusal(kSumProblem).empty());
  sources.other->repeats = false;
  CHECK(refusal(kSumProblem).empty());  // it is not asked
  CHECK_THROWS_AS(sources.labels({}, {"other"}), SearchError);
  CHECK(tests::message_of<SearchError>([&] {
          sources.labels({}, {"absent"});
        }).find("'absent', which should screen") != std::string::npos);
  sources.first->repeats = false;
  CHECK(refusal(kSumProblem).find("those of the source 'first' do not") != std::string::npos);
}

TEST_CASE("the digest of sources is that of their identities") {
  const LabelledSources sources;
  const Key digest = sources.labels().digest();
  CHECK(LabelledSources().labels().digest() == digest);
  CHECK(sources.labels("took").digest() != digest);
  CHECK(sources.labels({}, {"other"}).digest() != digest);
  sources.other->contents = "a file that labels nothing here";
  CHECK(sources.labels().digest() == digest);
  sources.sum->contents = "another file";
  CHECK(sources.labels().digest() != digest);
}

TEST_CASE("a run goes on with sources of the same identity only, or where none was noted") {
  const LabelledSources sources;
  const tests::TemporaryFolder folder;
  SearchSetup setup{.space = spaces::AnySpace{kLabelledSpace},
                    .problem = kSumProblem,
                    .algorithm = {.algorithm = "random"},
                    .sources = {{"first", sources.first}, {"sum", sources.sum}}};
  setup.budget.evaluations = 5;
  {
    RunStore store = RunStore::create(folder / "before");
    run_search(setup, &store, {}, {});
  }
  sources.sum->contents = "contents of a file";
  setup.budget.evaluations = 10;
  {
    // Begun by an evonas that knew of no identities.
    RunStore store = RunStore::open(folder / "before");
    CHECK(run_search(setup, &store, {}, {}).evaluations.size() == 10);
  }
  {
    RunStore store = RunStore::create(folder / "run");
    run_search(setup, &store, {}, {});
  }
  sources.sum->contents = "other contents";
  RunStore store = RunStore::open(folder / "run");
  const std::string message =
      tests::message_of<SearchError>([&] { run_search(setup, &store, {}, {}); });
  CHECK(message.find("its identity of sum is 'contents of a file', now it is 'other contents'") !=
        std::string::npos);
}

}  // namespace
}  // namespace evonas::search
