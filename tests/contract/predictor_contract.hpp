#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include <doctest/doctest.h>

#include "base/parallel.hpp"
#include "base/rank_correlation.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/ensemble.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// Architectures with labels that follow from them: how often their notation has each letter.
inline std::vector<Label> made_up_labels(const spaces::AnySpace& space, std::uint64_t count) {
  std::vector<Label> labels;
  for (std::uint64_t i = 0; i < count; ++i) {
    Rng rng(11, "contract", i);
    const spaces::Genotype genotype = space.sample(rng);
    double value = 0.0;
    for (const auto gene : genotype.genes()) value += static_cast<double>(gene * gene % 7);
    labels.push_back({genotype, value});
  }
  return labels;
}

/// What a fitted predictor has learnt comes back from a checkpoint, and nothing else does.
inline void check_restored(const Predictor& fitted, Predictor& restored,
                           std::span<const spaces::Genotype> block) {
  CHECK_THROWS(restored.restore(nlohmann::json::object()));
  CHECK_THROWS_AS(restored.predict(block), PredictorError);
  const std::string bytes = checkpoint_bytes({.predictor = "contract"}, fitted.state());
  restore(restored, read_checkpoint(bytes, "contract"), "contract");
  // Brackets within brackets: doctest would print vectors as LibTorch's headers do, element by
  // element.
  CHECK((restored.predict(block) == fitted.predict(block)));
}

/// What predictors keep to that look at the noise of labels: wrong labels of great noise are nearly
/// ignored, so that unseen architectures are ranked as if they were not there.
template <class Make>
void check_noise(const spaces::AnySpace& space, const Make& make) {
  const std::vector<Label> all = made_up_labels(space, 300);
  std::vector<Label> mixed(all.begin(), all.begin() + 120);
  std::vector<Label> right;
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    mixed[i].noise = i % 2 == 0 ? 0.01 : 1e6;
    if (i % 2 == 0) {
      right.push_back(mixed[i]);
    } else {
      mixed[i].value = -mixed[i].value;
    }
  }
  std::vector<Label> without = mixed;
  for (Label& label : without) label.noise = 0.0;
  std::vector<spaces::Genotype> unseen;
  std::vector<double> values;
  for (const Label& label : std::span(all).subspan(mixed.size())) {
    unseen.push_back(label.genotype);
    values.push_back(label.value);
  }
  const auto tau = [&](const std::vector<Label>& labels) {
    const std::unique_ptr<Predictor> predictor = make();
    predictor->fit(labels, {.seed = 3});
    std::vector<double> means;
    for (const Prediction& prediction : predictor->predict(unseen)) {
      means.push_back(prediction.mean);
    }
    return kendall_tau_b(means, values);
  };
  const double expected = tau(right);
  CHECK(tau(mixed) > 0.7 * expected);
  CHECK(tau(without) < 0.6 * expected);
}

/// A fit that is stopped, before it begins or in its midst, throws and leaves predictions as they
/// were. One that cannot be stopped ends as any other does.
inline void check_stopped(Predictor& fitted, std::span<const Label> labels,
                          std::span<const spaces::Genotype> block) {
  const std::vector<Prediction> before = fitted.predict(block);
  for (const double share : {0.0, 0.5}) {
    CAPTURE(share);
    std::stop_source stop;
    if (share == 0.0) stop.request_stop();
    const auto stop_then = [&](double done) {
      if (done >= share) stop.request_stop();
    };
    try {
      fitted.fit(labels, {.seed = 5, .stop = stop.get_token(), .progress = stop_then});
      return;
    } catch (const PredictorError&) {
      CHECK((fitted.predict(block) == before));
    }
  }
}

/// What members keep to, of a predictor that has some: shares are shares, and what it expects
/// itself, by metric, lies among what they expect.
inline void check_members(const Ensemble* ensemble,
                          std::span<const std::vector<Prediction>> predictions,
                          std::span<const spaces::Genotype> block) {
  if (ensemble == nullptr) return;
  double sum = 0.0;
  for (const double share : ensemble->shares()) {
    CHECK(share > 0.0);
    sum += share;
  }
  CHECK(sum == doctest::Approx(1.0));
  const std::vector<MemberMeans> members = ensemble->predict_members(block);
  REQUIRE(members.size() == predictions.size());
  for (std::size_t metric = 0; metric < members.size(); ++metric) {
    REQUIRE(members[metric].size() == ensemble->shares().size());
    for (std::size_t i = 0; i < block.size(); ++i) {
      double least = std::numeric_limits<double>::infinity();
      double most = -least;
      for (const std::vector<double>& member : members[metric]) {
        REQUIRE(member.size() == block.size());
        least = std::min(least, member[i]);
        most = std::max(most, member[i]);
      }
      const double mean = predictions[metric][i].mean;
      const double rounding = 1e-3 * (1.0 + std::abs(mean));
      CHECK(least <= mean + rounding);
      CHECK(most >= mean - rounding);
    }
  }
}

/// What every predictor keeps to. `make` builds a new one for the space; `learns` is the tau that
/// it reaches at least on labels it has seen.
template <class Make>
void check_predictor(const spaces::AnySpace& space, const Make& make, double learns) {
  const std::vector<Label> labels = made_up_labels(space, 60);
  std::vector<spaces::Genotype> block;
  std::vector<double> values;
  for (const Label& label : labels) {
    block.push_back(label.genotype);
    values.push_back(label.value);
  }
  const auto fit_and_predict = [&](std::size_t threads) {
    const std::unique_ptr<Predictor> predictor = make();
    CHECK_THROWS_AS(predictor->predict(block), PredictorError);
    CHECK_THROWS_AS(predictor->state(), PredictorError);
    if (const Ensemble* const unfitted = predictor->ensemble()) {
      CHECK_THROWS_AS(unfitted->shares(), PredictorError);
      CHECK_THROWS_AS(unfitted->predict_members(block), PredictorError);
    }
    ThreadArena arena(threads);
    return arena.execute([&] {
      predictor->fit(labels, {.seed = 3});
      CHECK(predictor->parameters() > 0);
      check_restored(*predictor, *make(), block);
      const std::vector<Prediction> expected = predictor->predict(block);
      check_members(predictor->ensemble(), {&expected, 1}, block);
      return expected;
    });
  };
  const std::vector<Prediction> predictions = fit_and_predict(1);
  REQUIRE(predictions.size() == block.size());
  std::vector<double> means;
  for (const Prediction& prediction : predictions) {
    CHECK(std::isfinite(prediction.mean));
    CHECK(std::isfinite(prediction.deviation));
    CHECK(prediction.deviation >= 0.0);
    means.push_back(prediction.mean);
  }
  const double whole = kendall_tau_b(means, values);
  CHECK(whole >= learns);
  CHECK((fit_and_predict(3) == predictions));

  // Ten more labels, on top of fifty.
  const auto refresh_and_predict = [&](std::size_t threads) {
    const std::unique_ptr<Predictor> predictor = make();
    ThreadArena arena(threads);
    return arena.execute([&] {
      predictor->fit(std::span(labels).first(50), {.seed = 3});
      predictor->refresh(labels, 50, {.seed = 4});
      return predictor->predict(block);
    });
  };
  const std::vector<Prediction> refreshed = refresh_and_predict(1);
  means.clear();
  for (const Prediction& prediction : refreshed) means.push_back(prediction.mean);
  // One that learns nothing is as good as chance both times.
  CHECK(kendall_tau_b(means, values) >= (learns > 0.0 ? std::max(learns, whole - 0.1) : learns));
  CHECK((refresh_and_predict(3) == refreshed));

  const std::unique_ptr<Predictor> predictor = make();
  CHECK_THROWS_AS(predictor->fit({}, {}), PredictorError);
  predictor->fit(std::span(labels).first(20), {.seed = 3});
  check_stopped(*predictor, labels, block);
  std::vector<Label> broken = labels;
  broken[5].value = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(predictor->fit(broken, {}), PredictorError);
  // One label, equal labels, and the same architecture twice are little to learn from, but no
  // error.
  predictor->fit(std::span(labels).first(1), {});
  CHECK(predictor->predict(block).front().mean == doctest::Approx(labels[0].value));
  std::vector<Label> equal(labels.begin(), labels.begin() + 10);
  for (Label& label : equal) label.value = 4.0;
  predictor->fit(equal, {});
  CHECK(predictor->predict(block).back().mean == doctest::Approx(4.0));
  std::vector<Label> twice(5, labels[0]);
  twice.insert(twice.end(), labels.begin(), labels.begin() + 20);
  predictor->fit(twice, {});
  CHECK(std::isfinite(predictor->predict(block)[0].mean));
  CHECK(predictor->predict({}).empty());
}

}  // namespace evonas::predictor
