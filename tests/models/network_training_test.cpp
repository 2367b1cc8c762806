#include "predictor/models/network_training.hpp"

#include <cmath>

#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kLabels = 40;

/// Graphs of one node each, which tells their number.
GraphBatch numbered_graphs(std::int64_t count) {
  return {.operations = torch::arange(count).unsqueeze(1),
          .adjacency = torch::zeros({count, 1, 1}),
          .mask = torch::ones({count, 1})};
}

/// Scores all graphs alike, and by 0.5 higher where it does not train: what it learns best is not
/// what it does best.
class Drifting final : public GraphModel {
 public:
  torch::Tensor forward(const GraphBatch& graphs) override {
    return score_.expand({graphs.operations.size(0)}) + (is_training() ? 0.0 : 0.5);
  }
  double multiply_accumulates(std::size_t /*nodes*/) const override { return 0.0; }

  double score() const { return score_.item<double>(); }

 private:
  torch::Tensor score_ = register_parameter("score", torch::zeros({1}));
};

/// Learns a score of its own for each graph.
class Memory final : public GraphModel {
 public:
  torch::Tensor forward(const GraphBatch& graphs) override {
    return torch::embedding(scores_, graphs.operations).view({graphs.operations.size(0)});
  }
  double multiply_accumulates(std::size_t /*nodes*/) const override { return 0.0; }

  /// How many graphs it has learnt anything of.
  std::int64_t learnt() const { return scores_.count_nonzero().item<std::int64_t>(); }

 private:
  torch::Tensor scores_ = register_parameter("scores", torch::zeros({kLabels, 1}));
};

NetworkTrainingOptions short_training() {
  return {.epochs = 300,
          .least_steps = 0,
          .optimiser = {.learning_rate = 0.02},
          .losses = {{Loss::SquaredError, 1.0}}};
}

/// The steps of a fit of a network to labels that are all 1.
std::int64_t fit_to_ones(GraphModel& network, std::int64_t labels,
                         const NetworkTrainingOptions& options) {
  std::int64_t steps = 0;
  double done = 0.0;
  const GraphBatch graphs = numbered_graphs(labels);
  fit_scores(network, training_set(graphs, torch::ones({labels}), {}), options,
             {.progress = [&](double share) {
               ++steps;
               done = share;
             }});
  CHECK(done == 1.0);
  CHECK_FALSE(network.is_training());
  return steps;
}

/// One number, whose gradient is always 1: each step of AdamW takes its learning rate from it.
struct Slope final : torch::nn::Module {
  torch::Tensor place = register_parameter("place", torch::zeros({1}));
};

/// The learning rates of a training of 100 steps.
std::vector<double> rates_of(OptimiserOptions::Decay decay) {
  Slope slope;
  std::vector<double> rates;
  double before = 0.0;
  const OptimiserOptions options{
      .learning_rate = 1.0, .weight_decay = 0.0, .decay = decay, .last_rate = 0.1};
  train_network(
      slope, 100, options, {}, [&] { return slope.place.sum(); },
      [&] {
        const double now = slope.place.item<double>();
        rates.push_back(before - now);
        before = now;
        return true;
      });
  return rates;
}

TEST_CASE("learning rates rise over a tenth of the steps and fall to the last one") {
  using Decay = OptimiserOptions::Decay;
  const auto near = [](double value) { return doctest::Approx(value).epsilon(1e-3); };
  const auto cosine = [](double done) { return 0.5 * (1.0 + std::cos(done * M_PI)); };
  const std::vector<double> curved = rates_of(Decay::Cosine);
  REQUIRE(curved.size() == 100);
  CHECK(curved[0] == near(0.1));
  CHECK(curved[4] == near(0.5 * (0.1 + 0.9 * cosine(0.04))));
  CHECK(curved[9] == near(0.1 + 0.9 * cosine(0.09)));
  CHECK(curved[50] == near(0.55));
  CHECK(curved[99] == near(0.1 + 0.9 * cosine(0.99)));
  const std::vector<double> straight = rates_of(Decay::Linear);
  CHECK(straight[0] == near(0.1));
  CHECK(straight[50] == near(0.55));
  CHECK(straight[75] == near(0.1 + 0.9 * 0.25));
  for (const double rate : rates_of(Decay::None)) CHECK(rate == near(1.0));
}

TEST_CASE("training goes on to the end without held-out labels") {
  Drifting network;
  CHECK(fit_to_ones(network, kLabels, short_training()) == 300);
  CHECK(std::abs(network.score() - 1.0) < 0.05);
}

TEST_CASE("training ends in time with held-out labels, and the best weights are kept") {
  NetworkTrainingOptions options = short_training();
  options.validation = 0.25;
  options.patience = 5;
  for (const double average : {0.0, 0.8}) {  // it is the averages that are judged, and kept
    CAPTURE(average);
    options.average = average;
    Drifting network;
    CHECK(fit_to_ones(network, kLabels, options) < 100);
    CHECK(std::abs(network.score() - 0.5) < 0.02);
    Drifting again;
    fit_to_ones(again, kLabels, options);
    CHECK(again.score() == network.score());
  }
}

TEST_CASE("nothing is learnt of labels that are held out") {
  NetworkTrainingOptions options = short_training();
  options.validation = 0.25;
  options.patience = 3;
  Memory network;
  CHECK(fit_to_ones(network, kLabels, options) == 4);  // no epoch is better than the first
  CHECK(network.learnt() == 30);
  Memory few;
  fit_to_ones(few, 5, options);  // a quarter would be one label
  CHECK(few.learnt() == 5);
}

TEST_CASE("a learning curve has some hundred points and changes no fit") {
  NetworkTrainingOptions options = short_training();
  options.average = 0.8;
  const auto fit = [&](double validation, std::vector<LearningPoint>* points) {
    options.validation = validation;
    Drifting network;
    const GraphBatch graphs = numbered_graphs(kLabels);
    LearningCurve::Listener listener;
    if (points != nullptr) {
      listener = [&](const LearningPoint& point) {
        CHECK_FALSE(network.is_training());
        points->push_back(point);
      };
    }
    fit_scores(network, training_set(graphs, torch::ones({kLabels}), {}), options, {}, listener);
    return network.score();
  };
  std::vector<LearningPoint> points;
  CHECK(fit(0.0, &points) == fit(0.0, nullptr));
  REQUIRE(points.size() == 100);
  CHECK(points.front().epoch == 3);
  CHECK(points.back().epoch == 300);
  CHECK(points.front().loss > points.back().loss);
  CHECK(std::isnan(points.back().held_out));
  std::vector<LearningPoint> judged;
  CHECK(fit(0.25, &judged) == fit(0.25, nullptr));
  REQUIRE_FALSE(judged.empty());
  for (const LearningPoint& point : judged) CHECK(std::isfinite(point.held_out));
}

TEST_CASE("a refresh is a short training on all labels") {
  NetworkTrainingOptions options = short_training();
  options.validation = 0.2;
  const NetworkTrainingOptions refresh = for_refresh(options);
  CHECK(refresh.epochs == 6);
  CHECK(refresh.least_steps == 60);
  CHECK(refresh.validation == 0.0);
  CHECK(refresh.optimiser.learning_rate == doctest::Approx(0.006));
  CHECK(refresh_epochs(10) == 2);
}

TEST_CASE("options replace what a recipe says, and nothing else") {
  NetworkTrainingOptions recipe = short_training();
  recipe.twin = Twin::Same;
  recipe.average = 0.9;
  recipe.consistency = 0.5;
  const NetworkTrainingOptions same = changed(recipe, {});
  CHECK(same.epochs == 300);
  CHECK((same.losses == recipe.losses));
  CHECK(same.average == 0.9);
  CHECK(same.validation == 0.0);
  CHECK(same.patience == 20);
  CHECK((same.twin == Twin::Same));
  CHECK(same.consistency == 0.5);
  const NetworkTrainingOptions other = changed(recipe, {.epochs = 7,
                                                        .losses = "list_mle=3",
                                                        .average = 0.0,
                                                        .validation = 0.2,
                                                        .patience = 4,
                                                        .twin = "another_order",
                                                        .consistency = 0.0});
  CHECK(other.epochs == 7);
  CHECK((other.losses == std::vector<LossTerm>{{Loss::ListMle, 3.0}}));
  CHECK(other.average == 0.0);
  CHECK(other.validation == 0.2);
  CHECK(other.patience == 4);
  CHECK((other.twin == Twin::AnotherOrder));
  CHECK(other.consistency == 0.0);
  CHECK(other.optimiser.learning_rate == recipe.optimiser.learning_rate);
  CHECK((changed(recipe, {.twin = "none"}).twin == Twin::None));
}

}  // namespace
}  // namespace evonas::predictor
