#include "predictor/decorators.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <new>
#include <string_view>

#include <fmt/format.h>

#include "base/json.hpp"
#include "predictor/fit_together.hpp"

namespace evonas::predictor {
namespace {

/// Whether that says that there was no memory. LibTorch's allocators have errors of their own.
bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  const std::string_view what = error.what();
  return what.find("DefaultCPUAllocator") != std::string_view::npos ||
         what.find("out of memory") != std::string_view::npos;
}

/// Calls `predict` for parts of a block, one after the other, halving what there is no memory for.
template <class Predict>
void in_parts(std::span<const spaces::Genotype> block, std::size_t chunk, const Predict& predict) {
  for (std::size_t done = 0; done < block.size() || block.empty();) {
    const auto part = block.subspan(done, std::min(chunk, block.size() - done));
    try {
      predict(part);
    } catch (const std::exception& error) {
      if (!is_out_of_memory(error)) throw;
      if (chunk == 1) {
        throw PredictorError("there is not enough memory to predict a single architecture");
      }
      chunk = std::max<std::size_t>(1, part.size() / 2);
      continue;
    }
    done += part.size();
    if (block.empty()) break;
  }
}

}  // namespace

nlohmann::json Decorator::state() const { return inner_->state(); }

CachedPredictor::CachedPredictor(std::unique_ptr<Predictor> inner, std::size_t most)
    : Decorator(std::move(inner)), most_(most) {}

void CachedPredictor::fit(std::span<const Label> labels, const FitControl& control) {
  Decorator::fit(labels, control);
  clear();
}

void CachedPredictor::refresh(std::span<const Label> labels, std::size_t known,
                              const FitControl& control) {
  Decorator::refresh(labels, known, control);
  clear();
}

void CachedPredictor::restore(const nlohmann::json& state) {
  Decorator::restore(state);
  clear();
}

void CachedPredictor::clear() {
  const std::scoped_lock lock(mutex_);
  known_.clear();
}

std::size_t CachedPredictor::size() const {
  const std::scoped_lock lock(mutex_);
  return known_.size();
}

std::vector<Prediction> CachedPredictor::predict(std::span<const spaces::Genotype> block) const {
  std::vector<Key> keys;
  for (const spaces::Genotype& genotype : block) keys.push_back(spaces::key_of_genes(genotype));
  std::vector<spaces::Genotype> unknown;
  std::vector<std::size_t> places;                // in `unknown`, of those that are not known
  std::unordered_map<Key, std::size_t> place_of;  // the same by key
  std::vector<Prediction> predictions(block.size());
  constexpr std::size_t kKnown = static_cast<std::size_t>(-1);
  {
    const std::scoped_lock lock(mutex_);
    for (std::size_t i = 0; i < block.size(); ++i) {
      const auto found = known_.find(keys[i]);
      if (found != known_.end()) {
        predictions[i] = found->second;
        places.push_back(kKnown);
        continue;
      }
      const auto [place, is_new] = place_of.try_emplace(keys[i], unknown.size());
      if (is_new) unknown.push_back(block[i]);
      places.push_back(place->second);
    }
  }
  const std::vector<Prediction> made = inner().predict(unknown);
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (places[i] != kKnown) predictions[i] = made[places[i]];
  }
  const std::scoped_lock lock(mutex_);
  if (known_.size() + made.size() > most_) known_.clear();
  for (std::size_t i = 0; i < block.size() && known_.size() < most_; ++i) {
    known_.try_emplace(keys[i], predictions[i]);
  }
  return predictions;
}

ChunkedPredictor::ChunkedPredictor(std::unique_ptr<Predictor> inner, std::size_t chunk)
    : Decorator(std::move(inner)), chunk_(std::max<std::size_t>(1, chunk)) {}

std::vector<Prediction> ChunkedPredictor::predict(std::span<const spaces::Genotype> block) const {
  std::vector<Prediction> predictions;
  in_parts(block, chunk_, [&](std::span<const spaces::Genotype> part) {
    const std::vector<Prediction> predicted = inner().predict(part);
    predictions.insert(predictions.end(), predicted.begin(), predicted.end());
  });
  return predictions;
}

std::vector<std::vector<Prediction>> ChunkedJoint::predict(
    std::span<const spaces::Genotype> block) const {
  std::vector<std::vector<Prediction>> predictions(inner_->metrics());
  in_parts(block, ChunkedPredictor::kDefaultChunk, [&](std::span<const spaces::Genotype> part) {
    const std::vector<std::vector<Prediction>> predicted = inner_->predict(part);
    for (std::size_t metric = 0; metric < predicted.size(); ++metric) {
      predictions[metric].insert(predictions[metric].end(), predicted[metric].begin(),
                                 predicted[metric].end());
    }
  });
  return predictions;
}

nlohmann::json ChunkedJoint::state() const { return inner_->state(); }

CheckedPredictor::CheckedPredictor(std::unique_ptr<Predictor> first,
                                   std::unique_ptr<Predictor> second, spaces::AnySpace space,
                                   double tolerance)
    : first_(std::move(first)),
      second_(std::move(second)),
      space_(std::move(space)),
      tolerance_(tolerance) {}

void CheckedPredictor::fit(std::span<const Label> labels, const FitControl& control) {
  learn_or_leave(*first_, [&] {
    first_->fit(labels, control);
    second_->fit(labels, control);
  });
}

void CheckedPredictor::refresh(std::span<const Label> labels, std::size_t known,
                               const FitControl& control) {
  learn_or_leave(*first_, [&] {
    first_->refresh(labels, known, control);
    second_->refresh(labels, known, control);
  });
}

std::vector<Prediction> CheckedPredictor::predict(std::span<const spaces::Genotype> block) const {
  std::vector<Prediction> predictions = first_->predict(block);
  const std::vector<Prediction> others = second_->predict(block);
  for (std::size_t i = 0; i < block.size(); ++i) {
    const double scale = std::max({1.0, std::abs(predictions[i].mean), std::abs(others[i].mean)});
    if (std::abs(predictions[i].mean - others[i].mean) <= tolerance_ * scale) continue;
    throw DisagreementError(fmt::format(
        "two predictors that were to agree say {} and {} of {}, which is more than {} apart",
        predictions[i].mean, others[i].mean, space_.format(block[i]), tolerance_ * scale));
  }
  return predictions;
}

std::size_t CheckedPredictor::parameters() const {
  return first_->parameters() + second_->parameters();
}

nlohmann::json CheckedPredictor::state() const {
  return {{"first", first_->state()}, {"second", second_->state()}};
}

void CheckedPredictor::restore(const nlohmann::json& state) {
  first_->restore(state.at("first"));
  second_->restore(state.at("second"));
}

}  // namespace evonas::predictor
