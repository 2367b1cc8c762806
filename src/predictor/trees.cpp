#include "predictor/trees.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "base/selected.hpp"
#include "predictor/label_noise.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kRowChunk = 1024;  // architectures in one task of a prediction

void check(int status) {
  if (status != 0) throw PredictorError(fmt::format("XGBoost: {}", XGBGetLastError()));
}

struct FreeMatrix {
  void operator()(void* matrix) const { XGDMatrixFree(matrix); }
};
struct FreeForest {
  void operator()(void* forest) const { XGBoosterFree(forest); }
};
using Matrix = std::unique_ptr<void, FreeMatrix>;
using Forest = std::unique_ptr<void, FreeForest>;

/// Some rows of a feature matrix, in single precision.
std::vector<float> rows_of(std::span<const double> features, std::size_t width,
                           std::span<const std::size_t> rows) {
  std::vector<float> values;
  for (const std::size_t row : rows) {
    for (const double value : features.subspan(row * width, width)) {
      values.push_back(static_cast<float>(value));
    }
  }
  return values;
}

/// The scores of rows of features. Safe from many threads, as XGBoost's predictions in place are.
std::vector<double> predict_scores(const Forest& forest, std::span<const float> rows,
                                   std::size_t width) {
  const std::string matrix =
      fmt::format(R"({{"data": [{}, true], "shape": [{}, {}], "typestr": "<f4", "version": 3}})",
                  reinterpret_cast<std::uintptr_t>(rows.data()), rows.size() / width, width);
  const char* const options =
      R"({"type": 0, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false,
          "missing": NaN, "cache_id": 0})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* values = nullptr;
  check(XGBoosterPredictFromDense(forest.get(), matrix.c_str(), options, nullptr, &shape,
                                  &dimensions, &values));
  return {values, values + shape[0]};
}

/// `weights` says how much each row counts; empty: all alike.
Forest grow(std::span<const float> rows, std::size_t width, std::span<const double> scores,
            std::span<const double> weights, const TreesOptions& options, std::uint64_t seed,
            const std::stop_token& stop) {
  DMatrixHandle handle = nullptr;
  check(XGDMatrixCreateFromMat(rows.data(), rows.size() / width, width, NAN, &handle));
  const Matrix matrix(handle);
  const auto set_numbers = [&](const char* name, std::span<const double> numbers) {
    const std::vector<float> floats(numbers.begin(), numbers.end());
    check(XGDMatrixSetFloatInfo(matrix.get(), name, floats.data(), floats.size()));
  };
  set_numbers("label", scores);
  if (!weights.empty()) set_numbers("weight", weights);
  BoosterHandle created = nullptr;
  check(XGBoosterCreate(&handle, 1, &created));
  Forest forest(created);
  const auto set = [&](const char* name, const std::string& value) {
    check(XGBoosterSetParam(forest.get(), name, value.c_str()));
  };
  set("verbosity", "0");
  set("nthread", "1");
  set("tree_method", "exact");
  set("base_score", "0");
  set("seed", std::to_string(seed % 1000000007));
  set("eta", fmt::format("{}", options.learning_rate));
  set("max_depth", std::to_string(options.depth));
  set("subsample", fmt::format("{}", options.rows));
  set("colsample_bytree", fmt::format("{}", options.columns));
  set("min_child_weight", fmt::format("{}", options.least_weight));
  for (int round = 0; round < options.rounds; ++round) {
    if (stop.stop_requested()) throw PredictorError("the fit was stopped");
    check(XGBoosterUpdateOneIter(forest.get(), round, matrix.get()));
  }
  return forest;
}

}  // namespace

/// What a fit leaves behind.
struct Trees::Fitted {
  RankNormal labels;
  std::vector<Forest> forests;
  double unseen_variance = 0.0;  // of scores around the prediction of a forest that lacks them
};

Trees::Trees(std::shared_ptr<const GraphFeatures> features, const TreesOptions& options)
    : features_(std::move(features)), options_(options) {}

Trees::~Trees() = default;

void Trees::fit(std::span<const Label> labels, const FitControl& control) {
  const auto [genotypes, transform, scores, noises] = rank(labels);
  const std::vector<double> weights = noise_weights(noises);
  auto fitted = std::make_unique<Fitted>(Fitted{.labels = transform, .forests = {}});
  const std::vector<double> features = features_->compute(genotypes);

  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng(control.seed, "folds of trees").shuffle(std::span(order));
  const auto folds = static_cast<std::size_t>(options_.folds);
  const bool few = labels.size() < 2 * folds;
  for (std::size_t fold = 0; fold < (few ? 1 : folds); ++fold) {
    std::vector<std::size_t> seen;
    std::vector<std::size_t> unseen;
    for (std::size_t i = 0; i < order.size(); ++i) {
      (!few && i % folds == fold ? unseen : seen).push_back(order[i]);
    }
    fitted->forests.push_back(grow(rows_of(features, features_->size(), seen), features_->size(),
                                   selected(scores, seen),
                                   weights.empty() ? weights : selected(weights, seen), options_,
                                   derive_seed(control.seed, "forest", fold), control.stop));
    if (control.progress) {
      control.progress(static_cast<double>(fold + 1) / static_cast<double>(few ? 1 : folds));
    }
    if (unseen.empty()) continue;
    const std::vector<double> predicted = predict_scores(
        fitted->forests.back(), rows_of(features, features_->size(), unseen), features_->size());
    for (std::size_t i = 0; i < unseen.size(); ++i) {
      fitted->unseen_variance += (weights.empty() ? 1.0 : weights[unseen[i]]) *
                                 std::pow(predicted[i] - scores[unseen[i]], 2) /
                                 static_cast<double>(labels.size());
    }
  }
  fitted_ = std::move(fitted);
}

std::vector<Prediction> Trees::predict(std::span<const spaces::Genotype> block) const {
  fitted();
  const std::vector<double> features = features_->compute(block);
  const std::vector<float> rows(features.begin(), features.end());
  const std::size_t width = features_->size();
  std::vector<Prediction> predictions(block.size());
  parallel_chunks(block.size(), kRowChunk, [&](std::size_t first, std::size_t count) {
    const std::vector<Prediction> part =
        predict_rows(std::span(rows).subspan(first * width, count * width));
    std::ranges::copy(part, predictions.begin() + static_cast<std::ptrdiff_t>(first));
  });
  return predictions;
}

std::vector<Prediction> Trees::predict_rows(std::span<const float> rows) const {
  const auto forests = static_cast<double>(fitted_->forests.size());
  const std::size_t count = rows.size() / features_->size();
  std::vector<double> means(count, 0.0);
  std::vector<double> squares(count, 0.0);
  for (const Forest& forest : fitted_->forests) {
    const std::vector<double> scores = predict_scores(forest, rows, features_->size());
    for (std::size_t i = 0; i < count; ++i) {
      means[i] += scores[i] / forests;
      squares[i] += scores[i] * scores[i] / forests;
    }
  }
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < count; ++i) {
    const double spread = std::max(0.0, squares[i] - means[i] * means[i]);
    const double deviation = std::sqrt(spread + fitted_->unseen_variance);
    predictions.push_back(fitted_->labels.prediction(means[i], deviation));
  }
  return predictions;
}

nlohmann::json Trees::state() const {
  nlohmann::json forests = nlohmann::json::array();
  for (const Forest& forest : fitted().forests) {
    bst_ulong size = 0;
    const char* bytes = nullptr;
    check(XGBoosterSaveModelToBuffer(forest.get(), R"({"format": "ubj"})", &size, &bytes));
    forests.push_back(nlohmann::json::binary({bytes, bytes + size}));
  }
  return {{"labels", fitted_->labels.state()},
          {"space", features_->key().hex()},
          {"forests", std::move(forests)},
          {"unseen_variance", fitted_->unseen_variance}};
}

void Trees::restore(const nlohmann::json& state) {
  check_same_space(state.at("space"), features_->key());
  auto fitted = std::make_unique<Fitted>(
      Fitted{.labels = RankNormal::from_state(state.at("labels")),
             .forests = {},
             .unseen_variance = state.at("unseen_variance").get<double>()});
  for (const nlohmann::json& forest : state.at("forests")) {
    const std::vector<std::uint8_t>& bytes = forest.get_binary();
    BoosterHandle created = nullptr;
    check(XGBoosterCreate(nullptr, 0, &created));
    fitted->forests.emplace_back(created);
    check(XGBoosterLoadModelFromBuffer(created, bytes.data(), bytes.size()));
    check(XGBoosterSetParam(created, "nthread", "1"));
  }
  if (fitted->forests.empty()) throw PredictorError("there is no forest");
  fitted_ = std::move(fitted);
}

const Trees::Fitted& Trees::fitted() const {
  if (!fitted_) throw PredictorError("the trees have not been fitted yet");
  return *fitted_;
}

std::size_t Trees::parameters() const {
  // Of a full tree: a feature and a value an inner node, a value a leaf.
  const auto leaves = std::size_t{1} << static_cast<unsigned>(options_.depth);
  return static_cast<std::size_t>(options_.folds * options_.rounds) * (3 * leaves - 2);
}

}  // namespace evonas::predictor
