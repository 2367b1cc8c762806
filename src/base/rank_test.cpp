#include "base/rank_test.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>

namespace evonas {
namespace {

/// Differences up to which all their signs are counted out.
constexpr std::size_t kMostExactDifferences = 50;

/// Twice the rank from 1 of each difference by its size, which is whole also where several are
/// tied.
struct SignedRanks {
  std::vector<std::size_t> doubled;
  std::size_t positive = 0;  ///< sum of those of positive differences
};

SignedRanks signed_ranks(std::span<const double> a, std::span<const double> b) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) differences.push_back(a[i] - b[i]);
  }
  std::ranges::sort(differences, {}, [](double difference) { return std::abs(difference); });
  SignedRanks ranks;
  for (std::size_t begin = 0; begin < differences.size();) {
    std::size_t end = begin;
    while (end < differences.size() && std::abs(differences[end]) == std::abs(differences[begin])) {
      ++end;
    }
    const std::size_t doubled = begin + 1 + end;
    for (std::size_t i = begin; i < end; ++i) {
      ranks.doubled.push_back(doubled);
      if (differences[i] > 0.0) ranks.positive += doubled;
    }
    begin = end;
  }
  return ranks;
}

/// The probability that those of `ranks` with a positive sign add up to `most` at the most.
double exact_lower_tail(std::span<const std::size_t> ranks, std::size_t most) {
  std::vector<double> probability(most + 1);  // of each sum
  probability[0] = 1.0;
  for (const std::size_t rank : ranks) {
    for (std::size_t sum = most + 1; sum-- > 0;) {
      const double without = probability[sum];
      const double with = sum >= rank ? probability[sum - rank] : 0.0;
      probability[sum] = 0.5 * (without + with);
    }
  }
  return std::accumulate(probability.begin(), probability.end(), 0.0);
}

/// Of both tails. The variance is that of signs drawn for the ranks as they are, ties included.
double normal_tails(const SignedRanks& ranks) {
  double mean = 0.0;
  double variance = 0.0;
  for (const std::size_t doubled : ranks.doubled) {
    const auto rank = static_cast<double>(doubled);
    mean += 0.5 * rank;
    variance += 0.25 * rank * rank;
  }
  // Half a rank, by which a continuous sum may be off.
  constexpr double kContinuity = 1.0;
  const double off = std::abs(static_cast<double>(ranks.positive) - mean) - kContinuity;
  return std::erfc(std::max(0.0, off) / std::sqrt(variance) / std::numbers::sqrt2);
}

}  // namespace

double signed_rank_p_value(std::span<const double> a, std::span<const double> b) {
  const SignedRanks ranks = signed_ranks(a, b);
  if (ranks.doubled.size() > kMostExactDifferences) return normal_tails(ranks);
  const std::size_t all =
      std::accumulate(ranks.doubled.begin(), ranks.doubled.end(), std::size_t{0});
  const std::size_t smaller = std::min(ranks.positive, all - ranks.positive);
  return std::min(1.0, 2.0 * exact_lower_tail(ranks.doubled, smaller));
}

std::vector<double> holm_corrected(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> corrected(p_values.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto hypotheses_left = static_cast<double>(order.size() - i);
    largest = std::max(largest, hypotheses_left * p_values[order[i]]);
    corrected[order[i]] = std::min(1.0, largest);
  }
  return corrected;
}

}  // namespace evonas
