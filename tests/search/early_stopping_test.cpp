#include <doctest/doctest.h>

#include "evaluation/median_rule.hpp"
#include "search/run_verification.hpp"
#include "temporary_folder.hpp"
#include "toy_search.hpp"

namespace evonas::search {
namespace {

using tests::TemporaryFolder;
using toy::Climber;
using toy::text_of;
using toy::World;

/// Made-up accuracies that are reached over five epochs, of which the median rule may leave out the
/// last ones.
class Epochs final : public evaluation::Evaluator {
 public:
  /// Told before an evaluation begins.
  std::function<void()> on_begin;

  std::vector<evaluation::Metric> metrics() const override { return {{"accuracy", "%"}}; }
  bool deterministic() const override { return false; }
  void recall(std::span<const evaluation::Outcome> outcomes) override { rule_.add(outcomes); }

  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token stop) override {
    rule_.begin_block();
    for (std::size_t i = 0; i < block.size() && !stop.stop_requested(); ++i) {
      if (on_begin) on_begin();
      const evaluation::Outcome outcome = train(block[i]);
      rule_.add({&outcome, 1});
      sink(i, outcome);
    }
  }

 private:
  evaluation::Outcome train(const evaluation::Candidate& candidate) const {
    double best = 50.0 + static_cast<double>(candidate.seed % 1000) / 50.0;
    for (const auto gene : candidate.genotype.genes()) best += gene;
    evaluation::Outcome outcome;
    evaluation::Curve curve;
    for (std::int64_t epoch = 1; epoch <= 5; ++epoch) {
      outcome.seconds += 1.0;
      curve.emplace_back(epoch, best * (1.0 - 1.0 / static_cast<double>(1 + epoch)));
      outcome.by_epoch[epoch]["accuracy"] = curve.back().second;
      const auto objection = epoch < 5 ? rule_.objection(curve) : std::nullopt;
      if (objection) {
        outcome.failure = fmt::format("{}{}", evaluation::kStoppedEarly, *objection);
        return outcome;
      }
    }
    outcome.metrics["accuracy"] = {best, std::nullopt, std::nullopt};
    return outcome;
  }

  evaluation::MedianRule rule_{{.metric = "accuracy", .goal = "maximize", .candidates = 3}};
};

/// One session; `most` evaluations begin. Anew with each: nothing but the store remembers.
SearchSummary session(const std::string& driver, RunStore* store, int most) {
  World world(40);
  world.setup.problem = {{{"accuracy", Goal::Maximize}}, {}};
  const auto epochs = std::make_shared<Epochs>();
  world.setup.sources = {{"accuracy", epochs}, {"costs", world.counted}};
  world.setup.algorithm.driver = driver;
  std::stop_source stop;
  epochs->on_begin = [&] {
    if (--most == 0) stop.request_stop();
  };
  const SearchSummary summary = world.run(store, {}, stop.get_token());
  if (store != nullptr) {
    Climber climber(world.setup.algorithm.seed, world.batch);
    CHECK(verify_run(world.setup, climber, *store).empty());
    CHECK(text_of(load_summary(*store, world.setup.problem)) == text_of(summary));
  }
  return summary;
}

void check_resumed(const std::string& driver) {
  CAPTURE(driver);
  const SearchSummary whole = session(driver, nullptr, 1000);
  const auto stopped = std::ranges::count_if(whole.evaluations, &EvaluationRecord::stopped_early);
  CHECK(stopped >= 5);
  CHECK(stopped <= 35);
  for (const EvaluationRecord& record : whole.evaluations) {
    CHECK(record.by_epoch.size() == static_cast<std::size_t>(record.seconds));
    CHECK(record.ok() == (record.by_epoch.size() == 5));
  }
  for (const int most : {3, 7, 11}) {
    const TemporaryFolder folder;
    for (Termination end = Termination::Interrupted; end == Termination::Interrupted;) {
      RunStore store = RunStore::exists(folder.path()) ? RunStore::open(folder.path())
                                                       : RunStore::create(folder.path());
      const SearchSummary summary = session(driver, &store, most);
      end = summary.termination;
      if (end == Termination::Budget) CHECK(text_of(summary) == text_of(whole));
    }
  }
}

TEST_CASE("a search that stops early is continued as if it had never been stopped") {
  check_resumed("synchronous");
  check_resumed("asynchronous");
}

}  // namespace
}  // namespace evonas::search
