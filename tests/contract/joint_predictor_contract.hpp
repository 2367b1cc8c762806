#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "contract/predictor_contract.hpp"
#include "predictor/joint_predictor.hpp"

namespace evonas::predictor {

/// Made-up labels of two metrics: how often the notation of an architecture has each letter, in two
/// ways. Of every third architecture the second is missing.
inline std::vector<std::vector<Label>> two_metrics(const spaces::AnySpace& space,
                                                   std::uint64_t count) {
  std::vector<std::vector<Label>> lists{made_up_labels(space, count), {}};
  for (std::size_t i = 0; i < lists[0].size(); ++i) {
    if (i % 3 == 1) continue;
    Label label = lists[0][i];
    label.value = 0.0;
    for (const auto gene : label.genotype.genes()) label.value += static_cast<double>(gene * 3 % 5);
    lists[1].push_back(std::move(label));
  }
  return lists;
}

/// The tau of what is expected of a metric with labels.
inline double tau_of(const JointPredictor& fitted, std::size_t metric,
                     std::span<const Label> labels) {
  std::vector<spaces::Genotype> block;
  std::vector<double> values;
  for (const Label& label : labels) {
    block.push_back(label.genotype);
    values.push_back(label.value);
  }
  const auto predictions = fitted.predict(block);
  std::vector<double> means;
  for (const Prediction& prediction : predictions[metric]) {
    CHECK(std::isfinite(prediction.mean));
    CHECK(std::isfinite(prediction.deviation));
    CHECK(prediction.deviation >= 0.0);
    means.push_back(prediction.mean);
  }
  return kendall_tau_b(means, values);
}

/// A fit that is stopped throws and leaves predictions as they were.
inline void check_stopped(JointPredictor& fitted, LabelLists labels,
                          std::span<const spaces::Genotype> block) {
  const auto before = fitted.predict(block);
  std::stop_source stop;
  const auto stop_in_the_midst = [&](double done) {
    if (done >= 0.5) stop.request_stop();
  };
  try {
    fitted.fit(labels, {.seed = 5, .stop = stop.get_token(), .progress = stop_in_the_midst});
  } catch (const PredictorError&) {
    CHECK((fitted.predict(block) == before));
  }
}

/// What every joint predictor of two metrics keeps to. `make` builds a new one for the space;
/// `learns` is the tau that it reaches at least on labels of each metric that it has not seen.
template <class Make>
void check_joint_predictor(const spaces::AnySpace& space, const Make& make, double learns) {
  const std::vector<std::vector<Label>> all = two_metrics(space, 300);
  std::vector<std::vector<Label>> labels;
  std::vector<std::vector<Label>> unseen;
  std::vector<std::vector<Label>> fewer;
  std::vector<std::size_t> known;
  for (const std::vector<Label>& list : all) {
    const auto seen = static_cast<std::ptrdiff_t>(list.size() / 4);
    labels.emplace_back(list.begin(), list.begin() + seen);
    unseen.emplace_back(list.begin() + seen, list.end());
    fewer.emplace_back(list.begin(), list.begin() + seen - 5);
    known.push_back(fewer.back().size());
  }
  std::vector<spaces::Genotype> block;
  for (const Label& label : unseen[0]) block.push_back(label.genotype);

  const auto fit_and_predict = [&](std::size_t threads) {
    const std::unique_ptr<JointPredictor> predictor = make();
    REQUIRE(predictor->metrics() == 2);
    CHECK_THROWS_AS(predictor->predict(block), PredictorError);
    CHECK_THROWS_AS(predictor->state(), PredictorError);
    ThreadArena arena(threads);
    return arena.execute([&] {
      predictor->fit(labels, {.seed = 3});
      CHECK(predictor->parameters() > 0);
      for (std::size_t metric = 0; metric < 2; ++metric) {
        CAPTURE(metric);
        CHECK(tau_of(*predictor, metric, unseen[metric]) >= learns);
      }
      auto predictions = predictor->predict(block);
      REQUIRE(predictions.size() == 2);
      check_members(predictor->ensemble(), predictions, block);
      const std::unique_ptr<JointPredictor> restored = make();
      CHECK_THROWS(restored->restore(nlohmann::json::object()));
      restored->restore(nlohmann::json::from_cbor(nlohmann::json::to_cbor(predictor->state())));
      CHECK((restored->predict(block) == predictions));
      return predictions;
    });
  };
  const auto predictions = fit_and_predict(1);
  CHECK((fit_and_predict(3) == predictions));

  const auto refresh_and_predict = [&](std::size_t threads) {
    const std::unique_ptr<JointPredictor> predictor = make();
    ThreadArena arena(threads);
    return arena.execute([&] {
      predictor->fit(fewer, {.seed = 3});
      predictor->refresh(labels, known, {.seed = 4});
      for (std::size_t metric = 0; metric < 2; ++metric) {
        CHECK(tau_of(*predictor, metric, unseen[metric]) >= learns);
      }
      return predictor->predict(block);
    });
  };
  CHECK((refresh_and_predict(1) == refresh_and_predict(3)));

  // A metric of it predicts as it does, and is not learnt without the other.
  const std::shared_ptr<JointPredictor> shared = make();
  shared->fit(labels, {.seed = 3});
  OneMetric second(shared, 1);
  CHECK((second.predict(block) == shared->predict(block)[1]));
  CHECK_THROWS_AS(second.fit(labels[1], {}), PredictorError);
  check_stopped(*shared, fewer, block);

  CHECK_THROWS_AS(shared->fit(std::span(labels).first(1), {}), PredictorError);
  CHECK_THROWS_AS(shared->fit(std::vector<std::vector<Label>>{labels[0], {}}, {}), PredictorError);
  // Architectures of which only one metric is known each, and few of those.
  const std::vector<std::vector<Label>> apart{{labels[0][0], labels[0][1]}, {labels[1][2]}};
  shared->fit(apart, {});
  CHECK(shared->predict(block)[1].front().mean == doctest::Approx(labels[1][2].value));
  for (const auto& of_metric : shared->predict({})) CHECK(of_metric.empty());
}

}  // namespace evonas::predictor
