#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "predictor/joint_predictor.hpp"
#include "predictor/predictor.hpp"
#include "predictor/rank_normal.hpp"
#include "search/guided/cheaper_scores.hpp"
#include "search/guided/guidance.hpp"

namespace evonas::search {

/// What is believed of a metric whose values are paid for: a predictor, fitted to all values so
/// far. Beliefs are in the scale of rank-normal scores of these values, in which one deviation
/// means as much among the best as among the rest.
///
/// An architecture that has a value of a cheaper metric only is a label too, with the score that
/// the dearest of its cheaper values lets expect, and with the noise of that (CheaperScores).
class Belief {
 public:
  /// `options` say when the predictor is fitted from scratch.
  Belief(std::string metric, std::unique_ptr<predictor::Predictor> predictor,
         const GuidanceOptions& options);

  const std::string& metric() const { return metric_; }
  /// Architectures of which a value is known, be it of the metric or of a cheaper one.
  std::size_t labels() const { return entries_.size(); }
  /// Whether a value of the metric itself was there at the last learn().
  bool has_scale() const { return scale_.has_value(); }

  void add(const spaces::Genotype& genotype, double value);
  /// Adds what a cheaper metric says of an architecture that has no value yet. `rung` tells cheaper
  /// metrics apart: a higher number is dearer.
  void add_cheaper(const spaces::Genotype& genotype, std::size_t rung, double value);

  /// Refreshes the predictor with what was added since the last call, or fits it from scratch where
  /// GuidanceOptions::refit and tau_drop ask for that. There is at least one label. Throws
  /// predictor::PredictorError.
  void learn(std::uint64_t seed);

  /// Does for all beliefs what learn() does for one. `joint` predicts their metrics, in their
  /// order, and the predictor of each is its part of that (predictor::OneMetric): it is refreshed
  /// where any has something new, and fitted from scratch where any asks for that.
  static void learn_together(std::span<Belief> beliefs, predictor::JointPredictor& joint,
                             std::uint64_t seed);

  /// Whether imagine() takes milliseconds.
  bool imagines() const { return predictor_->refreshes_at_once(); }
  /// Until the next learn(): takes architectures for evaluated, with the values that are believed
  /// of them, so that less is expected of what resembles them (Ginsbourger et al., "Kriging is
  /// well-suited to parallelize optimization", 2010). After learn().
  void imagine(std::span<const spaces::Genotype> genotypes);

  /// The belief in each of a block, as scores. After learn().
  std::vector<predictor::Prediction> predict(std::span<const spaces::Genotype> block) const;

  /// The members of its predictor, which expect scores; nothing where it has none.
  const predictor::Ensemble* ensemble() const { return predictor_->ensemble(); }

  /// What each gene matters to the belief, among all that have a value of the metric
  /// (permutation_importance()); none before the first learn() with one.
  std::vector<double> gene_importance(const spaces::AnySpace& space, std::uint64_t seed) const;
  /// The same of all beliefs, which `joint` predicts as in learn_together() and is asked for once.
  static std::vector<std::vector<double>> gene_importance_together(
      std::span<const Belief> beliefs, const predictor::JointPredictor& joint,
      const spaces::AnySpace& space, std::uint64_t seed);

  /// Of a value its score, and the reverse. Where there is no scale, scores are all there is, and
  /// stay as they are.
  double score(double value) const { return scale_ ? scale_->score(value) : value; }
  double value(double score) const { return scale_ ? scale_->value(score) : score; }

 private:
  /// An architecture with what is known of it.
  struct Entry {
    spaces::Genotype genotype;
    std::optional<double> value;
    std::vector<std::optional<double>> cheaper;  ///< by rung
  };
  struct Scored {
    std::vector<predictor::Label> labels;  ///< with scores as values, one an entry
    std::optional<predictor::RankNormal> scale;
  };

  /// What is to be learnt, once it is in labels_.
  struct Lesson {
    bool from_scratch = false;
    std::optional<predictor::RankNormal> scale;
  };

  bool has_news() const { return has_news_ || labels_.size() > known_; }
  /// Puts all labels, scored, into labels_.
  Lesson prepare();
  /// Notes that the predictor has learnt that.
  void take(Lesson lesson);
  Scored scored() const;
  /// Nothing where no architecture has a value on that rung.
  std::optional<CheaperScores> cheaper_scores(
      std::size_t rung, const std::optional<predictor::RankNormal>& scale) const;
  /// The values of the metric, in the order in which they were added.
  std::vector<predictor::Label> values() const;
  /// The same as scores; none before there is a scale.
  std::vector<predictor::Label> scores() const;
  /// Compares what is new with what was believed of it; whether the beliefs of late order
  /// architectures that much worse than those before.
  bool loses_touch();

  std::string metric_;
  std::unique_ptr<predictor::Predictor> predictor_;
  double refit_;
  double tau_drop_;
  std::vector<Entry> entries_;       ///< in the order in which anything was first known of them
  std::vector<std::size_t> valued_;  ///< those with a value, in the order of these
  std::unordered_map<spaces::Genotype, std::size_t> screened_;  ///< those with a cheaper value
  std::size_t rungs_ = 0;                                       ///< one above the highest
  bool has_news_ = false;     ///< something was added since the last learn()
  std::size_t compared_ = 0;  ///< values at the last learn()
  std::vector<predictor::Label>
      labels_;              ///< those learnt, with scores as values; then the imagined
  std::size_t known_ = 0;   ///< labels that the predictor has learnt
  std::size_t fitted_ = 0;  ///< labels of its last fit from scratch
  std::optional<predictor::RankNormal> scale_;
  std::vector<double> believed_;    ///< of values since there was a scale, before they were known
  std::optional<double> best_tau_;  ///< of forecasts in a row since the last fit from scratch
};

}  // namespace evonas::search
