#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "predictor/predictor.hpp"
#include "search/guided/guidance.hpp"

namespace evonas::tests {

/// Adds up what each gene's value does to the mean of the labels; labels count by their noise.
/// Keeps what it was last given.
class AdditivePredictor final : public predictor::Predictor {
 public:
  using Labels = std::vector<predictor::Label>;

  /// `seen`, where it is given, receives the labels of each fit and refresh.
  explicit AdditivePredictor(std::shared_ptr<std::vector<Labels>> seen = nullptr)
      : seen_(std::move(seen)) {}

  void fit(std::span<const predictor::Label> labels, const predictor::FitControl&) override {
    predictor::check_labels(labels);
    labels_.assign(labels.begin(), labels.end());
    if (seen_) seen_->push_back(labels_);
    Mean everything;
    for (const predictor::Label& label : labels_) everything.add(label);
    mean_ = everything.near(0.0);
    means_.assign(labels_.front().genotype.size(), {});
    for (const predictor::Label& label : labels_) {
      for (std::size_t i = 0; i < means_.size(); ++i) means_[i][label.genotype[i]].add(label);
    }
  }

  std::vector<predictor::Prediction> predict(
      std::span<const spaces::Genotype> block) const override {
    if (labels_.empty()) throw predictor::PredictorError("not fitted");
    std::vector<predictor::Prediction> predictions;
    for (const spaces::Genotype& genotype : block) {
      double sum = mean_;
      for (std::size_t i = 0; i < means_.size(); ++i) {
        const auto found = means_[i].find(genotype[i]);
        if (found != means_[i].end()) sum += found->second.near(mean_) - mean_;
      }
      predictions.push_back({.mean = sum, .deviation = 0.5});
    }
    return predictions;
  }

  std::size_t parameters() const override { return labels_.size(); }
  nlohmann::json state() const override { return {}; }
  void restore(const nlohmann::json&) override {}

 private:
  struct Mean {
    void add(const predictor::Label& label) {
      const double weight = 1.0 / (0.1 + label.noise * label.noise);
      weights += weight;
      sum += weight * label.value;
    }
    /// As if there were half a label more, of `usual`.
    double near(double usual) const { return (sum + 0.5 * usual) / (weights + 0.5); }

    double weights = 0.0;
    double sum = 0.0;
  };

  std::shared_ptr<std::vector<Labels>> seen_;
  Labels labels_;
  double mean_ = 0.0;
  std::vector<std::map<spaces::Genotype::Gene, Mean>> means_;  ///< of each gene, by its value
};

inline search::Guidance additive_guidance() {
  return {.make_predictor = [](const std::string&, const std::string&) {
    return std::make_unique<AdditivePredictor>();
  }};
}

}  // namespace evonas::tests
